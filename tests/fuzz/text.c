/* Fuzz target: the text format. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_text;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_text, "a.txt", NULL, data, size);
	return 0;
}
