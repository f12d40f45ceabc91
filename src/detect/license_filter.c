/*
 * Leaves text alone that holds no license: finds stems that licenses and notices cannot do without,
 * whatever the case of their letters.
 *
 * Three loops know where the first letters of a stem may stand: a plain one, which compares; and
 * two that tell by tables which of eight groups of stems can begin with some bytes (the algorithm
 * "Teddy" of Hyperscan), one for processors with AVX2, whose tables are of halves of bytes, and one
 * for those with AVX-512 VBMI, which look up 64 whole letters at once. stem_at() decides for all.
 */
#include "config.h"

#include "detect/license_filter.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_VECTOR_PATHS
#include <immintrin.h>
#endif

#define SHORT_TEXT 4096 /* bytes of a text that may be a license of one sentence */
#define STEP 32		/* bytes that are looked at together */
#define WIDE_STEP 64	/* the same with AVX-512 */
#define BEHIND 8	/* bytes behind them that are read too */

static const uint8_t says[STEM_COUNT] = {
	[STEM_LICENSE] = LICENSE_SAYS,
	[STEM_LIZENZ] = LICENSE_SAYS,
	[STEM_REDISTRIBUTE] = LICENSE_SAYS,
	[STEM_DOMAIN] = LICENSE_SAYS,
	[STEM_CREATIVE] = LICENSE_SAYS,
	[STEM_COMMONS] = LICENSE_SAYS,
	[STEM_SAME_TERMS] = LICENSE_SAYS,
	[STEM_GPL] = LICENSE_SAYS,
	[STEM_NAMED] = LICENSE_NAMES,
	[STEM_PERMISSION] = LICENSE_GRANTS,
	[STEM_WARRANTY] = LICENSE_WARRANTS,
	[STEM_AS_IS] = LICENSE_AS_IS,
	[STEM_FREE] = LICENSE_FREES,
	[STEM_PURPOSE] = LICENSE_PURPOSE,
	[STEM_COPYRIGHT] = LICENSE_COPYRIGHT,
};

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

#define FOUR(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* What begins at P; six bytes are there. Letters are made lower case by their bit 0x20. */
static enum license_stem
stem_at(const uint8_t *p)
{
	uint32_t four = FOUR(p[0], p[1], p[2], p[3]) | 0x20202020;
	uint8_t fifth = p[4] | 0x20, sixth = p[5] | 0x20;

	switch (four) {
	case FOUR('l', 'i', 'c', 'e'): /* license */
		return fifth == 'n' ? STEM_LICENSE : STEM_NONE;
	case FOUR('l', 'i', 'z', 'e'): /* Lizenz */
		return fifth == 'n' ? STEM_LIZENZ : STEM_NONE;
	case FOUR('e', 'd', 'i', 's'): /* redistribute */
		return fifth == 't' ? STEM_REDISTRIBUTE : STEM_NONE;
	case FOUR('c', ' ', 'd', 'o'): /* public domain */
		return fifth == 'm' ? STEM_DOMAIN : STEM_NONE;
	case FOUR('c', 'd', 'o', 'm'): /* publicdomain */
		return fifth == 'a' ? STEM_DOMAIN : STEM_NONE;
	case FOUR('v', 'e', 'c', 'o'): /* creativecommons */
		return fifth == 'm' ? STEM_CREATIVE : STEM_NONE;
	case FOUR('m', 's', ' ', 'a'): /* same terms as */
		return fifth == 's' ? STEM_SAME_TERMS : STEM_NONE;
	case FOUR('u', 'n', 'd', 'e'): /* under the MIT */
		return fifth == 'r' ? STEM_NAMED : STEM_NONE;
	case FOUR('g', 'r', 'e', 'e'): /* NASA Open Source Agreement */
		return fifth == 'm' ? STEM_NAMED : STEM_NONE;
	case FOUR('c', 'l', 'a', 'u'): /* 3-clause BSD */
		return fifth == 's' ? STEM_NAMED : STEM_NONE;
	case FOUR('o', 'm', 'm', 'o'): /* Creative Commons */
		return fifth == 'n' && sixth == 's' ? STEM_COMMONS : STEM_NONE;
	case FOUR('o', 'p', 'y', 'r'): /* copyright */
		return fifth == 'i' ? STEM_COPYRIGHT : STEM_NONE;
	case FOUR('e', 'r', 'm', 'i'): /* permission, permitted */
		return fifth == 's' || (fifth == 't' && sixth == 't') ? STEM_PERMISSION : STEM_NONE;
	case FOUR('a', 'r', 'r', 'a'): /* warranty */
		return fifth == 'n' ? STEM_WARRANTY : STEM_NONE;
	case FOUR('a', 's', ' ', 'i'):
	case FOUR('a', 's', '-', 'i'):
		return fifth == 's' && !is_letter(sixth) ? STEM_AS_IS : STEM_NONE;
	case FOUR('f', 'r', 'e', 'e'): /* freeware, freely */
		return fifth == 'w' || (fifth == 'l' && sixth == 'y') ? STEM_FREE : STEM_NONE;
	case FOUR('y', ' ', 'p', 'u'): /* any purpose */
		return fifth == 'r' ? STEM_PURPOSE : STEM_NONE;
	default: /* GPL, GPLv2 */
		return (four & 0xffffff) == FOUR('g', 'p', 'l', 0) &&
			(!is_letter(p[3]) || (p[3] | 0x20) == 'v')
		    ? STEM_GPL
		    : STEM_NONE;
	}
}

