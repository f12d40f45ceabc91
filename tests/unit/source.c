/* Calls and imports in Python source. */
#include "config.h"

#include "format/source.h"
#include "tests/tap.h"

struct heard {
	char text[1000];
	size_t n;
};

static void
hear(const struct source_item *item, void *context)
{
	struct heard *heard = context;
	bool named = item->name.len > 0;

	heard->n += (size_t)snprintf(heard->text + heard->n, sizeof(heard->text) - heard->n,
	    "%s%.*s%s%.*s%s", item->kind == SOURCE_IMPORT ? "<" : "", (int)item->module.len,
	    (const char *)item->module.data, named ? ":" : "", named ? (int)item->name.len : 0,
	    named ? (const char *)item->name.data : "", item->kind == SOURCE_IMPORT ? "> " : "() ");
}

/* Set by the test of wishes. */
static bool (*wants)(struct bytes, void *);

static void
expect(const char *what, const char *text, const char *want)
{
	struct arena *arena = arena_new(1 << 20);
	struct heard heard = { .n = 0 };
	struct source_visitor visitor = { hear, wants, &heard };

	if (arena == NULL || !source_walk(bytes_of_string(text), arena, &visitor))
		heard.n = 0;
	heard.text[heard.n] = '\0';
	eq_str(heard.text, want, what);
	arena_free(arena);
}

static void
test_calls(void)
{
	expect("a name before a parenthesis", "x = eval(y)", "builtins:eval() ");
	expect("a dotted one", "os.path.join(a)", "os.path:join() ");
	expect("blanks and joined lines between", "a.b \\ \t(c)", "a:b() ");
	expect("a parenthesis without a name", "x = (1) + [](2)", "");
	expect("a method of what a call made", "a().run()", "builtins:a() builtins:run() ");
	expect("letters past ASCII", "caf\xc3\xa9.\xc3\xa9t\xc3\xa9(1)",
	    "caf\xc3\xa9:\xc3\xa9t\xc3\xa9() ");
	expect("a long name is no call of ours",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "(1)",
	    "");
}

static void
test_imports(void)
{
	expect("a module", "import os.path", "<os.path> ");
	expect("several under other names", "import os as o, sys; o.system(x)",
	    "<os> <sys> os:system() ");
	expect("parts of one", "from os import (system as s,\n popen)\ns(popen(x))",
	    "<os:system> <os:popen> os:system() os:popen() ");
	expect("the last import of a name counts", "import a as x\nimport b as x\nx.f()",
	    "<a> <b> b:f() ");
	expect("an import of a longer name", "import a.b as a.b\nimport q as a\na.b.f() a.c()",
	    "<a.b> <q> q.b:f() q:c() ");
	expect("only where a statement starts", "x import os\nif y: import sys\n\timport re",
	    "<sys> <re> ");
	expect("not as the beginning of a word", "importing(x)\nfrom_(y)",
	    "builtins:importing() builtins:from_() ");
	expect("behind another one", "import a import b", "<a> <b> ");
}

static void
test_texts(void)
{
	expect("strings say nothing", "'eval(' + \"exec(\\\"eval(\" + f(x)", "builtins:f() ");
	expect("long strings neither", "'''import os\n'eval(' \\''' '''\nimport re", "<re> ");
	expect("a string without its end ends with its line", "x = 'eval(\nexec(y)",
	    "builtins:exec() ");
	expect("its next line starts no statement", "'\nimport os\nimport re", "<re> ");
	expect("comments say nothing", "# eval(x) ' \nimport os # import re\nexec(x)",
	    "<os> builtins:exec() ");
	expect("a string is no name", "'a'.b(c) + 'x' (y)", "builtins:b() ");
}

static bool
wants_run(struct bytes name, void *context)
{
	(void)context;
	return bytes_equal_string(name, "run") || bytes_equal_string(name, "system");
}

static void
test_wishes(void)
{
	wants = wants_run;
	expect("calls that nobody wants are passed over", "a(b.c(d.run(e)), run(f))",
	    "d:run() builtins:run() ");
	expect("but not what an import calls otherwise",
	    "from os import system as s, path\ns(x) path(x) s.y(x)",
	    "<os:system> <os:path> os:system() os:path() ");
	expect("in one part or more", "import os.system as a.b\na.b(x) a.c(x)",
	    "<os.system> os:system() a:c() ");
	wants = NULL;
}

int
main(void)
{
	test_calls();
	test_imports();
	test_texts();
	test_wishes();
	return done_testing();
}
