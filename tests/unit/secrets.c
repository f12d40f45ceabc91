/*
 * The secret detector: both engines find the same, assignments of many languages, values,
 * checksums, placeholders, and evidence that shows no secret. Secrets are made here, none is
 * written down.
 */
#include "config.h"

#include "core/limits.h"
#include "detect/detector.h"
#include "detect/secret_assign.h"
#include "detect/secret_rules.h"
#include "detect/secret_value.h"
#include "tests/tap.h"

#include <stdlib.h>
#include <zlib.h>

static uint64_t state = 0x2545f4914f6cdd1du;

static unsigned
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33);
}

/* LEN characters of ALPHABET, the same at every run. */
static char *
made(char *out, size_t len, const char *alphabet)
{
	size_t n = strlen(alphabet);

	for (size_t i = 0; i < len; i++)
		out[i] = alphabet[next_random() % n];
	out[len] = '\0';
	return out;
}

static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* ---- keywords ----------------------------------------------------------------------------- */

static const struct secret_keyword keyword_list[] = {
	{ "akia", 4, 0, 1 },
	{ "key", 3, 0, 1 },
	{ "keyword", 7, 0, 1 },
	{ "password", 8, 0, 1 },
	{ "word", 4, 0, 1 },
};

struct places {
	uint64_t sum, n; /* of a hash of each place: order does not count */
};

static void
note(void *context, uint32_t keyword, size_t end)
{
	struct places *places = context;
	uint64_t h = (uint64_t)keyword * 0x9e3779b97f4a7c15u + end * 0xd6e8feb86659fd93u;

	places->sum += h ^ h >> 29;
	places->n++;
}

static struct places
places_of(struct bytes text, enum keywords_engine engine)
{
	struct places places = { 0, 0 };
	struct keywords *keywords = keywords_new(keyword_list, ARRAY_LEN(keyword_list), engine);

	/* A little first: KEYWORDS_AUTO then changes its engine. */
	if (keywords == NULL ||
	    !keywords_scan(keywords, bytes_slice(text, 0, 999), note, &places) ||
	    !keywords_scan(keywords, text, note, &places))
		places.n = UINT64_MAX;
	keywords_free(keywords);
	return places;
}

static void
test_keywords(void)
{
	size_t len = (size_t)3 << 20;
	char *text = malloc(len + 1);
	struct places a, b;

	if (text == NULL)
		abort();
	made(text, len, "abcdefghiklmnorswy -_=");
	/* Across the borders of blocks, at the ends, in capitals, one in the other. */
	memcpy(text, "KEYWORD", 7);
	memcpy(text + (1 << 20) - 3, "passWORD", 8);
	memcpy(text + (2 << 20) - 1, "AKIA", 4);
	memcpy(text + len - 4, "akia", 4);
	a = places_of(bytes_of(text, len), KEYWORDS_AUTOMATON);
	b = places_of(bytes_of(text, 7), KEYWORDS_AUTOMATON);
	eq_u64(b.n, 2 * 3, "key, word and keyword in one word, twice");
	ok(a.n > 6 && a.n != UINT64_MAX, "the automaton finds what was planted");
#ifdef HAVE_HYPERSCAN
	b = places_of(bytes_of(text, len), KEYWORDS_HYPERSCAN);
	ok(a.n == b.n && a.sum == b.sum, "Hyperscan finds the same places");
	keywords_prepare(UINT64_MAX);
	b = places_of(bytes_of(text, len), KEYWORDS_AUTO);
	ok(a.n == b.n && a.sum == b.sum,
	    "and so does what begins with one and goes on with the other");
#endif
	free(text);
}

/* ---- assignments --------------------------------------------------------------------------- */

