/*
 * Could we look? A status says so, with one sentence for the person who must act on it.
 * What was seen is a finding (core/sink.h), what policy makes of it a decision (policy/).
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "core/compiler.h"

#include <stdbool.h>

enum status_code {
	STATUS_OK,
	STATUS_LIMIT,	    /* a limit of core/limits.h was reached; the sentence names it */
	STATUS_UNSUPPORTED, /* encrypted, unknown codec, a version we do not read */
	STATUS_MALFORMED,   /* the bytes are not what they claim to be */
	STATUS_IO,	    /* the system would not give us the bytes */
	STATUS_USAGE,	    /* the user's arguments, policy, rules or keys are wrong */
	STATUS_MEMORY,
	STATUS_INTERNAL, /* a mistake of ours */
};

struct status {
	enum status_code code;
	char text[480]; /* one sentence, safe to print; empty where code is STATUS_OK */
};

/* "limit", "unsupported", ... as it stands in reports. */
const char *status_name(enum status_code);
/* Keeps the first trouble: later calls change nothing. Always returns false, for `return
 * status_set(...)`. */
bool status_set(struct status *, enum status_code, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
