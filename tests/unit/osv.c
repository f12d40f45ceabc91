/* Known vulnerabilities: the order of versions, and what records say about them. */
#include "config.h"

#include "core/limits.h"
#include "detect/detector.h"
#include "detect/osv.h"
#include "detect/pep440.h"
#include "tests/tap.h"

#include <stdlib.h>

/* ---- versions ------------------------------------------------------------------------------- */

/* Each before the next, after the examples of PEP 440. */
static const char *const ordered[] = { "0.9", "1.0.dev1", "1.0.dev456", "1.0a1.dev1", "1.0a1",
	"1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456",
	"1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+abc.7.1",
	"1.0+5", "1.0+10", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1.1", "1.2.9",
	"1.10", "2", "2023.1.1", "2023.99999999999999999999999999", "1!0.1", "2!0" };

/* What is one version in two spellings. */
static const char *const equal[][2] = {
	{ "1.0", "1.0.0" },
	{ "1", "1.0.0.0" },
	{ "v1.0", " 1.0\n" },
	{ "01.002", "1.2" },
	{ "0!1.0", "1.0" },
	{ "1.0alpha1", "1.0a1" },
	{ "1.0-Beta_2", "1.0b2" },
	{ "1.0c1", "1.0.rc.1" },
	{ "1.0preview1", "1.0pre1" },
	{ "1.0a", "1.0a0" },
	{ "1.0-1", "1.0.post1" },
	{ "1.0.rev3", "1.0-r3" },
	{ "1.0post", "1.0.post0" },
	{ "1.0dev", "1.0.dev0" },
	{ "1.0+Ubuntu-1", "1.0+ubuntu.1" },
};

static const char *const invalid[] = { "", "x", "1.0x", "1..0", "1.0+", "1.0+a..b", "1.0+a.", "1!",
	"!1", "1.*", "1.0 2", "1.0.dev1a2", "1.0rc1rc2", ".1", "1.0--1", "2004d", "1.0+\xc3\xa9" };

static struct pep440
version_of(const char *text)
{
	struct pep440 version = { .pre = PEP440_NO_PRE };

	if (!ok(pep440_parse(bytes_of_string(text), &version), text))
		printf("# \"%s\" is a version\n", text);
	return version;
}

static void
test_versions(void)
{
	struct pep440 version = { .has_dev = true };
	size_t nwrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(ordered); i++)
		for (size_t k = 0; k < ARRAY_LEN(ordered); k++) {
			struct pep440 a, b;
			int order;

			if (!pep440_parse(bytes_of_string(ordered[i]), &a) ||
			    !pep440_parse(bytes_of_string(ordered[k]), &b))
				abort();
			order = pep440_compare(&a, &b);
			if ((order < 0) != (i < k) || (order > 0) != (i > k)) {
				printf("# %s against %s: %d\n", ordered[i], ordered[k], order);
				nwrong++;
			}
		}
	eq_u64(nwrong, 0, "any two versions compare as PEP 440 orders them");
	for (size_t i = 0; i < ARRAY_LEN(equal); i++) {
		struct pep440 a = version_of(equal[i][0]), b = version_of(equal[i][1]);

		ok(pep440_compare(&a, &b) == 0 && pep440_compare(&b, &a) == 0,
		    "two spellings are one version");
	}
	for (size_t i = 0; i < ARRAY_LEN(invalid); i++)
		ok(!pep440_parse(bytes_of_string(invalid[i]), &version), invalid[i]);
	ok(version.has_dev && version.release.len == 0, "what is no version changes nothing");
}

/* ---- records -------------------------------------------------------------------------------- */

#define HEAD "{\"id\":\"GHSA-1\",\"modified\":\"2024-01-01T00:00:00Z\","
#define NAMED "\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"a-b\"}"
#define EVENTS(type, events)                                                                   \
	HEAD "\"affected\":[{" NAMED ",\"ranges\":[{\"type\":\"" type "\",\"events\":[" events \
	     "]}]}]}"
#define FROM(version) "{\"introduced\":\"" version "\"}"
#define FIXED(version) "{\"fixed\":\"" version "\"}"
#define LAST(version) "{\"last_affected\":\"" version "\"}"

static char said[4096];

/* What the records (NULL-terminated) say about VERSION of NAME: "ID(ALIAS)FIXED ...", an
 * undecided one with a "?". */
