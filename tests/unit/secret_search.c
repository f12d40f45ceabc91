/*
 * How the secret detector saves its time: rows that could be tokens, found in two ways that agree,
 * and outlines, which never refuse what their pattern matches.
 */
#include "config.h"

#include "core/limits.h"
#include "detect/secret_assign.h"
#include "detect/secret_gate.h"
#include "detect/secret_index.h"
#include "detect/secret_rules.h"
#include "detect/secret_set.h"
#include "detect/secret_value.h"
#include "tests/tap.h"

#include <stdlib.h>

static uint64_t state = 0x2545f4914f6cdd1du;

static unsigned
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void
test_rows(void)
{
	static const struct {
		const char *text, *row;
	} cases[] = {
		{ "the key is abc123def4, so", "abc123def4" },
		{ "the key is abc123def", NULL },
		{ "self.attention_weight_token_layers", NULL },
		{ "self.AttentionWeight_TokenOf", "self.AttentionWeight_TokenOf" },
		{ "self.Attention_weight_token", NULL },
		{ "SELF_ATTENTION_WEIGHT_TOKEN", NULL },
		{ "abcdefghijklmnop", "abcdefghijklmnop" },
		{ "abcdefghijklmno_p", NULL },
		{ "1234-5678-9012-3456-7890", "1234-5678-9012-3456-7890" },
		{ "1234-5678-9012-3456", NULL },
		{ "a b c \xc3\xa9"
		  "abcdefg_1\xc3\xa9",
		    NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct gate gate = gate_over(bytes_of_string(cases[i].text));
		struct bytes row;
		bool found = gate_next(&gate, &row);

		if (!ok(found == (cases[i].row != NULL) &&
			    (!found || bytes_equal_string(row, cases[i].row)),
			"a row that could be a token is told from words"))
			printf("# %s\n", cases[i].text);
	}
}

/* Both forms over TEXT, to its end, the fast one no wider than WIDTH. */
static bool
forms_agree_at(struct bytes text, enum gate_width width)
{
	struct gate gate = gate_over(text);
	size_t pos = 0;

	gate.width = gate.width < width ? gate.width : width;
	for (;;) {
		struct bytes fast, plain;
		bool found = gate_next(&gate, &fast);

		if (found != gate_next_plain(text, pos, &plain))
			return false;
		if (!found)
			return true;
		if (fast.data != plain.data || fast.len != plain.len)
			return false;
		pos = (size_t)(fast.data - text.data) + fast.len;
	}
}

static bool
forms_agree(struct bytes text)
{
	return forms_agree_at(text, GATE_SSE2) && forms_agree_at(text, GATE_AVX2) &&
	    forms_agree_at(text, GATE_AVX512);
}

static void
test_forms(void)
{
	static const char alphabet[] = "ab1_ .A\nzq-7\x80+";
	bool agree = true;
	uint8_t text[400];

	for (unsigned i = 0; i < 30000 && agree; i++) {
		size_t len = next_random() % sizeof(text);
		/* Some texts of few different bytes, some with rare breaks, some of all. */
		unsigned different = 1 + i % (sizeof(alphabet) - 1), rare = 1 + i % 40;

		for (size_t k = 0; k < len; k++)
			text[k] = (uint8_t)alphabet[next_random() %
			    (next_random() % rare == 0 ? sizeof(alphabet) - 1 : different)];
		agree = forms_agree(bytes_of(text, len));
	}
	ok(agree, "64 bytes at a time find the same rows as one at a time");
	/* Each byte where it makes a row long enough, or not. */
	for (unsigned c = 0; c < 256 && agree; c++) {
		memcpy(text, "abcdefgh1", 9);
		memset(text + 9, ' ', sizeof(text) - 9);
		memset(text + 200, (int)c, 30);
		memcpy(text + 300, "abcdefgh", 8);
		text[9] = text[308] = text[309] = (uint8_t)c;
		/* In a block that is skipped to, and in the first. */
		for (size_t start = 0; start <= 200; start += 200)
			agree = agree && forms_agree(bytes_of(text + start, sizeof(text) - start));
	}
	ok(agree, "and each of the 256 bytes is the same to both");
}

/* Rows of every length and kind, at every place of a block. */
static void
test_lengths(void)
{
	static const char *const kinds[] = { "1-2", "ab_", "abcdEFG_", "abcdE_", "abcd_1",
		"A_b_C_d_", "abcdefghijklmnopqrstuvwxyz", "EFG_" };
	bool agree = true;
	uint8_t text[500];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (size_t len = 8; len < 80; len++)
			for (size_t start = 128; start < 192 && agree; start++) {
				memset(text, ' ', sizeof(text));
				for (size_t k = 0; k < len; k++)
					text[start + k] = (uint8_t)kinds[i][k % strlen(kinds[i])];
				agree = forms_agree(bytes_of(text, sizeof(text)));
			}
	ok(agree, "whatever their length and place");
}

/* ---- outlines ------------------------------------------------------------------------------ */

static void
test_outlines(void)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} cases[] = {
		{ "ghp_[0-9A-Za-z]{6}", "ghp_abc123", true },
		{ "ghp_[0-9A-Za-z]{6}", "ghp_abc12", false },
		{ "ghp_[0-9A-Za-z]{6}", "GHP_abc123", false },
		{ "(?i)ghp_[0-9a-z]{6}", "GHP_ABC123", true },
		{ "key[^\\n]{0,4}=x", "key   =x", true },
		{ "key[^\\n]{0,4}=x", "key\n=x", false },
		{ "key(?:one|three)\\s*=", "keythree  =", true },
		{ "key(?:one|three)\\s*=", "key =", false },
		{ "key(?:one|three)?\\s*=", "key =", true },
		{ "key(?=[a-z])\\b[^a-z]?x", "keyx", true },
		{ "a|bc", "bc", true },
		{ "\\$2[ab]\\$[./]{2}", "$2a$./", true },
		{ "key\\x20=", "anything", true }, /* not read: PCRE2 has to say */
		{ "(a)\\1", "anything", true },
	};
	struct arena *arena = arena_new(MIB);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outline outline;

		if (arena == NULL || !outline_read(&outline, arena, cases[i].pattern))
			abort();
		if (!ok(outline_fits(&outline, 0, bytes_of_string(cases[i].text), 0) ==
			    cases[i].fits,
			"an outline is walked"))
			printf("# %s over %s\n", cases[i].pattern, cases[i].text);
	}
	arena_free(arena);
}

