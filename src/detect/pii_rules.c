/* Compiles rules/pii/: see detect/pii_rules.h. */
#include "config.h"

#include "detect/pii_rules.h"

#include "core/limits.h"
#include "core/yaml.h"

#include <ctype.h>
#include <stdlib.h>

#define CONTEXT_ROOM 8192 /* slots for phrases; at most half are used */
#define MAX_LIST 4096	  /* words of one list */

static const char *const finder_names[] = { [FIND_SHAPES] = "shapes",
	[FIND_EMAIL] = "email",
	[FIND_IBAN] = "iban",
	[FIND_IP] = "ip",
	[FIND_MAC] = "mac",
	[FIND_PHONE] = "phone",
	[FIND_URL] = "url",
	[FIND_WALLET] = "wallet" };

/* One file on its way in. */
struct loading {
	struct pii_rules *rules;
	const char *source;
	size_t nphrases;
	struct status *status;
};

static bool
wrong(struct loading *loading, const struct yaml_node *node, const char *what, const char *value)
{
	return status_set(loading->status, STATUS_USAGE, "%s:%u: %s%s%.80s", loading->source,
	    node->line, what, value == NULL ? "" : ": ", value == NULL ? "" : value);
}

/* The texts of the list KEY, in lower case; empty where there is none. */
static bool
load_list(struct loading *loading, const struct yaml_node *map, const char *key,
    const char *const **ret, size_t *ret_n)
{
	const struct yaml_node *list = yaml_get(map, key);
	const char **texts;

	*ret_n = 0;
	if (list == NULL)
		return true;
	if (list->kind != YAML_LIST || list->n > MAX_LIST)
		return wrong(loading, list, "a list of texts is needed here", key);
	texts = arena_array(loading->rules->arena, list->n + 1, sizeof(*texts));
	for (size_t i = 0; texts != NULL && i < list->n; i++) {
		char *copy = arena_string(loading->rules->arena, list->items[i].text);

		if (list->items[i].kind != YAML_SCALAR || list->items[i].len == 0)
			return wrong(loading, &list->items[i], "a text is needed here", NULL);
		for (char *p = copy; p != NULL && *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		texts[i] = copy;
		if (copy == NULL)
			texts = NULL;
	}
	if (texts == NULL)
		return status_set(loading->status, STATUS_MEMORY, "no memory for rules");
	*ret = texts;
	*ret_n = list->n;
	return true;
}

static bool
load_percent(struct loading *loading, const struct yaml_node *map, const char *key,
    unsigned fallback, unsigned *ret)
{
	uint64_t value;

	if (!yaml_get_uint(map, key, fallback, &value, loading->status))
		return false;
	if (value > 100)
		return wrong(loading, yaml_get(map, key), "a confidence is 0 to 100", NULL);
	*ret = (unsigned)value;
	return true;
}

static bool
add_phrase(struct loading *loading, const struct yaml_node *node, size_t entity, const char *phrase)
{
	struct pii_rules *rules = loading->rules;
	uint64_t hash = pii_phrase_note(rules, phrase);
	size_t i = hash & (rules->ncontext - 1);

	if (hash == 0)
		return wrong(loading, node, "one to five words are needed here", phrase);
	while (rules->context[i].hash != 0 && rules->context[i].hash != hash)
		i = (i + 1) & (rules->ncontext - 1);
	if (rules->context[i].hash == 0 && ++loading->nphrases > CONTEXT_ROOM / 2)
		return wrong(loading, node, "too many context words", phrase);
	rules->context[i].hash = hash;
	rules->context[i].entities.bits[entity / 64] |= (uint64_t)1 << (entity % 64);
	return true;
}

static bool
load_validator(struct loading *loading, const struct yaml_node *map, const struct validator **ret)
{
	const char *name = yaml_get_string(map, "validator");

	if (name == NULL)
		return true;
	*ret = validator_by_name(name);
	return *ret != NULL || strcmp(name, "none") == 0 ||
	    wrong(loading, map, "there is no such validator", name);
}

static bool
load_shape(struct loading *loading, const struct yaml_node *node, const struct yaml_node *entity,
    size_t index)
{
	static const char *const keys[] = { "form", "base", "separators", "glued", "alone",
		"validator", NULL };
	struct pii_rules *rules = loading->rules;
	struct pii_shape *shape = &rules->shapes[rules->nshapes];
	const char *form = node->kind == YAML_SCALAR ? node->text : yaml_get_string(node, "form"),
		   *separators = yaml_get_string(node, "separators");
	unsigned base = rules->entities[index].base;

	if (node->kind != YAML_SCALAR &&
	    !yaml_check_keys(node, loading->source, keys, loading->status))
		return false;
	if (rules->nshapes == PII_SHAPES)
		return wrong(loading, node, "too many shapes", NULL);
	if (separators == NULL)
		separators = yaml_get_string(entity, "separators");
	if (form == NULL || !pii_shape_parse(shape, form, separators == NULL ? "" : separators))
		return wrong(loading, node, "this is no form of a number", form);
	shape->validator = rules->entities[index].validator;
	if (node->kind == YAML_MAP &&
	    (!load_percent(loading, node, "base", base, &base) ||
		!yaml_get_bool(node, "glued", false, &shape->is_glued, loading->status) ||
		!yaml_get_bool(node, "alone", false, &shape->is_alone, loading->status) ||
		!load_validator(loading, node, &shape->validator)))
		return false;
	shape->base = (unsigned char)base;
	shape->entity = (unsigned short)index;
	rules->nshapes++;
	return true;
}

static bool
load_finder(struct loading *loading, const struct yaml_node *node, size_t index)
{
	const char *name = yaml_get_string(node, "finder");

	if (name == NULL)
		return true;
	for (int i = FIND_EMAIL; i < FIND_COUNT; i++)
		if (strcmp(name, finder_names[i]) == 0) {
			loading->rules->finders[i] = (int)index;
			loading->rules->entities[index].finder = (enum pii_finder)i;
			return true;
		}
	return wrong(loading, node, "there is no such finder", name);
}

static bool
load_entity(struct loading *loading, const char *name, const struct yaml_node *node)
{
	static const char *const keys[] = { "title", "authority", "validator", "base", "context",
		"record", "document", "words", "finder", "separators", "shapes", "known",
		"examples", "counter-examples", NULL };
	struct pii_rules *rules = loading->rules;
	struct pii_entity *entity = &rules->entities[rules->nentities];
	const struct yaml_node *shapes = yaml_get(node, "shapes"), *words = yaml_get(node, "words");
	const char *title = yaml_get_string(node, "title");

	if (!yaml_check_keys(node, loading->source, keys, loading->status))
		return false;
	if (rules->nentities == PII_ENTITIES)
		return wrong(loading, node, "too many entities", NULL);
	if (title == NULL || yaml_get_string(node, "authority") == NULL)
		return wrong(loading, node, "an entity needs title and authority", name);
	entity->check = arena_format(rules->arena, "pii/%s", name);
	entity->title = arena_string(rules->arena, title);
	if (entity->check == NULL || entity->title == NULL)
		return status_set(loading->status, STATUS_MEMORY, "no memory for rules");
	if (!load_percent(loading, node, "base", 10, &entity->base) ||
	    !load_percent(loading, node, "context", 70, &entity->context) ||
	    !load_percent(loading, node, "record", entity->base, &entity->record) ||
	    !load_percent(loading, node, "document", 100, &entity->document) ||
	    !load_validator(loading, node, &entity->validator) ||
	    !load_list(loading, node, "known", &entity->known, &entity->nknown) ||
	    !load_finder(loading, node, rules->nentities))
		return false;
	for (size_t i = 0; words != NULL && words->kind == YAML_LIST && i < words->n; i++)
		if (!add_phrase(loading, &words->items[i], rules->nentities, words->items[i].text))
			return false;
	if (entity->finder == FIND_SHAPES && (shapes == NULL || shapes->kind != YAML_LIST))
		return wrong(loading, node, "an entity needs shapes or a finder", name);
	for (size_t i = 0; shapes != NULL && i < shapes->n; i++)
		if (!load_shape(loading, &shapes->items[i], node, rules->nentities))
			return false;
	rules->nentities++;
	return true;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lists of several files are one. */
static bool
load_words(struct loading *loading, const struct yaml_node *lists, const char *key,
    struct pii_words *words)
{
	const char *const *more = NULL;
	const char **all;
	size_t n;

	if (!load_list(loading, lists, key, &more, &n))
		return false;
	if (n == 0)
		return true;
	all = arena_array(loading->rules->arena, words->n + n, sizeof(*all));
	if (all == NULL)
		return status_set(loading->status, STATUS_MEMORY, "no memory for rules");
	if (words->n > 0)
		memcpy(all, words->words, words->n * sizeof(*all));
	memcpy(all + words->n, more, n * sizeof(*all));
	words->words = all;
	words->n += n;
	qsort(all, words->n, sizeof(*all), compare_texts);
	return true;
}

static bool
load_file(struct loading *loading, const struct yaml_node *root)
{
	static const char *const keys[] = { "entities", "lists", NULL };
	static const char *const names[] = { "example-domains", "role-names", "top-domains",
		"attribution", "ignored-keys", "file-suffixes", NULL };
	struct pii_rules *rules = loading->rules;
	const struct yaml_node *entities = yaml_get(root, "entities"),
			       *lists = yaml_get(root, "lists");

	if (!yaml_check_keys(root, loading->source, keys, loading->status))
		return false;
	if (lists != NULL &&
	    (!yaml_check_keys(lists, loading->source, names, loading->status) ||
		!load_words(loading, lists, names[0], &rules->domains) ||
		!load_words(loading, lists, names[1], &rules->roles) ||
		!load_words(loading, lists, names[2], &rules->top) ||
		!load_words(loading, lists, names[3], &rules->attribution) ||
		!load_words(loading, lists, names[4], &rules->ignored_keys) ||
		!load_words(loading, lists, names[5], &rules->extensions)))
		return false;
	if (entities != NULL && entities->kind != YAML_MAP)
		return wrong(loading, entities, "a map of entities is needed here", NULL);
	for (size_t i = 0; entities != NULL && i < entities->n; i++)
		if (!load_entity(loading, entities->keys[i], &entities->items[i]))
			return false;
	return true;
}

/* Adds shape S to START, or counts it there: before there is room. */
static void
add_entry(struct pii_rules *rules, struct pii_start *start, size_t s, struct pii_lengths seconds)
{
	const struct pii_shape *shape = &rules->shapes[s];
	struct pii_entry entry = { .seconds = seconds,
		.shape = (unsigned short)s,
		.is_strong = shape->base >= PII_SEEN_FROM,
		.is_record = shape->base >= PII_WEAKEST &&
		    rules->entities[shape->entity].record >= PII_SEEN_FROM };
	bool is_noted = entry.is_strong || entry.is_record;

	if (rules->entries != NULL) {
		rules->entries[start->entries] = entry;
		if (is_noted)
			rules->noted[start->noted] = entry;
	}
	start->entries++;
	start->noted += is_noted;
	start->seconds.last |= seconds.last;
	start->seconds.more |= seconds.more;
	start->has_glued = start->has_glued || shape->is_glued;
}

/* The starts of shape S, as places after those of its first character. */
struct places {
	size_t n;
	size_t at[2 * PII_WORD * PII_AFTER];
	struct pii_lengths seconds[2 * PII_WORD * PII_AFTER];
};

static void
find_places(struct places *places, const struct pii_seconds seconds[2])
{
	places->n = 0;
	for (unsigned kind = 0; kind < 2; kind++)
		for (size_t n = 1; n <= PII_WORD; n++)
			for (unsigned after = 0; after < PII_AFTER; after++) {
				struct pii_lengths lengths = seconds[kind].lengths[after][n];

				if ((lengths.last | lengths.more) == 0)
					continue;
				places->at[places->n] = pii_start_index('0', n, kind == 1, after);
				places->seconds[places->n++] = lengths;
			}
}

/* Adds shape S to the starts of words that begin with C, or counts it there. */
static void
spread_one(struct pii_rules *rules, size_t s, unsigned char c, const struct places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		struct pii_lengths lengths = places->seconds[i];
		size_t start = pii_start_index(c, 0, false, 0) + places->at[i];

		if (places->at[i] % PII_AFTER == 0 &&
		    ((lengths.last & ~PII_ENDS) | lengths.more) != 0)
			rules->has_other_dividers = true;
		add_entry(rules, &rules->starts[start], s, lengths);
	}
}

/* Adds shape S to all its starts that begin with a digit, or with a letter. */
static void
spread(struct pii_rules *rules, size_t s, bool by_digit)
{
	struct pii_seconds seconds[2];
	struct places places;
	uint64_t first[2];

	pii_shape_start(&rules->shapes[s], by_digit, first, seconds);
	if ((first[0] | first[1]) == 0)
		return;
	find_places(&places, seconds);
	for (unsigned c = '0'; c <= 'Z'; c++)
		if (isalnum((int)c) && (first[c / 64] >> (c % 64) & 1))
			spread_one(rules, s, (unsigned char)c, &places);
}

static void
spread_all(struct pii_rules *rules)
{
	for (size_t s = 0; s < rules->nshapes; s++) {
		spread(rules, s, true);
		spread(rules, s, false);
	}
}

/* What pii_try_number() would find out about each dull number, whatever its digits: behind ')' no
 * word comes. */
static bool
has_dull(const struct pii_rules *rules)
{
	struct pii_lengths plain = { 0 }, closed = { 0 };

	for (unsigned n = 1; n <= PII_DULL; n++)
		for (unsigned char c = '0'; c <= '9'; c++) {
			const struct pii_start
			    *start = &rules->starts[pii_start_index(c, n, false, 0)],
			    *close = &rules->starts[pii_start_index(c, n, false, pii_after(')'))];

			plain.last |= start->seconds.last;
			closed.last |= close->seconds.last;
			closed.more |= close->seconds.more;
		}
	return !rules->has_other_dividers && (plain.last & PII_ENDS) == 0 &&
	    (closed.last & (PII_ENDS | PII_ANY)) == 0 && (closed.more & PII_ANY) == 0;
}

/* Counts what begins with each start; makes room; fills it, which leaves each start's places at its
 * end: where the next one's begin. */
static bool
make_tables(struct pii_rules *rules)
{
	struct pii_start total = { .entries = 0 }, *starts = rules->starts;
	struct pii_entry *entries;

	spread_all(rules);
	for (size_t i = 0; i <= PII_STARTS; i++) {
		unsigned entries_here = starts[i].entries, noted = starts[i].noted;

		starts[i].entries = total.entries;
		starts[i].noted = total.noted;
		total.entries += entries_here;
		total.noted += noted;
	}
	entries = arena_array(rules->arena, total.entries + 1, sizeof(*entries));
	rules->noted = arena_array(rules->arena, total.noted + 1, sizeof(*entries));
	if (entries == NULL || rules->noted == NULL)
		return false;
	rules->entries = entries;
	spread_all(rules);
	for (size_t i = PII_STARTS; i > 0; i--) {
		starts[i].entries = starts[i - 1].entries;
		starts[i].noted = starts[i - 1].noted;
	}
	starts[0].entries = starts[0].noted = 0;
	rules->has_dull = has_dull(rules);
	return true;
}

static void
free_rules(void *compiled)
{
	struct pii_rules *rules = compiled;

	if (rules == NULL)
		return;
	arena_free(rules->arena);
	free(rules);
}

static struct pii_rules *
new_rules(void)
{
	struct pii_rules *rules = calloc(1, sizeof(*rules));

	if (rules == NULL)
		return NULL;
	rules->arena = arena_new(64 * MIB);
	rules->ncontext = CONTEXT_ROOM;
	if (rules->arena != NULL) {
		rules->entities = arena_array(rules->arena, PII_ENTITIES, sizeof(*rules->entities));
		rules->shapes = arena_array(rules->arena, PII_SHAPES, sizeof(*rules->shapes));
		rules->context = arena_array(rules->arena, CONTEXT_ROOM, sizeof(*rules->context));
	}
	if (rules->arena == NULL || rules->entities == NULL || rules->shapes == NULL ||
	    rules->context == NULL) {
		free_rules(rules);
		return NULL;
	}
	for (size_t i = 0; i < FIND_COUNT; i++)
		rules->finders[i] = -1;
	return rules;
}

static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct loading loading = { .rules = new_rules(), .status = status };
	bool done = loading.rules != NULL;

	for (size_t i = 0; done && i < n; i++) {
		struct yaml *yaml;

		if (!bytes_ends(bytes_of_string(files[i].name), ".yaml"))
			continue;
		loading.source = files[i].source;
		yaml = yaml_parse(files[i].bytes, files[i].source, status);
		done = yaml != NULL && load_file(&loading, yaml_root(yaml));
		yaml_free(yaml);
	}
	if (done && make_tables(loading.rules))
		return loading.rules;
	free_rules(loading.rules);
	status_set(status, STATUS_MEMORY, "no memory for rules");
	return NULL;
}

const struct rule_kind pii_rule_kind = { "pii", compile, free_rules };
