/* What policies make of findings, waivers, baselines and claims: decision tables. */
#include "config.h"

#include "policy/baseline.h"
#include "policy/decide.h"
#include "policy/metric.h"
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/assay-policy-XXXXXX";
static struct rules *rules;
static struct catalog *catalog;

static const char *
write_file(const char *name, const char *text)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file != NULL) {
		fputs(text, file);
		fclose(file);
	}
	return path;
}

/* A policy of these settings. */
static struct policy *
policy_of(const char *settings)
{
	struct status status = { 0 };
	struct policy_folders none = { NULL, 0 };
	char text[4096];
	struct policy *policy;

	snprintf(text, sizeof(text), "name: test\n%s", settings);
	policy = policy_open(write_file("policy.yaml", text), &none, &status);
	if (policy == NULL)
		printf("# %s\n", status.text);
	return policy;
}

/* ---- results made by hand -------------------------------------------------------------------- */

struct seen {
	const char *check, *member, *evidence;
};

#define MEMBERS 8
#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct result *
result_of(const struct seen *seen, size_t n)
{
	static const char *const none[] = { NULL };
	struct arena *arena = arena_new(1 << 20);
	struct result *result = arena_alloc(arena, sizeof(*result));

	result->arena = arena;
	result->sandbox = "landlock abi 7, seccomp, rlimits";
	result->rules_digest = "";
	result->findings = arena_array(arena, n + 1, sizeof(*result->findings));
	result->members = arena_array(arena, MEMBERS, sizeof(*result->members));
	for (size_t i = 0; i < n; i++) {
		struct status status = { 0 };
		struct result_finding *finding = &result->findings[result->nfindings++];

		*finding =
		    (struct result_finding){ .check = catalog_find(catalog, seen[i].check, &status),
			    .member = seen[i].member,
			    .evidence = seen[i].evidence,
			    .message = "seen",
			    .is_new = true };
		finding->severity = finding->check->severity;
		finding->fingerprint =
		    result_fingerprint(arena, seen[i].check, seen[i].member, seen[i].evidence);
	}
	for (size_t i = 0; i < 2; i++)
		result->members[result->nmembers++] =
		    (struct result_member){ .path = i == 0 ? "a.pkl" : "b.zip",
			    .sha256 = i == 0 ? SHA_A : SHA_B,
			    .bytes = 1,
			    .kind = TREE_FILE,
			    .formats = none };
	return result;
}

static struct decision
decide_on(struct result *result, const char *settings, struct decide_options *extra)
{
	struct decide_options options = extra == NULL ? (struct decide_options){ 0 } : *extra;
	struct policy *policy = policy_of(settings);
	struct decision decision = { .verdict = VERDICT_FAIL };
	struct status status = { 0 };

	options.policy = policy;
	options.catalog = catalog;
	options.rules = rules;
	if (extra == NULL)
		options.inspects = true;
	if (policy == NULL || !decide(result, &options, &decision, &status))
		printf("# not decided: %s\n", status.text);
	policy_free(policy);
	return decision;
}

static bool
gives(const struct seen *seen, size_t n, const char *settings, const char *fail_on,
    enum verdict verdict)
{
	struct decide_options options = { .inspects = true, .fail_on = fail_on };
	struct result *result = result_of(seen, n);
	struct decision decision = decide_on(result, settings, &options);

	if (decision.verdict != verdict)
		printf("# %s, want %s: %s\n", verdict_name(decision.verdict), verdict_name(verdict),
		    decision.why);
	result_free(result);
	return decision.verdict == verdict;
}

/* ---- severities, overrides, order of verdicts -------------------------------------------------
 */

static const struct seen critical = { "pickle/dangerous-call", "a.pkl", "os.system" };
static const struct seen high = { "archive/path-traversal", "a", "" };
static const struct seen medium = { "pickle/unlisted-global", "a.pkl", "lib.Class" };
static const struct seen low = { "pickle/nested", "a.pkl", "" };
static const struct seen lost = { "scan/limit", "a.pkl", "" };

