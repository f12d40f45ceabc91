/*
 * Where the next byte of a class stands: sixteen at a time where the processor has SSE2, one at a
 * time elsewhere. The functions named _plain are the second way; a test holds both to the same
 * results. All of them answer B.len where there is none; POS may be B.len, not more.
 */
#ifndef CORE_SCAN_H
#define CORE_SCAN_H

#include "core/bytes.h"
#include "core/compiler.h"

#ifdef __SSE2__
#include <emmintrin.h>

static ALWAYS_INLINE __m128i
scan_load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static ALWAYS_INLINE __m128i
scan_equal(__m128i block, uint8_t c)
{
	return _mm_cmpeq_epi8(block, _mm_set1_epi8((char)c));
}

/*
 * The first mark from POS on, or where fewer than 16 bytes and MORE are left. MARKS says which of
 * the 16 bytes at its argument are marks, the first by the lowest bit.
 */
static ALWAYS_INLINE size_t
scan_blocks(struct bytes b, size_t pos, size_t more, unsigned (*marks)(const uint8_t *))
{
	for (; b.len - pos >= 16 + more; pos += 16) {
		unsigned found = marks(b.data + pos);

		if (found != 0)
			return pos + (unsigned)__builtin_ctz(found);
	}
	return pos;
}
#endif

/* ---- what ends a run of plain bytes in a JSON string: quote, backslash, control ---------------
 */

static inline size_t
scan_string_plain(struct bytes b, size_t pos)
{
	while (pos < b.len && b.data[pos] >= 0x20 && b.data[pos] != '"' && b.data[pos] != '\\')
		pos++;
	return pos;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_string_marks(const uint8_t *p)
{
	__m128i block = scan_load(p);
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);

	return (unsigned)_mm_movemask_epi8(
	    _mm_or_si128(control, _mm_or_si128(scan_equal(block, '"'), scan_equal(block, '\\'))));
}
#endif

static inline size_t
scan_string(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	/* Most strings are shorter than 32 bytes: which block they end in is hard to predict. */
	for (; b.len - pos >= 32; pos += 32) {
		unsigned found =
		    scan_string_marks(b.data + pos) | scan_string_marks(b.data + pos + 16) << 16;

		if (found != 0)
			return pos + (unsigned)__builtin_ctz(found);
	}
	pos = scan_blocks(b, pos, 0, scan_string_marks);
#endif
	return scan_string_plain(b, pos);
}

/* ---- what ends ASCII --------------------------------------------------------------------------
 */

static inline size_t
scan_ascii_plain(struct bytes b, size_t pos)
{
	while (pos < b.len && b.data[pos] < 0x80)
		pos++;
	return pos;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_ascii_marks(const uint8_t *p)
{
	return (unsigned)_mm_movemask_epi8(scan_load(p));
}
#endif

static inline size_t
scan_ascii(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	pos = scan_blocks(b, pos, 0, scan_ascii_marks);
#endif
	return scan_ascii_plain(b, pos);
}

/* ---- what ends white space of JSON ------------------------------------------------------------
 */

static inline size_t
scan_space_plain(struct bytes b, size_t pos)
{
	while (pos < b.len &&
	    (b.data[pos] == ' ' || b.data[pos] == '\n' || b.data[pos] == '\t' ||
		b.data[pos] == '\r'))
		pos++;
	return pos;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_space_marks(const uint8_t *p)
{
	__m128i block = scan_load(p);
	__m128i space = _mm_or_si128(_mm_or_si128(scan_equal(block, ' '), scan_equal(block, '\n')),
	    _mm_or_si128(scan_equal(block, '\t'), scan_equal(block, '\r')));

	return (unsigned)_mm_movemask_epi8(space) ^ 0xffff;
}
#endif

static inline size_t
scan_space(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	pos = scan_blocks(b, pos, 0, scan_space_marks);
#endif
	return scan_space_plain(b, pos);
}

/* ---- what ends digits -------------------------------------------------------------------------
 */

static inline size_t
scan_digits_plain(struct bytes b, size_t pos)
{
	while (pos < b.len && b.data[pos] >= '0' && b.data[pos] <= '9')
		pos++;
	return pos;
}

#ifdef __SSE2__
/* Is each byte FIRST or one of the COUNT bytes behind it? */
static ALWAYS_INLINE __m128i
scan_within(__m128i block, uint8_t first, uint8_t count)
{
	__m128i from = _mm_sub_epi8(block, _mm_set1_epi8((char)first));

	return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)count)), from);
}

static ALWAYS_INLINE unsigned
scan_digits_marks(const uint8_t *p)
{
	return (unsigned)_mm_movemask_epi8(scan_within(scan_load(p), '0', 9)) ^ 0xffff;
}
#endif

static inline size_t
scan_digits(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	pos = scan_blocks(b, pos, 0, scan_digits_marks);
#endif
	return scan_digits_plain(b, pos);
}

/* ---- what ends printed ASCII: other controls than text holds, DEL, and bytes past ASCII --------
 */

static inline bool
scan_is_printed(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || (c >= '\b' && c <= '\r' && c != '\v') || c == 0x1b;
}

