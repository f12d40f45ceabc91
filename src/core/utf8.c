/* How far text is UTF-8: see core/utf8.h. */
#include "config.h"

#include "core/utf8.h"

#include "core/scan.h"
#include "core/text.h"

#ifdef __SSE2__
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
#endif

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

/*
 * ---- 32 bytes at a time, where the processor has AVX2 -------------------------------------------
 * What is wrong with two bytes in a row shows in three of their halves: each half has a set of the
 * faults that it allows, and what all three allow is there. (J. Keiser and D. Lemire, Validating
 * UTF-8 in less than one instruction per byte, 2021.)
 */

enum fault {
	CUT = 1,	  /* a lead, and no byte that continues */
	STRAY = 2,	  /* ASCII, and a byte that continues */
	LONG_2 = 4,	  /* C0 and C1 */
	LONG_3 = 8,	  /* E0 below A0 */
	SURROGATE = 16,	  /* ED from A0 on */
	PAST = 32,	  /* F4 from 90 on, and F5 to FF before the same */
	LONG_4_PAST = 64, /* F0 below 90, and F5 to FF before the same */
	CONTINUED = 128,  /* two that continue: no fault behind a lead of three or four bytes */
};

#define ANY_LOW (CUT | STRAY | CONTINUED)
#define PAST_LOW (ANY_LOW | PAST | LONG_4_PAST)

static const _Alignas(16) uint8_t first_high[16] = { STRAY, STRAY, STRAY, STRAY, STRAY, STRAY,
	STRAY, STRAY, CONTINUED, CONTINUED, CONTINUED, CONTINUED, CUT | LONG_2, CUT,
	CUT | LONG_3 | SURROGATE, CUT | PAST | LONG_4_PAST };
static const _Alignas(16) uint8_t first_low[16] = { ANY_LOW | LONG_2 | LONG_3 | LONG_4_PAST,
	ANY_LOW | LONG_2, ANY_LOW, ANY_LOW, ANY_LOW | PAST, PAST_LOW, PAST_LOW, PAST_LOW, PAST_LOW,
	PAST_LOW, PAST_LOW, PAST_LOW, PAST_LOW, PAST_LOW | SURROGATE, PAST_LOW, PAST_LOW };
static const _Alignas(16) uint8_t second_high[16] = { CUT, CUT, CUT, CUT, CUT, CUT, CUT, CUT,
	STRAY | LONG_2 | CONTINUED | LONG_3 | LONG_4_PAST,
	STRAY | LONG_2 | CONTINUED | LONG_3 | PAST, STRAY | LONG_2 | CONTINUED | SURROGATE | PAST,
	STRAY | LONG_2 | CONTINUED | SURROGATE | PAST, CUT, CUT, CUT, CUT };

WIDE static ALWAYS_INLINE __m256i
load_wide(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

WIDE static ALWAYS_INLINE __m256i
look_up(const uint8_t table[16], __m256i half)
{
	__m128i row = _mm_load_si128((const __m128i *)(const void *)table);

	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), half);
}

/* The same as is_block(), of the 32 bytes at P; the three before them are read as well. */
WIDE static ALWAYS_INLINE bool
is_wide_block(const uint8_t *p)
{
	__m256i block = load_wide(p), one = load_wide(p - 1), half = _mm256_set1_epi8(15);
	__m256i faults = look_up(first_low, _mm256_and_si256(one, half));
	/* The highest bit is set behind a lead of three and of four bytes. */
	__m256i third = _mm256_subs_epu8(load_wide(p - 2), _mm256_set1_epi8((char)(0xe0 - 0x80)));
	__m256i fourth = _mm256_subs_epu8(load_wide(p - 3), _mm256_set1_epi8((char)(0xf0 - 0x80)));
	__m256i due =
	    _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)CONTINUED));

	faults = _mm256_and_si256(
	    faults, look_up(first_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), half)));
	faults = _mm256_and_si256(
	    faults, look_up(second_high, _mm256_and_si256(_mm256_srli_epi16(block, 4), half)));
	faults = _mm256_xor_si256(faults, due);
	return _mm256_testz_si256(faults, faults) != 0;
}

/* How many bytes, in whole blocks, are well formed as far as it shows. */
WIDE static size_t
run_wide(struct bytes b)
{
	uint8_t first[3 + 32] = { 0 };
	size_t pos = 32;
	__m256i before;

	if (b.len < 32)
		return 0;
	memcpy(first + 3, b.data, 32);
	if (!is_wide_block(first + 3))
		return 0;
	before = load_wide(b.data);
	for (; b.len - pos >= 32; pos += 32) {
		__m256i block = load_wide(b.data + pos);

		if (_mm256_movemask_epi8(_mm256_or_si256(block, before)) != 0 &&
		    !is_wide_block(b.data + pos))
			break;
		before = block;
	}
	return pos;
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

/* Sixteen bytes at a time from POS on, where a block begins behind others that are well formed. */
static size_t
run_blocks(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	__m128i before = pos == 0 ? _mm_setzero_si128() : scan_load(b.data + pos - 16);

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

size_t
utf8_run_narrow(struct bytes b)
{
	return run_blocks(b, 0);
}

size_t
utf8_run(struct bytes b)
{
	size_t pos = 0;

#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2"))
		pos = run_wide(b);
#endif
	return run_blocks(b, pos);
}