static void
test_parts(void)
{
	static const struct {
		const char *pattern, *keyword;
		size_t behind;
		bool has_run;
	} cases[] = {
		{ "[0-9a-f]{8}\\.atlasv1\\.[\\w=-]{60}", ".atlasv1.", 10, true },
		{ "user=(?:password|passwd)\\s*=", "passwd", 6, false },
		{ "(?i)x{3}KEY=y", "key=", 5, false }, { "key.key", "key", SIZE_MAX, false },
		{ "key[a-z]{3}", "abc", SIZE_MAX, false }, { "ab[0-9]{14}", "ab", 2, true },
		{ "ab ?[0-9]{15}", "ab", 2, false }, { "ab_?[0-9]{14}", "ab", 2, true },
		{ "(?:a[0-9]{16}|b[0-9]{15})", "ab", SIZE_MAX, true },
		{ "(?:a[0-9]{16}|b[0-9]{14})", "ab", SIZE_MAX, false },
		{ "key[^\\n]{0,200}[0-9]{16}", "key", 3, false }, /* too far */
	};
	struct arena *arena = arena_new(MIB);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outline outline;

		if (arena == NULL || !outline_read(&outline, arena, cases[i].pattern))
			abort();
		if (!ok(outline_behind(&outline, cases[i].keyword) == cases[i].behind &&
			    outline_has_run(&outline, 0, GATE_PLAIN, INDEX_REACH) ==
				cases[i].has_run,
			"what stands behind a keyword and in a row is read from the pattern"))
			printf("# %s\n", cases[i].pattern);
	}
	arena_free(arena);
}