static void
add(struct license_places *places, const uint8_t *block, size_t at)
{
	enum license_stem stem = stem_at(block + at);

	if (stem == STEM_NONE || places->n == sizeof(places->list) / sizeof(places->list[0]))
		return;
	places->stems |= says[stem];
	places->list[places->n].at = (uint16_t)at;
	places->list[places->n++].stem = (uint8_t)stem;
}

/* ---- the fast loops ----------------------------------------------------------------------- */

#ifdef HAVE_VECTOR_PATHS

/*
 * Eight groups of up to three stems; a bit for each. Of each of the first four letters of a stem
 * (A, B and C at one place, of the three of a group) the low and the high half say in which groups
 * it occurs.
 */
#define LOW(n, a, b, c) ((((a)&15) == (n)) | (((b)&15) == (n)) | (((c)&15) == (n)))
#define HIGH(n, a, b, c) ((((a) >> 4) == (n)) | (((b) >> 4) == (n)) | (((c) >> 4) == (n)))
/* lice lize arra, free gree, as_i as-i opyr, c_do cdom, edis ermi, veco clau unde, ommo ms_a y_pu,
 * gpl
 */
#define FIRST(half, n)                                                                        \
	(half(n, 'l', 'l', 'a') | half(n, 'f', 'g', 'g') << 1 | half(n, 'a', 'a', 'o') << 2 | \
	    half(n, 'c', 'c', 'c') << 3 | half(n, 'e', 'e', 'e') << 4 |                       \
	    half(n, 'v', 'c', 'u') << 5 | half(n, 'o', 'm', 'y') << 6 |                       \
	    half(n, 'g', 'g', 'g') << 7)
#define SECOND(half, n)                                                                       \
	(half(n, 'i', 'i', 'r') | half(n, 'r', 'r', 'r') << 1 | half(n, 's', 's', 'p') << 2 | \
	    half(n, ' ', 'd', 'd') << 3 | half(n, 'd', 'r', 'r') << 4 |                       \
	    half(n, 'e', 'l', 'n') << 5 | half(n, 'm', 's', ' ') << 6 |                       \
	    half(n, 'p', 'p', 'p') << 7)
#define THIRD(half, n)                                                                        \
	(half(n, 'c', 'z', 'r') | half(n, 'e', 'e', 'e') << 1 | half(n, ' ', '-', 'y') << 2 | \
	    half(n, 'd', 'o', 'o') << 3 | half(n, 'i', 'm', 'm') << 4 |                       \
	    half(n, 'c', 'a', 'd') << 5 | half(n, 'm', ' ', 'p') << 6 |                       \
	    half(n, 'l', 'l', 'l') << 7)
#define FOURTH(half, n)                                                                       \
	(half(n, 'e', 'e', 'a') | half(n, 'e', 'e', 'e') << 1 | half(n, 'i', 'i', 'r') << 2 | \
	    half(n, 'o', 'm', 'm') << 3 | half(n, 's', 'i', 'i') << 4 |                       \
	    half(n, 'o', 'u', 'e') << 5 | half(n, 'o', 'a', 'u') << 6 | 1 << 7)
#define FIFTH(half, n)                                                                        \
	(half(n, 'n', 'n', 'n') | half(n, 'w', 'l', 'm') << 1 | half(n, 's', 's', 'i') << 2 | \
	    half(n, 'm', 'a', 'a') << 3 | half(n, 't', 's', 't') << 4 |                       \
	    half(n, 'm', 's', 'r') << 5 | half(n, 'n', 's', 'r') << 6 | 1 << 7)
#define ROW(letter, half)                                                                  \
	{                                                                                  \
		letter(half, 0), letter(half, 1), letter(half, 2), letter(half, 3),        \
		    letter(half, 4), letter(half, 5), letter(half, 6), letter(half, 7),    \
		    letter(half, 8), letter(half, 9), letter(half, 10), letter(half, 11),  \
		    letter(half, 12), letter(half, 13), letter(half, 14), letter(half, 15) \
	}

