/* How far text is UTF-8: see core/utf8.h. */
#include "config.h"

#include "core/utf8.h"

#include "core/scan.h"
#include "core/text.h"

/* Where the first byte stands that is not ASCII, from POS on: eight at a time. */
static size_t
skip_ascii(struct bytes b, size_t pos)
{
	while (b.len - pos >= 8) {
		uint64_t word;

		memcpy(&word, b.data + pos, 8);
		if ((word & 0x8080808080808080u) != 0)
			break;
		pos += 8;
	}
	while (pos < b.len && b.data[pos] < 0x80)
		pos++;
	return pos;
}

/* From POS on, where a character starts. */
static size_t
run_from(struct bytes b, size_t pos)
{
	for (;;) {
		uint32_t code;
		size_t len;

		pos = skip_ascii(b, pos);
		len = text_decode_utf8(bytes_slice(b, pos, 4), &code);
		if (len == 0)
			return pos;
		pos += len;
	}
}

size_t
utf8_run_plain(struct bytes b)
{
	return run_from(b, 0);
}

#ifdef __SSE2__
/* BLOCK moved on by N bytes, behind the last N of the block BEFORE. */
#define BEHIND(block, before, n) \
	_mm_or_si128(_mm_slli_si128((block), (n)), _mm_srli_si128((before), 16 - (n)))

/* All ones where the bytes are less than LEAST, as unsigned numbers. */
static ALWAYS_INLINE __m128i
below(__m128i block, uint8_t least)
{
	return _mm_cmpeq_epi8(
	    _mm_subs_epu8(block, _mm_set1_epi8((char)(least - 1))), _mm_setzero_si128());
}

static ALWAYS_INLINE __m128i
above(__m128i block, uint8_t most)
{
	return _mm_andnot_si128(below(block, (uint8_t)(most + 1)), _mm_set1_epi8(-1));
}

/*
 * Are the characters of BLOCK well formed, as far as it shows? Each byte is judged by the three
 * before it (The Unicode Standard, table 3-7): it continues a character where one of these starts
 * one that is long enough, and only there; behind four leads its range is smaller.
 */
static ALWAYS_INLINE bool
is_block(__m128i block, __m128i before)
{
	__m128i one = BEHIND(block, before, 1), two = BEHIND(block, before, 2);
	__m128i three = BEHIND(block, before, 3), wrong;
	__m128i continues = _mm_and_si128(above(block, 0x7f), below(block, 0xc0));
	__m128i starts =
	    _mm_and_si128(_mm_and_si128(below(one, 0xc0), below(two, 0xe0)), below(three, 0xf0));

	/* No continuation where none is due, or the reverse. */
	wrong = _mm_cmpeq_epi8(starts, continues);
	/* Overlong forms, surrogates, code points past U+10FFFF. */
	wrong = _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xe0), below(block, 0xa0)));
	wrong = _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xed), above(block, 0x9f)));
	wrong = _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xf0), below(block, 0x90)));
	wrong = _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xf4), above(block, 0x8f)));
	wrong = _mm_or_si128(wrong, scan_within(block, 0xc0, 1));
	wrong = _mm_or_si128(wrong, above(block, 0xf4));
	return _mm_movemask_epi8(wrong) == 0;
}

/* Where the character starts that reaches over POS; POS where none does. */
static size_t
start_of(struct bytes b, size_t pos)
{
	for (size_t back = 1; back <= 3 && back <= pos; back++) {
		uint8_t c = b.data[pos - back];

		if (c >= 0xc0)
			return back < (c < 0xe0 ? 2u : c < 0xf0 ? 3u : 4u) ? pos - back : pos;
		if (c < 0x80)
			break;
	}
	return pos;
}
#endif

size_t
utf8_run(struct bytes b)
{
	size_t pos = 0;

#ifdef __SSE2__
	__m128i before = _mm_setzero_si128();

	for (; b.len - pos >= 16; pos += 16) {
		__m128i block = scan_load(b.data + pos);

		if (_mm_movemask_epi8(_mm_or_si128(block, before)) != 0 && !is_block(block, before))
			break;
		before = block;
	}
	pos = start_of(b, pos);
#endif
	return run_from(b, pos);
}