static bool
has_avx2(void)
{
#ifdef __SSE2__
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

static void
test_hints(void)
{
	static const struct {
		const char *pattern, *text;
		bool has_hint, may_fit;
		size_t opening; /* of "key" */
	} cases[] = {
		{ "(?i)key[\"']?\\s{0,9}=", "key =", true, true, 3 },
		{ "key\\s{0,9}=", "key is", true, false, 0 },
		{ "\\s{0,9}=", "    =", true, true, 0 },
		{ "\\s{0,9}=", "         =", true, true, 0 },
		{ "\\s{0,9}=", "          =", true, false, 0 },
		{ "\\s{0,9}=", "  a=", true, false, 0 },
		{ "\\s{2,9}=", " =", true, false, 0 },
		{ "[^\n]{0,9}=", "word =", true, true, 0 },
		{ "[^\n]{0,90}=", "this is not told\n=", true, false, 0 },
		{ "[^\n]{0,90}x", "this is not told\n", false, true, 0 },
		{ "(?i)KEY", "key", false, true, 3 },
		{ "(?i)KE", "key", false, true, 0 },
	};
	struct arena *arena = arena_new(MIB);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outline outline;
		struct outline_hint hint;
		size_t len = strlen(cases[i].text);
		uint8_t text[64];
		bool has_hint, may_fit;

		if (arena == NULL || !outline_read(&outline, arena, cases[i].pattern))
			abort();
		/* Near the end of the text, or without AVX2, it is not asked. */
		memset(text, '#', sizeof(text));
		memcpy(text, cases[i].text, len);
		has_hint = outline_hint_read(&outline, 0, &hint);
		may_fit = has_hint && outline_may_fit(&hint, bytes_of(text, sizeof(text)), 0);
		if (!ok(has_hint == cases[i].has_hint &&
			    (may_fit || !cases[i].may_fit || !has_hint) &&
			    (!may_fit || cases[i].may_fit || !has_avx2()) &&
			    outline_opening(&outline, "key") == cases[i].opening,
			"a hint refuses what cannot follow"))
			printf("# %s over %s\n", cases[i].pattern, cases[i].text);
	}
	arena_free(arena);
}

/* A text that the outline has, and then, mostly, a small change to it. */
static size_t
make_text(const struct outline *outline, uint8_t *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < outline->n; i++) {
		const struct outline_piece *piece = &outline->pieces[i];
		unsigned more = piece->max > piece->min ? next_random() % 3 : 0,
			 count = piece->min + (piece->min + more > piece->max ? 0 : more);

		while (count > 0 && n < size) {
			unsigned c = next_random() % 128;

			if (!set_has(piece->set, (uint8_t)c))
				continue;
			text[n++] = (uint8_t)c;
			count--;
		}
	}
	if (n > 0 && next_random() % 4 != 0)
		text[next_random() % n] = (uint8_t)(' ' + next_random() % 95);
	return n;
}

/* Both walks over TEXT, from all its places. What the fast one or a hint refuses the other does not
 * find. */
static bool
walks_agree(const struct outline *outline, struct bytes text)
{
	struct outline_hint hint;
	bool gave_up, agree = true, has_hint = outline_hint_read(outline, 0, &hint);

	for (size_t pos = 0; pos <= text.len && agree; pos++) {
		bool fast = outline_fits(outline, 0, text, pos),
		     plain = outline_fits_plain(outline, 0, text, pos, &gave_up);

		agree = fast == plain || (gave_up && plain);
		if (has_hint && plain && !gave_up)
			agree = agree && outline_may_fit(&hint, text, pos);
	}
	return agree;
}

/* Texts of few bytes fill and leave the pieces in many ways; 0xb0 has the lower half of a zero. */
static void
test_walks(void)
{
	static const char *const patterns[] = { "a[^\n]{0,40}bc", "a[ab]{3,36}[bc]d", "a[^d]{9,}d",
		"a[ab]{2,33}b?c", "a[^\n\xb0]{0,60}cd", "a[^\n]{32,33}c", "a.{0,31}c",
		"a[^\n]{0,40}b[^\n]{0,90}[{-]", "a.{1,32}ca", "a?[ab]{0,9}[bc]c{0,8}\n",
		"b{0,3}a{2,9}(?:c|dd)?B", "a[^d]*d{2,9}(?:b|cc)", "(?i)a[\\Wa-d]{0,50}\\Wb" };
	struct arena *arena = arena_new(MIB);
	size_t different = 0, fitting = 0;

	for (unsigned i = 0; i < 20000; i++) {
		static const char alphabet[] = "abcd\n\xb0{"
					       "AB";
		unsigned kinds = 2 + next_random() % (sizeof(alphabet) - 2);
		struct outline outline;
		uint8_t text[120];
		size_t len = next_random() % sizeof(text);

		if (i % 2000 == 0) {
			arena_free(arena);
			arena = arena_new(MIB);
		}
		if (arena == NULL ||
		    !outline_read(&outline, arena, patterns[i % ARRAY_LEN(patterns)]))
			abort();
		for (size_t k = 0; k < len; k++)
			text[k] =
			    (uint8_t)alphabet[next_random() % (next_random() % 4 == 0 ? kinds : 2)];
		fitting += outline_fits(&outline, 0, bytes_of(text, len), 0);
		different += !walks_agree(&outline, bytes_of(text, len));
	}
	ok(fitting > 500 && fitting < 19500, "some texts have the outline and some have not");
	eq_u64(different, 0, "32 bytes at a time say the same of an outline as one at a time");
	arena_free(arena);
}

