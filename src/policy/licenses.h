/*
 * Licenses of a bundle as a whole: what one member declares against what another holds, licenses
 * that cannot be met at once, and what a base model's license asks of those who build on it. A
 * pure function over a result; policy/duties.c turns what it finds into findings and judges allow
 * and deny lists.
 */
#ifndef POLICY_LICENSES_H
#define POLICY_LICENSES_H

#include "detect/license_terms.h"
#include "scan/result.h"

/* Licenses of base models that the user states: patterns of names, first match counts. */
struct license_base {
	const char *model;   /* "meta-llama/Llama-3.1-*" */
	const char *license; /* an expression */
};

struct license_policy {
	const struct license_terms *terms; /* rules_get() of license_terms_rules */
	const struct license_base *bases;
	size_t nbases;
};

struct license_issue {
	const char *check;    /* "license/declared-differs", ... */
	const char *member;   /* path; "" for the bundle */
	const char *evidence; /* stable */
	const char *message;  /* one sentence, safe to print */
};

/* Reports each issue; strings live in ARENA. False out of memory. */
MUST_USE bool policy_licenses(struct arena *, const struct result *, const struct license_policy *,
    void (*report)(const struct license_issue *, void *), void *context);

#endif
