/* Fuzz target: models of skops, their archive and their tree. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_skops, format_skops_schema;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_skops, "a.skops", NULL, data, size);
	fuzz_format(&format_skops_schema, "schema.json", fuzz_rules(), data, size);
	return 0;
}
