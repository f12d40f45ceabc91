/* Rows of bytes that could be tokens: see detect/secret_gate.h. */
#include "config.h"

#include "detect/secret_gate.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- one row ------------------------------------------------------------------------------- */

/* The row around POS, which is in one. */
static struct bytes
row_around(struct bytes text, size_t pos)
{
	size_t start = pos, end = pos + 1;

	while (start > 0 && gate_is_run_byte(text.data[start - 1]))
		start--;
	while (end < text.len && gate_is_run_byte(text.data[end]))
		end++;
	return bytes_slice(text, start, end - start);
}

static bool
could_be_token(struct bytes row)
{
	size_t digits = 0, upper = 0, lower = 0, plain = 0;

	for (size_t i = 0; i < row.len && row.len >= GATE_LEAST; i++) {
		uint8_t c = row.data[i];

		plain++;
		if (c >= '0' && c <= '9')
			digits++;
		else if (c >= 'a' && c <= 'z')
			lower++;
		else if (c >= 'A' && c <= 'Z')
			upper++;
		else
			plain = 0;
		/* The first answer is enough: rows can be as long as the text. */
		if (plain >= GATE_PLAIN || (digits > 0 && lower + upper > 0) ||
		    (row.len >= GATE_MIXED && upper >= GATE_CASE && lower >= GATE_CASE))
			return true;
	}
	return row.len >= GATE_DIGITS && digits > 0;
}

bool
gate_next_plain(struct bytes text, size_t pos, struct bytes *ret)
{
	while (pos < text.len) {
		if (!gate_is_run_byte(text.data[pos])) {
			pos++;
			continue;
		}
		*ret = row_around(text, pos);
		if (could_be_token(*ret))
			return true;
		pos = (size_t)(ret->data - text.data) + ret->len;
	}
	return false;
}

/* ---- 64 bytes at a time -------------------------------------------------------------------- */

#ifdef __SSE2__
#define BLOCK 64

/* A bit for each byte of a block. */
struct masks {
	uint64_t row, plain, telling; /* telling: a digit or a capital */
};

/* Bytes from FIRST on, COUNT of them: SSE2 compares signed bytes only, so they are moved down. */
static __m128i
in_range(__m128i v, char first, char count)
{
	return _mm_cmplt_epi8(_mm_sub_epi8(v, _mm_set1_epi8((char)(first - 128))),
	    _mm_set1_epi8((char)(count - 128)));
}

static struct masks
masks_of(const uint8_t *at)
{
	struct masks m = { 0, 0, 0 };

	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
		__m128i letter = in_range(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26),
			digit = in_range(v, '0', 10), upper = in_range(v, 'A', 26),
			/* The bit by which '|' and '~' differ is set in both. */
		    bars = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8('~')),
			pads = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('+')),
			    _mm_cmpeq_epi8(v, _mm_set1_epi8('='))),
			signs = _mm_or_si128(_mm_or_si128(in_range(v, '-', ':' - '-' + 1), pads),
			    _mm_or_si128(bars, _mm_cmpeq_epi8(v, _mm_set1_epi8('_')))),
			plain = _mm_or_si128(letter, digit);

		m.plain |= (uint64_t)(unsigned)_mm_movemask_epi8(plain) << i;
		m.row |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(plain, signs)) << i;
		m.telling |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(digit, upper)) << i;
	}
	return m;
}

/* Of the last block, which is not full. */
static struct masks
masks_of_rest(struct bytes text, size_t pos)
{
	uint8_t rest[BLOCK] = { 0 };

	if (pos < text.len)
		memcpy(rest, text.data + pos, text.len - pos);
	return masks_of(rest);
}

static struct masks
masks_at(struct bytes text, size_t pos)
{
	return pos < text.len && text.len - pos >= BLOCK ? masks_of(text.data + pos)
							 : masks_of_rest(text, pos);
}

/* LOW and what follows it, moved down by N. */
static uint64_t
moved(uint64_t low, uint64_t high, unsigned n)
{
	return low >> n | high << (BLOCK - n);
}

/*
 * Where N (10 or 16) set bits begin in LOW, continued in HIGH: of two bits in a row, of two such
 * pairs, and so on.
 */
static uint64_t
begins(uint64_t low, uint64_t high, unsigned n)
{
	for (unsigned step = 1; step < 8; step *= 2) {
		low &= moved(low, high, step);
		high &= high >> step;
	}
	return low & moved(low, high, n - 8);
}

/* The rows of a block that are long enough and hold a telling byte, as bits of such places. */
static uint64_t
hopeful_of(const struct masks *now, const struct masks *next, uint64_t *is_inside)
{
	uint64_t starts = begins(now->row, next->row, GATE_LEAST) | (*is_inside & now->row), rows;

	*is_inside = 0;
	if (starts == 0)
		return 0;
	/* The sum carries from the start of each row to behind its end, and clears it. */
	starts &= ~(starts << 1);
	rows = now->row & ~(now->row + starts);
	*is_inside = rows >> (BLOCK - 1);
	return (rows & now->telling) | begins(now->plain, next->plain, GATE_PLAIN);
}

bool
gate_next(struct bytes text, size_t pos, struct bytes *ret)
{
	struct masks now = masks_at(text, pos), next;
	uint64_t is_inside = 0; /* a long row came over from the block before */

	while (pos < text.len) {
		uint64_t hopeful;
		size_t end = 0;

		next = masks_at(text, pos + BLOCK);
		hopeful = hopeful_of(&now, &next, &is_inside);
		while (hopeful != 0 && end < BLOCK) {
			*ret = row_around(text, pos + (unsigned)__builtin_ctzll(hopeful));
			if (could_be_token(*ret))
				return true;
			end = (size_t)(ret->data - text.data) + ret->len - pos;
			hopeful &= end < BLOCK ? ~UINT64_C(0) << end : 0;
		}
		/* A row that is none is read once, however many blocks it fills. */
		pos += end > BLOCK ? end : BLOCK;
		now = end > BLOCK ? masks_at(text, pos) : next;
		is_inside = end > BLOCK ? 0 : is_inside;
	}
	return false;
}
#else
bool
gate_next(struct bytes text, size_t pos, struct bytes *ret)
{
	return gate_next_plain(text, pos, ret);
}
#endif
