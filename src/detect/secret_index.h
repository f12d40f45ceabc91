/*
 * The keywords of the rules, and what each leads to. Two lists: most rules want a row of bytes that
 * could be a token (secret_gate.h) near their keyword and are looked for there only; the others,
 * passwords above all, everywhere.
 */
#ifndef DETECT_SECRET_INDEX_H
#define DETECT_SECRET_INDEX_H

#include "detect/secret_rules.h"

#define INDEX_REACH 96	      /* bytes at most between the keyword and the row */
#define INDEX_NAMES_REACH 256 /* between a name and its value, which may be aligned */

struct secret_lead {
	struct secret_rule *rule;
	/* What stands behind the keyword begins with this piece of the outline; SIZE_MAX: unclear.
	 * 0: the outline begins where the keyword does. */
	size_t behind;
	const struct outline_hint *hint; /* of the pieces from there on; or NULL */
};

struct secret_index {
	struct secret_keyword *keywords; /* each with its leads: FIRST and N */
	size_t n, longest;		 /* bytes of the longest keyword */
	size_t before; /* bytes between the start of a match and a keyword, at most */
	size_t reach;  /* bytes between the start of a match and the row, at most */
	struct secret_lead *leads;
};

/* The keywords of the rules that need a row nearby, or of the others. False out of memory. */
MUST_USE bool secret_index_make(
    struct secret_index *, struct secret_rules *, bool is_near_rows, struct arena *);
/* Can the rule of a keyword at [START, END) of TEXT match at all? */
bool secret_lead_fits(const struct secret_lead *, struct bytes text, size_t start, size_t end);

#endif
