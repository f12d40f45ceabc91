/*
 * YAML 1.2 as configuration: the text as it stands for the detectors, and the settings in it
 * that decide what a loader does. Aliases are not followed: a document of a few lines of them
 * stands for gigabytes ("billion laughs").
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "format/format.h"
#include "format/settings.h"
#include "format/textual.h"
#include "format/yaml_tags.h"

#define DEPTH 32   /* of settings that are looked at */
#define ALIASES 64 /* more than people write by hand */
#define PARSED_MAX (1 * MIB)

static const char *const suffixes[] = { ".yaml", ".yml", NULL };

static int
probe(const struct member *member)
{
	return textual_is(member, TEXTUAL_YAML) ? 40 : 0;
}

/* Where lines begin: nodes come in the order of their lines, so each is looked for but once. */
struct place {
	struct bytes text;
	uint64_t offset, pos; /* of the text in the member, of the line in the text */
	unsigned line;
};

static uint64_t
offset_of_line(struct place *place, unsigned line)
{
	if (line < place->line) {
		place->line = 1;
		place->pos = 0;
	}
	for (; place->line < line; place->line++) {
		struct bytes rest = bytes_slice(place->text, place->pos, place->text.len);
		const uint8_t *newline = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;

		if (newline == NULL)
			break;
		place->pos = (uint64_t)(newline - place->text.data) + 1;
	}
	return place->offset + place->pos;
}

static void
judge(const struct yaml_node *node, const char *key, struct place *place, struct sink *sink,
    unsigned depth)
{
	if (node->kind == YAML_SCALAR) {
		settings_judge(sink, text_safe(sink_arena(sink), bytes_of_string(key), 100),
		    bytes_of_string(key), bytes_of(node->text, node->len),
		    offset_of_line(place, node->line));
		return;
	}
	for (size_t i = 0; i < node->n && depth < DEPTH; i++)
		judge(&node->items[i], node->kind == YAML_MAP ? node->keys[i] : key, place, sink,
		    depth + 1);
}

/* References to anchors: '*' behind a space, dash, comma or bracket, before a letter. */
static size_t
count_aliases(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 1; i + 1 < text.len; i++)
		if (text.data[i] == '*' && strchr(" ,[-:", text.data[i - 1]) != NULL &&
		    ((text.data[i + 1] | 32) >= 'a' && (text.data[i + 1] | 32) <= 'z'))
			n++;
	return n;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct place place;
	struct bytes text;
	struct yaml *yaml;
	uint64_t offset;
	size_t aliases;

	if (!textual_text(member, sink, &text, &offset))
		return;
	sink_text(sink, SPAN_SOURCE, "", text, offset);
	yaml_tags_judge(text, offset, rules, sink);
	if (text.len > PARSED_MAX)
		return;
	yaml = yaml_parse(text, member_basename(member), &status);
	if (yaml != NULL) {
		place = (struct place){ text, offset, 0, 1 };
		judge(yaml_root(yaml), "", &place, sink, 0);
		yaml_free(yaml);
		return;
	}
	aliases = count_aliases(text);
	if (aliases > ALIASES)
		sink_trouble(sink, STATUS_LIMIT, "yaml/aliases", offset,
		    "%zu aliases in one document: what they stand for may have no end", aliases);
	else
		sink_finding(sink, "yaml/not-read", offset, 0, NULL,
		    "settings in it were not judged: %s", status.text);
}

const struct format format_yaml = {
	.name = "yaml",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe,
	.analyze = analyze,
};
