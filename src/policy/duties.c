/* What the policy asks of a bundle beside the absence of danger: formats, licenses, documentation.
 */
#include "config.h"

#include "policy/findings.h"

#include "core/text.h"
#include "detect/license_expression.h"
#include "format/format.h"
#include "policy/licenses.h"
#include "policy/metric.h"

#define MESSAGE_NAME 200 /* characters of a name in a message */

static const char *
fact_of(const struct result_member *member, const char *key)
{
	for (size_t i = 0; i < member->nfacts; i++)
		if (strcmp(member->facts[i].key, key) == 0)
			return member->facts[i].value;
	return NULL;
}

/* ---- formats -------------------------------------------------------------------------------- */

static bool
is_model_format(const char *name)
{
	const struct format *format = format_by_name(name);

	return format != NULL && (format->traits & FORMAT_MODEL) != 0;
}

static bool
has_model_format(const struct result_member *member, const struct policy_list *allowed)
{
	for (size_t f = 0; member->formats[f] != NULL; f++)
		if (is_model_format(member->formats[f]) &&
		    (allowed == NULL || policy_list_matches(allowed, member->formats[f])))
			return true;
	return false;
}

/* Is the member a piece of a model file, as the storages in a PyTorch zip are? ALLOWED: only of
 * formats that this list names; NULL: of any. */
static bool
is_part_of_model(const struct result *result, size_t i, const struct policy_list *allowed)
{
	const char *path = result->members[i].path;
	size_t len = strlen(path);

	for (len = member_container(path, len); len > 0; len = member_container(path, len))
		for (size_t k = member_find(result, path, len); member_is(result, k, path, len);
		     k++)
			if (has_model_format(&result->members[k], allowed))
				return true;
	return false;
}

static void
check_formats(struct deciding *deciding, size_t i)
{
	const struct result_member *member = &deciding->result->members[i];
	const struct policy *policy = deciding->policy;
	struct arena *arena = deciding->result->arena;

	for (size_t f = 0; member->formats[f] != NULL; f++) {
		const char *name = member->formats[f];

		if (policy_list_matches(&policy->formats_forbid, name))
			deciding_finding(deciding, "policy/format-forbidden", ACTION_FAIL,
			    member->path, name,
			    arena_format(
				arena, "the policy %s forbids the format %s", policy->name, name));
		else if (policy->formats_allow.items != NULL && is_model_format(name) &&
		    !policy_list_matches(&policy->formats_allow, name) &&
		    !is_part_of_model(deciding->result, i, &policy->formats_allow))
			deciding_finding(deciding, "policy/format-not-allowed", ACTION_FAIL,
			    member->path, name,
			    arena_format(arena,
				"%s is none of the model formats that the policy %s allows", name,
				policy->name));
	}
	if (member->formats[0] == NULL && member->bytes > 0 &&
	    (member->kind == TREE_FILE || member->kind == TREE_NESTED) &&
	    policy->unidentified != ACTION_PASS && !is_part_of_model(deciding->result, i, NULL))
		deciding_finding(deciding, "policy/unidentified-member", policy->unidentified,
		    member->path, "", "no format that assay knows claims this content");
}

/* ---- licenses ------------------------------------------------------------------------------- */

/* The lists of A and B in one, NULL-terminated. */
static const char *const *
joined(struct arena *arena, const struct policy_list *a, const struct policy_list *b)
{
	const char **all = arena_array(arena, a->n + b->n + 1, sizeof(*all));

	for (size_t i = 0; i < a->n && all != NULL; i++)
		all[i] = a->items[i];
	for (size_t i = 0; i < b->n && all != NULL; i++)
		all[a->n + i] = b->items[i];
	return all;
}

static void
license_finding(struct deciding *deciding, const char *check, enum action action,
    const struct result_member *member, const char *license, const char *verb)
{
	struct arena *arena = deciding->result->arena;
	const char *shown = text_safe(arena, bytes_of_string(license), MESSAGE_NAME);

	deciding_finding(deciding, check, action, member->path, shown,
	    arena_format(arena, "the license is %s, which the policy %s %s", shown,
		deciding->policy->name, verb));
}

static void
judge_license(struct deciding *deciding, const struct result_member *member, const char *license)
{
	const struct policy *policy = deciding->policy;
	struct arena *arena = deciding->result->arena;
	struct status status = { 0 };
	const struct license_node *node = license_expression_parse(arena, license, &status);
	struct license_lists denied = { NULL, policy->license_deny.items };
	struct license_lists held = { NULL,
		joined(arena, &policy->license_deny, &policy->license_review) };
	struct license_lists listed = { joined(
					    arena, &policy->license_allow, &policy->license_review),
		policy->license_deny.items };

	if (node == NULL)
		license_finding(deciding, "license/unlisted", policy->license_unlisted, member,
		    license, "cannot judge, since it is no SPDX expression");
	else if (license_expression_evaluate(node, &denied) == LICENSE_DENIED)
		license_finding(deciding, "license/denied", ACTION_FAIL, member, license, "denies");
	else if (license_expression_evaluate(node, &held) == LICENSE_DENIED)
		license_finding(deciding, "license/needs-review", ACTION_REVIEW, member, license,
		    "wants a human to look at");
	else if (policy->license_allow.items != NULL &&
	    license_expression_evaluate(node, &listed) == LICENSE_UNLISTED)
		license_finding(deciding, "license/unlisted", policy->license_unlisted, member,
		    license, "does not list");
}

