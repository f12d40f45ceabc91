/* The lists of globals: exact names, wildcards, walks. */
#include "config.h"

#include "format/globals.h"
#include "tests/unit/format_test.h"

static bool
judged(const char *module, const char *name, enum global_class kind)
{
	struct status status = { 0 };
	const struct globals *globals = rules_get(test_rules(), &globals_kind, &status);
	struct global_verdict verdict;

	if (globals == NULL) {
		printf("Bail out! %s\n", status.text);
		exit(1);
	}
	verdict = globals_judge(globals, bytes_of_string(module), bytes_of_string(name));
	if (verdict.kind != kind)
		printf("# %s.%s is %d\n", module, name, (int)verdict.kind);
	return verdict.kind == kind;
}

static void
test_lists_of_the_project(void)
{
	ok(judged("collections", "OrderedDict", GLOBAL_SAFE), "a harmless name");
	ok(judged("sklearn.svm._classes", "SVC", GLOBAL_KNOWN), "a known class");
	ok(judged("os", "system", GLOBAL_DANGEROUS), "a dangerous name");
	ok(judged("os", "anything", GLOBAL_DANGEROUS), "every name of a dangerous module");
	ok(judged("os.path", "join", GLOBAL_DANGEROUS), "and of its submodules");
	ok(judged("shlex", "split", GLOBAL_STDLIB), "an unlisted name of Python");
	ok(judged("sklearn.svm", "new", GLOBAL_LIBRARY), "an unlisted name of a known library");
	ok(judged("sklearnx.svm", "SVC", GLOBAL_FOREIGN), "a module that only begins like one");
	ok(judged("mine", "Thing", GLOBAL_FOREIGN), "a foreign name");
	ok(judged("OS", "system", GLOBAL_FOREIGN), "case matters");
}

static void
test_dotted_names(void)
{
	ok(judged("numpy", "os.system", GLOBAL_DANGEROUS), "a module behind a library");
	ok(judged("mine", "sys.modules", GLOBAL_DANGEROUS), "and behind a foreign module");
	ok(judged("collections", "OrderedDict.__init__", GLOBAL_DANGEROUS), "a special method");
	ok(judged("torch.nn.modules.linear", "Linear.forward", GLOBAL_KNOWN),
	    "a method of a known class");
	ok(judged("pandas.core.frame", "DataFrame.to_pickle", GLOBAL_DANGEROUS),
	    "but for those that are listed");
	ok(judged("builtins", "eval.__call__", GLOBAL_DANGEROUS), "a method of a dangerous one");
}

/* Compiles TEXT as the only list. */
static bool
refused(const char *text, const char *why)
{
	struct rule_file file = {
		.name = "globals/x.yaml", .source = "x.yaml", .bytes = bytes_of_string(text)
	};
	struct status status = { 0 };
	void *compiled = globals_kind.compile(&file, 1, &status);
	bool is_refused = compiled == NULL && strstr(status.text, why) != NULL;

	if (!is_refused)
		printf("# %s\n", compiled == NULL ? status.text : "accepted");
	globals_kind.free(compiled);
	return is_refused;
}

static void
test_wrong_lists_name_their_line(void)
{
	ok(refused("safe:\n  a: [b]\n", "x.yaml:2"), "a list where names are needed");
	ok(refused("safe: a\n", "x.yaml:1"), "no map");
	ok(refused("sofe:\n  a: b\n", "sofe"), "a key that does not exist");
	ok(refused("dangerous:\n  a: b\n", "x.yaml:2"), "an attack class without modules");
	ok(refused("libraries: a\n", "x.yaml:1"), "libraries that are no list");
}

/* A user's list can forbid what ours allows, never the reverse. */
static void
test_danger_wins(void)
{
	struct rule_file files[] = {
		{ "globals/a.yaml", "a.yaml", bytes_of_string("safe:\n  m: f g\n") },
		{ "globals/b.yaml", "b.yaml",
		    bytes_of_string("dangerous:\n  mine:\n    m: f\nknown:\n  m: g\n") },
		{ "globals/c.yaml", "c.yaml", bytes_of_string("safe:\n  m: f\n") },
	};
	struct status status = { 0 };
	void *globals = globals_kind.compile(files, ARRAY_LEN(files), &status);
	struct global_verdict verdict;

	ok(globals != NULL, "three lists");
	if (globals == NULL)
		return;
	verdict = globals_judge(globals, bytes_of_string("m"), bytes_of_string("f"));
	ok(verdict.kind == GLOBAL_DANGEROUS && strcmp(verdict.why, "mine") == 0,
	    "danger wins whatever the order");
	verdict = globals_judge(globals, bytes_of_string("m"), bytes_of_string("g"));
	ok(verdict.kind == GLOBAL_SAFE, "harmless stays harmless");
	globals_kind.free(globals);
}

/* What may run something is asked first, so a no must be certain. */
static void
test_names_that_run(void)
{
	static const char *const names[] = { "eval", "exec", "__import__", "system", "popen",
		"Popen", "run", "execve", "CDLL", "loads", "run_module", "fork" };
	static const char text[] = "commands: {m: '*'}";
	struct rule_file file = { "globals/a.yaml", "a.yaml", bytes_of_string(text) };
	struct status status = { 0 };
	const struct globals *globals = rules_get(test_rules(), &globals_kind, &status);
	void *wild = globals_kind.compile(&file, 1, &status);
	bool all = globals != NULL;

	for (size_t i = 0; all && i < ARRAY_LEN(names); i++)
		all = globals_may_run(globals, bytes_of_string(names[i]));
	ok(all, "every command may run something");
	ok(globals != NULL && !globals_may_run(globals, bytes_of_string("append")),
	    "most names may not");
	ok(wild != NULL && globals_may_run(wild, bytes_of_string("append")),
	    "all may where a wildcard does");
	globals_kind.free(wild);
}

int
main(void)
{
	test_lists_of_the_project();
	test_dotted_names();
	test_wrong_lists_name_their_line();
	test_danger_wins();
	test_names_that_run();
	return done_testing();
}
