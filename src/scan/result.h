/*
 * What a scan found out: pure data, sorted and complete, made by scan/, judged by policy/, told
 * by report/. Everything in it lives in its arena; strings from the bundle are safe to print.
 */
#ifndef SCAN_RESULT_H
#define SCAN_RESULT_H

#include "core/arena.h"
#include "core/catalog.h"
#include "core/sink.h"
#include "provenance/provenance.h"

struct result_target {
	const char *path;   /* as the user gave it */
	const char *name;   /* its last part */
	const char *sha256; /* of the file; of a folder: SHA-256 over the digests of its files in
			       path order (OMS v1.0) */
	const char *kind;   /* "file", "directory", "huggingface-cache", "stdin" */
	uint64_t bytes;
};

struct result_member {
	const char *path; /* with several targets: below the target's name */
	const char *name; /* below the target, raw, as signatures write it; NULL inside archives */
	const char *sha256; /* "" where it was not computed */
	uint64_t bytes;
	unsigned depth;
	enum tree_kind kind;
	const char *const *formats; /* NULL-terminated */
	size_t nfacts;
	const struct fact *facts;
};

struct result_finding {
	const struct check *check;
	enum severity severity; /* the check's, or what policy made of it */
	const char *member;
	uint64_t offset, len;
	uint64_t line;	     /* 1 for the first; 0 where lines mean nothing */
	unsigned confidence; /* in percent */
	const char *message, *evidence;
	const char *fingerprint; /* 32 hexadecimal digits over check, member and evidence */
	uint64_t more;		 /* how many further findings alike were folded into this one */
	/* Filled in by policy/: */
	enum { EFFECT_NONE, EFFECT_REVIEW, EFFECT_INCOMPLETE, EFFECT_FAIL } effect;
	const char *waived; /* why it does not count: waiver or policy rule; NULL where it counts */
	bool is_new;	    /* not in the baseline */
};

struct result_skip {
	const char *member, *reason;
};

struct result {
	struct arena *arena;
	size_t ntargets, nmembers, nfindings, nskipped, nprovenance;
	struct result_target *targets;
	struct result_member *members;		/* sorted by path */
	struct result_finding *findings;	/* sorted by member, offset, check, evidence */
	struct result_skip *skipped;		/* sorted by member, reason */
	struct provenance *provenance;		/* sorted by path, kind */
	uint64_t bytes, analyzed, unidentified; /* of all members; counts of members */
	const struct tree *tree; /* where scan_options.digest asked for it; NULL otherwise */
	const char *sandbox;	 /* "landlock 5, seccomp, rlimits" or "none (--no-sandbox)" */
	const char *rules_digest;
	/* Apart from the content, since they differ from run to run: */
	int64_t started, finished; /* seconds since 1970; SOURCE_DATE_EPOCH where that is set */
};

void result_free(struct result *);
/* By member, offset, check, evidence; for whoever adds findings. */
void result_sort_findings(struct result *);
/* 32 hexadecimal digits over what makes a finding the same one next time. "" out of memory. */
const char *result_fingerprint(
    struct arena *, const char *check, const char *member, const char *evidence);

#endif
