/* YAML as configuration: tags that make Python objects are judged by what they name. */
#include "config.h"

#include "tests/unit/format_test.h"

extern const struct format format_yaml;

static const char danger[] = "yaml/dangerous-tag";

static void
test_tags(void)
{
	static const struct format_case cases[] = {
		{ "plain settings", RAW("a: 1\nb: [x, y]\n"), NULL },
		{ "a call", RAW("a: !!python/object/apply:os.system [id]\n"), danger },
		{ "an object", RAW("a: !!python/object/new:subprocess.Popen [id]\n"), danger },
		{ "a function", RAW("!!python/name:posix.system ''\n"), danger },
		{ "something built in", RAW("- !!python/object/apply:builtins.eval ['1']\n"),
		    danger },
		{ "without a module", RAW("- !!python/object/apply:eval ['1']\n"), danger },
		{ "its tag in full",
		    RAW("a: !<tag:yaml.org,2002:python/object/apply:os.system> [id]\n"), danger },
		{ "by a handle of its own",
		    RAW("%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!name:os.system ''\n"),
		    danger },
		{ "in escapes", RAW("a: !!%70ython/object/apply:os.system [id]\n"), danger },
		{ "as a key", RAW("? !!python/name:os.system ''\n: 1\n"), danger },
		{ "before what is no YAML", RAW("a: !!python/name:os.system ''\nb: [\n"), danger },
		{ "in a second document", RAW("a: 1\n---\nb: !!python/name:os.system ''\n"),
		    danger },
		{ "a module of the system", RAW("a: !!python/module:subprocess ''\n"), danger },
		{ "an object of a library", RAW("a: !!python/object:torchx.Settings {b: 1}\n"),
		    "yaml/python-tag" },
		{ "in a text it is none", RAW("a: \"!!python/object/apply:os.system\"\n"), NULL },
	};

	run_cases(&format_yaml, "a.yaml", cases, ARRAY_LEN(cases));
}

static void
test_plain_values(void)
{
	struct bytes text = RAW("a: !!python/tuple [1, 2]\n");
	struct sink *sink = analyze_as(&format_yaml, "a.yaml", text);

	ok(!sink_has(sink, danger) && !sink_has(sink, "yaml/python-tag"),
	    "a tuple is a plain value");
	sink_free(sink);
}

int
main(void)
{
	test_tags();
	test_plain_values();
	return done_testing();
}
