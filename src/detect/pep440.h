/*
 * Versions of Python packages and their order (PEP 440, now "Version specifiers" of the Python
 * packaging specifications). Numbers may have any length: they stay digits of the text.
 */
#ifndef DETECT_PEP440_H
#define DETECT_PEP440_H

#include "core/bytes.h"
#include "core/compiler.h"

enum pep440_pre { PEP440_ALPHA, PEP440_BETA, PEP440_CANDIDATE, PEP440_NO_PRE };

/* Borrows from the text it was read from. */
struct pep440 {
	struct bytes epoch, release; /* "1", "2.0.3" */
	enum pep440_pre pre;
	struct bytes pre_number, post_number, dev_number; /* empty means 0 */
	bool has_post, has_dev;
	struct bytes local; /* "cu118", empty where there is none */
};

/* False where TEXT, space around it aside, is no version; then *ret is untouched. */
MUST_USE bool pep440_parse(struct bytes text, struct pep440 *ret);
/* Below, equal to or above 0 as A comes before B, is the same version, or comes after. */
int pep440_compare(const struct pep440 *a, const struct pep440 *b);

#endif
