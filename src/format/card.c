/*
 * Markdown, and model cards: Markdown with YAML between two lines of "---" at its start (Hugging
 * Face model cards). What the front matter says becomes facts ("card.license", "card.datasets",
 * ...), the results of `model-index` become "metric.NAME".
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "format/format.h"
#include "format/textual.h"

#define FACT_MAX 400
#define FRONT_MAX (1 * MIB)

static const char *const suffixes[] = { ".md", ".markdown", NULL };

static const char *const told[] = { "base_model", "base_model_relation", "co2_eq_emissions",
	"datasets", "language", "library_name", "license", "license_link", "license_name",
	"metrics", "model-index", "model_name", "new_version", "pipeline_tag", "tags", NULL };

static int
probe(const struct member *member)
{
	return textual_is(member, TEXTUAL_MARKDOWN) ? 40 : 0;
}

/* A scalar, or the scalars of a list behind commas. */
static void
tell(struct sink *sink, const char *key, const struct yaml_node *node)
{
	struct buffer out = buffer_up_to(FACT_MAX * 4);

	if (node->kind == YAML_SCALAR)
		text_add_safe(&out, bytes_of(node->text, node->len), FACT_MAX);
	for (size_t i = 0; node->kind == YAML_LIST && i < node->n && out.len < FACT_MAX; i++)
		if (node->items[i].kind == YAML_SCALAR) {
			if (out.len > 0)
				buffer_add_string(&out, ", ");
			text_add_safe(
			    &out, bytes_of(node->items[i].text, node->items[i].len), FACT_MAX / 4);
		}
	if (out.len == 0 && node->n > 0)
		buffer_add_string(&out, "stated");
	if (out.len > 0 && buffer_ok(&out))
		sink_fact(sink, key, "%.*s", (int)out.len, (const char *)out.data);
	buffer_free(&out);
}

/* metric.NAME from model-index: - results: - metrics: - type: NAME, value: NUMBER */
static void
tell_metrics(struct sink *sink, const struct yaml_node *index)
{
	for (size_t m = 0; index != NULL && index->kind == YAML_LIST && m < index->n; m++) {
		const struct yaml_node *results = yaml_get(&index->items[m], "results");

		for (size_t r = 0; results != NULL && results->kind == YAML_LIST && r < results->n;
		     r++) {
			const struct yaml_node *metrics = yaml_get(&results->items[r], "metrics");

			for (size_t i = 0;
			     metrics != NULL && metrics->kind == YAML_LIST && i < metrics->n; i++) {
				struct arena *arena = sink_arena(sink);
				const char *type = yaml_get_string(&metrics->items[i], "type");
				const char *value = yaml_get_string(&metrics->items[i], "value");
				const char *key;

				if (type == NULL || value == NULL)
					continue;
				key = arena_format(arena, "metric.%s",
				    text_safe(arena, bytes_of_string(type), 64));
				if (key != NULL)
					sink_fact(sink, key, "%s",
					    text_safe(arena, bytes_of_string(value), 64));
			}
		}
	}
}

static void
read_front(struct bytes front, uint64_t offset, struct sink *sink)
{
	struct status status = { 0 };
	struct yaml *yaml = yaml_parse(front, "front matter", &status);
	const struct yaml_node *root;

	if (yaml == NULL) {
		sink_finding(sink, "card/not-read", offset, 0, NULL,
		    "what the model card declares was not read: %s", status.text);
		return;
	}
	root = yaml_root(yaml);
	for (size_t i = 0; told[i] != NULL; i++) {
		const struct yaml_node *node = yaml_get(root, told[i]);
		const char *key = arena_format(sink_arena(sink), "card.%s", told[i]);

		if (node != NULL && key != NULL)
			tell(sink, key, node);
	}
	tell_metrics(sink, yaml_get(root, "model-index"));
	yaml_free(yaml);
}

/* Where the front matter ends: behind the second line of "---"; 0 where there is none. */
static size_t
front_end(struct bytes text)
{
	size_t pos = 0;

	if (!bytes_starts(text, "---\n") && !bytes_starts(text, "---\r\n"))
		return 0;
	while (pos < text.len && pos < FRONT_MAX) {
		struct bytes rest = bytes_slice(text, pos, text.len);
		const uint8_t *newline = memchr(rest.data, '\n', rest.len);

		if (newline == NULL)
			return 0;
		if (pos > 0 && bytes_starts(rest, "---") && newline - rest.data <= 4)
			return pos;
		pos += (size_t)(newline - rest.data) + 1;
	}
	return 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct bytes text;
	uint64_t offset;
	size_t end;

	(void)rules;
	if (!textual_text(member, sink, &text, &offset))
		return;
	end = front_end(text);
	if (end > 4)
		read_front(bytes_slice(text, 4, end - 4), offset, sink);
	sink_text(sink, SPAN_PROSE, "", text, offset);
}

const struct format format_markdown = {
	.name = "markdown",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe,
	.analyze = analyze,
};
