/* Keywords and what they lead to: see detect/secret_index.h. */
#include "config.h"

#include "detect/secret_index.h"

#include "core/text.h"
#include "detect/secret_gate.h"

/*
 * Does every value that the rule accepts stand in such a row, and near its keyword? A value that
 * needs a word like token before it is judged by its digits (is_key_of_service), and so is a row;
 * of the others the length must tell. Without entropy it may be words. What is random by
 * secret_is_random() stands in a row, too; a password need not.
 */
static bool
needs_row(const struct secret_rule *rule)
{
	const struct outline *outline = &rule->outline;

	if (rule->shape == SECRET_TOKEN)
		return rule->entropy > 0 && rule->before <= INDEX_REACH &&
		    outline_has_run(outline, 0, GATE_PLAIN, INDEX_REACH);
	if (rule->shape == SECRET_NAMES)
		return !rule->is_password && rule->least >= GATE_LEAST;
	return (rule->needs_link || rule->entropy > 0) &&
	    outline_has_run(outline, outline->secret, rule->needs_link ? GATE_LEAST : GATE_PLAIN,
		INDEX_REACH - SECRET_GAP);
}

static bool
is_name_byte(char c)
{
	int lower = text_lower((uint8_t)c);

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Does the name LONGER end with SHORTER, so that this finds all that it finds? */
static bool
is_covered(const char *longer, const char *shorter)
{
	size_t n = strlen(longer), m = strlen(shorter);

	if (m >= n || strcmp(longer + n - m, shorter) != 0)
		return false;
	for (size_t i = 0; i < n - m; i++)
		if (!is_name_byte(longer[i]))
			return false;
	return true;
}

/* `api_key` and `key` of one rule: a name is read from its beginning, wherever the keyword is. */
static bool
is_idle(const struct secret_pair *pairs, size_t n, size_t i, const struct secret_rule *list)
{
	if (list[pairs[i].rule].shape != SECRET_NAMES)
		return false;
	for (size_t k = 0; k < n; k++)
		if (pairs[k].rule == pairs[i].rule &&
		    is_covered(pairs[i].keyword, pairs[k].keyword))
			return true;
	return false;
}

/* Where a walk over the outline of a token begins, and what is asked before. */
static bool
prepare_lead(struct secret_lead *lead, const char *keyword, struct arena *arena)
{
	const struct secret_rule *rule = lead->rule;
	struct outline_hint hint, *kept;

	if (rule->shape != SECRET_TOKEN || !rule->outline.is_known)
		return true;
	lead->behind = rule->before > 0 ? outline_behind(&rule->outline, keyword)
					: outline_opening(&rule->outline, keyword);
	if (lead->behind == SIZE_MAX || !outline_hint_read(&rule->outline, lead->behind, &hint))
		return true;
	lead->hint = kept = arena_alloc(arena, sizeof(hint));
	if (kept != NULL)
		*kept = hint;
	return kept != NULL;
}

static bool
add(struct secret_index *index, const char *keyword, struct secret_rule *rule, size_t nleads,
    struct arena *arena)
{
	struct secret_keyword *last = index->n == 0 ? NULL : &index->keywords[index->n - 1];
	size_t len = strlen(keyword), reach;

	index->leads[nleads] = (struct secret_lead){ rule, 0, NULL };
	if (last != NULL && strcmp(last->text, keyword) == 0)
		last->n++;
	else
		index->keywords[index->n++] =
		    (struct secret_keyword){ keyword, len, (uint32_t)nleads, 1 };
	index->longest = len > index->longest ? len : index->longest;
	reach = rule->shape == SECRET_NAMES ? INDEX_NAMES_REACH : INDEX_REACH;
	index->reach = reach > index->reach ? reach : index->reach;
	index->before = rule->before > index->before ? rule->before : index->before;
	return prepare_lead(&index->leads[nleads], keyword, arena);
}

bool
secret_index_make(
    struct secret_index *index, struct secret_rules *rules, bool is_near_rows, struct arena *arena)
{
	size_t npairs, nrules, nleads = 0;
	const struct secret_pair *pairs = secret_rules_pairs(rules, &npairs);
	struct secret_rule *list = secret_rules_list(rules, &nrules);
	bool *wanted = arena_array(arena, nrules + 1, sizeof(*wanted));

	*index = (struct secret_index){ .keywords = arena_array(
					    arena, npairs + 1, sizeof(*index->keywords)),
		.leads = arena_array(arena, npairs + 1, sizeof(*index->leads)) };
	if (index->keywords == NULL || index->leads == NULL || wanted == NULL)
		return false;
	for (size_t i = 0; i < nrules; i++)
		wanted[i] = needs_row(&list[i]) == is_near_rows;
	for (size_t i = 0; i < npairs; i++) {
		struct secret_rule *rule = &list[pairs[i].rule];

		if (wanted[pairs[i].rule] && !is_idle(pairs, npairs, i, list) &&
		    !add(index, pairs[i].keyword, rule, nleads++, arena))
			return false;
	}
	return true;
}

bool
secret_lead_fits(const struct secret_lead *lead, struct bytes text, size_t start, size_t end)
{
	const struct secret_rule *rule = lead->rule;

	if (rule->shape == SECRET_NAMES || !rule->outline.is_known)
		return true;
	if (rule->shape == SECRET_TOKEN) {
		size_t pos = lead->behind == 0 ? start : end;

		return lead->behind == SIZE_MAX ||
		    ((lead->hint == NULL || outline_may_fit(lead->hint, text, pos)) &&
			outline_fits(&rule->outline, lead->behind, text, pos));
	}
	for (size_t pos = end; pos <= end + SECRET_GAP && pos < text.len; pos++)
		if (outline_fits(&rule->outline, 0, text, pos))
			return true;
	return false;
}
