/* Fuzz target: the safetensors analyzer. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_safetensors;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_safetensors, "a.safetensors", NULL, data, size);
	return 0;
}
