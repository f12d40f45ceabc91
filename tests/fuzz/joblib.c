/* Fuzz target: joblib's files. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_joblib;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_joblib, "a.joblib", fuzz_rules(), data, size);
	return 0;
}
