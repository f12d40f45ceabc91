/* Fuzz target: the license detector on a text, a model card and JSON. */
#include "config.h"

#include "detect/detector.h"
#include "tests/fuzz/fuzz.h"

static void
look(const char *name, const uint8_t *data, size_t size)
{
	static const char *const names[] = { "text", NULL };
	const struct detector *detector = detector_by_name("license");
	struct status status = { 0 };
	const void *compiled = rules_get(fuzz_rules(), detector->rules, &status);
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct member member = { .path = name, .name = name, .bytes = bytes_of(data, size) };
	struct span spans[] = { { .kind = SPAN_PROSE, .key = "", .text = member.bytes },
		{ .kind = SPAN_VALUE, .key = "general.license", .text = member.bytes } };

	if (compiled == NULL || sink == NULL)
		abort();
	detector->scan(compiled, &member, names, spans, 2, sink);
	sink_free(sink);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look("a.txt", data, size);
	look("README.md", data, size);
	look("package.json", data, size);
	look("DESCRIPTION", data, size);
	return 0;
}
