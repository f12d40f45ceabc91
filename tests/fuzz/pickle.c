/* Fuzz target: pickles of all protocols. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_pickle;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_pickle, "a.pkl", fuzz_rules(), data, size);
	return 0;
}
