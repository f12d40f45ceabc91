/* Fuzz target: NumPy's arrays. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_numpy, format_npz;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_numpy, "a.npy", fuzz_rules(), data, size);
	fuzz_format(&format_npz, "a.npz", fuzz_rules(), data, size);
	return 0;
}
