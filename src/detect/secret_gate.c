/* Rows of bytes that could be tokens: see detect/secret_gate.h. */
#include "config.h"

#include "detect/secret_gate.h"

#include "core/compiler.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define BLOCK 64

/* ---- one row ------------------------------------------------------------------------------- */

enum { NONE, SIGN = 1, DIGIT = 2, LOWER = 4, UPPER = 8 }; /* bits */

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
	struct gate_masks m = { 0, 0, 0, 0 };

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
		m.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
		m.upper |= (uint64_t)(unsigned)_mm_movemask_epi8(upper) << i;
	}
	return m;
}

/*
 * The same with AVX2, which looks up what the two halves of a byte can be: a bit for each kind of
 * bytes with one and the same upper half, that of letters for both cases. Signs take the lower four
 * bits, letters and digits the upper ones, so that two comparisons tell all.
 */
enum {
	PLUS_DASH = 1,	/* 2x: + - . / */
	COLON = 2,	/* 3x: : = */
	UNDERSCORE = 4, /* 5x */
	BARS = 8,	/* 7x: | ~ */
	DIGITS = 16,	/* 3x */
	A_TO_O = 32,	/* 4x and 6x */
	P_TO_Z = 64,	/* 5x and 7x */
};

__attribute__((target("avx2"))) static ALWAYS_INLINE __m256i
look_up(const uint8_t table[16], __m256i half)
{
	__m128i row = _mm_load_si128((const __m128i *)(const void *)table);

	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), half);
}

__attribute__((target("avx2"))) static ALWAYS_INLINE uint64_t
bits_of(__m256i first, __m256i second)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(second) << 32 |
	    (unsigned)_mm256_movemask_epi8(first);
}

__attribute__((target("avx2"))) static ALWAYS_INLINE __m256i
kinds_of(__m256i v)
{
	static const _Alignas(16) uint8_t high[16] = {
		[2] = PLUS_DASH,
		[3] = DIGITS | COLON,
		[4] = A_TO_O,
		[5] = P_TO_Z | UNDERSCORE,
		[6] = A_TO_O,
		[7] = P_TO_Z | BARS,
	};
	static const _Alignas(16) uint8_t low[16] = {
		[0] = DIGITS | P_TO_Z,
		[1 ... 9] = DIGITS | A_TO_O | P_TO_Z,
		[10] = A_TO_O | P_TO_Z | COLON,
		[11] = A_TO_O | PLUS_DASH,
		[12] = A_TO_O | BARS,
		[13] = A_TO_O | PLUS_DASH | COLON,
		[14] = A_TO_O | PLUS_DASH | BARS,
		[15] = A_TO_O | PLUS_DASH | UNDERSCORE,
	};
	__m256i half = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15));

	/* Bytes above 127 look up nothing. */
	return _mm256_and_si256(look_up(low, v), look_up(high, half));
}

__attribute__((target("avx2"))) static ALWAYS_INLINE struct gate_masks
wide_masks_of(const uint8_t *at)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)at),
		b = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32)),
		kinds_a = kinds_of(a), kinds_b = kinds_of(b), none = _mm256_setzero_si256(),
		signs = _mm256_set1_epi8(DIGITS - 1), digits = _mm256_set1_epi8(DIGITS),
		to_top = _mm256_set1_epi8(0x20);
	struct gate_masks m = {
		.row = bits_of(_mm256_cmpgt_epi8(kinds_a, none), _mm256_cmpgt_epi8(kinds_b, none)),
		.plain =
		    bits_of(_mm256_cmpgt_epi8(kinds_a, signs), _mm256_cmpgt_epi8(kinds_b, signs)),
		.digit =
		    bits_of(_mm256_cmpeq_epi8(kinds_a, digits), _mm256_cmpeq_epi8(kinds_b, digits)),
	};

	/* The sum has the highest bit for small letters, not for digits and capitals. */
	m.upper =
	    m.plain & ~m.digit & ~bits_of(_mm256_add_epi8(a, to_top), _mm256_add_epi8(b, to_top));
	return m;
}

/* And with AVX-512, which looks up whole bytes. */
#define AVX512 "avx512f,avx512bw,avx512vbmi"