static void
test_assignments(void)
{
	static const struct {
		const char *text, *value;
	} cases[] = {
		{ "password = \"abc\"", "abc" },
		{ "\"password\": \"abc\"", "abc" },
		{ "password: abc\n", "abc" },
		{ "DB_PASSWORD=abc", "abc" },
		{ "<password>abc</password>", "abc" },
		{ "set(\"password\", \"abc\")", "abc" },
		{ "my_password := 'abc'", "abc" },
		{ "password => 'abc',", "abc" },
		{ "--password abc", "abc" },
		{ "var password string = \"abc\"", "abc" },
		{ "password: str = 'abc'", "abc" },
		{ "password = b\"abc\"", "abc" },
		{ "{\\\"password\\\": \\\"abc\\\"}", "abc" },
		{ "password = \"Bearer abc\"", "abc" },
		{ "password", NULL },
		{ "password = \"abc", NULL },
		{ "password =", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes text = bytes_of_string(cases[i].text);
		int64_t at = bytes_find(text, bytes_of_string("password"), 0);
		struct assignment got;
		bool found;

		if (at < 0)
			at = bytes_find(text, bytes_of_string("PASSWORD"), 0);
		found = assignment_read(text, (size_t)at, (size_t)at + 8, &got);
		if (!ok(cases[i].value == NULL
			    ? !found
			    : found && bytes_equal_string(got.value, cases[i].value),
			"an assignment is read in the form of each language"))
			printf("# %s\n", cases[i].text);
	}
}

/* ---- the whole detector -------------------------------------------------------------------- */

extern const struct detector detector_secret;

static struct rules *rules;

/* How many findings of CHECK (NULL: of any) TEXT makes; none may show SECRET. */
static unsigned
findings_of(const char *text, const char *check, const char *secret)
{
	static const char *const formats[] = { "text", NULL };
	struct span span = { SPAN_PROSE, "", bytes_of_string(text), 0 };
	struct member member = { .path = "a.txt", .name = "a.txt", .bytes = span.text };
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct status status = { 0 };
	const void *compiled = rules_get(rules, detector_secret.rules, &status);
	const struct finding *findings;
	unsigned found = 0;
	size_t n;

	if (sink == NULL || compiled == NULL)
		abort();
	detector_secret.scan(compiled, &member, formats, &span, 1, sink);
	findings = sink_findings(sink, &n);
	for (size_t i = 0; i < n; i++) {
		found += check == NULL || strcmp(findings[i].check, check) == 0;
		if (secret != NULL &&
		    (strstr(findings[i].message, secret) != NULL ||
			strstr(findings[i].evidence, secret) != NULL))
			found += 1000;
	}
	sink_free(sink);
	return found;
}

static void
test_rules(void)
{
	struct status status = { 0 };
	const void *compiled = rules_get(rules, detector_secret.rules, &status);

	ok(compiled != NULL && detector_secret.rules->complete(compiled, &status),
	    "every pattern of the rules compiles");
	if (status.code != STATUS_OK)
		printf("# %s\n", status.text);
}

/* A GitHub token of 30 random characters and their CRC-32 in base 62, changed by DELTA. */
static void
github_token(char out[64], unsigned delta)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char random[31];
	uint32_t crc;

	made(random, 30, alnum);
	crc = (uint32_t)crc32(0, (const unsigned char *)random, 30) + delta;
	snprintf(out, 64, "ghp_%s", random);
	for (int i = 5; i >= 0; i--, crc /= 62)
		out[34 + i] = digits[crc % 62];
	out[40] = '\0';
}

static void
test_validators(void)
{
	const struct secret_validator *github = secret_validator_by_name("github"),
				      *jwt = secret_validator_by_name("jwt");
	char token[64];

	github_token(token, 0);
	ok(github != NULL && github->judge(bytes_of_string(token)) == SECRET_FORM_RIGHT,
	    "the checksum of a token is right");
	github_token(token, 1);
	ok(github != NULL && github->judge(bytes_of_string(token)) == SECRET_FORM_MALFORMED,
	    "or wrong");
	ok(jwt != NULL &&
		jwt->judge(bytes_of_string("eyJhbGciOiJub25lIn0.eyJ4IjoxfQ.abc")) ==
		    SECRET_FORM_RIGHT &&
		jwt->judge(bytes_of_string("eyJhbGciOi.eyJ4IjoxfQ.abc")) == SECRET_FORM_WRONG,
	    "the header of a JSON Web Token is JSON");
	ok(secret_validator_by_name("none") == NULL, "there is no other validator");
}

static void
test_found(void)
{
	static const struct {
		const char *before, *alphabet, *after, *check;
		size_t len;
	} cases[] = {
		{ "key: AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "\n", "secret/aws-key", 16 },
		{ "token hf_", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "\n",
		    "secret/huggingface-token", 34 },
		{ "x = 'glpat-", alnum, "'", "secret/gitlab-token", 20 },
		{ "https://hooks.slack.com/services/T", "0123456789ABCDEFGHIJKL", "\n",
		    "secret/slack-token", 44 },
		{ "DATABASE_PASSWORD = \"7", alnum, "\"", "secret/password", 14 },
		{ "\"api_key\": \"", alnum, "\"", "secret/generic-key", 24 },
		{ "netlify_token = '", alnum, "'", "secret/service-token", 43 },
		{ "postgres://app:", alnum, "@db.internal/x", "secret/url-password", 12 },
	};
	char secret[80], text[300];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(text, sizeof(text), "%s%s%s", cases[i].before,
		    made(secret, cases[i].len, cases[i].alphabet), cases[i].after);
		if (!ok(findings_of(text, cases[i].check, secret) == 1,
			"a secret is found once, and its evidence does not show it"))
			printf("# %s: %s\n", cases[i].check, text);
	}
}