static const uint8_t groups[4][2][16] = {
	{ ROW(FIRST, LOW), ROW(FIRST, HIGH) },
	{ ROW(SECOND, LOW), ROW(SECOND, HIGH) },
	{ ROW(THIRD, LOW), ROW(THIRD, HIGH) },
	{ ROW(FOURTH, LOW), ROW(FOURTH, HIGH) },
};

/* In which groups a stem may have its letter NUMBER at each of 32 bytes. */
__attribute__((target("avx2"))) static inline __m256i
groups_of(const uint8_t *p, int number, __m256i low_groups, __m256i high_groups)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + number));
	__m256i half = _mm256_set1_epi8(15);
	__m256i low, high;

	v = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
	low = _mm256_and_si256(v, half);
	high = _mm256_and_si256(_mm256_srli_epi16(v, 4), half);
	return _mm256_and_si256(
	    _mm256_shuffle_epi8(low_groups, low), _mm256_shuffle_epi8(high_groups, high));
}

__attribute__((target("avx2"))) static void
find_avx2(const uint8_t *block, size_t n, struct license_places *places)
{
	__m256i table[4][2];

	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 2; k++)
			table[i][k] = _mm256_broadcastsi128_si256(
			    _mm_loadu_si128((const __m128i *)(const void *)groups[i][k]));
	for (size_t i = 0; i < n; i += STEP) {
		__m256i all = groups_of(block + i, 0, table[0][0], table[0][1]);
		unsigned left;

		for (int k = 1; k < 4; k++)
			all = _mm256_and_si256(
			    all, groups_of(block + i, k, table[k][0], table[k][1]));
		all = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
		left = ~(unsigned)_mm256_movemask_epi8(all);
		for (; left != 0; left &= left - 1)
			add(places, block, i + (size_t)__builtin_ctz(left));
	}
}

/*
 * The same groups by the lower five bits of a letter, which are those of its upper case, too. Other
 * characters have the bits of some letters; of the first letters stem_at() sees none from beyond
 * ASCII, which text in other scripts is full of. The fifth letter leaves hardly any that are no
 * stem.
 */
#define LETTER(n, a, b, c) ((((a)&31) == (n)) | (((b)&31) == (n)) | (((c)&31) == (n)))
#define EIGHT(number, n)                                                               \
	number(LETTER, (n)), number(LETTER, (n) + 1), number(LETTER, (n) + 2),         \
	    number(LETTER, (n) + 3), number(LETTER, (n) + 4), number(LETTER, (n) + 5), \
	    number(LETTER, (n) + 6), number(LETTER, (n) + 7)
#define LETTERS(number)                                                                  \
	{                                                                                \
		EIGHT(number, 0), EIGHT(number, 8), EIGHT(number, 16), EIGHT(number, 24) \
	}

static const uint8_t wide_groups[5][32] = {
	LETTERS(FIRST),
	LETTERS(SECOND),
	LETTERS(THIRD),
	LETTERS(FOURTH),
	LETTERS(FIFTH),
};

#define TARGET_VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

TARGET_VBMI static inline __m512i
table_of(int number)
{
	return _mm512_broadcast_i64x4(
	    _mm256_loadu_si256((const __m256i *)(const void *)wide_groups[number]));
}

TARGET_VBMI static inline __m512i
groups_at(const uint8_t *p, __m512i table)
{
	return _mm512_permutexvar_epi8(_mm512_loadu_si512(p), table);
}

TARGET_VBMI static void
find_vbmi(const uint8_t *block, size_t n, struct license_places *places)
{
	const __m512i first = table_of(0), second = table_of(1), third = table_of(2),
		      fourth = table_of(3), fifth = table_of(4);

	for (size_t i = 0; i < n; i += WIDE_STEP) {
		const uint8_t *p = block + i;
		__m512i v = _mm512_loadu_si512(p), all = _mm512_permutexvar_epi8(v, first);
		uint64_t left;

		all = _mm512_and_si512(
		    all, _mm512_and_si512(groups_at(p + 1, second), groups_at(p + 2, third)));
		all = _mm512_and_si512(
		    all, _mm512_and_si512(groups_at(p + 3, fourth), groups_at(p + 4, fifth)));
		left = _mm512_test_epi8_mask(all, all);
		if (left == 0)
			continue;
		left &= ~_mm512_movepi8_mask(v);
		for (; left != 0; left &= left - 1)
			add(places, block, i + (size_t)__builtin_ctzll(left));
	}
}

#endif

/* ---- the plain loop ----------------------------------------------------------------------- */

#define IS(a, b, c, d) ((c0 == (a)) & (c1 == (b)) & (c2 == (c)) & (c3 == (d)))

/*
 * Says of each of STEP bytes whether a stem may begin there. No branches and a length known
 * beforehand, so that compilers make vector instructions of it.
 */