static inline size_t
scan_printed_plain(struct bytes b, size_t pos)
{
	while (pos < b.len && scan_is_printed(b.data[pos]))
		pos++;
	return pos;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_printed_marks(const uint8_t *p)
{
	__m128i block = scan_load(p);
	/* As signed numbers, bytes past ASCII are below all others. */
	__m128i high =
	    _mm_andnot_si128(scan_equal(block, 0x7f), _mm_cmpgt_epi8(block, _mm_set1_epi8(0x1f)));
	__m128i low = _mm_andnot_si128(scan_equal(block, '\v'), scan_within(block, '\b', 5));
	__m128i printed = _mm_or_si128(_mm_or_si128(high, low), scan_equal(block, 0x1b));

	return (unsigned)_mm_movemask_epi8(printed) ^ 0xffff;
}
#endif

static inline size_t
scan_printed(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	pos = scan_blocks(b, pos, 0, scan_printed_marks);
#endif
	return scan_printed_plain(b, pos);
}

/*
 * ---- where Python source may change its meaning -----------------------------------------------
 * A quote, a comment, a parenthesis that may call, and the letters that "import" and "from" begin
 * with: "im" and "fr".
 */

static inline bool
scan_is_source_mark(struct bytes b, size_t pos)
{
	uint8_t next = pos + 1 < b.len ? b.data[pos + 1] : 0;

	switch (b.data[pos]) {
	case '"':
	case '#':
	case '\'':
	case '(':
		return true;
	case 'i':
		return next == 'm';
	case 'f':
		return next == 'r';
	default:
		return false;
	}
}

static inline size_t
scan_source_plain(struct bytes b, size_t pos)
{
	while (pos < b.len && !scan_is_source_mark(b, pos))
		pos++;
	return pos;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_source_marks(const uint8_t *p)
{
	__m128i block = scan_load(p), next = scan_load(p + 1);
	/* '"' and '#' differ in one bit. */
	__m128i quote = scan_equal(_mm_or_si128(block, _mm_set1_epi8(1)), '#');
	__m128i import = _mm_and_si128(scan_equal(block, 'i'), scan_equal(next, 'm'));
	__m128i from = _mm_and_si128(scan_equal(block, 'f'), scan_equal(next, 'r'));

	quote = _mm_or_si128(quote, _mm_or_si128(scan_equal(block, '\''), scan_equal(block, '(')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(quote, _mm_or_si128(import, from)));
}
#endif

#ifdef __SSE2__
/* Which of the 64 bytes at P are marks, the first by the lowest bit; another is read behind them.
 */
static ALWAYS_INLINE uint64_t
scan_source_64(const uint8_t *p)
{
	return (uint64_t)scan_source_marks(p) | (uint64_t)scan_source_marks(p + 16) << 16 |
	    (uint64_t)scan_source_marks(p + 32) << 32 | (uint64_t)scan_source_marks(p + 48) << 48;
}
#endif

static inline size_t
scan_source(struct bytes b, size_t pos)
{
#ifdef __SSE2__
	pos = scan_blocks(b, pos, 1, scan_source_marks);
#endif
	return scan_source_plain(b, pos);
}

/*
 * ---- backwards: where the dotted name begins that ends at END -----------------------------------
 * Of letters, digits, '_', '.' and everything past ASCII; LOW at the least. END where there is
 * none.
 */

static inline bool
scan_is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || c == '.' || c >= 0x80;
}

static inline size_t
scan_name_plain(struct bytes b, size_t low, size_t end)
{
	while (end > low && scan_is_name(b.data[end - 1]))
		end--;
	return end;
}

#ifdef __SSE2__
static ALWAYS_INLINE unsigned
scan_name_marks(const uint8_t *p)
{
	__m128i block = scan_load(p);
	__m128i letter = scan_within(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 25);
	__m128i other = _mm_or_si128(scan_equal(block, '_'), scan_equal(block, '.'));
	__m128i name = _mm_or_si128(scan_within(block, '0', 9), _mm_or_si128(letter, other));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(name, block)) ^ 0xffff;
}
#endif

static inline size_t
scan_name(struct bytes b, size_t low, size_t end)
{
#ifdef __SSE2__
	for (; end > low && end >= 16; end -= 16) {
		unsigned found = scan_name_marks(b.data + end - 16);

		if (found != 0) {
			end -= (unsigned)__builtin_clz(found) - 16;
			return end > low ? end : low;
		}
	}
	if (end < low)
		return low;
#endif
	return scan_name_plain(b, low, end);
}

/* ---- any of three bytes -----------------------------------------------------------------------
 */

static inline size_t
scan_any_plain(struct bytes b, size_t pos, uint8_t x, uint8_t y, uint8_t z)
{
	while (pos < b.len && b.data[pos] != x && b.data[pos] != y && b.data[pos] != z)
		pos++;
	return pos;
}

static inline size_t
scan_any(struct bytes b, size_t pos, uint8_t x, uint8_t y, uint8_t z)
{
#ifdef __SSE2__
	for (; b.len - pos >= 16; pos += 16) {
		__m128i block = scan_load(b.data + pos);
		__m128i found = _mm_or_si128(
		    scan_equal(block, x), _mm_or_si128(scan_equal(block, y), scan_equal(block, z)));
		unsigned marks = (unsigned)_mm_movemask_epi8(found);

		if (marks != 0)
			return pos + (unsigned)__builtin_ctz(marks);
	}
#endif
	return scan_any_plain(b, pos, x, y, z);
}

#endif