static void
test_quiet(void)
{
	static const char *const texts[] = {
		"aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
		"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"password = \"changeme\"",
		"password = ${DB_PASSWORD}",
		"api_key = <your api key>",
		"api_key: {{ secrets.API_KEY }}",
		"password: os.environ['PASSWORD']",
		"the token is read from the environment",
		"tokenizer_class = PreTrainedTokenizerFast",
		"sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"key = value",
		"PASS: ld-elf/pr14156a",
		"curl -u username:password https://h/",
		"credential_id = \"Zq8mTcFSck2LzJO2S3ols6\"",
		"public_token = \"9Kq84pWGeKLs1Pt8QuKUpRKfFLf\"",
		"secret = \"abcdefghijklmnop0123456789\"",
		"vault_key: app2-eu-1208358310",
		"secret_key: 1a2b3C4d-5E6f-7g8H-9i0J-k1l2M3n4o5p6",
		"\"API_KEY\": \"'$MY_SECRET_9X8'\"",
		"commit token 07b5c19fe3 of adafruit: sha1 07b5c19fe3",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!ok(findings_of(texts[i], NULL, NULL) == 0,
			"placeholders, templates, digests and words are no secrets"))
			printf("# %s\n", texts[i]);
}

/* A key of many bits in base64 is longer than what patterns see at once. */
static void
test_long(void)
{
	static char secret[5000], text[6000];

	snprintf(text, sizeof(text), "key: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQp%s\n",
	    made(secret, sizeof(secret) - 1, alnum));
	ok(findings_of(text, "secret/private-key", secret + sizeof(secret) - 200) == 1,
	    "a key of 5,000 characters is found");
}

/* Services whose keys have a known form: what has it is found, what has it not is left alone. */
static void
test_forms(void)
{
	static const struct {
		const char *before, *alphabet, *after;
		size_t len;
		bool is_found;
	} cases[] = {
		{ "abuseipdb_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 80, true },
		{ "abuseipdb_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 79, false },
		{ "abuseipdb_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 81, false },
		{ "abuseipdb_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", ".x'", 80, false },
		{ "abuseipdb_key = '@", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 80, false },
		{ "# of abuseipdb\napi_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 70,
		    false },
		{ "# of a service\napi_key = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 70,
		    true },
		{ "# of abuseipdb, which we ask about the addresses of visitors\nkey = '",
		    "0123456789abcdefghijklmnopqrstuvwxyz", "'", 80, true },
		{ "of abuseipdb, which we ask about the addresses of visitors\nkey = '",
		    "0123456789abcdefghijklmnopqrstuvwxyz", "'", 80, false },
		{ "getAbuseipdbKey('", "0123456789abcdefghijklmnopqrstuvwxyz", "')", 80, true },
		{ "7abuseipdb('", "0123456789abcdefghijklmnopqrstuvwxyz", "')", 80, false },
		{ "mabuseipdb('", "0123456789abcdefghijklmnopqrstuvwxyz", "')", 80, false },
		{ "abuseipdb_key_id = '", "0123456789abcdefghijklmnopqrstuvwxyz", "'", 80, false },
		{ "x = 'glpat-", alnum, "?def'", 20, false },
		{ "secret = 'glpat-", alnum, "'", 12, false },
		{ "secret = 'glpax-", alnum, "'", 22, true },
	};
	char secret[100], text[300];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(text, sizeof(text), "%s%s%s", cases[i].before,
		    made(secret, cases[i].len, cases[i].alphabet), cases[i].after);
		if (!ok((findings_of(text, NULL, NULL) > 0) == cases[i].is_found,
			"a value near a service's name is its key where it has the form"))
			printf("# %s\n", text);
	}
}

/* Work grows with the text, not with its square. */
static void
test_hostile(void)
{
	static const char *const units[] = { "key=", "://", "-----BEGIN ", "password=\"", "eyJ",
		"token token ", "AccountKey=" };
	size_t len = (size_t)1 << 20;
	char *text = malloc(len + 1);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t unit = strlen(units[i]);

		for (size_t k = 0; k < len; k++)
			text[k] = units[i][k % unit];
		text[len] = '\0';
		ok(findings_of(text, NULL, NULL) < 1000, "a megabyte of keywords is survived");
	}
	free(text);
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder };

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	if (rules == NULL)
		abort();
	test_keywords();
	test_assignments();
	test_rules();
	test_validators();
	test_found();
	test_quiet();
	test_forms();
	test_long();
	test_hostile();
	rules_free(rules);
	return done_testing();
}
