/* Keras configurations: what they name is judged, however it is written. */
#include "config.h"

#include "tests/unit/format_test.h"

extern const struct format format_hdf5, format_keras_config;

#define LAYER(text) "{\"class_name\": \"Functional\", \"config\": {\"layers\": [" text "]}}"

static void
test_configurations(void)
{
	static const struct format_case cases[] = {
		{ "a dense layer",
		    RAW(LAYER("{\"module\": \"keras.layers\", \"class_name\": \"Dense\"}")), NULL },
		{ "a Lambda", RAW(LAYER("{\"class_name\": \"Lambda\"}")), "keras/lambda" },
		{ "a Lambda in escapes", RAW(LAYER("{\"class_name\": \"\\u004cambda\"}")),
		    "keras/lambda" },
		{ "behind a byte order mark",
		    RAW("\xef\xbb\xbf" LAYER("{\"class_name\": \"Lambda\"}")), "keras/lambda" },
		{ "a wrapped module", RAW(LAYER("{\"class_name\": \"TorchModuleWrapper\"}")),
		    "keras/torch-module" },
		{ "a function of the system",
		    RAW(LAYER("{\"module\": \"os\", \"class_name\": \"function\", \"config\": "
			      "\"system\"}")),
		    "keras/dangerous-reference" },
		{ "a function of Keras that reaches the network",
		    RAW(LAYER("{\"module\": \"keras.utils\", \"class_name\": \"function\", "
			      "\"config\": \"get_file\"}")),
		    "keras/dangerous-reference" },
		{ "a class of somebody else",
		    RAW(LAYER("{\"module\": \"mine.layers\", \"class_name\": \"Own\"}")),
		    "keras/custom-object" },
		{ "a module that begins like Keras",
		    RAW(LAYER("{\"module\": \"kerasx\", \"class_name\": \"Own\"}")),
		    "keras/custom-object" },
		{ "a vocabulary elsewhere",
		    RAW(LAYER(
			"{\"class_name\": \"StringLookup\", \"vocabulary\": \"/etc/passwd\"}")),
		    "keras/file-reference" },
		{ "two values for one key",
		    RAW("{\"class_name\": \"Dense\", \"class_name\": \"Lambda\"}"),
		    "keras/malformed" },
	};

	run_cases(&format_keras_config, "config.json", cases, ARRAY_LEN(cases));
}

static void
test_hdf5(void)
{
	static const struct format_case cases[] = {
		{ "no configuration", RAW("\x89HDF\r\n\x1a\n\0\0\0"), NULL },
		{ "a Lambda",
		    RAW("\x89HDF\r\n\x1a\n\0" LAYER("{\"class_name\": \"Lambda\"}") "\0\0"),
		    "keras/lambda" },
		{ "a configuration without an end",
		    RAW("\x89HDF\r\n\x1a\n{\"class_name\": \"Dense"), "keras/malformed" },
	};

	run_cases(&format_hdf5, "a.h5", cases, ARRAY_LEN(cases));
}

int
main(void)
{
	test_configurations();
	test_hdf5();
	return done_testing();
}
