/* How personal data is searched fast: what is left out must be what cannot be anything. */
#include "config.h"

#include "core/limits.h"
#include "detect/pii_find.h"
#include "detect/pii_marks.h"
#include "tests/tap.h"

#include <ctype.h>
#include <stdlib.h>

#define ROUNDS 200

static const struct pii_rules *rules;

static unsigned
any_of(unsigned n)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

/* LEN characters of ALPHABET in a buffer of just that size. */
static uint8_t *
random_text(const char *alphabet, size_t len)
{
	uint8_t *text = malloc(len + (len == 0));

	for (size_t i = 0; text != NULL && i < len; i++)
		text[i] = (uint8_t)alphabet[any_of((unsigned)strlen(alphabet))];
	return text;
}

static void
test_vectors_mark_what_bytes_do(void)
{
	bool same = true, all = true;

	for (size_t len = 0; len < ROUNDS; len++) {
		uint8_t *data =
		    random_text(len % 2 == 0 ? "09/:;@?a \x80\xb0" : "abcdefgh:/ ~?A", len);
		struct bytes text = bytes_of(data, data == NULL ? 0 : len);
		struct pii_marks marks = pii_marks_over(text, false);
		size_t next = pii_marks_next(&marks, 0);

		for (size_t pos = 0; pos <= len; pos++) {
			uint64_t plain = pii_marks_plain(text, pos);

			same = same && pii_marks_at(text, pos) == plain;
			if ((plain & 1) == 0)
				continue;
			all = all && next == pos;
			next = pii_marks_next(&marks, pos + 1);
		}
		all = all && next == len;
		free(data);
	}
	ok(same, "many bytes at a time have the marks they have one by one");
	ok(all, "every mark is visited, from first to last");
}

static bool
is_one_of(const char *list, uint8_t c)
{
	return c != 0 && strchr(list, c) != NULL;
}

/* May the digit at POS of TEXT, in its alphabet, be left out? */
static bool
may_be_dull(struct bytes text, size_t pos)
{
	size_t start = pos, end = pos;
	uint8_t after, next;

	while (start > 0 && isdigit(text.data[start - 1]))
		start--;
	while (end < text.len && isdigit(text.data[end]))
		end++;
	after = end < text.len ? text.data[end] : 0;
	next = end + 1 < text.len ? text.data[end + 1] : 0;
	if (start < 2 || end - start > 4 || is_one_of("+(aZ\xc3", text.data[start - 1]) ||
	    (is_one_of(" -", text.data[start - 1]) && is_one_of("aZ", text.data[start - 2])))
		return false;
	return after == 0 || is_one_of(",=\n", after) ||
	    (after == ')' && (next == 0 || is_one_of(",=\n@", next)));
}

static void
test_dull_numbers_are_left_out(void)
{
	size_t wrong = 0, left_out = 0, lost = 0;

	for (size_t len = 0; len < ROUNDS; len++) {
		uint8_t *data = random_text("0123456789,,))  (=\n-+.:@_aZ\xc3", len);
		struct bytes text = bytes_of(data, data == NULL ? 0 : len);
		struct pii_marks marks = pii_marks_over(text, true);
		size_t next = pii_marks_next(&marks, 0);

		for (size_t pos = 0; pos < len; pos++) {
			if ((pii_marks_plain(text, pos) & 1) == 0)
				continue;
			if (next == pos)
				next = pii_marks_next(&marks, pos + 1);
			else if (isdigit(text.data[pos]) && may_be_dull(text, pos))
				left_out++;
			else
				wrong++;
		}
		lost += next != len;
		free(data);
	}
	ok(wrong == 0 && lost == 0, "only dull numbers are left out");
	printf("# %zu digits were left out\n", left_out);
}

static void
test_letters_are_found_alike(void)
{
	bool same = true;

	for (size_t len = 0; len < ROUNDS; len++) {
		uint8_t *data = random_text("0123456789,.[{`@~\x7f \n0123456789az\x80", len);
		struct bytes text = bytes_of(data, data == NULL ? 0 : len);

		for (size_t pos = 0; pos <= len; pos++) {
			size_t to = pos + any_of((unsigned)(len - pos) + 1);

			same = same &&
			    pii_next_letter(text, pos, to) == pii_next_letter_plain(text, pos, to);
		}
		free(data);
	}
	ok(same, "letters are found sixteen bytes at a time as one by one");
}

static void
test_marks_are_what_may_begin_something(void)
{
	ok(pii_marks_plain(bytes_of_string("a1b"), 0) == 2, "a digit is a mark");
	ok(pii_marks_plain(bytes_of_string("a@b"), 0) == 2, "so is '@'");
	ok(pii_marks_plain(bytes_of_string("\"key\": \"value\""), 0) == 0,
	    "not the colon of a key");
	ok(pii_marks_plain(bytes_of_string("fe::a"), 0) == 4, "the first colon of \"::\" is");
	ok(pii_marks_plain(bytes_of_string("ab:cd:ef"), 0) == 4, "and that of \"ab:cd:\"");
}

static char
member_of(const struct pii_step *step)
{
	for (;;) {
		unsigned c = any_of(0x80);

		if (step->set[c / 64] >> (c % 64) & 1)
			return (char)(any_of(2) == 0 ? tolower((int)c) : (int)c);
	}
}

/* Something that has this shape, in lower and upper case. */
static size_t
example_of(const struct pii_shape *shape, char *ret)
{
	size_t n = 0, nseparators = strlen(shape->separators);
	char separator = nseparators == 0 ? 0 : shape->separators[any_of((unsigned)nseparators)];

	for (size_t s = 0; s < shape->nsteps; s++) {
		const struct pii_step *step = &shape->steps[s];
		unsigned times = step->min + any_of(step->max - step->min + 1u);

		if (step->kind == STEP_SEPARATOR || (step->kind == STEP_MAYBE && any_of(2) == 0))
			ret[n++] = separator;
		for (unsigned i = 0; step->kind == STEP_SET && i < times; i++)
			ret[n++] = member_of(step);
	}
	ret[n] = '\0';
	return n;
}