static const char *
ask(const char *const *records, const char *name, const char *version)
{
	struct osv *osv = osv_new();
	struct arena *arena = arena_new(MIB);
	struct status status = { 0 };
	const struct osv_match *matches;
	size_t n, len = 0;

	if (osv == NULL || arena == NULL)
		abort();
	said[0] = '\0';
	for (; *records != NULL; records++)
		if (!osv_add(osv, bytes_of_string(*records), "record", &status))
			snprintf(said, sizeof(said), "%s", status.text);
	if (status.code == STATUS_OK && osv_finish(osv, &status)) {
		matches = osv_find(osv, arena, bytes_of_string(name), bytes_of_string(version), &n);
		if (matches == NULL)
			abort();
		for (size_t i = 0; i < n; i++)
			len += (size_t)snprintf(said + len, sizeof(said) - len, "%s%s%s(%s)%s",
			    i == 0 ? "" : " ", matches[i].is_undecided ? "?" : "", matches[i].id,
			    matches[i].alias, matches[i].fixed);
	}
	osv_free(osv);
	arena_free(arena);
	return said;
}

static const char *
ask_one(const char *record, const char *version)
{
	const char *const records[] = { record, NULL };

	return ask(records, "a-b", version);
}

static void
test_ranges(void)
{
	static const struct {
		const char *record, *version, *said;
	} cases[] = {
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5")), "1.4.9", "GHSA-1()1.5" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5")), "1.5", "" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5")), "1.5rc1", "GHSA-1()1.5" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5")), "1.5+cu118", "" },
		{ EVENTS("ECOSYSTEM", FROM("1.2") "," FIXED("1.5")), "1.1", "" },
		{ EVENTS("ECOSYSTEM", FROM("1.2") "," FIXED("1.5")), "1.2.0", "GHSA-1()1.5" },
		{ EVENTS("ECOSYSTEM", FROM("1.2") "," FIXED("1.5")), "1.10", "" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," LAST("1.5")), "1.5", "GHSA-1()" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," LAST("1.5")), "1.5+cpu", "GHSA-1()" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," LAST("1.5")), "1.5.1", "" },
		{ EVENTS("ECOSYSTEM", FROM("0")), "99!1", "GHSA-1()" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5") "," FROM("2") "," FIXED("2.2")),
		    "2.1", "GHSA-1()2.2" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5") "," FROM("2") "," FIXED("2.2")),
		    "1.7", "" },
		{ EVENTS("ECOSYSTEM", FIXED("2.2") "," FROM("2") "," FIXED("1.5") "," FROM("0")),
		    "1", "GHSA-1()1.5" },
		{ EVENTS("ECOSYSTEM", FROM("0") ",{\"limit\":\"2\"}"), "2.1", "" },
		{ EVENTS("ECOSYSTEM", FROM("0") ",{\"limit\":\"*\"}"), "2.1", "GHSA-1()" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("2004d")), "1", "?GHSA-1()" },
		{ EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5")), "2004d", "?GHSA-1()" },
		{ EVENTS("GIT", FROM("0") "," FIXED("abc")), "1", "?GHSA-1()" },
		{ HEAD "\"affected\":[{" NAMED ",\"versions\":[\"1.0\",\"2004d\"]}]}", "1.0.0",
		    "GHSA-1()" },
		{ HEAD "\"affected\":[{" NAMED ",\"versions\":[\"1.0\",\"2004d\"]}]}", "2004d",
		    "GHSA-1()" },
		{ HEAD "\"affected\":[{" NAMED ",\"versions\":[\"1.0\",\"2004d\"]}]}", "1.1", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(ask_one(cases[i].record, cases[i].version), cases[i].said, cases[i].version);
}

static void
test_names(void)
{
	const char *const one[] = { EVENTS("ECOSYSTEM", FROM("0")), NULL };
	const char *const npm[] = { HEAD
		"\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a-b\"},"
		"\"versions\":[\"1\"]}]}",
		NULL };
	const char *const spelled[] = { HEAD
		"\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"A_.B\"},"
		"\"versions\":[\"1\"]}]}",
		NULL };

	eq_str(ask(one, "A.b", "1"), "GHSA-1()", "a dot is a dash, and capitals are small");
	eq_str(ask(one, "a__B", "1"), "GHSA-1()", "so is a run of underscores");
	eq_str(ask(one, "ab", "1"), "", "another name is another package");
	eq_str(ask(one, "a-b-c", "1"), "", "a longer one, too");
	eq_str(ask(npm, "a-b", "1"), "", "another ecosystem has its own packages");
	eq_str(ask(spelled, "a-b", "1"), "GHSA-1()", "records are spelled freely, too");
}

static void
test_aliases(void)
{
	const char *const told_twice[] = { "{\"id\":\"PYSEC-1\",\"modified\":\"x\",\"aliases\":["
					   "\"CVE-1\"],\"affected\":[{" NAMED
					   ",\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" FROM(
					       "0") "," FIXED("2") "]}]}]}",
		"{\"id\":\"GHSA-2\",\"modified\":\"x\",\"aliases\":[\"GHSA-x\",\"CVE-1\"],"
		"\"affected\":[{" NAMED ",\"versions\":[\"1\"]}]}",
		"{\"id\":\"GHSA-3\",\"modified\":\"x\",\"affected\":[{" NAMED
		",\"versions\":[\"1\"]}]}",
		NULL };

	eq_str(ask(told_twice, "a-b", "1"), "GHSA-2(CVE-1)2 GHSA-3()",
	    "records of one CVE are one vulnerability, with what either says is fixed");
	eq_str(
	    ask(told_twice, "a-b", "1.5"), "PYSEC-1(CVE-1)2", "each is judged by its own versions");
}

static void
test_records(void)
{
	static const char *const wrong[] = { "", "[]", "{}", "null", HEAD "\"id\":\"GHSA-2\"}",
		"{\"id\":\"GHSA-1\"}", "{\"id\":1,\"modified\":\"x\"}", HEAD "\"affected\":{}}",
		HEAD "\"affected\":[null]}", HEAD "\"affected\":[{\"versions\":[1]}]}",
		HEAD "\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\"}}]}",
		HEAD "\"affected\":[{" NAMED ",\"ranges\":[{\"type\":\"ECOSYSTEM\"}]}]}",
		HEAD "\"schema_version\":\"2.0\"}", EVENTS("", FROM("0")),
		EVENTS("ECOSYSTEM", FROM("0")) "x" };
	static const char *const empty[] = {
		HEAD "\"withdrawn\":\"2024-01-02T00:00:00Z\",\"affected\":[{" NAMED
		     ",\"versions\":[\"1\"]}]}",
		HEAD "\"affected\":[{" NAMED
		     ",\"versions\":[\"1\"]}],\"withdrawn\":\"2024-01-02T00:00:00Z\"}",
		HEAD "\"affected\":null,\"details\":{\"affected\":[{" NAMED
		     ",\"versions\":[\"1\"]}]}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ok(strstr(ask_one(wrong[i], "1"), "record") == said ||
			strstr(said, "record is no OSV") != NULL,
		    wrong[i]);
	for (size_t i = 0; i < ARRAY_LEN(empty); i++)
		eq_str(ask_one(empty[i], "1"), "", "withdrawn and other parts are left out");
	eq_str(ask_one("{\"modified\":\"x\",\"affected\":[{\"versions\":[\"\\u0031\"],"
		       "\"ranges\":null,\"\\u0070ackage\":{\"name\":\"a\\u002db\","
		       "\"ecosystem\":\"PyPI:https://example.com\"}}],\"id\":\"X\"}",
		   "1"),
	    "X()", "order, escapes and null are as JSON has them");
}

/* ---- the detector --------------------------------------------------------------------------- */

static char reported[4096];

static const char *
scan_member(struct osv *osv, const char *name, const char *text)
{
	static const char *const none[] = { NULL };
	struct member member = { .path = name, .name = name, .bytes = bytes_of_string(text) };
	struct sink *sink = sink_new(LIMIT_ARENA);
	const struct finding *findings;
	size_t n, len = 0;

	if (sink == NULL)
		abort();
	detector_by_name("dependency")->scan(osv, &member, none, NULL, 0, sink);
	findings = sink_findings(sink, &n);
	reported[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(reported + len, sizeof(reported) - len, "%s%s[%s]",
		    i == 0 ? "" : " ", strchr(findings[i].check, '/') + 1, findings[i].evidence);
	sink_free(sink);
	return reported;
}

static void
test_members(void)
{
	static const struct {
		const char *name, *text, *reported;
	} cases[] = {
		{ "requirements.txt", "A_B[x]==1.0 \\\n  --hash=sha256:00\n",
		    "vulnerable[A_B 1.0 GHSA-1]" },
		{ "requirements.txt", "a-b == 1.0 ; python_version > '3'\n",
		    "vulnerable[a-b 1.0 GHSA-1]" },
		{ "requirements.txt", "a-b===1.0 # why\n", "vulnerable[a-b 1.0 GHSA-1]" },
		{ "requirements.txt", "a-b==1.5\nother==1.0\n", "" },
		{ "requirements.txt", "a-b>=1.0\n", "unpinned[a-b]" },
		{ "requirements.txt", "a-b==2004d\n", "detector-failed[]" },
		{ "environment.yml", "dependencies:\n- a-b=1.0.1=py39_0\n- pip:\n  - a-b==1.2\n",
		    "vulnerable[a-b 1.0.1 GHSA-1] vulnerable[a-b 1.2 GHSA-1]" },
		{ "environment.yml", "dependencies:\n- a-b=1.0\n", "" },
		{ "environment.yml", "dependencies:\n- a-b=1.0.0\n",
		    "vulnerable[a-b 1.0.0 GHSA-1]" },
		{ "pyproject.toml", "[project]\ndependencies = [\n\"a-b==1.0\",\n]\n",
		    "vulnerable[a-b 1.0 GHSA-1]" },
		{ "poetry.lock",
		    "[[package]]\nname = \"a-b\"\nversion = \"1.0\"\n[package.dependencies]\n"
		    "name = \"9\"\nversion = \"9\"\n",
		    "vulnerable[a-b 1.0 GHSA-1]" },
		{ "uv.lock",
		    "version = 1\n[[package]]\nname = \"a-b\"\nversion = \"1.5\"\n[[package]]\n"
		    "version = '1.4'\nname = 'a-b'\n",
		    "vulnerable[a-b 1.4 GHSA-1]" },
		{ "uv.lock",
		    "[[package]]\nname = \"a-b\"\nversion = \"1.0\"\n"
		    "source = { editable = \".\" }\n",
		    "" },
		{ "Pipfile.lock",
		    "{\"_meta\":{\"version\":\"==1.0\"},\"default\":{\"a-b\":{\"hashes\":[],"
		    "\"version\":\"==1.0\"},\"c\":{\"version\":\"==1.0\"}}}",
		    "vulnerable[a-b 1.0 GHSA-1]" },
		{ "Pipfile.lock", "{\"default\":{\"a-b\":{\"version\":\"==1.0\"",
		    "vulnerable[a-b 1.0 GHSA-1] detector-failed[]" },
	};
	struct osv *osv = osv_new();
	struct status status = { 0 };

	if (osv == NULL ||
	    !osv_add(osv, bytes_of_string(EVENTS("ECOSYSTEM", FROM("0") "," FIXED("1.5"))), "r",
		&status) ||
	    !osv_finish(osv, &status))
		abort();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(scan_member(osv, cases[i].name, cases[i].text), cases[i].reported,
		    cases[i].text);
	osv_free(osv);
}

static void
test_given(void)
{
	const char *top = getenv("top_srcdir");
	char folder[1000], before[65];
	const char *folders[] = { folder };
	struct status status = { 0 };
	struct osv *osv = osv_new();
	struct rules *rules;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	if (rules == NULL || osv == NULL || !osv_finish(osv, &status))
		abort();
	snprintf(before, sizeof(before), "%s", rules_digest(rules, &status));
	ok(rules_give(rules, &osv_rules, osv, "digest", &status), "rules take what is given");
	ok(rules_get(rules, &osv_rules, &status) == osv, "and hand it out");
	ok(strcmp(before, rules_digest(rules, &status)) != 0, "their digest tells of it");
	ok(!rules_give(rules, &osv_rules, osv_new(), "digest", &status), "but only once");
	rules_free(rules);
}

int
main(void)
{
	test_versions();
	test_ranges();
	test_names();
	test_aliases();
	test_records();
	test_members();
	test_given();
	return done_testing();
}