static void
test_severities(void)
{
	static const struct {
		const char *what;
		const struct seen *seen;
		const char *settings, *fail_on;
		enum verdict verdict;
	} table[] = {
		{ "critical fails", &critical, "", NULL, VERDICT_FAIL },
		{ "medium is for a human", &medium, "", NULL, VERDICT_REVIEW },
		{ "low passes", &low, "", NULL, VERDICT_PASS },
		{ "what could not be looked at is incomplete", &lost, "", NULL,
		    VERDICT_INCOMPLETE },
		{ "fail-on: medium", &medium, "fail-on: medium", NULL, VERDICT_FAIL },
		{ "review-on: low", &low, "review-on: low", NULL, VERDICT_REVIEW },
		{ "review-on: never", &medium, "review-on: never", NULL, VERDICT_PASS },
		{ "--fail-on low", &low, "", "low", VERDICT_FAIL },
		{ "--fail-on critical leaves high to a human", &high, "", "critical",
		    VERDICT_REVIEW },
		{ "--fail-on does not touch incomplete", &lost, "", "low", VERDICT_INCOMPLETE },
		{ "members: unscanned: fail", &lost, "members: {unscanned: fail}", NULL,
		    VERDICT_FAIL },
		{ "a check switched off", &critical, "checks: {pickle/dangerous-call: off}", NULL,
		    VERDICT_PASS },
		{ "a pattern", &critical, "checks: {\"pickle/*\": review}", NULL, VERDICT_REVIEW },
		{ "another severity", &medium, "checks: {\"pickle/*\": low}", NULL, VERDICT_PASS },
		{ "the last that fits wins", &medium,
		    "checks: {\"pickle/*\": off, \"pickle/unlisted-*\": fail}", NULL,
		    VERDICT_FAIL },
		{ "another severity leaves incomplete as it is", &lost,
		    "checks: {\"scan/*\": info}", NULL, VERDICT_INCOMPLETE },
		{ "a pattern of another family", &critical, "checks: {\"zip/*\": off}", NULL,
		    VERDICT_FAIL },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		ok(gives(table[i].seen, 1, table[i].settings, table[i].fail_on, table[i].verdict),
		    table[i].what);
}

static void
test_order(void)
{
	const struct seen all[] = { lost, medium, critical };
	const struct seen two[] = { medium, lost };

	ok(gives(all, 3, "", NULL, VERDICT_FAIL), "fail beats incomplete");
	ok(gives(two, 2, "", NULL, VERDICT_INCOMPLETE), "incomplete beats review");
	ok(gives(NULL, 0, "", NULL, VERDICT_PASS), "nothing found passes");
}

static void
test_switched_off_is_told(void)
{
	struct result *result = result_of(&lost, 1);
	struct decision decision = decide_on(result, "checks: {scan/limit: off}", NULL);

	ok(decision.verdict == VERDICT_PASS && decision.nwaived == 1 &&
		result->findings[0].waived != NULL,
	    "what a policy switches off although it stops the look is told");
	result_free(result);
}

static void
test_pickle_allow(void)
{
	static const struct seen os = { "pickle/unlisted-global", "a.pkl", "osx.system" };

	ok(gives(&medium, 1, "pickle: {allow: [lib.Class]}", NULL, VERDICT_PASS),
	    "a name is allowed");
	ok(gives(&medium, 1, "pickle: {allow: [\"lib.*\"]}", NULL, VERDICT_PASS),
	    "the names of a module are allowed");
	ok(gives(&os, 1, "pickle: {allow: [os.system]}", NULL, VERDICT_REVIEW),
	    "a name that only begins alike is not");
	ok(gives(&critical, 1, "pickle: {allow: [os.system]}", NULL, VERDICT_FAIL),
	    "what is known to be dangerous cannot be allowed");
}

/* ---- duties ---------------------------------------------------------------------------------- */

static enum verdict
with_fact(const char *key, const char *value, const char *settings)
{
	struct result *result = result_of(NULL, 0);
	struct fact fact = { key, value };
	struct decision decision;

	result->members[0].facts = &fact;
	result->members[0].nfacts = 1;
	decision = decide_on(result, settings, NULL);
	result_free(result);
	return decision.verdict;
}

static void
test_licenses(void)
{
#define LISTS                                                                                      \
	"licenses: {allow: [MIT, Apache-2.0], review: [\"GPL-*\"], deny: [\"*-NC-*\"], unlisted: " \
	"review, missing: fail}"
	static const struct {
		const char *license;
		enum verdict verdict;
	} table[] = {
		{ "MIT", VERDICT_PASS },
		{ "MIT OR CC-BY-NC-4.0", VERDICT_PASS },
		{ "MIT AND CC-BY-NC-4.0", VERDICT_FAIL },
		{ "CC-BY-NC-4.0", VERDICT_FAIL },
		{ "GPL-3.0-only", VERDICT_REVIEW },
		{ "Zlib", VERDICT_REVIEW },
		{ "no expression (", VERDICT_REVIEW },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		enum verdict verdict = with_fact("license", table[i].license, LISTS);

		if (!ok(verdict == table[i].verdict, table[i].license))
			printf("# %s\n", verdict_name(verdict));
	}
	ok(with_fact("other", "x", LISTS) == VERDICT_FAIL, "a missing license fails");
	ok(with_fact("other", "x", "") == VERDICT_PASS, "where nobody asks, it does not");
	ok(with_fact("license", "GPL-3.0-only", "detectors: [yara]") == VERDICT_PASS,
	    "without the detector there is no duty");
}

static void
test_documentation(void)
{
	ok(with_fact("documentation.limitations", "yes",
	       "documentation: {require: {limitations: fail}}") == VERDICT_PASS,
	    "a documented item");
	ok(with_fact("documentation.other", "yes",
	       "documentation: {require: {limitations: fail}}") == VERDICT_FAIL,
	    "an item that is not documented");
	ok(with_fact("documentation.other", "yes",
	       "documentation: {require: {limitations: review}}") == VERDICT_REVIEW,
	    "an item that a human looks after");
	ok(with_fact("metric.accuracy", "0.95",
	       "documentation: {metrics: {accuracy: \">= 0.9\"}}") == VERDICT_PASS,
	    "a threshold that is kept");
	ok(with_fact("metric.accuracy", "0.85",
	       "documentation: {metrics: {accuracy: \">= 0.9\"}}") == VERDICT_FAIL,
	    "a threshold that is missed");
	ok(with_fact("metric.accuracy", "nan",
	       "documentation: {metrics: {accuracy: \">= 0.9\"}}") == VERDICT_FAIL,
	    "no number keeps no threshold");
	ok(with_fact("metric.f1", "0.95",
	       "documentation: {metrics: {accuracy: \"review >= 0.9\"}}") == VERDICT_REVIEW,
	    "a metric that is not stated");
}

static void
test_metrics(void)
{
	struct metric_rule rule;

	ok(metric_parse(">= 0.9", &rule) && rule.action == ACTION_FAIL, "a rule fails by default");
	ok(metric_parse("review < 5 %", &rule) && rule.action == ACTION_REVIEW &&
		metric_holds(&rule, "4.9 %") && !metric_holds(&rule, "5 %"),
	    "percent");
	ok(metric_parse("<= 1e3", &rule) && metric_holds(&rule, "1000") &&
		!metric_holds(&rule, "1000.1"),
	    "a power of ten");
	ok(!metric_parse("0.9", &rule) && !metric_parse("=> 1", &rule) &&
		!metric_parse(">= ", &rule) && !metric_parse(">= 0x10", &rule) &&
		!metric_parse("maybe >= 1", &rule) && !metric_parse(">= inf", &rule),
	    "what is no rule is refused");
	ok(metric_parse("> 0", &rule) && !metric_holds(&rule, "") && !metric_holds(&rule, "1 2"),
	    "what is no number holds no rule");
}

static void
test_formats(void)
{
	static const char *const pickle[] = { "pickle", NULL },
				 *const torch[] = { "pytorch", NULL };
	struct result *result = result_of(NULL, 0);
	struct decision decision;

	result->members[0].formats = pickle;
	decision = decide_on(result, "formats: {forbid: [pickle]}", NULL);
	ok(decision.verdict == VERDICT_FAIL, "a forbidden format fails");
	result_free(result);

	result = result_of(NULL, 0);
	result->members[0].formats = pickle;
	decision = decide_on(result, "formats: {allow: [safetensors]}", NULL);
	ok(decision.verdict == VERDICT_FAIL, "a model format that is not allowed fails");
	result_free(result);

	result = result_of(NULL, 0);
	result->members[0].path = "a.pt";
	result->members[0].formats = torch;
	result->members[1].path = "a.pt!/archive/data.pkl";
	result->members[1].formats = pickle;
	result->members[1].kind = TREE_NESTED;
	decision = decide_on(result, "formats: {allow: [pytorch]}", NULL);
	ok(decision.verdict == VERDICT_PASS, "what an allowed model is made of is allowed in it");
	result_free(result);

	ok(gives(NULL, 0, "members: {unidentified: review}", NULL, VERDICT_REVIEW),
	    "content of no known format");
}

static void
test_confinement(void)
{
	struct result *result = result_of(NULL, 0);
	struct decision decision;

	result->sandbox = "none (--no-sandbox)";
	decision = decide_on(result, "confinement: {require: [landlock]}", NULL);
	ok(decision.verdict == VERDICT_INCOMPLETE, "a missing confinement is incomplete");
	result_free(result);
	ok(gives(
	       NULL, 0, "confinement: {require: [landlock, seccomp, rlimits]}", NULL, VERDICT_PASS),
	    "the confinement that is demanded");
}

/* ---- claims ---------------------------------------------------------------------------------- */

#define KEY "sha256:1111111111111111111111111111111111111111111111111111111111111111"

static const char *const both[] = { "a.pkl", "b.zip" };

static enum verdict
with_claims(const struct provenance *rows, size_t n, const char *settings, bool inspects,
    const char *const *signatures)
{
	struct decide_options options = { .inspects = inspects, .signatures = signatures };
	struct result *result = result_of(NULL, 0);
	struct decision decision;

	result->provenance = arena_array(result->arena, n + 1, sizeof(*rows));
	if (n > 0)
		memcpy(result->provenance, rows, n * sizeof(*rows));
	result->nprovenance = n;
	decision = decide_on(result, settings, &options);
	result_free(result);
	return decision.verdict;
}

static void
test_claims(void)
{
	struct provenance good = { "oms", "m.sig", PROVENANCE_VERIFIED, KEY, "ecdsa-p256-sha256",
		"", 2, both, 2, "" };
	struct provenance bad = { "oms", "n.sig", PROVENANCE_FAILED, "", "", "", 0, NULL, 0, "no" };
	struct provenance odd = { "oms", "o.sig", PROVENANCE_UNTRUSTED, "", "", "", 0, NULL, 0,
		"no key" };
	struct provenance half = { "sha256sums", "S", PROVENANCE_VERIFIED, "", "md5", "", 1, both,
		1, "" };
	struct provenance rest = { "sha256sums", "T", PROVENANCE_VERIFIED, "", NULL, "", 1,
		both + 1, 1, "" };
	const struct provenance mixed[] = { good, bad }, untrusted[] = { half, odd },
				twice[] = { half, half }, together[] = { half, rest };
	const char *const given[] = { "m.sig", NULL }, *const other[] = { "o.sig", NULL },
			  *const gone[] = { "p.sig", NULL };

	ok(with_claims(&good, 1, "", false, NULL) == VERDICT_PASS, "verify: one that holds passes");
	ok(with_claims(mixed, 2, "", false, NULL) == VERDICT_FAIL, "verify: one that fails fails");
	ok(with_claims(NULL, 0, "", false, NULL) == VERDICT_INCOMPLETE,
	    "verify: nothing to verify is no pass");
	ok(with_claims(&odd, 1, "", false, NULL) == VERDICT_INCOMPLETE,
	    "verify: nothing that could be verified is no pass");
	ok(with_claims(&good, 1, "", true, given) == VERDICT_PASS, "a given signature that holds");
	ok(with_claims(untrusted, 2, "", false, other) == VERDICT_INCOMPLETE,
	    "a given signature without a key is no pass, whatever else holds");
	ok(with_claims(&good, 1, "", true, gone) == VERDICT_INCOMPLETE,
	    "a given signature that nobody looked at is no pass");
	ok(with_claims(&good, 1, "signature: {require: fail}", true, NULL) == VERDICT_PASS,
	    "a required signature");
	ok(with_claims(&half, 1, "signature: {require: fail}", true, NULL) == VERDICT_FAIL,
	    "a hash list is no signature");
	ok(with_claims(&good, 1, "signature: {require: fail, kinds: [minisign]}", true, NULL) ==
		VERDICT_FAIL,
	    "a signature of another kind");
	ok(with_claims(&good, 1, "signature: {require: fail, keys: [\"" KEY "\"]}", true, NULL) ==
		VERDICT_PASS,
	    "a pinned key");
	ok(with_claims(&good, 1,
	       "signature: {require: fail, keys: "
	       "[\"sha256:2222222222222222222222222222222222222222222222222222222222222222\"]}",
	       true, NULL) == VERDICT_FAIL,
	    "another key");
	ok(with_claims(&good, 1, "signature: {require: fail, identity: me@example.com}", true,
	       NULL) == VERDICT_FAIL,
	    "another identity");
	ok(with_claims(&good, 1,
	       "signature: {require: fail, identity: me@example.com, keys: [\"" KEY "\"]}", true,
	       NULL) == VERDICT_PASS,
	    "a pinned key or an identity is enough");
	ok(with_claims(&good, 1, "signature: {require: fail, keys: []}", true, NULL) ==
		VERDICT_FAIL,
	    "an empty list of keys trusts nobody");
	ok(with_claims(&good, 1, "signature: {algorithms: [\"ecdsa-*\"]}", true, NULL) ==
		VERDICT_PASS,
	    "an allowed algorithm");
	ok(with_claims(&good, 1, "signature: {algorithms: [ed25519]}", true, NULL) == VERDICT_FAIL,
	    "another algorithm");
	ok(with_claims(&half, 1, "hashes: {algorithms: [sha256]}", true, NULL) == VERDICT_FAIL,
	    "a weak hash list");
	ok(with_claims(&rest, 1, "hashes: {algorithms: [sha256]}", true, NULL) == VERDICT_FAIL,
	    "an algorithm that nobody named");
	ok(with_claims(&half, 1, "signature: {algorithms: [sha256]}", true, NULL) == VERDICT_PASS,
	    "hash lists and signatures have lists of their own");
	ok(with_claims(&good, 1, "hashes: {require: fail}", true, NULL) == VERDICT_PASS,
	    "every file is covered");
	ok(with_claims(&half, 1, "hashes: {require: fail}", true, NULL) == VERDICT_FAIL,
	    "half of the files are covered");
	ok(with_claims(twice, 2, "hashes: {require: fail}", true, NULL) == VERDICT_FAIL,
	    "the same half twice is not the whole");
	ok(with_claims(together, 2, "hashes: {require: fail}", true, NULL) == VERDICT_PASS,
	    "two halves are the whole");
	ok(with_claims(&bad, 1, "hashes: {require: fail}", true, NULL) == VERDICT_FAIL,
	    "a claim that fails covers nothing");
}

/* ---- waivers and baselines ---------------------------------------------------------------------
 */

#define NOW 1700000000 /* 2023-11-14 */

static enum verdict
with_waiver(const char *waiver, const struct seen *seen, const char *settings)
{
	char text[1024];
	struct status status = { 0 };
	struct decide_options options = { .inspects = true };
	struct result *result = result_of(seen, 1);
	struct waivers *waivers;
	struct decision decision;

	snprintf(text, sizeof(text), "waivers: [{%s, reason: x, owner: y}]\n", waiver);
	waivers = waivers_read(write_file("waivers.yaml", text), NOW, 0, &status);
	if (waivers == NULL)
		printf("# %s\n", status.text);
	options.waivers = waivers;
	decision = decide_on(result, settings, &options);
	waivers_free(waivers);
	result_free(result);
	return decision.verdict;
}

static void
test_waivers(void)
{
	static const struct seen nested = { "pickle/unlisted-global", "b.zip!/c.pkl", "lib.Class" };
	char line[200], pinned[300];
	struct arena *arena = arena_new(1 << 16);
	const char *print = result_fingerprint(arena, medium.check, medium.member, medium.evidence);
	snprintf(line, sizeof(line), "fingerprint: %s, expires: 2023-11-14", print);
	ok(with_waiver(line, &medium, "") == VERDICT_PASS, "a waiver holds through its last day");
	ok(with_waiver(line, &critical, "") == VERDICT_FAIL, "a waiver is for one finding");
	snprintf(line, sizeof(line), "fingerprint: %s, expires: 2023-11-13", print);
	ok(with_waiver(line, &medium, "") == VERDICT_REVIEW, "and not a day longer");
	ok(with_waiver(line, &low, "waivers: {expired: fail}") == VERDICT_FAIL,
	    "an expired waiver fails where policy says so");
	snprintf(line, sizeof(line), "fingerprint: %s", print);
	snprintf(pinned, sizeof(pinned), "%s, sha256: %s, expires: 2024-01-01", line, SHA_B);
	ok(with_waiver(pinned, &medium, "") == VERDICT_REVIEW,
	    "a waiver that names the content does not hold for another");
	snprintf(pinned, sizeof(pinned), "%s, sha256: %s, expires: 2024-01-01", line, SHA_A);
	ok(with_waiver(pinned, &medium, "") == VERDICT_PASS, "and holds for its own");
	ok(with_waiver("fingerprint: 00000000000000000000000000000000, expires: 2024-01-01",
	       &nested, "") == VERDICT_REVIEW,
	    "a finding in an archive without a waiver");
	ok(with_waiver("sha256: " SHA_B ", check: \"pickle/*\", expires: 2024-01-01", &nested,
	       "") == VERDICT_PASS,
	    "a waiver for an archive covers what is in it");
	ok(with_waiver("sha256: " SHA_B ", check: \"zip/*\", expires: 2024-01-01", &nested, "") ==
		VERDICT_REVIEW,
	    "but not another check");
	arena_free(arena);
}

static bool
refuses_waiver(const char *text, const char *why)
{
	struct status status = { 0 };
	struct waivers *waivers = waivers_read(write_file("bad.yaml", text), NOW, 30, &status);
	bool is_refused = waivers == NULL && strstr(status.text, why) != NULL;

	if (!is_refused)
		printf("# %s\n", waivers == NULL ? status.text : "accepted");
	waivers_free(waivers);
	return is_refused;
}

static void
test_waivers_are_strict(void)
{
#define HEAD "waivers:\n  - fingerprint: 0123456789abcdef0123456789abcdef\n    reason: x\n"
	ok(refuses_waiver(HEAD "    expires: 2023-12-01\n", "needs reason, owner"), "no owner");
	ok(refuses_waiver(HEAD "    owner: y\n    expires: soon\n", "must be a day"), "no day");
	ok(refuses_waiver(HEAD "    owner: y\n    expires: 2023-02-29\n", "must be a day"),
	    "a day that there is not");
	ok(refuses_waiver(HEAD "    owner: y\n    expires: 2024-11-14\n", "longer than"),
	    "too long");
	ok(refuses_waiver(HEAD "    owner: y\n    expires: 2023-12-01\n    chek: x\n", "chek"),
	    "a misspelt key");
	ok(refuses_waiver("waivers:\n  - check: \"*/*\"\n    reason: x\n    owner: y\n    expires: "
			  "2023-12-01\n",
	       "needs the fingerprint"),
	    "a waiver for everything");
	ok(refuses_waiver("[]\n", "map"), "no map");
}

static void
test_baseline(void)
{
	struct status status = { 0 };
	struct result *result = result_of(&medium, 1);
	struct decide_options options = { .inspects = true };
	struct decision decision;
	struct baseline *baseline;
	char text[512];

	snprintf(text, sizeof(text),
	    "{\"schema\":\"assay-report/1\",\"findings\":[{\"fingerprint\":\"%s\"}]}",
	    result->findings[0].fingerprint);
	baseline = baseline_read(write_file("report.json", text), &status);
	ok(baseline != NULL, "a report is a baseline");
	options.baseline = baseline;
	decision = decide_on(result, "", &options);
	ok(decision.verdict == VERDICT_PASS && decision.nknown == 1,
	    "what it holds does not count");
	result_free(result);
	result = result_of(&critical, 1);
	decision = decide_on(result, "", &options);
	ok(decision.verdict == VERDICT_FAIL, "what it does not hold counts");
	result_free(result);
	baseline_free(baseline);
	result = result_of(&medium, 1);
	snprintf(text, sizeof(text),
	    "{\"schema\":\"assay-report/"
	    "1\",\"findings\":[{\"fingerprint\":\"%s\",\"waived\":\"x\"}]}",
	    result->findings[0].fingerprint);
	options.baseline = baseline = baseline_read(write_file("report.json", text), &status);
	decision = decide_on(result, "", &options);
	ok(decision.verdict == VERDICT_REVIEW, "what was waived then is not accepted for ever");
	result_free(result);
	baseline_free(baseline);
	ok(baseline_read(write_file("report.json", "{\"findings\":[]}"), &status) == NULL,
	    "another file is none");
}

/* ---- controls and digests ---------------------------------------------------------------------
 */

static const char *
control_of(const struct decision *decision, const char *id)
{
	for (size_t i = 0; i < decision->ncontrols; i++)
		if (strcmp(decision->controls[i].id, id) == 0)
			return control_status_name(decision->controls[i].status);
	return "absent";
}

static void
test_controls(void)
{
	static const char *const families[] = { "pickle", "pii", "zip", NULL };
	const struct seen seen[] = { critical, medium };
	struct decide_options options = { .inspects = true, .families = families };
	struct result *result = result_of(seen, 2);
	struct decision decision =
	    decide_on(result, "detectors: [yara]\nmembers: {unidentified: review}", &options);

	eq_str(control_of(&decision, "findings/pickle"), "FAIL", "a family that fails");
	eq_str(control_of(&decision, "findings/zip"), "PASS", "a family without findings passed");
	eq_str(control_of(&decision, "findings/pii"), "NOT_CHECKED", "a detector that did not run");
	eq_str(control_of(&decision, "duty/members-identified"), "UNKNOWN", "a human must look");
	eq_str(control_of(&decision, "duty/signature"), "NOT_CHECKED", "what nobody asks for");
	eq_str(control_of(&decision, "coverage/members"), "PASS", "everything was looked at");
	result_free(result);
}

static void
test_digest(void)
{
	struct policy *a = policy_of("fail-on: high\nchecks: {zip/overlap: off}"),
		      *b = policy_of("# a comment\nchecks:\n  zip/overlap: off\nfail-on: high\n"),
		      *c = policy_of("fail-on: high\nchecks: {zip/overlap: fail}");

	eq_str(a->sha256, b->sha256, "comments and order do not change the digest");
	ok(strcmp(a->sha256, c->sha256) != 0, "a setting does");
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	const char *folders[] = { path };
	struct status status = { 0 };

	snprintf(path, sizeof(path), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	catalog = rules == NULL ? NULL : catalog_new(rules);
	if (catalog == NULL || mkdtemp(folder) == NULL) {
		printf("Bail out! %s\n", status.text);
		return 1;
	}
	test_severities();
	test_order();
	test_switched_off_is_told();
	test_pickle_allow();
	test_licenses();
	test_documentation();
	test_metrics();
	test_formats();
	test_confinement();
	test_claims();
	test_waivers();
	test_waivers_are_strict();
	test_baseline();
	test_controls();
	test_digest();
	catalog_free(catalog);
	rules_free(rules);
	for (const char *const *name = (const char *const[]){ "policy.yaml", "waivers.yaml",
		 "bad.yaml", "report.json", NULL };
	     *name != NULL; name++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *name);
		unlink(path);
	}
	rmdir(folder);
	return done_testing();
}
