/* Versions of Python packages: see detect/pep440.h. */
#include "config.h"

#include "detect/pep440.h"

#include "core/text.h"

/* What is left of the text. */
struct cursor {
	struct bytes rest;
};

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_separator(uint8_t c)
{
	return c == '.' || c == '-' || c == '_';
}

static struct bytes
take(struct cursor *cursor, size_t n)
{
	struct bytes taken = bytes_slice(cursor->rest, 0, n);

	cursor->rest = bytes_slice(cursor->rest, n, cursor->rest.len);
	return taken;
}

static struct bytes
take_digits(struct cursor *cursor)
{
	size_t n = 0;

	while (n < cursor->rest.len && is_digit(cursor->rest.data[n]))
		n++;
	return take(cursor, n);
}

static bool
take_byte(struct cursor *cursor, char c)
{
	if (cursor->rest.len == 0 || cursor->rest.data[0] != (uint8_t)c)
		return false;
	(void)take(cursor, 1);
	return true;
}

static void
take_separator(struct cursor *cursor)
{
	if (cursor->rest.len > 0 && is_separator(cursor->rest.data[0]))
		(void)take(cursor, 1);
}

/* [sep] WORD [sep] [N]: takes nothing and returns false where WORD does not stand there. */
static bool
take_segment(struct cursor *cursor, const char *word, struct bytes *ret_number)
{
	struct cursor next = *cursor;
	size_t len = strlen(word);

	take_separator(&next);
	if (!text_equal_ignoring_case(bytes_slice(next.rest, 0, len), word))
		return false;
	(void)take(&next, len);
	take_separator(&next);
	*cursor = next;
	*ret_number = take_digits(cursor);
	return true;
}

/* [N!] N(.N)* */
static bool
take_release(struct cursor *cursor, struct pep440 *version)
{
	struct cursor next = *cursor;
	struct bytes first = take_digits(&next);
	size_t len = 0;

	if (first.len > 0 && take_byte(&next, '!')) {
		version->epoch = first;
		*cursor = next;
	}
	next = *cursor;
	if (take_digits(&next).len == 0)
		return false;
	do {
		len = cursor->rest.len - next.rest.len;
	} while (take_byte(&next, '.') && take_digits(&next).len > 0);
	version->release = take(cursor, len);
	return true;
}

static void
take_suffixes(struct cursor *cursor, struct pep440 *version)
{
	/* Longer words first: "a" begins "alpha". */
	static const struct {
		const char *word;
		enum pep440_pre pre;
	} pres[] = {
		{ "alpha", PEP440_ALPHA },
		{ "a", PEP440_ALPHA },
		{ "beta", PEP440_BETA },
		{ "b", PEP440_BETA },
		{ "preview", PEP440_CANDIDATE },
		{ "pre", PEP440_CANDIDATE },
		{ "rc", PEP440_CANDIDATE },
		{ "c", PEP440_CANDIDATE },
	};
	static const char *const posts[] = { "post", "rev", "r" };
	struct cursor next;

	for (size_t i = 0; i < ARRAY_LEN(pres) && version->pre == PEP440_NO_PRE; i++)
		if (take_segment(cursor, pres[i].word, &version->pre_number))
			version->pre = pres[i].pre;
	for (size_t i = 0; i < ARRAY_LEN(posts) && !version->has_post; i++)
		version->has_post = take_segment(cursor, posts[i], &version->post_number);
	/* "1.0-1" is a post-release, too. */
	next = *cursor;
	if (!version->has_post && take_byte(&next, '-')) {
		version->post_number = take_digits(&next);
		version->has_post = version->post_number.len > 0;
		if (version->has_post)
			*cursor = next;
	}
	version->has_dev = take_segment(cursor, "dev", &version->dev_number);
}

/* +x.y: letters and digits, a separator between two of them. */
static bool
take_local(struct cursor *cursor, struct pep440 *version)
{
	if (!take_byte(cursor, '+'))
		return true;
	version->local = take(cursor, cursor->rest.len);
	for (size_t i = 0; i < version->local.len; i++) {
		bool after_part = i > 0 && is_alnum(version->local.data[i - 1]);

		if (!is_alnum(version->local.data[i]) &&
		    !(is_separator(version->local.data[i]) && after_part))
			return false;
	}
	return version->local.len > 0 && is_alnum(version->local.data[version->local.len - 1]);
}

