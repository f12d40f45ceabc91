/* What Python source plainly calls: see format/python.h. */
#include "config.h"

#include "format/python.h"

#include "core/text.h"
#include "format/globals.h"
#include "format/source.h"

struct judging {
	const struct globals *globals;
	struct sink *sink;
	uint64_t offset;
};

static bool
may_run(struct bytes name, void *context)
{
	const struct judging *judging = context;

	return globals_may_run(judging->globals, name);
}

static void
judge(const struct source_item *item, void *context)
{
	struct judging *judging = context;
	struct arena *arena = sink_arena(judging->sink);
	struct global_verdict verdict;
	const char *call;

	if (item->kind != SOURCE_CALL || !globals_may_run(judging->globals, item->name))
		return;
	verdict = globals_judge(judging->globals, item->module, item->name);
	if (verdict.effect != EFFECT_COMMAND)
		return;
	call = arena_format(
	    arena, "%s.%s", text_safe(arena, item->module, 100), text_safe(arena, item->name, 100));
	sink_finding_once(judging->sink, "python/dangerous-call", judging->offset + item->offset, 0,
	    call, "it calls %s: %s", call == NULL ? "" : call,
	    verdict.why == NULL ? "a program or text is run" : verdict.why);
}

void
python_judge(struct bytes text, uint64_t offset, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct judging judging = { .sink = sink, .offset = offset };
	struct source_visitor visitor = { judge, may_run, &judging, NULL };

	if (rules == NULL)
		return;
	judging.globals = rules_get(rules, &globals_kind, &status);
	if (judging.globals == NULL) {
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", offset,
		    "the lists of globals: %s", status.text);
		return;
	}
	visitor.wanted = globals_that_run(judging.globals);
	if (!source_walk(text, sink_arena(sink), &visitor))
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", offset, "no memory for its names");
}
