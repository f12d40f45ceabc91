/* Fuzz target: HDF5 files. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_hdf5;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_hdf5, "a.h5", fuzz_rules(), data, size);
	return 0;
}
