/* Fuzz target: graphs of TensorFlow, and configurations of Keras beside them. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

extern const struct format format_keras_metadata, format_tensorflow;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_tensorflow, "saved_model.pb", fuzz_rules(), data, size);
	fuzz_format(&format_tensorflow, "a.pb", fuzz_rules(), data, size);
	fuzz_format(&format_keras_metadata, "keras_metadata.pb", fuzz_rules(), data, size);
	return 0;
}
