/* A baseline: an earlier JSON report. Only findings that it does not hold count. */
#ifndef POLICY_BASELINE_H
#define POLICY_BASELINE_H

#include "core/compiler.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

struct baseline {
	char file_sha256[65];
	size_t n;
	char (*fingerprints)[33]; /* sorted */
};

/* NULL and a status where the file is no report. */
MUST_USE struct baseline *baseline_read(const char *path, struct status *);
void baseline_free(struct baseline *);
bool baseline_has(const struct baseline *, const char *fingerprint);

#endif
