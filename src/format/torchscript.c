/*
 * The source code in a TorchScript archive (ROOT/code/NAME.py): what the compiler of PyTorch
 * printed. It knows nothing but tensors' operators and its own modules, so plain Python there was
 * put in by hand, and of its operators some read and write files (aten::from_file, aten::save).
 */
#include "config.h"

#include "core/text.h"
#include "format/format.h"
#include "format/globals.h"
#include "format/source.h"

static const char *const suffixes[] = { ".py", NULL };

extern const struct format format_torch;

static int
probe(const struct member *member)
{
	return member->parent != NULL && member_has_suffix(member, ".py") &&
		(strstr(member->name, "/code/") != NULL ||
		    strncmp(member->name, "code/", 5) == 0) &&
		format_torch.probe(member->parent) > 0
	    ? 90
	    : 0;
}

struct reading {
	const struct globals *globals;
	struct sink *sink;
};

static void
look_at(const struct source_item *item, void *context)
{
	struct reading *reading = context;
	struct arena *arena = sink_arena(reading->sink);
	struct bytes module = item->module;
	struct global_verdict verdict;

	if (item->kind == SOURCE_IMPORT) {
		if (!bytes_starts(module, "__torch__"))
			sink_finding_once(reading->sink, "torch/foreign-source", item->offset, 0,
			    NULL, "it imports %s, which the compiler of TorchScript never writes",
			    text_safe(arena, module, 100));
		return;
	}
	/* Operators are printed as torch.NAME or ops.aten.NAME. */
	if (bytes_equal_string(module, "ops.aten"))
		module = bytes_of_string("torch");
	if (bytes_equal_string(module, "builtins") &&
	    (bytes_equal_string(item->name, "getattr") || bytes_equal_string(item->name, "print")))
		return; /* the compiler writes them */
	verdict = globals_judge(reading->globals, module, item->name);
	/* The compiler writes calls of special methods. */
	if (verdict.kind == GLOBAL_DANGEROUS && !bytes_starts(item->name, "__"))
		sink_finding_once(reading->sink, "torch/dangerous-operator", item->offset, 0, NULL,
		    "it calls %s.%s: %s", text_safe(arena, module, 100),
		    text_safe(arena, item->name, 100), verdict.why == NULL ? "" : verdict.why);
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct status status = { 0 };
	struct reading reading = { rules_get(rules, &globals_kind, &status), sink };
	struct source_visitor visitor = { look_at, NULL, &reading, NULL };

	if (reading.globals == NULL)
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of globals: %s", status.text);
	else if (!source_walk(member->bytes, sink_arena(sink), &visitor))
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0, "no memory for its names");
}

const struct format format_torchscript = {
	.name = "torchscript",
	.suffixes = suffixes,
	.refines = "text",
	.traits = FORMAT_TEXT,
	.probe = probe,
	.analyze = analyze,
};
