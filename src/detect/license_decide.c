/*
 * Decides what evidence amounts to. Each license once; exceptions behind the license they soften;
 * the bare name of a family counts only where nothing more exact is said near it.
 */
#include "config.h"

#include "detect/license_scan.h"

#include "core/limits.h"

#include <stdlib.h>

#define NEAR 400 /* words around a bare name in which something more exact replaces it */

static bool
is_gnu(const char *expression)
{
	return strncmp(expression, "GPL-", 4) == 0 || strncmp(expression, "LGPL-", 5) == 0 ||
	    strncmp(expression, "AGPL-", 5) == 0;
}

/* Do both begin with the same family ("GPL-")? */
static bool
same_family(const char *a, const char *b)
{
	size_t n = strcspn(a, "-");

	return strncmp(a, b, n + 1) == 0;
}

static uint64_t
distance(const struct license_evidence *a, const struct license_evidence *b)
{
	return a->place > b->place ? a->place - b->place : b->place - a->place;
}

/* Does other evidence say more exactly what this bare name means? */
static bool
is_replaced(const struct license_found *found, const struct license_evidence *vague)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct license_evidence *e = &found->list[i];

		if (e == vague || e->is_vague || e->is_exception)
			continue;
		if (same_family(e->expression, vague->expression))
			return true;
		if (is_gnu(e->expression) && is_gnu(vague->expression) && distance(e, vague) < NEAR)
			return true;
	}
	return false;
}

/* "-only" because nothing was said, next to a notice that says more: the text of a license and the
 * notice that applies it. */
static bool
is_said_better(const struct license_found *found, const struct license_evidence *text)
{
	size_t n = strlen(text->expression);

	if (text->is_strict || n < 5 || strcmp(text->expression + n - 5, "-only") != 0)
		return false;
	for (size_t i = 0; i < found->n; i++) {
		const struct license_evidence *e = &found->list[i];

		if (e->kind != EVIDENCE_TEXT && e->kind != EVIDENCE_URL && !e->is_vague &&
		    strncmp(e->expression, text->expression, n - 4) == 0 &&
		    strcmp(e->expression + n - 4, "or-later") == 0)
			return true;
	}
	return false;
}

static const char *
join_exception(
    struct arena *arena, const struct license_evidence *one, const struct license_evidence *e)
{
	return arena_format(arena, "%s WITH %s", one->expression, e->expression);
}

/* The expression at AT with the exception that stands behind it, if any does. */
static const char *
with_exception(struct arena *arena, const struct license_found *found, size_t at)
{
	const struct license_evidence *one = &found->list[at];
	bool gnu = is_gnu(one->expression);

	if (strchr(one->expression, ' ') != NULL)
		return one->expression;
	for (size_t i = at + 1; i < found->n; i++) {
		const struct license_evidence *e = &found->list[i];

		if (e->is_exception)
			return join_exception(arena, one, e);
		/* Of other families only what stands next to each other belongs together. */
		if (!gnu && strcmp(e->expression, one->expression) != 0)
			break;
		if (!e->is_vague && is_gnu(e->expression) &&
		    strcmp(e->expression, one->expression) != 0)
			break;
	}
	for (size_t i = at; gnu && i-- > 0;)
		if (found->list[i].is_exception && distance(&found->list[i], one) < NEAR)
			return join_exception(arena, one, &found->list[i]);
	return one->expression;
}

/* Is NEEDLE an operand anywhere in NODE? */
static bool
holds(const struct license_node *node, const struct license_node *needle)
{
	if (node == NULL)
		return false;
	if (license_expression_equal(node, needle))
		return true;
	return node->kind != LICENSE_ONE &&
	    (holds(node->left, needle) || holds(node->right, needle));
}

/* Is ONE a choice that some OR among the operands of ALL offers? */
static bool
is_offered(const struct license_node *all, const struct license_node *one)
{
	if (all->kind == LICENSE_AND)
		return is_offered(all->left, one) || is_offered(all->right, one);
	return all->kind == LICENSE_OR && holds(all, one);
}

/* NODE, an operand of ALL or several, without licenses that are also offered as a choice: who
 * names one of two licenses does not withdraw the other. */
static const struct license_node *
without_choices(
    struct arena *arena, const struct license_node *all, const struct license_node *node)
{
	if (node == NULL || node->kind == LICENSE_OR)
		return node;
	if (node->kind == LICENSE_ONE)
		return is_offered(all, node) ? NULL : node;
	return license_expression_join(arena, LICENSE_AND, without_choices(arena, all, node->left),
	    without_choices(arena, all, node->right));
}

const struct license_node *
license_decide(struct arena *arena, struct license_found *found)
{
	const struct license_node *all = NULL, *group = NULL;
	unsigned different = 0;
	struct status status = { 0 };

	for (size_t i = 0; i < found->n; i++) {
		const struct license_evidence *e = &found->list[i];
		const struct license_node *node;
		const char *expression;

		if (e->is_exception || (e->is_vague && is_replaced(found, e)) ||
		    is_said_better(found, e))
			continue;
		expression = with_exception(arena, found, i);
		node = expression == NULL ? NULL
					  : license_expression_parse(arena, expression, &status);
		if (node == NULL)
			continue;
		if (e->is_choice && group != NULL) {
			group = license_expression_join(arena, LICENSE_OR, group, node);
			continue;
		}
		if (holds(all, node) || holds(group, node))
			continue;
		if (++different > LIMIT_LICENSES) {
			found->failed = "this member names more different licenses than are listed";
			break;
		}
		all = license_expression_join(arena, LICENSE_AND, all, group);
		group = node;
	}
	all = license_expression_join(arena, LICENSE_AND, all, group);
	return without_choices(arena, all, all);
}
