/* The kinds of rules that no detector owns, for whoever checks all rules at once. */
#ifndef API_RULEKINDS_H
#define API_RULEKINDS_H

#include "api/session.h"

struct rulekind {
	const char *name; /* for people */
	const struct rule_kind *kind;
};

extern const struct rulekind rulekinds[]; /* ends with a row without a kind */

/* Compiles everything and says of each kind whether it is sound. */
MUST_USE bool rulekinds_check(struct session *, FILE *out);

#endif
