/*
 * libassay: everything that the program `assay` does, for other programs.
 *
 * Strings and structures returned belong to the library unless a comment says that the caller
 * frees them. Functions that can fail return false (or NULL) and fill in a struct assay_error.
 */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses of the program, frozen from the first release. */
enum assay_exit {
	ASSAY_PASS = 0,
	ASSAY_FAIL = 1,
	ASSAY_USAGE = 2,      /* nothing was judged */
	ASSAY_INCOMPLETE = 3, /* something could not be judged */
	ASSAY_ERROR = 4,      /* a mistake of ours, or the system failed */
	ASSAY_REVIEW = 5,     /* a human must accept */
};

struct assay_error {
	enum assay_exit exit; /* ASSAY_USAGE or ASSAY_ERROR */
	char text[512];	      /* one sentence: what happened, where, what to do */
};

/* "0.1.0" */
const char *assay_version(void);

#ifdef __cplusplus
}
#endif

#endif
