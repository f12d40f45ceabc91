/* Operators of graphs: see format/operators.h. */
#include "config.h"

#include "format/operators.h"

#include "core/arena.h"
#include "core/limits.h"
#include "core/yaml.h"

#include <stdlib.h>

#define ROOM 8192 /* names of all files: TensorFlow has 1,650 */

struct entry {
	const char *name;
	enum operator_class kind;
	const char *why;
};

struct operators {
	struct arena *arena;
	struct entry *entries; /* sorted */
	size_t n;
};

/* Every word of TEXT is an operator of KIND. */
static bool
add_words(struct operators *operators, const struct yaml_node *node, enum operator_class kind,
    const char *why, const char *source, struct status *status)
{
	const char *text = node->text;

	if (node->kind != YAML_SCALAR)
		return status_set(
		    status, STATUS_USAGE, "%s:%u: names stand in one text", source, node->line);
	for (text += strspn(text, " \n"); *text != '\0'; text += strspn(text, " \n")) {
		size_t len = strcspn(text, " \n");

		if (operators->n == ROOM)
			return status_set(
			    status, STATUS_LIMIT, "%s: more than %d operators", source, ROOM);
		operators->entries[operators->n] = (struct entry){
			.name = arena_string_of(operators->arena, bytes_of(text, len)),
			.kind = kind,
			.why = why,
		};
		if (operators->entries[operators->n++].name == NULL)
			return status_set(status, STATUS_MEMORY, "no memory for the operators");
		text += len;
	}
	return true;
}

/* A map from a reason to names. */
static bool
add_reasons(struct operators *operators, const struct yaml_node *map, enum operator_class kind,
    const char *source, struct status *status)
{
	for (size_t i = 0; map != NULL && i < map->n; i++) {
		const char *why =
		    map->kind == YAML_MAP ? arena_string(operators->arena, map->keys[i]) : NULL;

		if (why == NULL)
			return status_set(status, STATUS_USAGE,
			    "%s:%u: a map from reasons to names is wanted", source, map->line);
		if (!add_words(operators, &map->items[i], kind, why, source, status))
			return false;
	}
	return true;
}

static bool
add_file(struct operators *operators, const struct rule_file *file, struct status *status)
{
	static const char *const keys[] = { "dangerous", "review", "known", NULL };
	struct yaml *yaml = yaml_parse(file->bytes, file->source, status);
	const struct yaml_node *root = yaml == NULL ? NULL : yaml_root(yaml);
	const struct yaml_node *known = yaml_get(root, "known");
	bool done = yaml != NULL && yaml_check_keys(root, file->source, keys, status) &&
	    add_reasons(
		operators, yaml_get(root, "dangerous"), OPERATOR_DANGEROUS, file->source, status) &&
	    add_reasons(
		operators, yaml_get(root, "review"), OPERATOR_REVIEW, file->source, status) &&
	    (known == NULL ||
		add_words(operators, known, OPERATOR_KNOWN, NULL, file->source, status));

	yaml_free(yaml);
	return done;
}

/* By name; of one name in several lists the gravest comes first. */
static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (int)y->kind - (int)x->kind;
}

static void
free_operators(void *compiled)
{
	struct operators *operators = compiled;

	arena_free(operators->arena);
	free(operators);
}

static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct operators *operators = calloc(1, sizeof(*operators));

	if (operators == NULL)
		return NULL;
	operators->arena = arena_new(4 * MIB);
	operators->entries = operators->arena == NULL
	    ? NULL
	    : arena_array(operators->arena, ROOM, sizeof(*operators->entries));
	if (operators->entries == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the operators");
		free_operators(operators);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (!add_file(operators, &files[i], status)) {
			free_operators(operators);
			return NULL;
		}
	qsort(operators->entries, operators->n, sizeof(*operators->entries), compare);
	return operators;
}

const struct rule_kind operators_kind = {
	.folder = "graphs",
	.compile = compile,
	.free = free_operators,
};

enum operator_class
operators_judge(const struct operators *operators, struct bytes name, const char **ret_why)
{
	size_t low = 0, high = operators->n;

	*ret_why = NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = operators->entries[middle].name;
		size_t len = strlen(other), least = len < name.len ? len : name.len;
		int order = least == 0 ? 0 : memcmp(other, name.data, least);

		if (order == 0)
			order = len < name.len ? -1 : len > name.len;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == operators->n || !bytes_equal_string(name, operators->entries[low].name))
		return OPERATOR_UNKNOWN;
	*ret_why = operators->entries[low].why;
	return operators->entries[low].kind;
}