static size_t
word_at(const char *text, bool *ret_mixed)
{
	size_t n = 0, digits = 0;

	for (; isalnum((unsigned char)text[n]); n++)
		digits += isdigit((unsigned char)text[n]) != 0;
	*ret_mixed = digits > 0 && digits < n;
	return n;
}

/* Does the table lead from the first words of EXAMPLE to shape S? */
static bool
is_led_to(size_t s, const char *example)
{
	bool mixed, ignored;
	size_t len = word_at(example, &mixed), second;
	const struct pii_start *start;
	struct pii_lengths wanted = { PII_ENDS, 0 };

	if (len > PII_WORD)
		return true; /* too long for any of ours */
	start = &rules->starts[pii_start_index(
	    (unsigned char)example[0], len, mixed, pii_after((unsigned char)example[len]))];
	if (example[len] != '\0') {
		second = word_at(example + len + 1, &ignored);
		wanted.last = second == 0
		    ? PII_ANY
		    : (uint32_t)1 << (second < PII_WORD ? second : PII_WORD + 1);
		if (example[len + 1 + second] != '\0') {
			wanted.more = wanted.last;
			wanted.last = 0;
		}
	}
	for (unsigned i = start[0].entries; i < start[1].entries; i++) {
		const struct pii_entry *entry = &rules->entries[i];

		if (entry->shape == s &&
		    ((entry->seconds.last & wanted.last) | (entry->seconds.more & wanted.more)) !=
			0)
			return ((start->seconds.last & wanted.last) |
				   (start->seconds.more & wanted.more)) != 0;
	}
	return false;
}

static void
test_tables_lead_to_each_shape(void)
{
	for (size_t s = 0; s < rules->nshapes; s++) {
		const struct pii_shape *shape = &rules->shapes[s];
		char example[PII_STEPS * 64 + 1], what[200] = "";

		for (unsigned i = 0; i < ROUNDS && what[0] == '\0'; i++) {
			size_t len = example_of(shape, example);

			if (pii_shape_match(shape, bytes_of(example, len), 0) == len &&
			    !is_led_to(s, example))
				snprintf(what, sizeof(what), "%s %.80s is not looked for",
				    rules->entities[shape->entity].check, example);
		}
		if (what[0] != '\0')
			ok(false, what);
	}
	ok(rules->nshapes > 100, "tables lead from two words to each shape");
}

static bool
has_all(const struct pii_set *all, const struct pii_set *some)
{
	for (size_t i = 0; i < PII_ENTITIES / 64; i++)
		if ((some->bits[i] & ~all->bits[i]) != 0)
			return false;
	return true;
}

static void
test_context_is_seen_from_far(void)
{
	static const char *const words[] = { "social ", "security ", "number ", "passport, ", "my ",
		"\n", "x ", "12 ", "card", "creditCard ", "de ", "date of birth ",
		"f\xc3\xbchrerschein ", "F\xc3\x9cHRERSCHEIN: ", "is ", "4711", "Social " };
	static char text[20000];
	struct pii_nearby nearby = { .from = SIZE_MAX };
	struct bytes all;
	bool seen = true, some = false;

	for (size_t n = 0; n < sizeof(text) - 100;)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s", words[any_of(ARRAY_LEN(words))]);
	all = bytes_of_string(text);
	for (size_t from = 0; from < all.len; from += 1 + any_of(from % 7 == 0 ? 400 : 30)) {
		struct pii_set near = { { 0 } }, exact = { { 0 } };
		size_t to = from + 100;

		pii_context_near(rules, all, &nearby, from, to, &near);
		while (from < all.len && text[from] != ' ')
			from++;
		to = to < all.len ? to : all.len;
		while (to > from && text[to - 1] != ' ')
			to--;
		pii_context_of(rules, bytes_slice(all, from, to > from ? to - from : 0), &exact);
		seen = seen && has_all(&near, &exact);
		some = some || exact.bits[0] != 0;
	}
	ok(seen && some, "what is near a word has what is next to it");
}

static void
test_phrases_are_recognized(void)
{
	struct pii_set lower = { { 0 } }, upper = { { 0 } }, none = { { 0 } };

	pii_context_of(rules, bytes_of_string("die f\xc3\xbchrerscheinnummer"), &lower);
	pii_context_of(rules, bytes_of_string("F\xc3\x9cHRERSCHEINNUMMER"), &upper);
	pii_context_of(rules, bytes_of_string("f\xc3\xbchrerscheinnumme"), &none);
	ok(memcmp(&lower, &none, sizeof(none)) != 0, "a word of context");
	ok(memcmp(&lower, &upper, sizeof(upper)) == 0, "in upper case, too");
	ok(has_all(&lower, &none), "not a part of one");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	struct rules *files;
	char folder[4096];
	const char *folders[] = { folder };

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	files = rules_open(folders, 1, &status);
	rules = files == NULL ? NULL : rules_get(files, &pii_rule_kind, &status);
	ok(rules != NULL, status.text[0] == '\0' ? "the rules compile" : status.text);
	if (rules == NULL)
		return done_testing();
	test_marks_are_what_may_begin_something();
	test_vectors_mark_what_bytes_do();
	test_dull_numbers_are_left_out();
	test_letters_are_found_alike();
	test_tables_lead_to_each_shape();
	test_context_is_seen_from_far();
	test_phrases_are_recognized();
	rules_free(files);
	return done_testing();
}
