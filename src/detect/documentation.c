/*
 * The documentation detector: which items that laws and standards ask for (rules/documentation/)
 * a model card or a repository has. It reports facts only, "documentation.ITEM=yes", or
 * "documentation-thin.ITEM=3 of 12 words" where a section says too little; policy turns missing
 * ones into findings. Presence is judged, not adequacy.
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "detect/detector.h"

#include <stdlib.h>

#define WORDS_DEFAULT 12 /* below a heading: shorter sections are placeholders */
#define CARD_MAX (256 * KIB)

struct words {
	const char *const *list; /* ends with NULL */
};

struct item {
	const char *name;
	struct words facts, headings, text, files;
	uint64_t words;
};

struct documentation {
	struct arena *arena;
	struct item *items;
	size_t n;
};

/* ---- rules -------------------------------------------------------------------------------- */

static bool
read_words(struct arena *arena, const struct yaml_node *item, const char *key, bool folds,
    struct words *ret, struct status *status)
{
	const struct yaml_node *node = yaml_get(item, key);
	const char **list;
	char *word;
	size_t n = node == NULL ? 0 : node->n;

	if (node != NULL && node->kind != YAML_LIST)
		return status_set(
		    status, STATUS_USAGE, "line %u: %s must be a list", node->line, key);
	list = arena_array(arena, n + 1, sizeof(*list));
	if (list == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the rules");
	for (size_t i = 0; i < n; i++) {
		if (node->items[i].kind != YAML_SCALAR)
			return status_set(status, STATUS_USAGE, "line %u: %s must hold words",
			    node->items[i].line, key);
		word = arena_string(arena, node->items[i].text);
		if (word == NULL)
			return status_set(status, STATUS_MEMORY, "no memory for the rules");
		for (char *c = word; folds && *c != '\0'; c++)
			*c = (char)text_lower((unsigned char)*c);
		list[i] = word;
	}
	ret->list = list;
	return true;
}

static bool
read_item(struct documentation *rules, const char *name, const struct yaml_node *node,
    const char *source, struct status *status)
{
	static const char *const keys[] = { "clause", "facts", "headings", "text", "files", "words",
		NULL };
	struct item *item = &rules->items[rules->n++];

	item->name = arena_string(rules->arena, name);
	if (item->name == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the rules");
	if (yaml_get_string(node, "clause") == NULL)
		return status_set(
		    status, STATUS_USAGE, "%s: item %s cites no clause", source, name);
	return yaml_check_keys(node, source, keys, status) &&
	    yaml_get_uint(node, "words", WORDS_DEFAULT, &item->words, status) &&
	    read_words(rules->arena, node, "facts", false, &item->facts, status) &&
	    read_words(rules->arena, node, "headings", true, &item->headings, status) &&
	    read_words(rules->arena, node, "text", true, &item->text, status) &&
	    read_words(rules->arena, node, "files", false, &item->files, status);
}

static bool
read_file(struct documentation *rules, const struct rule_file *file, struct status *status)
{
	struct yaml *yaml = yaml_parse(file->bytes, file->source, status);
	const struct yaml_node *root = yaml == NULL ? NULL : yaml_root(yaml);
	struct item *items;
	bool done = root != NULL;

	if (done && root->kind != YAML_MAP)
		done =
		    status_set(status, STATUS_USAGE, "%s: a map of items expected", file->source);
	items = done ? arena_array(rules->arena, rules->n + root->n + 1, sizeof(*items)) : NULL;
	if (items != NULL) {
		if (rules->n > 0)
			memcpy(items, rules->items, rules->n * sizeof(*items));
		rules->items = items;
		for (size_t i = 0; done && i < root->n; i++)
			done =
			    read_item(rules, root->keys[i], &root->items[i], file->source, status);
	} else if (done) {
		done = status_set(status, STATUS_MEMORY, "no memory for the rules");
	}
	yaml_free(yaml);
	return done;
}

static void
documentation_free(void *compiled)
{
	struct documentation *rules = compiled;

	if (rules == NULL)
		return;
	arena_free(rules->arena);
	free(rules);
}

static void *
documentation_compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct documentation *rules = calloc(1, sizeof(*rules));
	bool done = rules != NULL;

	if (done) {
		rules->arena = arena_new(16 * MIB);
		done = rules->arena != NULL;
	}
	if (!done)
		status_set(status, STATUS_MEMORY, "no memory for the rules");
	for (size_t i = 0; done && i < n; i++)
		done = read_file(rules, &files[i], status);
	if (done)
		return rules;
	documentation_free(rules);
	return NULL;
}

static const struct rule_kind documentation_kind = { "documentation", documentation_compile,
	documentation_free };

/* ---- cards -------------------------------------------------------------------------------- */

/* A card, and the same in lower case, in which words are sought. */
struct card {
	struct bytes text, lower;
};

/* Does TEXT hold WORD (both in lower case) with no letter before it? */
static bool
holds(struct bytes text, const char *word)
{
	struct bytes sought = bytes_of_string(word);

	if (strcmp(word, "*") == 0)
		return true;
	for (int64_t at = 0; (at = bytes_find(text, sought, (size_t)at)) >= 0; at++)
		if (at == 0 || text.data[at - 1] < 'a' || text.data[at - 1] > 'z')
			return true;
	return false;
}

/* TEXT in lower case; empty where memory ends. */
static struct bytes
lower_case(struct arena *arena, struct bytes text)
{
	uint8_t *lower = arena_alloc(arena, text.len + 1);

	for (size_t i = 0; lower != NULL && i < text.len; i++)
		lower[i] = (uint8_t)text_lower(text.data[i]);
	return bytes_of(lower, lower == NULL ? 0 : text.len);
}

/* The line from POS on, without its end; POS moves behind it. */
static struct bytes
next_line(struct bytes text, size_t *pos)
{
	struct bytes rest = bytes_slice(text, *pos, text.len);
	const uint8_t *newline = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
	size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.data);

