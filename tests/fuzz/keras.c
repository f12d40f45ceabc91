/* Fuzz target: Keras configurations, and its archives. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_keras, format_keras_config;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_keras_config, "config.json", fuzz_rules(), data, size);
	fuzz_format(&format_keras, "a.keras", NULL, data, size);
	return 0;
}
