/* Fuzz target: the PII detector on text and on a value, and its rules on any file. */
#include "config.h"

#include "detect/detector.h"
#include "detect/pii_rules.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "text", NULL };
	const struct detector *detector = detector_by_name("pii");
	struct status status = { 0 }, trouble = { 0 };
	const void *compiled = rules_get(fuzz_rules(), detector->rules, &status);
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct member member = { .path = "a", .name = "a", .bytes = bytes_of(data, size) };
	const struct span spans[] = { { SPAN_PROSE, "", member.bytes, 0 },
		{ SPAN_VALUE, "customer.phone", member.bytes, 0 } };
	struct rule_file file = { "pii/a.yaml", "a.yaml", member.bytes };

	if (compiled == NULL || sink == NULL)
		abort();
	detector->scan(compiled, &member, names, spans, 1, sink);
	detector->scan(compiled, &member, names, spans, 2, sink);
	sink_free(sink);
	pii_rule_kind.free(pii_rule_kind.compile(&file, 1, &trouble));
	return 0;
}
