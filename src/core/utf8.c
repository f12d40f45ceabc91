/* How far text is UTF-8: see core/utf8.h. */
#include "config.h"

#include "core/utf8.h"

#include "core/scan.h"
#include "core/text.h"

/* From POS on, where a character starts. */
static size_t
run_from(struct bytes b, size_t pos)
{
	for (;;) {
		uint32_t code;
		size_t len;

		pos = scan_ascii_plain(b, pos);
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
/* The 16 bytes that stand N before the BLOCK at POS; before the text there are zeros. */
#define BEFORE(b, pos, block, n) \
	((pos) == 0 ? _mm_slli_si128((block), (n)) : scan_load((b).data + (pos) - (n)))

/* What each byte is more than MOST; 0 where it is not. */
static ALWAYS_INLINE __m128i
above(__m128i block, uint8_t most)
{
	return _mm_subs_epu8(block, _mm_set1_epi8((char)most));
}

/* All ones where bytes that continue a character are less than LEAST. */
static ALWAYS_INLINE __m128i
continues_below(__m128i block, uint8_t least)
{
	return _mm_cmplt_epi8(block, _mm_set1_epi8((char)least));
}

/* Do leads of overlong forms, surrogates or code points past U+10FFFF stand ONE before BLOCK? */
static bool
is_out_of_range(__m128i block, __m128i one)
{
	__m128i most = _mm_set1_epi8((char)0x8f), surrogate = _mm_set1_epi8((char)0x9f), wrong;

	wrong = _mm_and_si128(scan_equal(one, 0xe0), continues_below(block, 0xa0));
	wrong =
	    _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xf0), continues_below(block, 0x90)));
	wrong = _mm_or_si128(
	    wrong, _mm_and_si128(scan_equal(one, 0xed), _mm_cmpgt_epi8(block, surrogate)));
	wrong =
	    _mm_or_si128(wrong, _mm_and_si128(scan_equal(one, 0xf4), _mm_cmpgt_epi8(block, most)));
	wrong = _mm_or_si128(wrong, scan_within(one, 0xc0, 1));
	wrong = _mm_or_si128(wrong, scan_within(one, 0xf5, 10));
	return _mm_movemask_epi8(wrong) != 0;
}

/*
 * Are the characters of the BLOCK at POS well formed, as far as it shows? Each byte is judged by
 * the three before it (The Unicode Standard, table 3-7): it continues a character where one of
 * these starts one that is long enough, and only there; behind a few leads its range is smaller.
 */
static ALWAYS_INLINE bool
is_block(struct bytes b, size_t pos, __m128i block)
{
	__m128i one = BEFORE(b, pos, block, 1), two = BEFORE(b, pos, block, 2);
	__m128i three = BEFORE(b, pos, block, 3);
	__m128i due =
	    _mm_or_si128(_mm_or_si128(above(one, 0xbf), above(two, 0xdf)), above(three, 0xef));
	__m128i none_due = _mm_cmpeq_epi8(due, _mm_setzero_si128());
	__m128i few = _mm_or_si128(
	    _mm_or_si128(scan_equal(one, 0xe0), scan_within(one, 0xc0, 1)), above(one, 0xec));

	/* As signed numbers, the bytes that continue a character are the least. */
	if (_mm_movemask_epi8(_mm_cmpeq_epi8(none_due, continues_below(block, 0xc0))) != 0)
		return false;
	return _mm_movemask_epi8(_mm_cmpeq_epi8(few, _mm_setzero_si128())) == 0xffff ||
	    !is_out_of_range(block, one);
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

		if (_mm_movemask_epi8(_mm_or_si128(block, before)) != 0 && !is_block(b, pos, block))
			break;
		before = block;
	}
	pos = start_of(b, pos);
#endif
	return run_from(b, pos);
}
