/* Models of skops: what their nodes name is judged, and what else is in the archive. */
#include "config.h"

#include "tests/unit/format_test.h"
#include "tests/unit/zip_of.h"

extern const struct format format_skops, format_skops_schema;

#define NODE(module, name, loader, content)                                                       \
	"{\"__class__\": \"" name "\", \"__module__\": \"" module "\", \"__loader__\": \"" loader \
	"\", \"content\": " content "}"

static void
test_nodes(void)
{
	static const struct format_case cases[] = {
		{ "an estimator",
		    RAW(NODE("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode",
			NODE("builtins", "dict", "DictNode", "{}"))),
		    NULL },
		{ "its module once more in its class",
		    RAW(NODE("sklearn.linear_model._logistic",
			"sklearn.linear_model._logistic.LogisticRegression", "ObjectNode", "{}")),
		    NULL },
		{ "a harmless function",
		    RAW(NODE("builtins", "function", "FunctionNode",
			"{\"module_path\": \"numpy\", \"function\": \"ndarray\"}")),
		    NULL },
		{ "a function of the system",
		    RAW(NODE("builtins", "function", "FunctionNode",
			"{\"module_path\": \"os\", \"function\": \"system\"}")),
		    "skops/dangerous-type" },
		{ "a type of the system", RAW(NODE("subprocess", "Popen", "ObjectNode", "{}")),
		    "skops/dangerous-type" },
		{ "in escapes", RAW(NODE("o\\u0073", "system", "TypeNode", "{}")),
		    "skops/dangerous-type" },
		{ "deep in a list", RAW("[[" NODE("builtins", "eval", "TypeNode", "null") "]]"),
		    "skops/dangerous-type" },
		{ "something else of Python",
		    RAW(NODE("textwrap", "TextWrapper", "ObjectNode", "{}")),
		    "skops/standard-type" },
		{ "a class of somebody", RAW(NODE("mine", "Own", "ObjectNode", "{}")),
		    "skops/unlisted-type" },
		{ "a method", RAW(NODE("builtins", "method", "MethodNode", "{}")),
		    "skops/unchecked-node" },
		{ "a node of that kind by another key", RAW("{\"type\": \"OperatorFuncNode\"}"),
		    "skops/unchecked-node" },
		{ "no JSON", RAW("{'a': 1}"), "skops/malformed" },
	};

	run_cases(&format_skops_schema, "schema.json", cases, ARRAY_LEN(cases));
}

static void
test_archives(void)
{
	static const struct zip_part whole[] = { { "1234.npy", "x" }, { "schema.json", "{}" } };
	static const struct zip_part card[] = { { "README.md", "x" }, { "schema.json", "{}" } };
	static const struct zip_part code[] = { { "hook.py", "x" }, { "schema.json", "{}" } };
	static const struct zip_part empty[] = { { "1234.npy", "x" } };
	struct buffer buffers[4];
	const struct format_case cases[] = {
		{ "what skops writes", zip_of(&buffers[0], whole, ARRAY_LEN(whole)), NULL },
		{ "a model card", zip_of(&buffers[1], card, ARRAY_LEN(card)),
		    "skops/foreign-member" },
		{ "code", zip_of(&buffers[2], code, ARRAY_LEN(code)), "skops/foreign-code" },
		{ "no tree", zip_of(&buffers[3], empty, ARRAY_LEN(empty)), "skops/malformed" },
	};

	run_cases(&format_skops, "a.skops", cases, ARRAY_LEN(cases));
	for (size_t i = 0; i < ARRAY_LEN(buffers); i++)
		buffer_free(&buffers[i]);
}

static void
test_trees_are_known(void)
{
	struct member archive = {
		.path = "a.zip", .name = "a.zip", .bytes = bytes_of_string("PK\3\4")
	};
	struct member tree = {
		.path = "a.zip!/schema.json", .name = "schema.json", .parent = &archive
	};
	struct buffer text = buffer_up_to(MIB);

	buffer_add_string(&text, "{\"pad\": \"");
	for (unsigned i = 0; i < 10000; i++)
		buffer_add_u8(&text, 'x');
	buffer_add_string(&text, "\", \"__loader__\": \"TypeNode\"}");
	tree.bytes = buffer_bytes(&text);
	ok(format_skops_schema.probe(&tree) > 0,
	    "a tree that begins late, in an archive of any name");
	tree.bytes = bytes_of_string("{\"\\u005f_loader__\": \"TypeNode\"}");
	ok(format_skops_schema.probe(&tree) > 0, "keys in escapes");
	tree.bytes = bytes_of_string("{\"$schema\": \"x\"}");
	ok(format_skops_schema.probe(&tree) == 0, "another schema is none");
	buffer_free(&text);
}

int
main(void)
{
	test_nodes();
	test_archives();
	test_trees_are_known();
	return done_testing();
}
