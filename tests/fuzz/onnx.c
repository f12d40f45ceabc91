/* Fuzz target: the onnx analyzer. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_onnx;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_onnx, "a.onnx", NULL, data, size);
	return 0;
}
