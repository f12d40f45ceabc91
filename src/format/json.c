/*
 * JSON (RFC 8259) and lines of it. Configurations, tokenizers and indexes of models are read
 * strictly: parsers disagree about what is not strict, and the attacker chooses the parser.
 */
#include "config.h"

#include "core/text.h"
#include "format/format.h"
#include "format/json_text.h"
#include "format/python.h"
#include "format/settings.h"
#include "format/textual.h"

static const char *const suffixes[] = { ".json", NULL };
static const char *const lines_suffixes[] = { ".jsonl", ".ndjson", NULL };
static const char *const notebook_suffixes[] = { ".ipynb", NULL };

/* The names of what loaders read; a fault in them is no matter of taste. */
static const char *const configurations[] = { "config.json", "*_config.json", "tokenizer.json",
	"model_index.json", "*.index.json", "metadata.json", "added_tokens.json",
	"special_tokens_map.json", "vocab.json", "schema.json", "modules.json", NULL };

static bool
is_configuration(const struct member *member)
{
	for (size_t i = 0; configurations[i] != NULL; i++)
		if (text_glob(configurations[i], member_basename(member)))
			return true;
	return false;
}

static int
probe(const struct member *member)
{
	return textual_is(member, TEXTUAL_JSON) ? 60 : 0;
}

static int
probe_lines(const struct member *member)
{
	return textual_is(member, TEXTUAL_JSONL) ? 60 : 0;
}

static int
probe_notebook(const struct member *member)
{
	return textual_is(member, TEXTUAL_NOTEBOOK) ? 60 : 0;
}

static void
report_fault(
    const struct member *member, const struct json_error *error, uint64_t offset, struct sink *sink)
{
	bool matters = is_configuration(member);

	offset += error->offset;
	switch (error->fault) {
	case JSON_FAULT_NONE:
	case JSON_FAULT_STOPPED:
		break;
	case JSON_FAULT_DUPLICATE_KEY:
		sink_finding(sink, "json/duplicate-key", offset, 0, error->text,
		    "%s: which one counts depends on who reads it", error->text);
		break;
	case JSON_FAULT_DEPTH:
	case JSON_FAULT_LIMIT:
		sink_trouble(
		    sink, STATUS_LIMIT, "json/limit", offset, "this JSON is %s", error->text);
		break;
	case JSON_FAULT_SYNTAX:
	case JSON_FAULT_TRAILING:
	case JSON_FAULT_UTF8:
	case JSON_FAULT_NUMBER:
		if (matters)
			sink_trouble(sink, STATUS_MALFORMED, "json/malformed", offset,
			    "no valid JSON: %s", error->text);
		else
			sink_finding(sink, "json/not-strict", offset, 0, error->text,
			    "no valid JSON: %s", error->text);
		break;
	}
}

static void
analyze_text(const struct member *member, struct sink *sink, bool is_notebook)
{
	struct json_text json = { .sink = sink,
		.is_notebook = is_notebook,
		.keyed_left = JSON_TEXT_KEYED,
		.value = settings_value };
	struct settings settings = { .member = member };
	struct json_error error;

	json.context = &settings;
	if (!textual_text(member, sink, &json.text, &json.offset))
		return;
	if (!json_text_walk(&json, &error))
		report_fault(member, &error, json.offset, sink);
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)rules;
	analyze_text(member, sink, false);
}

/* Cells of code: Python, and lines for a shell behind '!' or "%%bash". */
static void
analyze_notebook(const struct member *member, const struct rules *rules, struct sink *sink)
{
	const struct span *spans;
	size_t n;

	analyze_text(member, sink, true);
	spans = sink_spans(sink, &n);
	for (size_t i = 0; i < n; i++) {
		struct bytes text = spans[i].text;

		if (spans[i].kind != SPAN_SOURCE)
			continue;
		python_judge(text, spans[i].offset, rules, sink);
		if (bytes_starts(text, "!") || bytes_starts(text, "%%bash") ||
		    bytes_starts(text, "%%sh") || bytes_find(text, bytes_of_string("\n!"), 0) >= 0)
			sink_finding_once(sink, "notebook/shell", spans[i].offset, 0, "shell",
			    "a cell runs commands of a shell: %s",
			    text_safe(sink_arena(sink), text, 80));
	}
}

/*
 * Rows whose strings hold no escapes are handed on together as they stand; the first ones and
 * those with escapes are read. A row that is no JSON is text all the same.
 */
static void
analyze_lines(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct json_text json = { .sink = sink, .keyed_left = JSON_TEXT_KEYED };
	struct bytes text;
	struct json_error error;
	uint64_t start, pos = 0, run = 0, malformed = 0;

	(void)rules;
	if (!textual_text(member, sink, &text, &start))
		return;
	while (pos < text.len) {
		struct bytes rest = bytes_slice(text, pos, text.len);
		const uint8_t *newline = memchr(rest.data, '\n', rest.len);
		size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.data) + 1;

		json.text = bytes_slice(rest, 0, len);
		json.offset = start + pos;
		if (json.keyed_left > 0 || memchr(json.text.data, '\\', len) != NULL) {
			sink_text(
			    sink, SPAN_VALUE, "", bytes_slice(text, run, pos - run), start + run);
			malformed += !json_text_walk(&json, &error);
			run = pos + len;
		}
		pos += len;
	}
	sink_text(sink, SPAN_VALUE, "", bytes_slice(text, run, text.len), start + run);
	if (malformed > 0)
		sink_fact(sink, "jsonl.malformed", "%ju", (uintmax_t)malformed);
}

const struct format format_json = {
	.name = "json",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT,
	.probe = probe,
	.analyze = analyze,
};

const struct format format_jsonl = {
	.name = "jsonl",
	.suffixes = lines_suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe_lines,
	.analyze = analyze_lines,
};

const struct format format_notebook = {
	.name = "notebook",
	.suffixes = notebook_suffixes,
	.refines = "json",
	.traits = FORMAT_TEXT,
	.probe = probe_notebook,
	.analyze = analyze_notebook,
};
