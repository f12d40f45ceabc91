/* What licenses ask and allow: see detect/license_terms.h. */
#include "config.h"

#include "detect/license_terms.h"

#include "core/buffer.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"

#include <stdlib.h>

#define MAX_TERMS 256
#define MAX_LINE 4000

struct conflict {
	const char *const *a, *const *b;
	const char *why;
};

struct license_terms {
	struct yaml *yaml;   /* owns the texts */
	struct arena *arena; /* owns the lists */
	struct license_term terms[MAX_TERMS];
	size_t nterms;
	struct conflict conflicts[MAX_TERMS];
	size_t nconflicts;
	const struct yaml_node *bases;
};

/* The texts of a list, NULL-terminated; NULL where NODE is none. */
static const char *const *
list_of(struct arena *arena, const struct yaml_node *node)
{
	const char **list;

	if (node == NULL || node->kind != YAML_LIST)
		return NULL;
	list = arena_array(arena, node->n + 1, sizeof(*list));
	for (size_t i = 0; list != NULL && i < node->n; i++)
		list[i] = node->items[i].kind == YAML_SCALAR ? node->items[i].text : "";
	return list;
}

static bool
read_term(struct license_terms *terms, const struct yaml_node *node, const char *source,
    struct status *status)
{
	static const char *const keys[] = { "licenses", "category", "commercial", "redistribution",
		"derivatives", "attribution", "naming", "acceptable-use", "users", "share-alike",
		"flow-down", "output-training", "territory", NULL };
	struct license_term *term = &terms->terms[terms->nterms];

	if (!yaml_check_keys(node, source, keys, status))
		return false;
	term->licenses = list_of(terms->arena, yaml_get(node, "licenses"));
	if (term->licenses == NULL || terms->nterms + 1 == MAX_TERMS)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: an entry of terms needs a list of licenses", source, node->line);
	term->category = yaml_get_string(node, "category");
	term->commercial = yaml_get_string(node, "commercial");
	term->redistribution = yaml_get_string(node, "redistribution");
	term->derivatives = yaml_get_string(node, "derivatives");
	term->attribution = yaml_get_string(node, "attribution");
	term->naming = yaml_get_string(node, "naming");
	term->acceptable_use = yaml_get_string(node, "acceptable-use");
	term->users = yaml_get_string(node, "users");
	term->share_alike = yaml_get_string(node, "share-alike");
	term->flow_down = yaml_get_string(node, "flow-down");
	term->output_training = yaml_get_string(node, "output-training");
	term->territory = yaml_get_string(node, "territory");
	terms->nterms++;
	return true;
}

static bool
read_conflict(struct license_terms *terms, const struct yaml_node *node, const char *source,
    struct status *status)
{
	static const char *const keys[] = { "a", "b", "why", NULL };
	struct conflict *conflict = &terms->conflicts[terms->nconflicts];

	if (!yaml_check_keys(node, source, keys, status))
		return false;
	conflict->a = list_of(terms->arena, yaml_get(node, "a"));
	conflict->b = list_of(terms->arena, yaml_get(node, "b"));
	conflict->why = yaml_get_string(node, "why");
	if (conflict->a == NULL || conflict->b == NULL || conflict->why == NULL ||
	    terms->nconflicts + 1 == MAX_TERMS)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: an entry of incompatible needs a, b and why", source, node->line);
	terms->nconflicts++;
	return true;
}

static bool
read_file(struct license_terms *terms, const struct rule_file *file, struct status *status)
{
	static const char *const keys[] = { "terms", "incompatible", "base-models", NULL };
	const struct yaml_node *root, *list;
	bool done;

	terms->yaml = yaml_parse(file->bytes, file->source, status);
	if (terms->yaml == NULL)
		return false;
	root = yaml_root(terms->yaml);
	done = yaml_check_keys(root, file->source, keys, status);
	list = yaml_get(root, "terms");
	for (size_t i = 0; done && list != NULL && i < list->n; i++)
		done = read_term(terms, &list->items[i], file->source, status);
	list = yaml_get(root, "incompatible");
	for (size_t i = 0; done && list != NULL && i < list->n; i++)
		done = read_conflict(terms, &list->items[i], file->source, status);
	terms->bases = yaml_get(root, "base-models");
	return done;
}

