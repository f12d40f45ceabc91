/* License expressions: the grammar of SPDX, and lists that judge it. */
#include "config.h"

#include "detect/license_expression.h"
#include "tests/tap.h"

static struct arena *arena;

static const struct license_node *
parse(const char *text)
{
	struct status status = { 0 };

	return license_expression_parse(arena, text, &status);
}

static const char *
printed(const char *text)
{
	const struct license_node *node = parse(text);

	return node == NULL ? "refused" : license_expression_print(arena, node);
}

static void
test_grammar(void)
{
	eq_str(printed("MIT"), "MIT", "one name");
	eq_str(printed("  MIT\n"), "MIT", "white space around it");
	eq_str(printed("A OR B AND C"), "A OR B AND C", "AND binds tighter than OR");
	eq_str(printed("(A OR B) AND C"), "(A OR B) AND C", "parentheses that matter stay");
	eq_str(printed("((A)) AND (B AND C)"), "A AND B AND C", "parentheses that do not, go");
	eq_str(printed("A and B or C"), "A AND B OR C", "operators in lower case");
	eq_str(printed("GPL-2.0-only WITH Classpath-exception-2.0 AND MIT"),
	    "GPL-2.0-only WITH Classpath-exception-2.0 AND MIT", "WITH binds tightest");
	eq_str(printed("LicenseRef-a.b-1 OR DocumentRef-x:LicenseRef-y"),
	    "LicenseRef-a.b-1 OR DocumentRef-x:LicenseRef-y", "references");
	eq_str(printed("GPL-2.0"), "GPL-2.0-only", "a deprecated name becomes the present one");
	eq_str(printed("LGPL-2.1+"), "LGPL-2.1-or-later", "so does one with a plus");
	eq_str(printed("Apache-2.0+"), "Apache-2.0+", "a plus after another name stays");
	eq_str(printed("LicenseRef-HF-openrail++"), "LicenseRef-HF-openrail++",
	    "plus signs belong to names of the Hub");
	eq_str(license_expression_export(arena, parse("LicenseRef-HF-openrail++ OR EPL-2.0+")),
	    "LicenseRef-HF-openrailplusplus OR EPL-2.0+", "and are spelled out for documents");
}

static void
test_refusals(void)
{
	char deep[300], wide[20000];
	static const char *const wrong[] = { "", "   ", "AND", "MIT AND", "OR MIT",
		"MIT Apache-2.0", "(MIT", "MIT)", "MIT WITH", "MIT WITH AND", "MIT And BSD",
		"MIT ++", "()", "MIT;", "MIT/X11", "GPL-2.0-only WITH (A OR B)", "\xff" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		eq_str(printed(wrong[i]), "refused", wrong[i]);
	memset(deep, '(', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	eq_str(printed(deep), "refused", "deep nesting is refused");
	memset(wide, 'a', sizeof(wide));
	wide[sizeof(wide) - 1] = '\0';
	eq_str(printed(wide), "refused", "a very long text is refused");
}

static void
test_comparison(void)
{
	ok(license_expression_equal(parse("A AND (B OR C)"), parse("(C OR B) AND A")),
	    "order does not matter");
	ok(!license_expression_equal(parse("A AND B"), parse("A OR B")), "operators do");
	ok(!license_expression_equal(parse("A"), parse("A WITH E")), "exceptions do");
	ok(!license_expression_equal(parse("A AND B AND C"), parse("A AND B")), "so does number");
	eq_str(license_expression_print(arena,
		   license_expression_join(arena, LICENSE_AND, parse("A AND B"), parse("b"))),
	    "A AND B", "joining what is there adds nothing");
	eq_str(license_expression_print(
		   arena, license_expression_join(arena, LICENSE_AND, parse("A"), parse("B OR C"))),
	    "A AND (B OR C)", "joining adds an operand");
}

static enum license_answer
judged(const char *text, const char *const *allow, const char *const *deny)
{
	struct license_lists lists = { allow, deny };

	return license_expression_evaluate(parse(text), &lists);
}

static void
test_lists(void)
{
	const char *const allow[] = { "MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-*", NULL };
	const char *const deny[] = { "GPL-*", "AGPL-3.0", NULL };
	const struct license_lists both = { allow, deny };

	ok(judged("mit AND apache-2.0", allow, deny) == LICENSE_ALLOWED, "both are allowed");
	ok(judged("MIT OR GPL-3.0-only", allow, deny) == LICENSE_ALLOWED,
	    "one allowed choice suffices");
	ok(judged("MIT AND GPL-3.0-only", allow, deny) == LICENSE_DENIED,
	    "one denied part is too much");
	ok(judged("MIT AND BSD-2-Clause", allow, deny) == LICENSE_UNLISTED, "one is on no list");
	ok(judged("GPL-3.0-only OR BSD-2-Clause", allow, deny) == LICENSE_UNLISTED,
	    "an unlisted choice is better than a denied one");
	ok(judged("BSD-2-Clause", NULL, deny) == LICENSE_ALLOWED,
	    "without an allow list what is not denied is allowed");
	ok(judged("AGPL-3.0-only", NULL, deny) == LICENSE_DENIED, "old names in lists mean -only");
	ok(judged("GPL-2.0-only WITH Classpath-exception-2.0", allow, deny) == LICENSE_ALLOWED,
	    "an entry that names the exception comes first");
	ok(judged("GPL-2.0-only WITH Other", allow, deny) == LICENSE_DENIED,
	    "an entry without one covers any exception");
	eq_str(license_expression_culprit(
		   parse("MIT AND (GPL-2.0-only OR GPL-3.0-only)"), &both, LICENSE_DENIED)
		   ->id,
	    "GPL-2.0-only", "the culprit is named");
	ok(license_expression_culprit(parse("MIT"), &both, LICENSE_DENIED) == NULL,
	    "where nothing is wrong there is none");
}

int
main(void)
{
	arena = arena_new(1 << 20);
	if (arena == NULL)
		return 1;
	test_grammar();
	test_refusals();
	test_comparison();
	test_lists();
	arena_free(arena);
	return done_testing();
}