static void
note_issue(const struct license_issue *issue, void *context)
{
	deciding_note(context, issue->check, issue->member, issue->evidence, issue->message);
}

/* The licenses of members and of base models against each other. */
static void
compare_licenses(struct deciding *deciding)
{
	const struct policy_map *own = &deciding->policy->license_bases;
	struct arena *arena = deciding->result->arena;
	struct license_base *bases = arena_array(arena, own->n + 1, sizeof(*bases));
	struct license_policy policy = { .bases = bases, .nbases = own->n };

	if (deciding->options->rules == NULL)
		return;
	policy.terms = rules_get(deciding->options->rules, &license_terms_rules, deciding->status);
	if (policy.terms == NULL || bases == NULL) {
		deciding->failed = true;
		return;
	}
	/* Of a policy the last pair that fits wins. */
	for (size_t i = 0; i < own->n; i++)
		bases[own->n - 1 - i] =
		    (struct license_base){ own->pairs[i].key, own->pairs[i].value };
	if (!policy_licenses(arena, deciding->result, &policy, note_issue, deciding))
		deciding->failed = true;
}

static bool
has_base_model(const struct result *result)
{
	for (size_t i = 0; i < result->nmembers; i++)
		if (fact_of(&result->members[i], "license.base_model") != NULL)
			return true;
	return false;
}

static void
check_licenses(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	size_t nlicenses = 0, nmembers = result->nmembers;

	for (size_t i = 0; i < nmembers; i++) {
		const char *license = fact_of(&result->members[i], "license");

		if (license == NULL || *license == '\0')
			continue;
		nlicenses++;
		judge_license(deciding, &result->members[i], license);
	}
	if (nlicenses > 0 || has_base_model(result))
		compare_licenses(deciding);
	if (nlicenses == 0)
		deciding_finding(deciding, "license/missing", deciding->policy->license_missing, "",
		    "", "no member declares or holds a license");
}

/* ---- documentation -------------------------------------------------------------------------- */

/* The value of the fact PREFIX + NAME of the first member that states it, or NULL. */
static const char *
stated(const struct result *result, const char *prefix, const char *name)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < result->nmembers; i++)
		for (size_t f = 0; f < result->members[i].nfacts; f++) {
			const struct fact *fact = &result->members[i].facts[f];

			if (strncmp(fact->key, prefix, len) == 0 &&
			    strcmp(fact->key + len, name) == 0)
				return fact->value;
		}
	return NULL;
}

/* A later pair of the same key replaces this one. */
static bool
is_replaced(const struct policy_map *map, size_t i)
{
	for (size_t later = i + 1; later < map->n; later++)
		if (strcmp(map->pairs[later].key, map->pairs[i].key) == 0)
			return true;
	return false;
}

static void
check_documentation(struct deciding *deciding)
{
	const struct policy_map *items = &deciding->policy->documentation;
	struct arena *arena = deciding->result->arena;

	for (size_t i = 0; i < items->n; i++) {
		const char *item = items->pairs[i].key, *thin;
		enum action action = ACTION_PASS;

		if (is_replaced(items, i) || !action_parse(items->pairs[i].value, &action) ||
		    action == ACTION_PASS ||
		    stated(deciding->result, "documentation.", item) != NULL)
			continue;
		thin = stated(deciding->result, "documentation-thin.", item);
		deciding_finding(deciding, "documentation/missing", action, "", item,
		    thin == NULL ? arena_format(arena,
				       "nothing in the bundle documents \"%s\" (asked for by %s)",
				       item, items->pairs[i].origin)
				 : arena_format(arena,
				       "what is said of \"%s\" has only %s (asked for by %s)", item,
				       thin, items->pairs[i].origin));
	}
}

static void
check_metrics(struct deciding *deciding)
{
	const struct policy_map *metrics = &deciding->policy->metrics;
	struct arena *arena = deciding->result->arena;

	for (size_t i = 0; i < metrics->n; i++) {
		const char *name = metrics->pairs[i].key;
		const char *value = stated(deciding->result, "metric.", name);
		struct metric_rule rule;

		if (is_replaced(metrics, i) || !metric_parse(metrics->pairs[i].value, &rule))
			continue;
		if (value == NULL)
			deciding_finding(deciding, "documentation/metric", rule.action, "", name,
			    arena_format(
				arena, "no evaluation result states the metric \"%s\"", name));
		else if (!metric_holds(&rule, value))
			deciding_finding(deciding, "documentation/metric", rule.action, "", name,
			    arena_format(arena,
				"the metric \"%s\" is %s, and the policy asks for %s %g", name,
				text_safe(arena, bytes_of_string(value), MESSAGE_NAME),
				rule.comparison, rule.threshold));
	}
}

static void
check_confinement(struct deciding *deciding)
{
	const struct policy_list *required = &deciding->policy->confinement;

	for (size_t i = 0; i < required->n; i++)
		if (strstr(deciding->result->sandbox, required->items[i]) == NULL)
			deciding_finding(deciding, "policy/confinement-missing", ACTION_INCOMPLETE,
			    "", required->items[i],
			    arena_format(deciding->result->arena,
				"the workers ran without %s; their confinement was: %s",
				required->items[i], deciding->result->sandbox));
}

void
duties_check(struct deciding *deciding)
{
	check_confinement(deciding);
	if (!deciding->options->inspects)
		return;
	for (size_t i = 0; i < deciding->result->nmembers; i++)
		check_formats(deciding, i);
	if (policy_runs(deciding->policy, "license"))
		check_licenses(deciding);
	check_documentation(deciding);
	check_metrics(deciding);
}
