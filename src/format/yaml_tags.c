/*
 * Tags of YAML that make Python objects (PyYAML: tag:yaml.org,2002:python/KIND:NAME). A loader that
 * is not the safe one imports NAME and calls it. libyaml resolves handles, %TAG directives and
 * escapes in tags as PyYAML does, so its events are asked, not the text.
 */
#include "config.h"

#include "format/yaml_tags.h"

#include "core/limits.h"
#include "core/text.h"
#include "format/globals.h"

#include <yaml.h>

#define PREFIX "tag:yaml.org,2002:python/"
#define EVENTS_MAX 4000000
#define SHOWN 100

struct tags {
	struct sink *sink;
	const struct globals *globals;
	uint64_t offset; /* of the text in the member */
};

/* Kinds that make plain values. */
static bool
is_harmless(struct bytes kind)
{
	static const char *const plain[] = { "tuple", "unicode", "str", "bytes", "int", "long",
		"float", "complex", "bool", "none", "list", "dict" };

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (bytes_equal_string(kind, plain[i]))
			return true;
	return false;
}

static void
judge(struct tags *tags, const char *tag, uint64_t offset)
{
	struct bytes rest = bytes_of_string(tag + strlen(PREFIX));
	int64_t colon = bytes_find(rest, bytes_of_string(":"), 0);
	struct bytes kind = bytes_slice(rest, 0, colon < 0 ? SIZE_MAX : (uint64_t)colon);
	struct bytes full =
	    colon < 0 ? bytes_of(NULL, 0) : bytes_slice(rest, (uint64_t)colon + 1, SIZE_MAX);
	const uint8_t *dot = full.len == 0 ? NULL : memrchr(full.data, '.', full.len);
	struct bytes module = bytes_of_string("builtins"), name = full;
	struct global_verdict verdict;
	const char *shown = text_safe(sink_arena(tags->sink), rest, SHOWN);

	if (is_harmless(kind))
		return;
	if (dot != NULL) {
		module = bytes_slice(full, 0, (uint64_t)(dot - full.data));
		name = bytes_slice(full, module.len + 1, SIZE_MAX);
	} else if (bytes_equal_string(kind, "module")) {
		module = full;
	}
	verdict = globals_judge(tags->globals, module, name);
	if (verdict.kind == GLOBAL_DANGEROUS || verdict.kind == GLOBAL_STDLIB)
		sink_finding_once(tags->sink, "yaml/dangerous-tag", offset, 0, shown,
		    "a loader that is not the safe one makes %s of it: %s", shown,
		    verdict.why == NULL ? "no settings need that" : verdict.why);
	else
		sink_finding_once(tags->sink, "yaml/python-tag", offset, 0, shown,
		    "a loader that is not the safe one makes %s of it", shown);
}

static const char *
tag_of(const yaml_event_t *event)
{
	switch ((int)event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.tag;
	default:
		return NULL;
	}
}

static void
walk(struct tags *tags, yaml_parser_t *parser)
{
	bool more = true;

	for (unsigned n = 0; more && n < EVENTS_MAX; n++) {
		yaml_event_t event;
		const char *tag;

		if (yaml_parser_parse(parser, &event) == 0)
			return; /* what stands before is judged; so far a loader comes, too */
		tag = tag_of(&event);
		if (tag != NULL && strncmp(tag, PREFIX, strlen(PREFIX)) == 0)
			judge(tags, tag, tags->offset + event.start_mark.index);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	if (more)
		sink_trouble(tags->sink, STATUS_LIMIT, "scan/limit", tags->offset,
		    "only the first %d parts of the YAML are looked at for tags", EVENTS_MAX);
}

void
yaml_tags_judge(struct bytes text, uint64_t offset, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct tags tags = { .sink = sink, .offset = offset };
	yaml_parser_t parser;

	if (rules == NULL || text.len == 0 || memchr(text.data, '!', text.len) == NULL)
		return;
	tags.globals = rules_get(rules, &globals_kind, &status);
	if (tags.globals == NULL) {
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", offset,
		    "the lists of globals: %s", status.text);
		return;
	}
	if (yaml_parser_initialize(&parser) == 0) {
		sink_trouble(sink, STATUS_MEMORY, "scan/limit", offset, "no memory for the tags");
		return;
	}
	yaml_parser_set_input_string(&parser, text.data, text.len);
	walk(&tags, &parser);
	yaml_parser_delete(&parser);
}