	*pos += len + (newline != NULL);
	return bytes_slice(rest, 0, len);
}

/* Words of a section that say something: not the template's "[More Information Needed]", no
 * headings, no comments of HTML. */
static uint64_t
count_words(struct bytes text)
{
	static const char placeholder[] = "[More Information Needed]";
	uint64_t n = 0;
	bool inside = false;

	for (size_t i = 0; i < text.len; i++) {
		struct bytes rest = bytes_slice(text, i, text.len);
		uint8_t c = text.data[i];

		if (c == '#' && (i == 0 || text.data[i - 1] == '\n')) {
			(void)next_line(text, &i);
			i--; /* the end of the line is between words */
			inside = false;
			continue;
		}
		if (c == '[' && bytes_starts(rest, placeholder)) {
			i += sizeof(placeholder) - 2;
			inside = false;
			continue;
		}
		if (c == '<' && bytes_starts(rest, "<!--")) {
			int64_t end = bytes_find(rest, bytes_of_string("-->"), 4);

			i += end < 0 ? rest.len - 1 : (size_t)end + 2;
			inside = false;
			continue;
		}
		if (c > ' ' && !inside && c != '-' && c != '*' && c != '|' && c != '#')
			n++;
		inside = c > ' ';
	}
	return n;
}

/* A heading and what stands below it, up to the next of its level or above. */
struct section {
	struct bytes heading, body;
	unsigned level;
};

static unsigned
heading_level(struct bytes line)
{
	unsigned level = 0;

	while (level < line.len && level < 7 && line.data[level] == '#')
		level++;
	return level > 0 && level < 7 && level < line.len && line.data[level] == ' ' ? level : 0;
}

