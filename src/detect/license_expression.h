/*
 * SPDX license expressions (SPDX 2.3, annex D): read, printed, and judged against lists.
 *
 *   (MIT OR Apache-2.0) AND GPL-2.0-or-later WITH Classpath-exception-2.0 AND LicenseRef-HF-gemma
 *
 * Names are compared without regard to case. The deprecated names of the GNU family become the
 * present ones ("GPL-2.0" and "GPL-2.0+" are GPL-2.0-only and GPL-2.0-or-later). Whether a name
 * is on the SPDX list is not asked here.
 */
#ifndef DETECT_LICENSE_EXPRESSION_H
#define DETECT_LICENSE_EXPRESSION_H

#include "core/arena.h"
#include "core/compiler.h"
#include "core/status.h"

enum license_node_kind { LICENSE_ONE, LICENSE_AND, LICENSE_OR };

struct license_node {
	enum license_node_kind kind;
	const char *id;	       /* LICENSE_ONE: "Apache-2.0", "LicenseRef-HF-llama3" */
	const char *exception; /* LICENSE_ONE: what follows WITH; NULL where nothing does */
	bool is_or_later;      /* LICENSE_ONE: a "+" that is not part of the name */
	const struct license_node *left, *right; /* LICENSE_AND, LICENSE_OR */
};

/* NULL and a status where TEXT is no expression, is too long or nests too deep. */
MUST_USE const struct license_node *license_expression_parse(
    struct arena *, const char *text, struct status *);
/* The expression with no more parentheses than it needs. NULL out of memory. */
MUST_USE const char *license_expression_print(struct arena *, const struct license_node *);
/*
 * The same in letters that SPDX documents allow: names of the Hugging Face Hub may hold a plus
 * sign ("LicenseRef-HF-openrail++"), a LicenseRef may not.
 */
MUST_USE const char *license_expression_export(struct arena *, const struct license_node *);
/* Two expressions under one AND (or OR); operands that already stand in it are left out. */
MUST_USE const struct license_node *license_expression_join(struct arena *, enum license_node_kind,
    const struct license_node *a, const struct license_node *b);
/* Does A ask for the same licenses in the same way, in whatever order? */
bool license_expression_equal(const struct license_node *a, const struct license_node *b);
/* Calls VISIT for each license; stops where it returns false, and returns false then. */
bool license_expression_each(const struct license_node *,
    bool (*visit)(const struct license_node *one, void *context), void *context);

/* How lists judge an expression, from best to worst. */
enum license_answer {
	LICENSE_ALLOWED,  /* a way to comply uses allowed licenses only */
	LICENSE_UNLISTED, /* every way needs a license that no list names */
	LICENSE_DENIED,	  /* every way needs a license that is denied */
};

struct license_lists {
	/* NULL-terminated; entries are names, patterns ("GPL-*") or "NAME WITH EXCEPTION". NULL
	 * for no list. Without an allow list whatever is not denied is allowed. */
	const char *const *allow, *const *deny;
};

/*
 * An AND is as bad as its worse side, an OR as good as its better one. An entry without WITH also
 * covers the license with an exception, but an entry that names the exception comes first.
 */
enum license_answer license_expression_evaluate(
    const struct license_node *, const struct license_lists *);
/* The first license in it that LISTS judge as ANSWER; NULL where none is. */
const struct license_node *license_expression_culprit(
    const struct license_node *, const struct license_lists *, enum license_answer);

#endif
