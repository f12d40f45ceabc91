/* Rows of bytes that could be tokens: see detect/secret_gate.h. */
#include "config.h"

#include "detect/secret_gate.h"

#include "core/compiler.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64

/* ---- one row ------------------------------------------------------------------------------- */

enum { NONE, SIGN, DIGIT, LOWER, UPPER };

static const uint8_t classes[256] = {
	['-' ... '/'] = SIGN,
	[':'] = SIGN,
	['+'] = SIGN,
	['='] = SIGN,
	['_'] = SIGN,
	['|'] = SIGN,
	['~'] = SIGN,
	['0' ... '9'] = DIGIT,
	['a' ... 'z'] = LOWER,
	['A' ... 'Z'] = UPPER,
};

bool
gate_is_run_byte(uint8_t c)
{
	return classes[c] != NONE;
}

/* Stores the row around POS, which is in one; could it be a token? */
static bool
read_row(struct bytes text, size_t pos, struct bytes *ret)
{
	size_t start = pos, end, digits = 0, upper = 0, lower = 0, plain = 0, longest = 0, len;
	uint8_t class;

	while (start > 0 && classes[text.data[start - 1]] != NONE)
		start--;
	for (end = start; end < text.len && (class = classes[text.data[end]]) != NONE; end++) {
		digits += class == DIGIT;
		upper += class == UPPER;
		lower += class == LOWER;
		plain = class == SIGN ? 0 : plain + 1;
		longest = plain > longest ? plain : longest;
	}
	len = end - start;
	*ret = bytes_slice(text, start, len);
	if (len < GATE_LEAST)
		return false;
	return longest >= GATE_PLAIN || (digits > 0 && lower + upper > 0) ||
	    (len >= GATE_MIXED && upper >= GATE_CASE && lower >= GATE_CASE) ||
	    (len >= GATE_DIGITS && digits > 0);
}

bool
gate_next_plain(struct bytes text, size_t pos, struct bytes *ret)
{
	while (pos < text.len) {
		if (classes[text.data[pos]] == NONE) {
			pos++;
			continue;
		}
		if (read_row(text, pos, ret))
			return true;
		pos = (size_t)(ret->data - text.data) + ret->len;
	}
	return false;
}

/* ---- 64 bytes at a time -------------------------------------------------------------------- */

#ifdef __SSE2__
/* Bytes from FIRST on, COUNT of them: SSE2 compares signed bytes only, so they are moved down. */
static __m128i
in_range(__m128i v, char first, char count)
{
	return _mm_cmplt_epi8(_mm_sub_epi8(v, _mm_set1_epi8((char)(first - 128))),
	    _mm_set1_epi8((char)(count - 128)));
}

static ALWAYS_INLINE struct gate_masks
masks_of(const uint8_t *at)
{
	struct gate_masks m = { 0, 0, 0 };

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
static struct gate_masks
masks_of_rest(struct bytes rest)
{
	uint8_t block[BLOCK] = { 0 };

	memcpy(block, rest.data, rest.len);
	return masks_of(block);
}

static ALWAYS_INLINE struct gate_masks
masks_at(struct bytes text, size_t pos)
{
	if (pos >= text.len)
		return (struct gate_masks){ 0, 0, 0 };
	return text.len - pos >= BLOCK ? masks_of(text.data + pos)
				       : masks_of_rest(bytes_slice(text, pos, BLOCK));
}

/* LOW and what follows it, moved down by N. */
static ALWAYS_INLINE uint64_t
moved(uint64_t low, uint64_t high, unsigned n)
{
	return low >> n | high << (BLOCK - n);
}

/* Where N (10 or 16) set bits begin in LOW, continued in HIGH: of two in a row, two such pairs...
 */
static ALWAYS_INLINE uint64_t
begins(uint64_t low, uint64_t high, unsigned n)
{
	low &= moved(low, high, 1);
	high &= high >> 1;
	low &= moved(low, high, 2);
	high &= high >> 2;
	low &= moved(low, high, 4);
	high &= high >> 4;
	return low & moved(low, high, n - 8);
}

/* The rows of the block that are long enough and hold a telling byte, as bits of such places. */
static ALWAYS_INLINE void
look_at_block(struct gate *gate)
{
	struct gate_masks *now = &gate->now, *next = &gate->next;
	uint64_t starts = begins(now->row, next->row, GATE_LEAST) | (gate->is_inside & now->row),
		 rows;

	gate->is_inside = gate->hopeful = 0;
	if (starts == 0)
		return;
	/* The sum carries from the start of each row to behind its end, and clears it. */
	starts &= ~(starts << 1);
	rows = now->row & ~(now->row + starts);
	gate->is_inside = rows >> (BLOCK - 1);
	gate->hopeful = (rows & now->telling) | begins(now->plain, next->plain, GATE_PLAIN);
}

struct gate
gate_over(struct bytes text)
{
	struct gate gate = {
		.text = text, .now = masks_at(text, 0), .next = masks_at(text, BLOCK)
	};

	look_at_block(&gate);
	return gate;
}

/* Leaves the row that ends at END behind; a row is read once, however many blocks it fills. */
static void
leave_row(struct gate *gate, size_t end)
{
	size_t blocks = (end - gate->pos) / BLOCK;
	uint64_t rest = ~UINT64_C(0) << (end - gate->pos) % BLOCK;

	if (blocks == 0) {
		gate->hopeful &= rest;
		return;
	}
	gate->pos += blocks * BLOCK;
	gate->now = blocks == 1 ? gate->next : masks_at(gate->text, gate->pos);
	gate->next = masks_at(gate->text, gate->pos + BLOCK);
	gate->now.row &= rest;
	gate->now.plain &= rest;
	gate->is_inside = 0;
	look_at_block(gate);
}

/* To the next block that is hopeful, with all that it needs in registers. */
static void
skip_blocks(struct gate *gate)
{
	struct gate g = *gate;

	do {
		g.pos += BLOCK;
		g.now = g.next;
		g.next = masks_at(g.text, g.pos + BLOCK);
		look_at_block(&g);
	} while (g.hopeful == 0 && g.pos < g.text.len);
	*gate = g;
}

bool
gate_next(struct gate *gate, struct bytes *ret)
{
	while (gate->pos < gate->text.len) {
		while (gate->hopeful != 0) {
			size_t at = gate->pos + (unsigned)__builtin_ctzll(gate->hopeful);
			bool is_token = read_row(gate->text, at, ret);

			leave_row(gate, (size_t)(ret->data - gate->text.data) + ret->len);
			if (is_token)
				return true;
		}
		skip_blocks(gate);
	}
	return false;
}
#else
struct gate
gate_over(struct bytes text)
{
	return (struct gate){ .text = text };
}

bool
gate_next(struct gate *gate, struct bytes *ret)
{
	if (!gate_next_plain(gate->text, gate->pos, ret))
		return false;
	gate->pos = (size_t)(ret->data - gate->text.data) + ret->len;
	return true;
}
#endif