struct license_terms *
license_terms_new(const struct rule_file *files, size_t n, struct status *status)
{
	struct license_terms *terms = calloc(1, sizeof(*terms));
	const struct rule_file *file = NULL;

	if (terms == NULL || (terms->arena = arena_new(4 * MIB)) == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the terms of licenses");
		free(terms);
		return NULL;
	}
	/* The user's file comes last and replaces ours. */
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, "licenses/obligations.yaml") == 0)
			file = &files[i];
	if (file != NULL && !read_file(terms, file, status)) {
		license_terms_free(terms);
		return NULL;
	}
	return terms;
}

void
license_terms_free(struct license_terms *terms)
{
	if (terms == NULL)
		return;
	yaml_free(terms->yaml);
	arena_free(terms->arena);
	free(terms);
}

static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	return license_terms_new(files, n, status);
}

static void
free_compiled(void *compiled)
{
	license_terms_free(compiled);
}

const struct rule_kind license_terms_rules = {
	.folder = "licenses",
	.compile = compile,
	.free = free_compiled,
};

static bool
list_holds(const char *const *list, const char *id)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (text_glob(list[i], id))
			return true;
	return false;
}

const struct license_term *
license_terms_of(const struct license_terms *terms, const char *id)
{
	for (size_t i = 0; i < terms->nterms; i++)
		if (list_holds(terms->terms[i].licenses, id))
			return &terms->terms[i];
	return NULL;
}

/* ---- attributions ------------------------------------------------------------------------- */

const char *
license_terms_attribution(const struct license_term *term)
{
	if (term == NULL || term->attribution == NULL || strcmp(term->attribution, "notices") == 0)
		return NULL;
	return term->attribution;
}

/* Does TEXT hold PHRASE, whatever the case of its letters and the white space between words? */
static bool
holds_phrase(struct bytes text, const char *phrase)
{
	for (size_t start = 0; start < text.len; start++) {
		size_t pos = start;
		const char *p = phrase;

		while (*p != '\0' && pos < text.len &&
		    text_lower(text.data[pos]) == text_lower((unsigned char)*p)) {
			pos++;
			p++;
			if (p[0] != ' ')
				continue;
			if (pos >= text.len || text.data[pos] > ' ')
				break;
			while (pos < text.len && text.data[pos] <= ' ')
				pos++;
			p++;
		}
		if (*p == '\0')
			return true;
	}
	return false;
}

const char *
license_terms_attributions(
    const struct license_terms *terms, struct arena *arena, struct bytes text)
{
	const char *all = NULL;

	for (size_t i = 0; i < terms->nterms; i++) {
		const char *phrase = license_terms_attribution(&terms->terms[i]);

		if (phrase == NULL || (all != NULL && strstr(all, phrase) != NULL) ||
		    !holds_phrase(text, phrase))
			continue;
		all = all == NULL ? phrase : arena_format(arena, "%s, %s", all, phrase);
	}
	return all;
}

/* ---- the line ----------------------------------------------------------------------------- */

struct lining {
	const struct license_terms *terms;
	struct buffer out;
};

