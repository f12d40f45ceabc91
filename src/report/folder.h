/*
 * Where reports go: standard output, files named by --format NAME=FILE, and the report folder of
 * --output. Files are written beside their place and renamed into it, so that nobody ever reads
 * half a report.
 *
 * Signing (audit/) starts from here: after outputs_write(), *ret lists everything written with its
 * SHA-256. report.json is always in it where there is a folder, and it stands first. A signed
 * report pins those digests, takes verdict and policy from the same struct report_input, and is
 * written with outputs_file() into the same folder as report.sigstore.json.
 */
#ifndef REPORT_FOLDER_H
#define REPORT_FOLDER_H

#include "report/report.h"

struct output {
	const char *name; /* the file's name in the folder, or the path given with --format */
	const char *path;
	const char *media_type;
	char sha256[65];
};

struct outputs {
	size_t n;
	struct output *items;
	struct arena *arena;
};

struct outputs_request {
	const char *const *formats; /* "json", "sarif=FILE"; NULL-terminated */
	const char *folder;	    /* --output; NULL: none */
	bool is_quiet;		    /* no text that was not asked for */
};

/* Is everything that is asked for possible? To be asked before a scan that takes an hour. */
MUST_USE bool outputs_check(const struct outputs_request *, struct status *);
/* Writes all reports; those without a place go to OUT. The caller frees *ret. */
MUST_USE bool outputs_write(const struct outputs_request *, const struct report_input *, FILE *out,
    struct outputs *ret, struct status *);
void outputs_free(struct outputs *);
/* Writes one more file of LEN bytes into FOLDER, atomically, and adds it to the list. */
MUST_USE bool outputs_file(struct outputs *, const char *folder, const char *name,
    const char *media_type, const void *data, size_t len, struct status *);

#endif
