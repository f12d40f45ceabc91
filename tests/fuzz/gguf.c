/* Fuzz target: the gguf analyzer. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_gguf;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_gguf, "a.gguf", NULL, data, size);
	return 0;
}
