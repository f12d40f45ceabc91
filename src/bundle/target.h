/*
 * Targets: what the user named, opened once and walked without following anything out of it.
 * Only names, kinds and sizes are looked at here; not a byte of content is read.
 */
#ifndef BUNDLE_TARGET_H
#define BUNDLE_TARGET_H

#include "core/arena.h"
#include "core/status.h"
#include "core/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_kind {
	ENTRY_FILE,
	ENTRY_LINK,	  /* leads to a file inside the target that is an entry of its own */
	ENTRY_LINK_FILE,  /* leads to a file outside the folder but inside its Hugging Face cache:
			     read as a file */
	ENTRY_LINK_OUT,	  /* leads out of the target, to nothing, or in a circle */
	ENTRY_SPECIAL,	  /* fifo, socket, device */
	ENTRY_UNREADABLE, /* permission, a name or depth over the limit: see why */
};

struct entry {
	const char *name; /* below the target, as the system has it: any bytes but zero */
	const char
	    *path; /* the same, safe to print; with several targets below the target's name */
	const char *leads; /* where a link leads, as written; NULL otherwise */
	const char *why;   /* ENTRY_UNREADABLE: one sentence */
	uint64_t size;
	int64_t modified; /* milliseconds since 1970, by the file system; 0 for links */
	enum entry_kind kind;
};

enum target_kind {
	TARGET_FILE,
	TARGET_DIRECTORY,
	TARGET_CACHE /* a Hugging Face cache or a snapshot in one */,
	TARGET_STDIN
};

struct target {
	const char *path; /* as the user gave it */
	const char *name; /* its last part */
	enum target_kind kind;
	int fd;	     /* of the folder or the file */
	int link_fd; /* the folder that links may lead into; -1 where it is the target itself */
	const char *link_down; /* that way: "snapshots/abc" */
	size_t nentries;
	struct entry *entries; /* sorted by name, byte by byte */
};

/*
 * Opens PATH and lists it; "-" copies standard input to an unlinked temporary file. PREFIX goes
 * before each reported path ("" with a single target). Everything is put in ARENA. False and a
 * status where the target itself cannot be opened.
 */
MUST_USE bool target_open(
    struct target *ret, const char *path, const char *prefix, struct arena *, struct status *);
void target_close(struct target *);
/* A descriptor open for reading of ENTRY, never led out of the target. -1 and a status on failure.
 */
MUST_USE int target_open_entry(const struct target *, const struct entry *, struct status *);
const char *target_kind_name(enum target_kind);
/* An unlinked temporary file in $TMPDIR as given by FOLDER (NULL: /tmp). -1 on failure. */
MUST_USE int target_temporary(const char *folder);

#endif
