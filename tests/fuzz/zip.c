/* Fuzz target: zip files. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_zip;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_zip, "a.zip", NULL, data, size);
	return 0;
}
