/* Fuzz target: the secret detector with the project's own rules, and assignments at any place. */
#include "config.h"

#include "detect/detector.h"
#include "detect/secret_assign.h"
#include "tests/fuzz/fuzz.h"

extern const struct detector detector_secret;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "text", NULL };
	struct bytes text = bytes_of(data, size);
	struct span spans[] = { { SPAN_PROSE, "", text, 0 }, { SPAN_VALUE, "a.api_key", text, 0 } };
	struct member member = { .path = "a.txt", .name = "a.txt", .bytes = text };
	struct status status = { .code = STATUS_OK };
	const void *compiled = rules_get(fuzz_rules(), detector_secret.rules, &status);
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct assignment assignment;

	if (sink == NULL || compiled == NULL)
		abort();
	detector_secret.scan(compiled, &member, names, spans, 2, sink);
	for (size_t i = 0; i + 3 <= size && i < 64; i++)
		if (assignment_read(text, i, i + 3, &assignment) &&
		    (assignment.pos > size || assignment.value.len > size - assignment.pos))
			abort();
	sink_free(sink);
	return 0;
}
