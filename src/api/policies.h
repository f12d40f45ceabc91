/* Where policies of a name are looked for: the installed ones, then the configuration's. */
#ifndef API_POLICIES_H
#define API_POLICIES_H

#include "assay.h"
#include "policy/policy.h"

#define POLICIES_MAX 16

struct policies {
	char paths[POLICIES_MAX][4096];
	const char *folders[POLICIES_MAX];
	size_t n;
};

void policies_find(struct policies *, const struct assay_settings *);
/* NAME_OR_FILE, or the default policy where it is NULL. */
MUST_USE struct policy *policies_open(
    const struct assay_settings *, const char *name_or_file, struct status *);

#endif
