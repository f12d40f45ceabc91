/*
 * What licenses ask and allow, as data: rules/licenses/obligations.yaml, which says what each field
 * means. The detector shows the terms of what it finds; policy/ compares members by them.
 */
#ifndef DETECT_LICENSE_TERMS_H
#define DETECT_LICENSE_TERMS_H

#include "core/arena.h"
#include "core/rules.h"
#include "detect/license_expression.h"

/* Texts are as in the file; NULL where it says nothing. */
struct license_term {
	const char *const *licenses; /* patterns of ids; NULL-terminated */
	const char *category, *commercial, *redistribution, *derivatives, *attribution, *naming,
	    *acceptable_use, *users, *share_alike, *flow_down, *output_training, *territory;
};

struct license_terms;

/* The kind for rules_get(), which makes a struct license_terms. */
extern const struct rule_kind license_terms_rules;

/* NULL and a status where the file is wrong. Without obligations.yaml among FILES nothing is
 * known. */
MUST_USE struct license_terms *license_terms_new(
    const struct rule_file *files, size_t n, struct status *);
void license_terms_free(struct license_terms *);
/* The terms of the license with that id, or NULL. */
const struct license_term *license_terms_of(const struct license_terms *, const char *id);
/*
 * The attributions that TEXT makes, of those that licenses ask for in so many words ("Built with
 * Llama"): ", " between, or NULL.
 */
const char *license_terms_attributions(
    const struct license_terms *, struct arena *, struct bytes text);
/* The attribution that a license asks for in so many words, or NULL. */
const char *license_terms_attribution(const struct license_term *);
/* One line for people: "MIT: permissive, commercial use yes, ..."; NULL where none are known. */
const char *license_terms_line(
    const struct license_terms *, struct arena *, const struct license_node *);
/* Why both cannot be met at once, or NULL. Where an expression offers a choice, every choice must
 * fail. *ret_a and *ret_b are the licenses that collide. */
const char *license_terms_conflict(const struct license_terms *, const struct license_node *a,
    const struct license_node *b, const struct license_node **ret_a,
    const struct license_node **ret_b);
/* The license of a well-known base model, as an expression, or NULL. */
const char *license_terms_base(const struct license_terms *, const char *model);

#endif
