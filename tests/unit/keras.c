/* Keras configurations: what they name is judged, however it is written. */
#include "config.h"

#include "tests/unit/format_test.h"
#include "tests/unit/zip_of.h"

extern const struct format format_keras, format_keras_config;

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
		{ "what fetches a file, in the fields of a layer",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"config\": {\"fn\": \"get_file\", "
			      "\"args\": [\"https://a.example/x\"]}}")),
		    "keras/dangerous-reference" },
		{ "without an address it fetches nothing",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"config\": {\"fn\": \"get_file\"}}")),
		    NULL },
		{ "an address elsewhere is none for it",
		    RAW("{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": "
			"\"Dense\", \"config\": {\"fn\": \"get_file\"}}], \"about\": {\"url\": "
			"\"https://a.example\"}}}"),
		    NULL },
		{ "what ends safe mode, with its module around it",
		    RAW(LAYER(
			"{\"class_name\": \"Dense\", \"module\": \"keras.config\", \"config\": "
			"{\"fn\": \"enable_unsafe_deserialization\"}}")),
		    "keras/dangerous-reference" },
		{ "with its module in another layer",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"config\": {\"fn\": "
			      "\"enable_unsafe_deserialization\"}}, {\"class_name\": \"Dense\", "
			      "\"module\": \"keras.config\"}")),
		    NULL },
		{ "in one word",
		    RAW(LAYER("{\"load\": \"keras.config.enable_unsafe_deserialization\"}")),
		    "keras/dangerous-reference" },
		{ "in a sentence",
		    RAW(LAYER("{\"note\": \"never call enable_unsafe_deserialization\"}")), NULL },
		{ "a layer of Python's own",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"module\": \"builtins\"}")),
		    "keras/dangerous-reference" },
		{ "the module of a function elsewhere",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"config\": {\"fn_module\": "
			      "\"subprocess\"}}")),
		    "keras/dangerous-reference" },
		{ "a function of that module",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"module\": \"os\", \"config\": "
			      "{\"fn\": [\"popen\"]}}")),
		    "keras/dangerous-reference" },
		{ "a class registered by somebody else",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"registered_name\": \"mine.Dense\"}")),
		    "keras/custom-object" },
		{ "a layer called like a module of Python",
		    RAW(LAYER("{\"class_name\": \"Dense\", \"module\": \"keras.layers\", "
			      "\"config\": {\"name\": \"os.system\", \"activation\": \"run\"}}")),
		    NULL },
		{ "two values for one key",
		    RAW("{\"class_name\": \"Dense\", \"class_name\": \"Lambda\"}"),
		    "keras/malformed" },
	};

	run_cases(&format_keras_config, "config.json", cases, ARRAY_LEN(cases));
}

static void
test_archives(void)
{
	static const struct zip_part whole[] = { { "metadata.json", "{}" }, { "config.json", "{}" },
		{ "model.weights.h5", "x" }, { "assets/vocabulary.txt", "a" } };
	static const struct zip_part code[] = { { "config.json", "{}" },
		{ "assets/Run.SH", "id" } };
	static const struct zip_part weights[] = { { "metadata.json", "{}" },
		{ "model.weights.h5", "x" } };
	struct buffer buffers[3];
	const struct format_case cases[] = {
		{ "what Keras writes", zip_of(&buffers[0], whole, ARRAY_LEN(whole)), NULL },
		{ "a script in an archive", zip_of(&buffers[1], code, ARRAY_LEN(code)),
		    "keras/foreign-code" },
		{ "an archive without its configuration",
		    zip_of(&buffers[2], weights, ARRAY_LEN(weights)), "keras/no-configuration" },
	};
	struct member member = { .path = "a", .name = "a", .bytes = cases[0].bytes };

	run_cases(&format_keras, "a.keras", cases, ARRAY_LEN(cases));
	ok(format_keras.probe(&member) > 0, "an archive is known by its parts");
	member.bytes = cases[1].bytes;
	ok(format_keras.probe(&member) == 0, "one configuration does not make a model");
	for (size_t i = 0; i < ARRAY_LEN(buffers); i++)
		buffer_free(&buffers[i]);
}

int
main(void)
{
	test_configurations();
	test_archives();
	return done_testing();
}