static bool
add_line(const struct license_node *one, void *context)
{
	struct lining *lining = context;
	const struct license_term *term = license_terms_of(lining->terms, one->id);
	const struct {
		const char *label, *value;
	} fields[] = { { "commercial use", term == NULL ? NULL : term->commercial },
		{ "redistribution", term == NULL ? NULL : term->redistribution },
		{ "derivatives", term == NULL ? NULL : term->derivatives },
		{ "attribution", term == NULL ? NULL : term->attribution },
		{ "naming", term == NULL ? NULL : term->naming },
		{ "acceptable use", term == NULL ? NULL : term->acceptable_use },
		{ "share-alike", term == NULL ? NULL : term->share_alike },
		{ "flow-down", term == NULL ? NULL : term->flow_down },
		{ "training on outputs", term == NULL ? NULL : term->output_training },
		{ "territory", term == NULL ? NULL : term->territory } };

	if (term == NULL)
		return true;
	buffer_add_format(&lining->out, "%s%s: %s", lining->out.len > 0 ? "; " : "", one->id,
	    term->category == NULL ? "unclassified" : term->category);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].value != NULL)
			buffer_add_format(
			    &lining->out, ", %s: %s", fields[i].label, fields[i].value);
	return true;
}

const char *
license_terms_line(
    const struct license_terms *terms, struct arena *arena, const struct license_node *node)
{
	struct lining lining = { terms, buffer_up_to(MAX_LINE) };
	const char *line = NULL;

	(void)license_expression_each(node, add_line, &lining);
	if (buffer_ok(&lining.out) && lining.out.len > 0)
		line = arena_string_of(arena, buffer_bytes(&lining.out));
	buffer_free(&lining.out);
	return line;
}

/* ---- conflicts ---------------------------------------------------------------------------- */

/* Copyleft lets nobody add restrictions; these licenses are made of them. */
static bool
is_one_sided(const struct license_term *a, const struct license_term *b)
{
	static const char *const free[] = { "copyleft", "network-copyleft" },
				 *const restricted[] = { "non-commercial", "use-restricted",
					 "research-only" };
	bool left = false, right = false;

	for (size_t i = 0; a != NULL && a->category != NULL && i < ARRAY_LEN(free); i++)
		left |= strcmp(a->category, free[i]) == 0;
	for (size_t i = 0; b != NULL && b->category != NULL && i < ARRAY_LEN(restricted); i++)
		right |= strcmp(b->category, restricted[i]) == 0;
	return left && right;
}

static const char *
leaf_conflict(const struct license_terms *terms, const char *a, const char *b)
{
	const struct license_term *x = license_terms_of(terms, a), *y = license_terms_of(terms, b);

	for (size_t i = 0; i < terms->nconflicts; i++) {
		const struct conflict *c = &terms->conflicts[i];

		if ((list_holds(c->a, a) && list_holds(c->b, b)) ||
		    (list_holds(c->a, b) && list_holds(c->b, a)))
			return c->why;
	}
	if (is_one_sided(x, y) || is_one_sided(y, x))
		return "copyleft forbids further restrictions, and the other restricts use";
	return NULL;
}

const char *
license_terms_conflict(const struct license_terms *terms, const struct license_node *a,
    const struct license_node *b, const struct license_node **ret_a,
    const struct license_node **ret_b)
{
	const struct license_node *sides[2];
	const char *why;

	if (a->kind == LICENSE_ONE && b->kind == LICENSE_ONE) {
		*ret_a = a;
		*ret_b = b;
		return leaf_conflict(terms, a->id, b->id);
	}
	if (a->kind == LICENSE_ONE)
		return license_terms_conflict(terms, b, a, ret_b, ret_a);
	sides[0] = a->left;
	sides[1] = a->right;
	why = license_terms_conflict(terms, sides[0], b, ret_a, ret_b);
	if ((why != NULL) == (a->kind == LICENSE_AND))
		return why;
	return license_terms_conflict(terms, sides[1], b, ret_a, ret_b);
}

const char *
license_terms_base(const struct license_terms *terms, const char *model)
{
	const struct yaml_node *bases = terms->bases;

	for (size_t i = 0; bases != NULL && bases->kind == YAML_MAP && i < bases->n; i++)
		if (bases->items[i].kind == YAML_SCALAR && text_glob(bases->keys[i], model))
			return bases->items[i].text;
	return NULL;
}