static void
mark(const uint8_t *b, uint8_t *restrict marks)
{
	for (size_t i = 0; i < STEP; i++) {
		uint8_t c0 = b[i] | 0x20, c1 = b[i + 1] | 0x20, c2 = b[i + 2] | 0x20,
			c3 = b[i + 3] | 0x20, is_there;

		is_there = IS('l', 'i', 'c', 'e') | IS('l', 'i', 'z', 'e') | IS('e', 'd', 'i', 's');
		is_there |=
		    IS('c', ' ', 'd', 'o') | IS('c', 'd', 'o', 'm') | IS('v', 'e', 'c', 'o');
		is_there |=
		    IS('m', 's', ' ', 'a') | IS('u', 'n', 'd', 'e') | IS('g', 'r', 'e', 'e');
		is_there |=
		    IS('c', 'l', 'a', 'u') | IS('o', 'm', 'm', 'o') | IS('e', 'r', 'm', 'i');
		is_there |=
		    IS('a', 'r', 'r', 'a') | IS('a', 's', ' ', 'i') | IS('a', 's', '-', 'i');
		is_there |=
		    IS('f', 'r', 'e', 'e') | IS('y', ' ', 'p', 'u') | IS('o', 'p', 'y', 'r');
		is_there |= (c0 == 'g') & (c1 == 'p') & (c2 == 'l');
		marks[i] = is_there;
	}
}

static void
find_plain(const uint8_t *block, size_t n, struct license_places *places)
{
	uint8_t marks[STEP];

	for (size_t i = 0; i < n; i += STEP) {
		uint64_t any[STEP / 8];

		mark(block + i, marks);
		memcpy(any, marks, sizeof(any));
		if ((any[0] | any[1] | any[2] | any[3]) == 0)
			continue;
		for (size_t k = 0; k < STEP; k++)
			if (marks[k] != 0)
				add(places, block, i + k);
	}
}

/* ---- blocks ------------------------------------------------------------------------------- */

typedef void find_function(const uint8_t *, size_t, struct license_places *);

/* NULL where this processor lacks what LOOP needs. */
static find_function *
function_of(enum license_loop loop)
{
	switch (loop) {
#ifdef HAVE_VECTOR_PATHS
	case LICENSE_VBMI:
		return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi")
		    ? find_vbmi
		    : NULL;
	case LICENSE_AVX2:
		return __builtin_cpu_supports("avx2") ? find_avx2 : NULL;
#endif
	case LICENSE_PLAIN:
		return find_plain;
	default:
		return NULL;
	}
}

/* The end of a text, and zeros where the loops read on. A function of its own: hardened builds
 * clear such a buffer at each call. */
static void
find_in_last(struct bytes block, struct license_places *places, find_function *find)
{
	uint8_t last[LICENSE_BLOCK + BEHIND];
	size_t n = block.len < LICENSE_BLOCK ? block.len : LICENSE_BLOCK;

	n = (n + WIDE_STEP - 1) / WIDE_STEP * WIDE_STEP;
	if (block.len > 0)
		memcpy(last, block.data, block.len);
	memset(last + block.len, 0, n + BEHIND - block.len);
	find(last, n, places);
}

static void
find_in(struct bytes text, size_t pos, struct license_places *places, find_function *find)
{
	struct bytes block = bytes_slice(text, pos, LICENSE_BLOCK + BEHIND);

	places->n = places->stems = 0;
	if (block.len == LICENSE_BLOCK + BEHIND)
		find(block.data, LICENSE_BLOCK, places);
	else
		find_in_last(block, places, find);
}

bool
license_filter_by(
    enum license_loop loop, struct bytes text, size_t pos, struct license_places *places)
{
	find_function *find = function_of(loop);

	if (find == NULL)
		return false;
	find_in(text, pos, places, find);
	return true;
}

void
license_filter_block(struct bytes text, size_t pos, struct license_places *places)
{
	static find_function *best; /* a cache: of one processor, always the same */

	for (unsigned loop = 0; best == NULL; loop++)
		best = function_of((enum license_loop)loop);
	find_in(text, pos, places, best);
}

bool
license_filter_passes(unsigned stems, uint64_t len)
{
	stems &= ~(unsigned)LICENSE_NAMES;
	/* In long texts "permission" or "as is" alone is no license. */
	return (stems & LICENSE_SAYS) != 0 || (stems & (stems - 1)) != 0 ||
	    (stems != 0 && len <= SHORT_TEXT);
}

bool
license_filter(struct bytes text)
{
	struct license_places places;

	for (size_t pos = 0; pos < text.len; pos += LICENSE_BLOCK) {
		license_filter_block(text, pos, &places);
		if (license_filter_passes(places.stems, text.len))
			return true;
	}
	return false;
}