static bool
next_section(struct bytes text, size_t *pos, struct section *ret)
{
	while (*pos < text.len) {
		struct bytes line = next_line(text, pos);
		size_t end = *pos, next = *pos;

		ret->level = heading_level(line);
		if (ret->level == 0)
			continue;
		while (end < text.len) {
			unsigned level = heading_level(next_line(text, &next));

			if (level > 0 && level <= ret->level)
				break;
			end = next;
		}
		ret->heading = line;
		ret->body = bytes_slice(text, *pos, end - *pos);
		return true;
	}
	return false;
}

static bool
any_holds(struct bytes text, struct words words)
{
	for (size_t i = 0; words.list[i] != NULL; i++)
		if (holds(text, words.list[i]))
			return true;
	return false;
}

/* ---- looking ------------------------------------------------------------------------------ */

static bool
is_card(const struct member *member)
{
	static const char *const names[] = { "readme*", "*model_card*", "*modelcard*",
		"*model-card*" };
	char name[64];
	size_t n = 0;

	for (const char *c = member_basename(member); *c != '\0' && n < sizeof(name) - 1; c++)
		name[n++] = (char)text_lower((unsigned char)*c);
	name[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_glob(names[i], name))
			return true;
	return false;
}

static bool
stated_outside(const struct item *item, const struct member *member, const struct sink *sink)
{
	for (size_t i = 0; item->facts.list[i] != NULL; i++)
		if (sink_fact_value(sink, item->facts.list[i]) != NULL)
			return true;
	for (size_t i = 0; item->files.list[i] != NULL; i++)
		if (text_glob(item->files.list[i], member_basename(member)))
			return true;
	return false;
}

/* False where the card does not say it; *RET_THIN are the words of the best section then, and
 * whether there is a section at all is *RET_FOUND. */
static bool
stated_in_card(
    const struct item *item, const struct card *card, bool *ret_found, uint64_t *ret_thin)
{
	struct section section;
	size_t pos = 0;

	*ret_found = false;
	*ret_thin = 0;
	if (any_holds(card->lower, item->text))
		return true;
	while (item->headings.list[0] != NULL && next_section(card->text, &pos, &section)) {
		size_t at = (size_t)(section.heading.data - card->text.data);
		uint64_t words;

		if (!any_holds(bytes_slice(card->lower, at, section.heading.len), item->headings))
			continue;
		words = count_words(section.body);
		if (words >= item->words)
			return true;
		*ret_found |= words > 0;
		*ret_thin = words > *ret_thin ? words : *ret_thin;
	}
	return false;
}

static void
state(const struct item *item, const struct member *member, const struct card *card,
    struct sink *sink)
{
	bool is_thin = false, is_stated = stated_outside(item, member, sink);
	const char *key;
	uint64_t words;

	if (!is_stated && card->lower.len > 0)
		is_stated = stated_in_card(item, card, &is_thin, &words);
	if (!is_stated && !is_thin)
		return;
	key = arena_format(sink_arena(sink), "%s.%s",
	    is_stated ? "documentation" : "documentation-thin", item->name);
	if (key != NULL && is_stated)
		sink_fact(sink, key, "yes");
	else if (key != NULL)
		sink_fact(sink, key, "%ju of %ju words", (uintmax_t)words, (uintmax_t)item->words);
}

static void
scan(const void *compiled, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	const struct documentation *rules = compiled;
	struct card card = { .lower = bytes_of(NULL, 0) };

	(void)formats;
	for (size_t i = 0; is_card(member) && i < n; i++)
		if (spans[i].kind == SPAN_PROSE && card.text.len == 0)
			card.text = bytes_slice(spans[i].text, 0, CARD_MAX);
	if (card.text.len > 0) {
		card.lower = lower_case(sink_arena(sink), card.text);
		if (card.lower.len == 0)
			sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0,
			    "no memory to look for what the card documents");
	}
	for (size_t i = 0; i < rules->n; i++)
		state(&rules->items[i], member, &card, sink);
}

const struct detector detector_documentation = {
	.name = "documentation",
	.rules = &documentation_kind,
	.scan = scan,
};
