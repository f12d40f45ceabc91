/* The cursor: every short read fails and changes nothing. */
#include "config.h"

#include "core/reader.h"
#include "tests/tap.h"

static void
test_short_read_changes_nothing(void)
{
	static const uint8_t data[] = { 1, 2, 3 };
	struct reader r = reader_over(bytes_of(data, sizeof(data)));
	uint32_t u32 = 77;
	uint64_t u64 = 78;
	struct bytes b = { data, 1 };

	ok(!reader_u32le(&r, &u32) && u32 == 77 && r.pos == 0, "u32le past the end");
	ok(!reader_u64be(&r, &u64) && u64 == 78 && r.pos == 0, "u64be past the end");
	ok(!reader_bytes(&r, UINT64_MAX, &b) && b.len == 1 && r.pos == 0,
	    "bytes of a lying length");
	ok(!reader_line(&r, &b) && r.pos == 0, "no newline, no line");
	ok(!reader_skip(&r, 4) && r.pos == 0, "skip past the end");
	ok(!reader_seek(&r, 4) && r.pos == 0, "seek past the end");
	ok(reader_seek(&r, 3) && reader_left(&r) == 0, "seek to the end");
}

static void
test_values(void)
{
	static const uint8_t data[] = { 0x01, 0x02, 0xff, 0xff, 0xff, 0xff, 0x03, 0, 0, 0, 'a', 'b',
		'c', '\n' };
	struct reader r = reader_over(bytes_of(data, sizeof(data)));
	uint16_t u16;
	int32_t i32;
	struct bytes b;

	ok(reader_u16be(&r, &u16) && u16 == 0x0102, "u16be");
	ok(reader_i32le(&r, &i32) && i32 == -1, "i32le");
	ok(reader_str32le(&r, &b) && bytes_equal_string(b, "abc"), "str32le");
	ok(reader_line(&r, &b) && b.len == 0 && reader_left(&r) == 0, "an empty line");
}

static void
test_varint(void)
{
	static const uint8_t most[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x01 };
	static const uint8_t over[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x02 };
	static const uint8_t open[] = { 0x80, 0x80 };
	struct reader r = reader_over(bytes_of(most, sizeof(most)));
	uint64_t value = 0;

	ok(reader_varint(&r, &value) && value == UINT64_MAX, "the largest varint");
	r = reader_over(bytes_of(over, sizeof(over)));
	ok(!reader_varint(&r, &value) && r.pos == 0, "65 bits are refused");
	r = reader_over(bytes_of(open, sizeof(open)));
	ok(!reader_varint(&r, &value) && r.pos == 0, "an unfinished varint");
}

static void
test_count(void)
{
	static const uint8_t data[16];
	struct reader r = reader_over(bytes_of(data, sizeof(data)));

	ok(reader_count(&r, 2, 8), "two of eight fit into sixteen");
	ok(!reader_count(&r, 3, 8), "three do not");
	ok(!reader_count(&r, UINT64_MAX, 8), "nor does a count that would overflow");
}

int
main(void)
{
	test_short_read_changes_nothing();
	test_values();
	test_varint();
	test_count();
	return done_testing();
}
