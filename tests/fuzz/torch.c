/* Fuzz target: PyTorch's files, and the source code in them. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_torch, format_torch_legacy, format_torchscript,
    format_torchserve_part;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_torch, "a.pt", fuzz_rules(), data, size);
	fuzz_format(&format_torch_legacy, "a.pt", fuzz_rules(), data, size);
	fuzz_format(&format_torchscript, "a/code/b.py", fuzz_rules(), data, size);
	fuzz_format(&format_torchserve_part, "MAR-INF/MANIFEST.json", fuzz_rules(), data, size);
	return 0;
}