/* Patterns of words need more luck than random bytes have; enough others match. */
static void
test_agreement(struct secret_rules *rules)
{
	size_t n, matched = 0, refused = 0, unread = 0, different = 0;
	struct secret_rule *list = secret_rules_list(rules, &n);
	uint8_t text[2048];

	for (size_t i = 0; i < n; i++) {
		struct status status = { 0 };

		if (list[i].shape == SECRET_NAMES || !secret_rule_compile(&list[i], &status))
			continue;
		unread += !list[i].outline.is_known;
		for (unsigned k = 0; k < 40 && list[i].outline.is_known; k++) {
			struct bytes made = bytes_of(
					 text, make_text(&list[i].outline, text, sizeof(text))),
				     secret;
			size_t pos = 0;

			different += !walks_agree(&list[i].outline, made);
			if (!secret_rule_match(rules, &list[i], made, 0, &pos, &secret))
				continue;
			matched++;
			if (!outline_fits(&list[i].outline, 0, made, 0)) {
				refused++;
				printf("# %s: %.*s\n", list[i].id, (int)made.len, text);
			}
		}
	}
	eq_u64(different, 0, "both walks say the same of texts of all patterns");
	ok(matched > 1000, "many made texts match their patterns");
	eq_u64(refused, 0, "and no outline refuses one of them");
	ok(unread < 10, "nearly every pattern has an outline");
}

/* ---- quick looks --------------------------------------------------------------------------- */

/* LEN random characters, often of the first few of ALPHABET. */
static struct bytes
make_random(char *text, size_t len, const char *alphabet)
{
	size_t n = strlen(alphabet), few = 1 + next_random() % n;

	for (size_t i = 0; i < len; i++)
		text[i] = alphabet[next_random() % (next_random() % 4 == 0 ? n : few)];
	return bytes_of(text, len);
}

static void
test_assignments(void)
{
	char text[80];
	size_t read = 0, missed = 0;

	for (unsigned i = 0; i < 300000; i++) {
		struct assignment got;

		make_random(text, sizeof(text), "a =:\"'-\\s]>,.(k\n\t`|?+@1_B");
		memcpy(text + 8, "key", 3);
		if (!assignment_read(bytes_of(text, sizeof(text)), 8, 11, &got) ||
		    !(got.is_quoted || got.is_joined || got.name.data[0] == '-'))
			continue;
		read++;
		if (!assignment_may_follow(bytes_of(text, sizeof(text)), 8, 11)) {
			missed++;
			printf("# %.*s\n", (int)sizeof(text), text);
		}
	}
	ok(read > 1000, "many made texts are assignments");
	eq_u64(missed, 0, "and a quick look expects all of them");
	ok(!assignment_may_follow(bytes_of_string("the key is here"), 4, 7) &&
		!assignment_may_follow(bytes_of_string("the key."), 4, 7) &&
		!assignment_may_follow(bytes_of_string("key_of(value)"), 0, 3),
	    "but neither prose nor a call");
}

static void
test_values(const struct secret_words *words)
{
	char text[40];
	size_t judged = 0, missed = 0, lost = 0;

	for (unsigned i = 0; i < 100000; i++) {
		struct bytes value =
				 make_random(text, 5 + next_random() % 35, "aQzX7_!kB.We|p-tYm"),
			     row;
		bool is_random = secret_is_random(value, 2.5, words);

		if (!is_random && !secret_is_password(value, i % 2 == 0, words))
			continue;
		judged++;
		missed += !secret_is_possible(value);
		lost += is_random && value.len >= GATE_LEAST && !gate_next_plain(value, 0, &row);
	}
	ok(judged > 1000, "many made values are random, or passwords");
	eq_u64(missed, 0, "and a quick look thinks so of all of them");
	eq_u64(lost, 0, "what is random and long enough is a row that could be a token");
	ok(!secret_is_possible(bytes_of_string("self.attention_weight_of(token_layers")),
	    "but an expression is nothing");
}

static void
test_rules(struct secret_rules *rules)
{
	test_agreement(rules);
	test_values(secret_rules_words(rules));
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder };
	const struct rule_file *list;
	struct rules *files;
	struct secret_rules *rules;
	size_t n;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	files = rules_open(folders, 1, &status);
	if (files == NULL)
		abort();
	list = rules_files(files, "secrets", &n);
	rules = secret_rules_new(list, n, &status);
	test_rows();
	test_forms();
	test_lengths();
	test_outlines();
	test_walks();
	test_hints();
	test_parts();
	test_assignments();
	if (ok(rules != NULL, "the rules are read"))
		test_rules(rules);
	secret_rules_free(rules);
	rules_free(files);
	return done_testing();
}
