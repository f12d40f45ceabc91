/*
 * TorchServe's archives (.mar: a zip with MAR-INF/MANIFEST.json that names the model's file and the
 * handler, a Python file that the server runs). Claimed here are the manifest and the handlers of
 * such an archive; the model in it is a member like any other.
 */
#include "config.h"

#include "bundle/names.h"
#include "bundle/zip.h"
#include "core/text.h"
#include "format/format.h"
#include "format/globals.h"
#include "format/source.h"

#define MANIFEST "MAR-INF/MANIFEST.json"

static const char *const suffixes[] = { ".mar", NULL };

static bool
is_manifest(struct bytes name)
{
	return bytes_equal_string(name, MANIFEST);
}

/* The archive: a zip with a manifest at that place. */
static int
probe(const struct member *member)
{
	return zip_holds(member->bytes, is_manifest) ? 95 : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)member;
	(void)rules;
	sink_fact(sink, "torchserve.archive", "yes");
}

const struct format format_torchserve = {
	.name = "torchserve",
	.suffixes = suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};

/* What is inside of it. */
static int
part_probe(const struct member *member)
{
	if (member->parent == NULL ||
	    (strcmp(member->name, MANIFEST) != 0 && !member_has_suffix(member, ".py")))
		return 0;
	return probe(member->parent) > 0 ? 80 : 0;
}

/* Texts of the manifest that lead out of the archive: the server would open what they name. */
static void
check_manifest(struct bytes text, struct sink *sink)
{
	for (size_t pos = 0; pos < text.len;) {
		const uint8_t *quote = memchr(text.data + pos, '"', text.len - pos);
		const uint8_t *end;
		struct bytes value;
		size_t start;

		if (quote == NULL)
			return;
		start = (size_t)(quote - text.data) + 1;
		end = start < text.len ? memchr(text.data + start, '"', text.len - start) : NULL;
		if (end == NULL)
			return;
		value = bytes_slice(text, start, (uint64_t)(end - text.data) - start);
		pos = start + value.len + 1;
		if (names_escapes(value))
			sink_finding(sink, "torch/escaping-path", start, value.len, NULL,
			    "the manifest names \"%s\", which leads out of the archive",
			    text_safe(sink_arena(sink), value, 200));
	}
}

struct reading {
	const struct globals *globals;
	struct sink *sink;
};

static bool
may_run(struct bytes name, void *context)
{
	const struct reading *reading = context;

	return globals_may_run(reading->globals, name);
}

static void
look_at(const struct source_item *item, void *context)
{
	struct reading *reading = context;
	struct arena *arena = sink_arena(reading->sink);
	struct global_verdict verdict;

	if (item->kind != SOURCE_CALL)
		return;
	verdict = globals_judge(reading->globals, item->module, item->name);
	if (verdict.effect == EFFECT_COMMAND)
		sink_finding_once(reading->sink, "torch/handler-command", item->offset, 0, NULL,
		    "the handler calls %s.%s: %s", text_safe(arena, item->module, 100),
		    text_safe(arena, item->name, 100), verdict.why == NULL ? "" : verdict.why);
}

static void
part_analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct reading reading = { rules_get(rules, &globals_kind, &status), sink };
	struct source_visitor visitor = { look_at, may_run, &reading, NULL };

	if (!member_has_suffix(member, ".py")) {
		check_manifest(member->bytes, sink);
		return;
	}
	sink_finding(sink, "torch/handler", 0, 0, NULL,
	    "the archive brings Python code that the server runs");
	if (reading.globals == NULL) {
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of globals: %s", status.text);
		return;
	}
	visitor.wanted = globals_that_run(reading.globals);
	if (!source_walk(member->bytes, sink_arena(sink), &visitor))
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0, "no memory for its names");
}

const struct format format_torchserve_part = {
	.name = "torchserve-part",
	.refines = "text",
	.traits = FORMAT_TEXT,
	.probe = part_probe,
	.analyze = part_analyze,
};
