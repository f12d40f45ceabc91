/* Fuzz target: tar files. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_tar;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_tar, "a.tar", NULL, data, size);
	return 0;
}
