/* Calls and imports in Python source. */
#include "config.h"

#include "format/source.h"
#include "tests/tap.h"

#include <stdlib.h>

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
	struct source_visitor visitor = { hear, wants, &heard, NULL };

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

struct heard_all {
	uint64_t hash, wanted;
	size_t shift;
};

/* Notes what is called, what of it is wanted, and where. */
static void
hear_all(const struct source_item *item, void *context)
{
	struct heard_all *heard = context;
	uint64_t hash = item->kind + 1 + (item->offset - heard->shift) * 16;

	for (size_t i = 0; i < item->module.len; i++)
		hash = hash * 31 + item->module.data[i];
	for (size_t i = 0; i < item->name.len; i++)
		hash = hash * 37 + item->name.data[i];
	hash *= 0x9e3779b97f4a7c15u;
	heard->hash = (heard->hash ^ hash) * 3;
	if (item->kind == SOURCE_IMPORT || wants_run(item->name, NULL))
		heard->wanted = (heard->wanted ^ hash) * 3;
}

static struct heard_all
hear_text(struct bytes text, size_t shift, const struct tail_set *wanted, bool is_narrow)
{
	struct arena *arena = arena_new(1 << 20);
	struct heard_all heard = { .shift = shift };
	struct source_visitor visitor = { hear_all, wanted == NULL ? NULL : wants_run, &heard,
		wanted };

	if (arena == NULL || !(is_narrow ? source_walk_narrow : source_walk)(text, arena, &visitor))
		exit(1);
	arena_free(arena);
	return heard;
}

/* Wherever blocks of bytes begin, and whatever is passed over, the same is heard of what is wanted.
 */
static void
test_blocks(void)
{
	static const char *const parts[] = { "run(", "system(", "a.run(", "s(", "t(", "t.u.run(",
		").run(", "a_long_name_of_many_parts.u(", "a_long_name_of_many_parts.system (",
		"run.(", "..system(", "xsystem(", "import os as s\n", "\nimport s.t as t.u\n",
		"from os import system as a_long_name_of_many_parts\n", "\n", " ", "'", "\"", "#",
		"'''", "format(", "x = ", "\\", ";from a import t;", "time.from_(", "(", ")" };
	struct tail_set wanted = { { 0 } };
	bool shifted = true, passed = true;

	tail_set_add(&wanted, bytes_of_string("run"));
	tail_set_add(&wanted, bytes_of_string("system"));
	srand(1);
	for (int round = 0; round < 3000; round++) {
		char text[700];
		size_t n = 70, shift = (size_t)rand() % 70;
		struct heard_all all, other, some;

		memset(text, '\n', n);
		for (int i = rand() % 60; i > 0 && n < sizeof(text) - 60; i--)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    parts[(size_t)rand() % ARRAY_LEN(parts)]);
		all = hear_text(bytes_of(text, n), 70, NULL, true);
		other = hear_text(bytes_of(text + 70 - shift, n - 70 + shift), shift, NULL, false);
		some = hear_text(
		    bytes_of(text + 70 - shift, n - 70 + shift), shift, &wanted, round % 2 == 0);
		shifted = shifted && all.hash == other.hash;
		passed = passed && all.wanted == some.wanted;
	}
	ok(shifted, "the same is heard wherever a block begins");
	ok(passed, "nothing that is wanted is passed over");
}

int
main(void)
{
	test_calls();
	test_imports();
	test_texts();
	test_wishes();
	test_blocks();
	return done_testing();
}