__attribute__((target(AVX512))) static ALWAYS_INLINE struct gate_masks
widest_masks_of(const uint8_t *at)
{
	__m512i v = _mm512_loadu_si512(at), low = _mm512_loadu_si512(classes),
		high = _mm512_loadu_si512(classes + 64),
		/* Bytes above 127 are in no class. */
	    class = _mm512_maskz_permutex2var_epi8(
		_mm512_testn_epi8_mask(v, _mm512_set1_epi8((char)0x80)), low, v, high);

	return (struct gate_masks){
		.row = _mm512_test_epi8_mask(class, class),
		.plain = _mm512_test_epi8_mask(class, _mm512_set1_epi8(DIGIT | LOWER | UPPER)),
		.digit = _mm512_test_epi8_mask(class, _mm512_set1_epi8(DIGIT)),
		.upper = _mm512_test_epi8_mask(class, _mm512_set1_epi8(UPPER)),
	};
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
		return (struct gate_masks){ 0, 0, 0, 0 };
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

/* The bits below N, which is 64 at most. */
static ALWAYS_INLINE uint64_t
below(unsigned n)
{
	return n == BLOCK ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/*
 * Keeps, of the HOPEFUL places, those in rows that could be tokens or that go on in another block;
 * LONG_RUN are places in long rows of letters and digits.
 */
static __attribute__((noinline)) uint64_t
weed(struct gate_masks now, uint64_t hopeful, uint64_t long_run)
{
	uint64_t kept = 0;

	while (hopeful != 0) {
		unsigned at = (unsigned)__builtin_ctzll(hopeful);
		uint64_t before = ~now.row & below(at), after = ~now.row & ~below(at);
		unsigned start = before == 0 ? 0 : BLOCK - (unsigned)__builtin_clzll(before),
			 end = after == 0 ? BLOCK : (unsigned)__builtin_ctzll(after);
		uint64_t row = below(end) & ~below(start), digits = row & now.digit;
		bool has_letters = (row & now.plain & ~now.digit) != 0;

		if (start == 0 || end == BLOCK || (row & long_run) != 0 ||
		    (digits != 0 && (has_letters || end - start >= GATE_DIGITS)) ||
		    __builtin_popcountll(row & now.upper) >= GATE_CASE)
			kept |= hopeful & row;
		hopeful &= ~row;
	}
	return kept;
}

/* The rows of the block that are long enough and could be tokens, as bits of places in them. */
static ALWAYS_INLINE void
look_at_block(struct gate *gate)
{
	struct gate_masks *now = &gate->now, *next = &gate->next;
	uint64_t starts = begins(now->row, next->row, GATE_LEAST) | (gate->is_inside & now->row),
		 rows, long_run;

	gate->is_inside = gate->hopeful = 0;
	if (starts == 0)
		return;
	/* The sum carries from the start of each row to behind its end, and clears it. */
	starts &= ~(starts << 1);
	rows = now->row & ~(now->row + starts);
	gate->is_inside = rows >> (BLOCK - 1);
	long_run = begins(now->plain, next->plain, GATE_PLAIN);
	gate->hopeful = (rows & (now->digit | now->upper)) | long_run;
	if (gate->hopeful != 0)
		gate->hopeful = weed(*now, gate->hopeful, long_run);
}

static enum gate_width
widest(void)
{
	return __builtin_cpu_supports("avx512vbmi") ? GATE_AVX512
	    : __builtin_cpu_supports("avx2")	    ? GATE_AVX2
						    : GATE_SSE2;
}

struct gate
gate_over(struct bytes text)
{
	struct gate gate = { .text = text,
		.now = masks_at(text, 0),
		.next = masks_at(text, BLOCK),
		.width = widest() };

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
static ALWAYS_INLINE void
skip_with(struct gate *gate, struct gate_masks (*masks)(const uint8_t *))
{
	struct gate g = *gate;

	do {
		g.pos += BLOCK;
		g.now = g.next;
		/* Only the last two blocks are not full. */
		g.next = g.pos < g.text.len && g.text.len - g.pos >= (size_t)2 * BLOCK
		    ? masks(g.text.data + g.pos + BLOCK)
		    : masks_at(g.text, g.pos + BLOCK);
		look_at_block(&g);
	} while (g.hopeful == 0 && g.pos < g.text.len);
	*gate = g;
}

static void
skip_blocks(struct gate *gate)
{
	skip_with(gate, masks_of);
}

__attribute__((target("avx2"))) static void
skip_wide(struct gate *gate)
{
	skip_with(gate, wide_masks_of);
}

__attribute__((target(AVX512 ",bmi,popcnt"))) static void
skip_widest(struct gate *gate)
{
	skip_with(gate, widest_masks_of);
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
		if (gate->width == GATE_AVX512)
			skip_widest(gate);
		else if (gate->width == GATE_AVX2)
			skip_wide(gate);
		else
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
