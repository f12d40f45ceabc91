/*
 * Reports: one writer per output format, a file each that ends in one const struct, a row in
 * report_formats[] (report.c) and a line in src/local.mk.
 *
 * A writer gets everything that was found and decided, and a stream. It opens nothing, decides
 * nothing, reads no clock, and sees no evidence that is not masked. Strings of the bundle are
 * safe to print already; each writer escapes them for its own format as well.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "policy/decide.h"

#include <stdio.h>

struct report_input {
	const struct result *result;
	const struct decision *decision;
	const struct policy *policy;
	const struct waivers *waivers;	 /* NULL: none were given */
	const struct baseline *baseline; /* likewise */
	const char *version;		 /* of assay */
	const char *folder;		 /* of --output, for the terminal; NULL: none */
	int exit;			 /* the verdict's exit status */
	bool inspects;			 /* false: `assay verify` */
	bool color;			 /* terminal text only */
	unsigned width;			 /* of the terminal; 0: unlimited */
};

struct report_format {
	const char *name; /* as in --format */
	const char *media_type;
	const char *suffix; /* of its file in the report folder: "sarif.json" */
	void (*write)(
	    const struct report_input *, FILE *); /* trouble stays in the stream: ferror() */
};

extern const struct report_format *const report_formats[]; /* ends with NULL */

/* NULL where there is none. */
const struct report_format *report_format_by_name(const char *name);
/* The exit status of a verdict: 0 pass, 1 fail, 3 incomplete, 5 review. */
int report_exit(enum verdict);
/* SECONDS since 1970 as RFC 3339, UTC. */
void report_time(int64_t seconds, char text[32]);
/* "none", "review", "incomplete", "fail": what a finding does to the verdict. */
const char *report_effect_name(const struct result_finding *);

/* "PASS", "REVIEW", "INCOMPLETE", "FAIL". */
const char *report_verdict_word(enum verdict);

enum report_which {
	REPORT_COUNTING, /* neither waived nor in the baseline */
	REPORT_ALL,
};

/*
 * The findings in the order in which people want them: the worst effect first, then the highest
 * severity, a check at a time, in the order of members. The caller frees the list; out of memory
 * it is empty (NULL, 0).
 */
MUST_USE const struct result_finding **report_order(
    const struct result *, enum report_which, size_t *ret_n);
/* Do two findings stand under one heading? */
bool report_is_group(const struct result_finding *, const struct result_finding *);

#endif
