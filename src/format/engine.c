/*
 * Compiled models whose content nobody but their runtime reads: plans of TensorRT ("ftrt", "ptrt").
 * They hold programs for a GPU and name plugins, and their maker says to load none from a source
 * that is not trusted.
 */
#include "config.h"

#include "format/format.h"

static int
probe(const struct member *member)
{
	return member->bytes.len > 32 &&
		(bytes_starts(member->bytes, "ftrt") || bytes_starts(member->bytes, "ptrt"))
	    ? 70
	    : 0;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	(void)member;
	(void)rules;
	sink_finding(sink, "format/opaque-program", 0, 0, NULL,
	    "this is a plan of TensorRT: compiled code that cannot be looked into");
}

const struct format format_engine = {
	.name = "tensorrt",
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