bool
pep440_parse(struct bytes text, struct pep440 *ret)
{
	struct pep440 version = { .pre = PEP440_NO_PRE };
	struct cursor cursor = { text };

	while (cursor.rest.len > 0 && cursor.rest.data[0] <= ' ')
		(void)take(&cursor, 1);
	while (cursor.rest.len > 0 && cursor.rest.data[cursor.rest.len - 1] <= ' ')
		cursor.rest.len--;
	if (!take_byte(&cursor, 'v'))
		(void)take_byte(&cursor, 'V');
	if (!take_release(&cursor, &version))
		return false;
	take_suffixes(&cursor, &version);
	if (!take_local(&cursor, &version) || cursor.rest.len > 0)
		return false;
	*ret = version;
	return true;
}

static int
compare_numbers(struct bytes a, struct bytes b)
{
	while (a.len > 0 && a.data[0] == '0')
		a = bytes_slice(a, 1, a.len);
	while (b.len > 0 && b.data[0] == '0')
		b = bytes_slice(b, 1, b.len);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len == 0 ? 0 : memcmp(a.data, b.data, a.len);
}

/* The next part of a release or a local version, without its separator; empty at the end. */
static struct bytes
next_part(struct cursor *cursor)
{
	size_t n = 0;
	struct bytes part;

	while (n < cursor->rest.len && !is_separator(cursor->rest.data[n]))
		n++;
	part = take(cursor, n);
	take_separator(cursor);
	return part;
}

/* Part by part; what is missing is 0, so that 1.0 is 1.0.0. */
static int
compare_releases(struct bytes a, struct bytes b)
{
	struct cursor left = { a }, right = { b };
	int order = 0;

	while (order == 0 && (left.rest.len > 0 || right.rest.len > 0)) {
		struct bytes part = next_part(&left);

		order = compare_numbers(part, next_part(&right));
	}
	return order;
}

static bool
is_number(struct bytes part)
{
	for (size_t i = 0; i < part.len; i++)
		if (!is_digit(part.data[i]))
			return false;
	return true;
}

static int
compare_words(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++)
		if (text_lower(a.data[i]) != text_lower(b.data[i]))
			return text_lower(a.data[i]) - text_lower(b.data[i]);
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* None comes first; a number after a word; of two where one begins the other, the longer last. */
static int
compare_locals(struct bytes a, struct bytes b)
{
	struct cursor left = { a }, right = { b };
	int order = 0;

	while (order == 0 && left.rest.len > 0 && right.rest.len > 0) {
		struct bytes x = next_part(&left), y = next_part(&right);

		if (is_number(x) != is_number(y))
			order = is_number(x) ? 1 : -1;
		else
			order = is_number(x) ? compare_numbers(x, y) : compare_words(x, y);
	}
	if (order != 0 || left.rest.len == right.rest.len)
		return order;
	return left.rest.len == 0 ? -1 : 1;
}

/* The place of the pre-release segment: "1.0.dev1" comes before "1.0a1", which comes before 1.0. */
static int
pre_rank(const struct pep440 *version)
{
	if (version->pre == PEP440_NO_PRE && !version->has_post && version->has_dev)
		return -1;
	return (int)version->pre;
}

int
pep440_compare(const struct pep440 *a, const struct pep440 *b)
{
	int order = compare_numbers(a->epoch, b->epoch);

	if (order == 0)
		order = compare_releases(a->release, b->release);
	if (order == 0)
		order = pre_rank(a) - pre_rank(b);
	if (order == 0)
		order = compare_numbers(a->pre_number, b->pre_number);
	if (order == 0)
		order = (int)a->has_post - (int)b->has_post;
	if (order == 0)
		order = compare_numbers(a->post_number, b->post_number);
	/* A development release comes before what it leads to. */
	if (order == 0)
		order = (int)b->has_dev - (int)a->has_dev;
	if (order == 0)
		order = compare_numbers(a->dev_number, b->dev_number);
	return order != 0 ? order : compare_locals(a->local, b->local);
}
