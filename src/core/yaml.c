/* YAML that people write, under limits: see core/yaml.h. */
#include "config.h"

#include "core/yaml.h"

#include "core/arena.h"
#include "core/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

#define YAML_ARENA (512 * MIB)

struct yaml {
	struct arena *arena;
	struct yaml_node root;
};

/* A list or map that is not closed yet. */
struct open_node {
	struct yaml_node node;
	const char *key; /* of the next value; NULL where a key comes next */
	size_t room;
};

struct loader {
	yaml_parser_t parser;
	struct yaml *yaml;
	const char *source;
	struct status *status;
	struct open_node *stack;
	size_t depth, nodes;
	bool has_root;
};

static bool
fail_at(struct loader *loader, size_t line, const char *what)
{
	return status_set(
	    loader->status, STATUS_USAGE, "%s:%zu: %s", loader->source, line + 1, what);
}

/* Appends VALUE under KEY (NULL in a list) to the node on top of the stack. */
static bool
append(
    struct loader *loader, struct open_node *parent, const char *key, const struct yaml_node *value)
{
	struct arena *arena = loader->yaml->arena;
	struct yaml_node *node = &parent->node;

	if (node->n == parent->room) {
		size_t room = parent->room == 0 ? 8 : parent->room * 2;
		struct yaml_node *items = arena_array(arena, room, sizeof(*items));
		const char **keys =
		    node->kind == YAML_MAP ? arena_array(arena, room, sizeof(*keys)) : NULL;

		if (items == NULL || (node->kind == YAML_MAP && keys == NULL))
			return status_set(
			    loader->status, STATUS_MEMORY, "%s: no memory", loader->source);
		if (node->n > 0)
			memcpy(items, node->items, node->n * sizeof(*items));
		if (node->n > 0 && keys != NULL)
			memcpy(keys, node->keys, node->n * sizeof(*keys));
		node->items = items;
		node->keys = keys;
		parent->room = room;
	}
	if (node->kind == YAML_MAP)
		node->keys[node->n] = key;
	node->items[node->n++] = *value;
	return true;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two equal keys in a map: which one wins depends on the reader, so neither may. */
static bool
check_duplicates(struct loader *loader, const struct yaml_node *node, size_t line)
{
	const char **sorted;
	bool unique = true;

	if (node->kind != YAML_MAP || node->n < 2)
		return true;
	sorted = calloc(node->n, sizeof(*sorted));
	if (sorted == NULL)
		return status_set(loader->status, STATUS_MEMORY, "%s: no memory", loader->source);
	memcpy(sorted, node->keys, node->n * sizeof(*sorted));
	qsort(sorted, node->n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < node->n && unique; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			unique = status_set(loader->status, STATUS_USAGE,
			    "%s:%zu: the key \"%.80s\" stands twice in this map", loader->source,
			    line + 1, sorted[i]);
	free(sorted);
	return unique;
}

/* A finished value goes into what is open, or becomes the root. */
static bool
place(struct loader *loader, const struct yaml_node *value, size_t line)
{
	struct open_node *parent;
	const char *key;

	if (loader->depth == 0) {
		if (loader->has_root)
			return fail_at(loader, line, "only one document may stand in a file");
		loader->yaml->root = *value;
		loader->has_root = true;
		return true;
	}
	parent = &loader->stack[loader->depth - 1];
	if (parent->node.kind == YAML_LIST)
		return append(loader, parent, NULL, value);
	if (parent->key == NULL) {
		if (value->kind != YAML_SCALAR || strlen(value->text) != value->len)
			return fail_at(loader, line, "a key must be a plain text");
		parent->key = value->text;
		return true;
	}
	key = parent->key;
	parent->key = NULL;
	return append(loader, parent, key, value);
}

static bool
open_node(struct loader *loader, enum yaml_kind kind, size_t line)
{
	if (loader->depth == LIMIT_YAML_DEPTH)
		return fail_at(loader, line, "it is nested too deep");
	loader->stack[loader->depth] =
	    (struct open_node){ .node = { .kind = kind, .line = (unsigned)line + 1, .text = "" } };
	loader->depth++;
	return true;
}

static bool
close_node(struct loader *loader, size_t line)
{
	struct yaml_node node = loader->stack[--loader->depth].node;

	return check_duplicates(loader, &node, node.line - 1) && place(loader, &node, line);
}

static bool
take_scalar(struct loader *loader, const yaml_event_t *event)
{
	struct yaml_node node = { .kind = YAML_SCALAR,
		.line = (unsigned)event->start_mark.line + 1,
		.len = event->data.scalar.length,
		.is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE };

	node.text =
	    arena_string_of(loader->yaml->arena, bytes_of(event->data.scalar.value, node.len));
	if (node.text == NULL)
		return status_set(loader->status, STATUS_MEMORY, "%s: no memory", loader->source);
	return place(loader, &node, event->start_mark.line);
}

static bool
take_event(struct loader *loader, const yaml_event_t *event)
{
	size_t line = event->start_mark.line;

	if (++loader->nodes > LIMIT_YAML_NODES)
		return fail_at(loader, line, "it has too many values");
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return fail_at(loader, line, "aliases (*name) are not allowed");
	case YAML_SCALAR_EVENT:
		if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
			return fail_at(
			    loader, line, "anchors (&name) and tags (!name) are not allowed");
		return take_scalar(loader, event);
	case YAML_SEQUENCE_START_EVENT:
		if (event->data.sequence_start.anchor != NULL ||
		    event->data.sequence_start.tag != NULL)
			return fail_at(
			    loader, line, "anchors (&name) and tags (!name) are not allowed");
		return open_node(loader, YAML_LIST, line);
	case YAML_MAPPING_START_EVENT:
		if (event->data.mapping_start.anchor != NULL ||
		    event->data.mapping_start.tag != NULL)
			return fail_at(
			    loader, line, "anchors (&name) and tags (!name) are not allowed");
		return open_node(loader, YAML_MAP, line);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_node(loader, line);
	default:
		return true;
	}
}

static bool
load(struct loader *loader)
{
	bool going = true, done = false;

	while (going && !done) {
		yaml_event_t event;

		if (!yaml_parser_parse(&loader->parser, &event)) {
			return status_set(loader->status, STATUS_USAGE, "%s:%zu: %s",
			    loader->source, loader->parser.problem_mark.line + 1,
			    loader->parser.problem == NULL ? "this is no YAML"
							   : loader->parser.problem);
		}
		done = event.type == YAML_STREAM_END_EVENT;
		going = take_event(loader, &event);
		yaml_event_delete(&event);
	}
	return going;
}

struct yaml *
yaml_parse(struct bytes bytes, const char *source, struct status *status)
{
	struct loader loader = { .source = source, .status = status };
	struct yaml *yaml = calloc(1, sizeof(*yaml));
	bool done = false;

	if (bytes.len > LIMIT_YAML_BYTES) {
		status_set(status, STATUS_USAGE, "%s is larger than %ju MiB", source,
		    (uintmax_t)(LIMIT_YAML_BYTES / MIB));
		free(yaml);
		return NULL;
	}
	loader.yaml = yaml;
	loader.stack = calloc(LIMIT_YAML_DEPTH, sizeof(*loader.stack));
	if (yaml != NULL)
		yaml->arena = arena_new(YAML_ARENA);
	if (yaml == NULL || yaml->arena == NULL || loader.stack == NULL ||
	    !yaml_parser_initialize(&loader.parser)) {
		status_set(status, STATUS_MEMORY, "%s: no memory", source);
		goto out;
	}
	yaml->root =
	    (struct yaml_node){ .kind = YAML_SCALAR, .is_plain = true, .line = 1, .text = "" };
	yaml_parser_set_input_string(
	    &loader.parser, bytes.data == NULL ? (const uint8_t *)"" : bytes.data, bytes.len);
	done = load(&loader);
	yaml_parser_delete(&loader.parser);
out:
	free(loader.stack);
	if (!done) {
		yaml_free(yaml);
		return NULL;
	}
	return yaml;
}

void
yaml_free(struct yaml *yaml)
{
	if (yaml == NULL)
		return;
	arena_free(yaml->arena);
	free(yaml);
}

const struct yaml_node *
yaml_root(const struct yaml *yaml)
{
	return &yaml->root;
}

const struct yaml_node *
yaml_get(const struct yaml_node *node, const char *key)
{
	if (node == NULL || node->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < node->n; i++)
		if (strcmp(node->keys[i], key) == 0)
			return &node->items[i];
	return NULL;
}

const char *
yaml_get_string(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *value = yaml_get(node, key);

	return value == NULL || value->kind != YAML_SCALAR ? NULL : value->text;
}

bool
yaml_get_bool(
    const struct yaml_node *node, const char *key, bool fallback, bool *ret, struct status *status)
{
	const struct yaml_node *value = yaml_get(node, key);

	if (value == NULL) {
		*ret = fallback;
		return true;
	}
	if (value->kind == YAML_SCALAR && strcmp(value->text, "true") == 0)
		*ret = true;
	else if (value->kind == YAML_SCALAR && strcmp(value->text, "false") == 0)
		*ret = false;
	else
		return status_set(
		    status, STATUS_USAGE, "line %u: %s must be true or false", value->line, key);
	return true;
}

bool
yaml_get_uint(const struct yaml_node *node, const char *key, uint64_t fallback, uint64_t *ret,
    struct status *status)
{
	const struct yaml_node *value = yaml_get(node, key);
	unsigned long long number;
	char *end;

	if (value == NULL) {
		*ret = fallback;
		return true;
	}
	errno = 0;
	if (value->kind != YAML_SCALAR || *value->text < '0' || *value->text > '9')
		return status_set(
		    status, STATUS_USAGE, "line %u: %s must be a number", value->line, key);
	number = strtoull(value->text, &end, 10);
	if (*end != '\0' || errno != 0)
		return status_set(
		    status, STATUS_USAGE, "line %u: %s must be a number", value->line, key);
	*ret = number;
	return true;
}

bool
yaml_check_keys(const struct yaml_node *node, const char *source, const char *const *allowed,
    struct status *status)
{
	if (node == NULL || node->kind != YAML_MAP)
		return status_set(status, STATUS_USAGE, "%s:%u: a map of settings is needed here",
		    source, node == NULL ? 1 : node->line);
	for (size_t i = 0; i < node->n; i++) {
		bool known = false;

		for (size_t a = 0; allowed[a] != NULL; a++)
			known = known || strcmp(allowed[a], node->keys[i]) == 0;
		if (!known)
			return status_set(status, STATUS_USAGE,
			    "%s:%u: \"%.80s\" is no setting here", source, node->items[i].line,
			    node->keys[i]);
	}
	return true;
}
