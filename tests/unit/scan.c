/* Scans for classes of bytes: sixteen at a time finds what one at a time finds. */
#include "config.h"

#include "core/scan.h"
#include "core/text.h"
#include "core/utf8.h"
#include "tests/tap.h"

#include <stdlib.h>

#define SIZE 100
#define ROUNDS 4000

/* Bytes of which most belong to CLASS's other side, so that runs get long enough for blocks. */
static void
fill(uint8_t *data, const char *rare, unsigned every, uint8_t common)
{
	for (size_t i = 0; i < SIZE; i++)
		data[i] = rand() % every == 0 ? (uint8_t)rare[(size_t)rand() % strlen(rare)]
		    : rand() % 5 == 0	      ? (uint8_t)(rand() % 256)
					      : common;
}

/* A copy of the exact size, so that a sanitizer sees a read past its end. */
static struct bytes
exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len + 1);

	if (copy == NULL)
		exit(1);
	memcpy(copy + 1, data, len);
	return bytes_of(copy + 1, len);
}

static bool
same_at(struct bytes b, size_t pos)
{
	size_t low = b.len < 40 ? 0 : 3;

	return scan_string(b, pos) == scan_string_plain(b, pos) &&
	    scan_ascii(b, pos) == scan_ascii_plain(b, pos) &&
	    scan_space(b, pos) == scan_space_plain(b, pos) &&
	    scan_digits(b, pos) == scan_digits_plain(b, pos) &&
	    scan_printed(b, pos) == scan_printed_plain(b, pos) &&
	    scan_source(b, pos) == scan_source_plain(b, pos) &&
	    scan_any(b, pos, 'a', '\n', 0xff) == scan_any_plain(b, pos, 'a', '\n', 0xff) &&
	    (pos < low || scan_name(b, low, pos) == scan_name_plain(b, low, pos));
}

static void
test_ways(const char *rare, unsigned every, uint8_t common, const char *what)
{
	uint8_t data[SIZE];
	bool same = true;

	srand(1);
	for (int round = 0; round < ROUNDS && same; round++) {
		size_t len = (size_t)rand() % (SIZE + 1);
		struct bytes b;

		fill(data, rare, every, common);
		b = exact(data, len);
		for (size_t pos = 0; pos <= len; pos++)
			same = same && same_at(b, pos);
		free((void *)(uintptr_t)(b.data - 1));
	}
	ok(same, what);
}

/* Each byte alone, where a block sees it and where the tail does. */
static void
test_bytes(void)
{
	uint8_t data[40];
	bool same = true;

	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < sizeof(data); at++) {
			memset(data, 'x', sizeof(data));
			data[at] = (uint8_t)c;
			same = same && same_at(bytes_of(data, sizeof(data)), 0) &&
			    same_at(bytes_of(data, sizeof(data)), sizeof(data));
			memset(data, ' ', sizeof(data));
			data[at] = (uint8_t)c;
			same = same && same_at(bytes_of(data, sizeof(data)), 0) &&
			    same_at(bytes_of(data, sizeof(data)), sizeof(data));
		}
	ok(same, "each byte at each place");
}

static bool
same_utf8(struct bytes b)
{
	size_t plain = utf8_run_plain(b);

	return utf8_run(b) == plain && utf8_run_narrow(b) == plain;
}

/* Every character in text long enough for blocks, and every pair of bytes as none. */
static void
test_utf8(void)
{
	uint8_t data[72];
	bool valid = true, same = true;

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		struct buffer out = buffer_up_to(8);
		size_t at = code % 69;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		text_encode_utf8(&out, code);
		memset(data, 'x', sizeof(data));
		memcpy(data + at, out.data, out.len);
		valid = valid && utf8_run(bytes_of(data, sizeof(data))) == sizeof(data);
		buffer_free(&out);
	}
	ok(valid, "every character is UTF-8");
	for (unsigned pair = 0; pair < 0x10000; pair++)
		for (size_t at = pair % 3; at < 66; at += 3) {
			memset(data, at % 2 == 0 ? 'x' : 0x80, sizeof(data));
			data[at % 17] = (uint8_t) "\xf0\xe0\xf4\xed\xc3"[pair % 5];
			data[at] = (uint8_t)(pair >> 8);
			data[at + 1] = (uint8_t)pair;
			same =
			    same && same_utf8(bytes_of(data, 40)) && same_utf8(bytes_of(data, 71));
		}
	ok(same, "it ends where a character at a time ends");
}

static void
test_utf8_mixed(void)
{
	static const char *const parts[] = { "a", "abcdefghijklmnop", "\xc3\xa9", "\xe4\xb8\xad",
		"\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xe0\xa0\x80",
		"\xf0\x90\x80\x80", "\xef\xbf\xbf", "\x80", "\xc3", "\xe4\xb8", "\xf0\x9f\x98",
		"\xed\xa0\x80", "\xc0\xaf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff" };
	bool same = true;

	srand(2);
	for (int round = 0; round < 200000 && same; round++) {
		uint8_t data[SIZE];
		size_t n = 0;
		struct bytes b;

		while (n < SIZE - 16) {
			/* What is wrong comes late and seldom. */
			size_t part =
			    (size_t)rand() % (n > 20 && rand() % 9 == 0 ? ARRAY_LEN(parts) : 10);

			memcpy(data + n, parts[part], strlen(parts[part]));
			n += strlen(parts[part]);
		}
		b = exact(data, (size_t)rand() % n);
		same = same_utf8(b);
		free((void *)(uintptr_t)(b.data - 1));
	}
	ok(same, "characters and halves of them in any order");
}

static void
test_meaning(void)
{
	struct bytes b =
	    bytes_of_string("caf\xc3\xa9 is a long plain text\x1f and more\" after it");

	eq_u64(scan_string(b, 0), 26, "a control ends a plain run, bytes past ASCII do not");
	eq_u64(scan_string(b, 27), 36, "so does a quote");
	eq_u64(scan_string(b, b.len), b.len, "nothing is left at the end");
	b = bytes_of_string("{   \t\r\n                      1");
	eq_u64(scan_space(b, 1), b.len - 1, "white space ends at a digit");
	b = bytes_of_string("self.flow = from_a.b.c(");
	eq_u64(scan_source(b, 0), 12, "an import may start with fr");
	eq_u64(scan_source(b, 13), b.len - 1, "a call with a parenthesis");
	eq_u64(scan_name(b, 0, b.len - 1), 12, "a name reaches back to the blank");
	eq_u64(scan_name(b, 15, b.len - 1), 15, "and no further than allowed");
}

int
main(void)
{
	test_bytes();
	test_ways("\"\\\n\x7f\x80", 30, 'a', "long runs of letters");
	test_ways("\"a", 20, ' ', "long runs of blanks");
	test_ways("/:.e", 25, '7', "digits");
	test_ways("('\"#", 10, 'i', "marks of source");
	test_ways("mrfi", 3, 'f', "pairs of source");
	test_ways("_.@[`{/:", 2, 'Z', "borders of names");
	test_meaning();
	test_utf8();
	test_utf8_mixed();
	return done_testing();
}
