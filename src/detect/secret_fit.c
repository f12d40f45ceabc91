/* Walks over outlines: see detect/secret_outline.h. */
#include "config.h"

#include "detect/secret_outline.h"
#include "detect/secret_set.h"

#define MAX_STEPS 600 /* of a walk; then PCRE2 has to say */

#ifdef __SSE2__
#include <immintrin.h>

#define WIDE 32		 /* bytes looked at together */
#define FAR 128		 /* bytes in which what must follow is looked for; then a walk has to */
#define WIDE_STEPS 8	 /* that this counts as */
#define WORTH_WIDENING 8 /* bytes: pieces that take fewer are walked one by one */
#endif

struct walk {
	const struct outline *outline;
	struct bytes text;
	bool is_wide; /* the processor has AVX2, and may use it */
	unsigned steps;
};

static bool fits(struct walk *, size_t piece, size_t pos);

/*
 * A piece that takes MIN to MAX bytes, N so far, and what follows it. Only where the next piece can
 * begin is it asked: this spares most of the calls.
 */
static bool
fits_choice(struct walk *walk, size_t i, size_t pos, size_t n)
{
	const struct outline_piece *piece = &walk->outline->pieces[i];
	bool is_last = i + 1 == walk->outline->n, may_be_empty = is_last || piece[1].min == 0;
	const uint8_t *next = may_be_empty ? NULL : piece[1].set, *data = walk->text.data;
	size_t len = walk->text.len;

	for (;; pos++, n++) {
		bool is_end = pos >= len;

		if (n >= piece->min && (next == NULL || (!is_end && set_has(next, data[pos]))) &&
		    fits(walk, i + 1, pos))
			return true;
		if (is_end || n == piece->max || !set_has(piece->set, data[pos]))
			return false;
		if (++walk->steps > MAX_STEPS)
			return true;
	}
}

#ifdef __SSE2__
/* Which of the bytes at AT are of SET? Its layout is made for this. */
__attribute__((target("avx2"))) static ALWAYS_INLINE uint32_t
members(const uint8_t set[32], const uint8_t *at)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)at),
		half = _mm256_set1_epi8(15), low = _mm256_and_si256(v, half),
		high = _mm256_and_si256(_mm256_srli_epi16(v, 4), half),
		ascii = _mm256_broadcastsi128_si256(
		    _mm_loadu_si128((const __m128i *)(const void *)set)),
		others = _mm256_broadcastsi128_si256(
		    _mm_loadu_si128((const __m128i *)(const void *)(set + 16))),
		rows = _mm256_blendv_epi8(
		    _mm256_shuffle_epi8(ascii, low), _mm256_shuffle_epi8(others, low), v),
		bit = _mm256_shuffle_epi8(
		    _mm256_set1_epi64x((int64_t)UINT64_C(0x8040201008040201)), high);

	return ~(uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(_mm256_and_si256(rows, bit), _mm256_setzero_si256()));
}

/* The bits from FROM to TO. */
static uint32_t
bits_between(size_t from, size_t to)
{
	uint32_t below = from >= WIDE ? 0 : UINT32_MAX << from;

	return to >= WIDE - 1 ? below : below & ((UINT32_C(2) << to) - 1);
}

/* The same 32 bytes at a time, for a piece that takes many and is followed by one that must be. */
__attribute__((target("avx2"))) static bool
fits_wide(struct walk *walk, size_t i, size_t pos)
{
	const struct outline_piece *piece = &walk->outline->pieces[i], *next = piece + 1;
	/* Of a word that follows three letters are looked up. */
	bool has_second = i + 2 < walk->outline->n && next->max == 1 && next[1].min > 0,
	     has_third =
		 has_second && i + 3 < walk->outline->n && next[1].max == 1 && next[2].min > 0;
	struct bytes text = walk->text;
	size_t n = 0;

	while (text.len - pos >= WIDE + 2) {
		uint32_t others = ~members(piece->set, text.data + pos),
			 places = members(next->set, text.data + pos);
		size_t stop = others == 0 ? WIDE : (size_t)__builtin_ctz(others);
		bool is_over = stop < WIDE || piece->max - n < WIDE;

		places &= bits_between(piece->min > n ? piece->min - n : 0, stop);
		if (piece->max - n < WIDE)
			places &= bits_between(0, piece->max - n);
		if (has_second && places != 0)
			places &= members(next[1].set, text.data + pos + 1);
		if (has_third && places != 0)
			places &= members(next[2].set, text.data + pos + 2);
		for (; places != 0; places &= places - 1)
			if (fits(walk, i + 1, pos + (size_t)__builtin_ctz(places)))
				return true;
		if (is_over)
			return false;
		walk->steps += WIDE_STEPS;
		if (walk->steps > MAX_STEPS)
			return true;
		pos += WIDE;
		n += WIDE;
	}
	return fits_choice(walk, i, pos, n);
}

__attribute__((target("avx2"))) static bool
may_fit_wide(const struct outline_hint *hint, struct bytes text, size_t pos)
{
	size_t end = text.len - pos > FAR ? pos + FAR : text.len;

	while (end - pos >= WIDE) {
		uint32_t others = ~members(hint->before, text.data + pos);
		size_t stop = others == 0 ? WIDE : (size_t)__builtin_ctz(others);

		if ((members(hint->then, text.data + pos) &
			bits_between(hint->least, stop < hint->most ? stop : hint->most)) != 0)
			return true;
		if (stop < WIDE || hint->most < WIDE)
			return false;
		pos += WIDE;
	}
	return true;
}
#endif

bool
outline_may_fit(const struct outline_hint *hint, struct bytes text, size_t pos)
{
#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2"))
		return may_fit_wide(hint, text, pos);
#endif
	(void)hint;
	(void)text;
	(void)pos;
	return true;
}

static bool
fits(struct walk *walk, size_t i, size_t pos)
{
	const struct outline *outline = walk->outline;
	const struct outline_piece *piece = &outline->pieces[i];

	/* Most pieces are of one length, and leave no choice. */
	for (; i < outline->n && piece->min == piece->max; i++, piece++) {
		if (walk->text.len - pos < piece->min)
			return false;
		for (size_t n = piece->min; n > 0; n--)
			if (!set_has(piece->set, walk->text.data[pos++]))
				return false;
		walk->steps += piece->min;
	}
	if (i == outline->n)
		return true;
#ifdef __SSE2__
	if (walk->is_wide && piece->max >= WORTH_WIDENING && i + 1 < outline->n && piece[1].min > 0)
		return fits_wide(walk, i, pos);
#endif
	return fits_choice(walk, i, pos, 0);
}

bool
outline_fits(const struct outline *outline, size_t first, struct bytes text, size_t pos)
{
	struct walk walk = { .outline = outline, .text = text };

#ifdef __SSE2__
	walk.is_wide = __builtin_cpu_supports("avx2");
#endif
	return !outline->is_known || fits(&walk, first, pos);
}

bool
outline_fits_plain(
    const struct outline *outline, size_t first, struct bytes text, size_t pos, bool *ret_gave_up)
{
	struct walk walk = { .outline = outline, .text = text };
	bool done = !outline->is_known || fits(&walk, first, pos);

	*ret_gave_up = walk.steps > MAX_STEPS;
	return done;
}
