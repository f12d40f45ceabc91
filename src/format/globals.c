/* What is known about the names that pickles import: see format/globals.h. */
#include "config.h"

#include "format/globals.h"

#include "core/arena.h"
#include "core/limits.h"
#include "core/yaml.h"

#include <stdlib.h>

#define COMMAND_BITS 12	 /* of the bits for names that run something, some sixty of them */
#define FIRST_ROOM 32768 /* our own lists fill a third */

/* One listed name: its key is MODULE, a zero byte, NAME; a library or a wildcard has an empty name.
 */
struct entry {
	const char *key;
	uint32_t len;
	enum global_class kind;
	enum global_effect effect;
	const char *why;
};

struct globals {
	struct arena *arena;
	struct entry *slots; /* open addressing; a power of two, at most half full */
	size_t room, used;
	uint64_t commands[(1 << COMMAND_BITS) /
	    64];	       /* a bit for each hash of a name that runs something */
	struct tail_set names; /* the same names */
	bool failed;
};

/* Eight bytes at a time. Hash tables of ours hold our own lists, so nobody can aim at collisions.
 */
static uint64_t
hash_bytes(struct bytes b)
{
	uint64_t h = 0xcbf29ce484222325u ^ b.len, word;

	for (; b.len >= sizeof(word); b = bytes_slice(b, sizeof(word), SIZE_MAX)) {
		memcpy(&word, b.data, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	word = 0;
	if (b.len > 0)
		memcpy(&word, b.data, b.len);
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t
hash_key(struct bytes module, struct bytes name)
{
	uint64_t h = (hash_bytes(module) * 3 ^ hash_bytes(name)) * 0x9e3779b97f4a7c15u;

	return h ^ h >> 29;
}

/* A bit for NAME: few others have the same letters at both ends and in the middle, and its length.
 */
static unsigned
command_bit(struct bytes name)
{
	uint32_t seen;

	if (name.len == 0)
		return 0;
	seen = name.data[0] | (uint32_t)name.data[name.len / 2] << 8 |
	    (uint32_t)name.data[name.len - 1] << 16 | (uint32_t)name.len << 24;
	return seen * 0x9e3779b1u >> (32 - COMMAND_BITS);
}

static bool
is_entry(const struct entry *entry, struct bytes module, struct bytes name)
{
	return entry->len == module.len + 1 + name.len &&
	    memcmp(entry->key, module.data, module.len) == 0 && entry->key[module.len] == '\0' &&
	    (name.len == 0 || memcmp(entry->key + module.len + 1, name.data, name.len) == 0);
}

static struct entry *
find_slot(const struct globals *globals, struct bytes module, struct bytes name)
{
	size_t i = hash_key(module, name) & (globals->room - 1);

	while (globals->slots[i].key != NULL && !is_entry(&globals->slots[i], module, name))
		i = (i + 1) & (globals->room - 1);
	return &globals->slots[i];
}

static void
grow(struct globals *globals)
{
	struct entry *old = globals->slots;
	size_t n = globals->room;

	globals->room = n == 0 ? FIRST_ROOM : n * 2;
	globals->slots = calloc(globals->room, sizeof(*globals->slots));
	if (globals->slots == NULL) {
		globals->slots = old;
		globals->room = n;
		globals->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (old[i].key != NULL) {
			size_t len = strlen(old[i].key);
			struct bytes module = bytes_of(old[i].key, len);
			struct bytes name = bytes_of(old[i].key + len + 1, old[i].len - len - 1);

			*find_slot(globals, module, name) = old[i];
		}
	free(old);
}

/*
 * A name listed twice keeps the more dangerous meaning: a user's list can forbid what ours allows.
 * An effect is kept beside it.
 */
static void
add(struct globals *globals, struct bytes module, struct bytes name, struct global_verdict verdict)
{
	size_t mlen = module.len, nlen = name.len;
	unsigned bit = command_bit(name);
	struct entry *slot;
	char *key;

	if (verdict.effect == EFFECT_COMMAND && bytes_equal_string(name, "*"))
		memset(globals->commands, 0xff, sizeof(globals->commands));
	else if (verdict.effect == EFFECT_COMMAND)
		globals->commands[bit / 64] |= UINT64_C(1) << bit % 64;
	if (verdict.effect == EFFECT_COMMAND && bytes_equal_string(name, "*"))
		tail_set_add_all(&globals->names);
	else if (verdict.effect == EFFECT_COMMAND)
		tail_set_add(&globals->names, name);

	if (globals->used * 2 >= globals->room)
		grow(globals);
	if (globals->failed)
		return;
	slot = find_slot(globals, module, name);
	if (slot->key != NULL) {
		if (verdict.effect != EFFECT_NONE)
			slot->effect = verdict.effect;
		else if (verdict.kind == GLOBAL_DANGEROUS) {
			slot->kind = verdict.kind;
			slot->why = verdict.why;
		} else if (slot->kind == GLOBAL_KNOWN)
			slot->kind = verdict.kind;
		return;
	}
	key = arena_alloc(globals->arena, mlen + nlen + 2);
	if (key == NULL) {
		globals->failed = true;
		return;
	}
	memcpy(key, module.data, mlen);
	if (nlen > 0)
		memcpy(key + mlen + 1, name.data, nlen);
	*slot = (struct entry){ .key = key,
		.len = (uint32_t)(mlen + 1 + nlen),
		.kind = verdict.kind,
		.effect = verdict.effect,
		.why = verdict.why };
	globals->used++;
}

/* The names in TEXT, which blanks separate. */
static void
add_names(
    struct globals *globals, const char *module, const char *text, struct global_verdict verdict)
{
	static const char blanks[] = " \t\n";

	for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
		size_t len = strcspn(text, blanks);

		add(globals, bytes_of_string(module), bytes_of(text, len), verdict);
		text += len;
	}
}

/* { MODULE: NAME NAME ... }: one text for each module, since an event for each name costs
 * milliseconds. */
static bool
add_modules(struct globals *globals, const struct rule_file *file, const struct yaml_node *map,
    struct global_verdict verdict, struct status *status)
{
	if (map->kind != YAML_MAP)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: a map from modules to names is needed", file->source, map->line);
	for (size_t i = 0; i < map->n; i++) {
		const struct yaml_node *names = &map->items[i];

		if (names->kind != YAML_SCALAR || *names->text == '\0')
			return status_set(status, STATUS_USAGE,
			    "%s:%u: names with blanks between them are needed for %s", file->source,
			    names->line, map->keys[i]);
		add_names(globals, map->keys[i], names->text, verdict);
	}
	return true;
}

/* { CLASS: { MODULE: [NAME, ...] } } */
static bool
add_dangerous(struct globals *globals, const struct rule_file *file, const struct yaml_node *map,
    struct status *status)
{
	if (map->kind != YAML_MAP)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: a map from attack classes is needed", file->source, map->line);
	for (size_t i = 0; i < map->n; i++) {
		struct global_verdict verdict = { .kind = GLOBAL_DANGEROUS,
			.why = arena_string(globals->arena, map->keys[i]) };

		if (!add_modules(globals, file, &map->items[i], verdict, status))
			return false;
	}
	return true;
}

static bool
add_libraries(struct globals *globals, const struct rule_file *file, const struct yaml_node *list,
    enum global_class kind, struct status *status)
{
	if (list == NULL)
		return true;
	if (list->kind != YAML_LIST)
		return status_set(status, STATUS_USAGE, "%s:%u: a list of modules is needed",
		    file->source, list->line);
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != YAML_SCALAR)
			return status_set(status, STATUS_USAGE, "%s:%u: a module is needed",
			    file->source, list->items[i].line);
		add(globals, bytes_of_string(list->items[i].text), bytes_of(NULL, 0),
		    (struct global_verdict){ .kind = kind });
	}
	return true;
}

/* The lists that go from modules to names, and what stands in each. */
static const struct {
	const char *key;
	struct global_verdict verdict;
} lists[] = {
	{ "safe", { .kind = GLOBAL_SAFE } },
	{ "known", { .kind = GLOBAL_KNOWN } },
	{ "calls", { .kind = GLOBAL_SAFE, .effect = EFFECT_CALLS } },
	{ "imports", { .kind = GLOBAL_SAFE, .effect = EFFECT_IMPORTS } },
	{ "loads", { .kind = GLOBAL_SAFE, .effect = EFFECT_LOADS } },
	{ "commands",
	    { .kind = GLOBAL_DANGEROUS,
		.effect = EFFECT_COMMAND,
		.why = "process or code execution" } },
};

static bool
add_file(struct globals *globals, const struct rule_file *file, struct status *status)
{
	static const char *const keys[] = { "safe", "known", "calls", "imports", "loads",
		"commands", "dangerous", "standard", "libraries", NULL };
	struct yaml *yaml = yaml_parse(file->bytes, file->source, status);
	const struct yaml_node *root, *node;
	bool done;

	if (yaml == NULL)
		return false;
	root = yaml_root(yaml);
	done = yaml_check_keys(root, file->source, keys, status);
	for (size_t i = 0; done && i < ARRAY_LEN(lists); i++) {
		node = yaml_get(root, lists[i].key);
		if (node != NULL)
			done = add_modules(globals, file, node, lists[i].verdict, status);
	}
	node = yaml_get(root, "dangerous");
	if (done && node != NULL)
		done = add_dangerous(globals, file, node, status);
	if (done)
		done = add_libraries(
			   globals, file, yaml_get(root, "standard"), GLOBAL_STDLIB, status) &&
		    add_libraries(
			globals, file, yaml_get(root, "libraries"), GLOBAL_LIBRARY, status);
	yaml_free(yaml);
	return done;
}

static void
free_globals(void *compiled)
{
	struct globals *globals = compiled;

	if (globals == NULL)
		return;
	free(globals->slots);
	arena_free(globals->arena);
	free(globals);
}

static void *
compile_globals(const struct rule_file *files, size_t n, struct status *status)
{
	struct globals *globals = calloc(1, sizeof(*globals));
	bool done = globals != NULL;

	if (!done)
		return NULL;
	globals->arena = arena_new(64 * MIB);
	done = globals->arena != NULL;
	if (done)
		grow(globals);
	for (size_t i = 0; done && i < n; i++)
		done = add_file(globals, &files[i], status);
	if (!done || globals->failed) {
		status_set(status, STATUS_MEMORY, "no memory for the lists of globals");
		free_globals(globals);
		return NULL;
	}
	return globals;
}

const struct rule_kind globals_kind = {
	.folder = "globals",
	.compile = compile_globals,
	.free = free_globals,
};

static const struct entry *
look_up(const struct globals *globals, struct bytes module, struct bytes name)
{
	const struct entry *entry = find_slot(globals, module, name);

	return entry->key == NULL ? NULL : entry;
}

/* Where the last dot of B stands, or B.len. */
static size_t
last_dot(struct bytes b)
{
	for (size_t i = b.len; i > 0; i--)
		if (b.data[i - 1] == '.')
			return i - 1;
	return b.len;
}

/* A wildcard on MODULE or on a module around it. */
static const struct entry *
wildcard(const struct globals *globals, struct bytes module)
{
	for (;;) {
		const struct entry *entry = look_up(globals, module, bytes_of("*", 1));
		size_t dot = last_dot(module);

		if (entry != NULL)
			return entry;
		if (dot == module.len)
			return NULL;
		module.len = dot;
	}
}

static bool
is_dunder(struct bytes b)
{
	return b.len > 4 && bytes_starts(b, "__") && bytes_ends(b, "__");
}

/*
 * A dotted name walks through attributes, and where it ends is decided by what lies on the way:
 * `torch` + `os.system` is os.system. Looks for a module or a dunder on the way.
 */
static const char *
walk(const struct globals *globals, struct bytes name)
{
	for (size_t start = 0; start < name.len;) {
		struct bytes rest = bytes_slice(name, start, SIZE_MAX), part;
		const uint8_t *dot = memchr(rest.data, '.', rest.len);
		const struct entry *entry;

		part = bytes_of(rest.data, dot == NULL ? rest.len : (size_t)(dot - rest.data));
		if (is_dunder(part))
			return "attribute walk";
		if (dot != NULL) {
			struct bytes tail = bytes_slice(rest, part.len + 1, SIZE_MAX);

			entry = look_up(globals, part, tail);
			if (entry == NULL)
				entry = wildcard(globals, part);
			if (entry != NULL && entry->kind == GLOBAL_DANGEROUS)
				return entry->why;
			/* A module of the standard library or of a known one, reached through
			 * another. */
			if (look_up(globals, part, bytes_of(NULL, 0)) != NULL)
				return "attribute walk";
		}
		start += part.len + 1;
	}
	return NULL;
}

/* The top-level module that MODULE is or is in; NULL where no list names it. */
static const struct entry *
library_of(const struct globals *globals, struct bytes module)
{
	const uint8_t *dot = module.len == 0 ? NULL : memchr(module.data, '.', module.len);

	if (dot != NULL)
		module.len = (size_t)(dot - module.data);
	return look_up(globals, module, bytes_of(NULL, 0));
}

struct global_verdict
globals_judge(const struct globals *globals, struct bytes module, struct bytes name)
{
	const struct entry *entry = name.len == 0 ? NULL : look_up(globals, module, name);
	struct global_verdict verdict = { .kind = GLOBAL_FOREIGN };
	struct bytes first = name;
	const uint8_t *dot;
	bool is_method = false;

	if (entry == NULL)
		entry = wildcard(globals, module);
	if (entry != NULL)
		return (struct global_verdict){ entry->kind, entry->effect, entry->why };
	dot = name.len == 0 ? NULL : memchr(name.data, '.', name.len);
	if (is_dunder(name))
		verdict.why = "attribute walk";
	if (dot != NULL) {
		verdict.why = walk(globals, name);
		first.len = (size_t)(dot - name.data);
		/* A method of a dangerous class is as dangerous; so is a name in a module that the
		 * name spells. */
		entry = look_up(globals, module, first);
		if (verdict.why == NULL && entry != NULL && entry->kind == GLOBAL_DANGEROUS)
			verdict.why = entry->why;
		/* A method of a class that is known is known, unless it is called. */
		is_method = entry != NULL && entry->kind <= GLOBAL_KNOWN &&
		    memchr(dot + 1, '.', name.len - first.len - 1) == NULL;
	}
	entry = library_of(globals, module);
	if (verdict.why != NULL)
		verdict.kind = GLOBAL_DANGEROUS;
	else if (entry != NULL)
		verdict.kind =
		    is_method && entry->kind == GLOBAL_LIBRARY ? GLOBAL_KNOWN : entry->kind;
	return verdict;
}

bool
globals_may_run(const struct globals *globals, struct bytes name)
{
	unsigned bit = command_bit(name);

	return (globals->commands[bit / 64] >> bit % 64 & 1) != 0;
}

const struct tail_set *
globals_that_run(const struct globals *globals)
{
	return &globals->names;
}
