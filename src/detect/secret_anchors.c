/* Literals by their anchors: see detect/secret_anchors.h. */
#include "config.h"

#include "detect/secret_anchors.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define MAX_KEYWORDS 400 /* more would look like too many places of a text */
#define LOOKED_UP 3	 /* bytes of an anchor by their halves */
#define ANCHOR 4	 /* bytes of it in the table, or three of a keyword of three */
#define GROUPS 16	 /* in two halves of eight, a bit for each */
#define TRIED 8		 /* anchors of a keyword: the others are more frequent */
#define TABLE_BITS 14	 /* 32 KiB: stays in the first cache */
#define STEP 64		 /* bytes */
#define BLOCK 4096	 /* of which the places are collected before they are compared */
#define CASE 0x20	 /* by which the two cases of a letter differ */
/* What a comparison costs, in places that only look like anchors. */
#define COMPARISON 5

struct anchor {
	uint64_t text, fold, mask; /* of the first eight bytes of the keyword */
	uint8_t at;		   /* the place of the anchor in the keyword */
	uint16_t next;		   /* of the same place in the table, plus one */
};

struct anchors {
	const struct secret_keyword *list;
	/* For the halves of each byte, in which groups it is. */
	_Alignas(16) uint8_t low[2][LOOKED_UP][16], high[2][LOOKED_UP][16];
	/* The same for each whole byte, and for the fourth byte, too: what AVX-512 looks up. */
	uint8_t whole[2][ANCHOR][128];
	bool has_avx512;
	uint16_t of_four[1 << TABLE_BITS], of_three[1 << TABLE_BITS]; /* anchors, plus one */
	struct anchor of[MAX_KEYWORDS];
};

struct anchor_sample {
	uint32_t n, bytes[256];
	uint16_t
	    fours[1 << TABLE_BITS]; /* by their place in the table, so with what they meet there */
};

static unsigned
hash(uint32_t bytes, unsigned bits)
{
	return bytes * UINT32_C(0x9e3779b1) >> (32 - bits);
}

/* N bytes at P, without the bit of their case. */
static uint32_t
word_at(const char *p, size_t n)
{
	uint32_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint32_t)((uint8_t)p[i] | CASE) << 8 * i;
	return word;
}

/* ---- what text is like --------------------------------------------------------------------- */

struct anchor_sample *
anchor_sample_new(void)
{
	return calloc(1, sizeof(struct anchor_sample));
}

void
anchor_sample_add(struct anchor_sample *sample, struct bytes text)
{
	uint32_t word = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint16_t *four;

		word = word >> 8 | (uint32_t)(text.data[i] | CASE) << 24;
		four = &sample->fours[hash(word, TABLE_BITS)];
		*four += *four < UINT16_MAX;
		sample->bytes[text.data[i]]++;
	}
	sample->n += (uint32_t)text.len;
}

/* ---- groups -------------------------------------------------------------------------------- */

/* The bytes of a group at one place, as the halves that they may have. */
struct halves {
	uint16_t low, high;
};

struct group {
	struct halves at[LOOKED_UP];
	float share; /* of all places that look like one of its anchors */
};

struct maker {
	const struct anchor_sample *sample;
	float shares[8][16]; /* of each ASCII byte, by its halves */
	struct group groups[GROUPS];
};

static struct halves
halves_of(char c)
{
	struct halves h = { (uint16_t)(1u << (c & 15)), (uint16_t)(1u << (c >> 4)) };

	if (c >= 'a' && c <= 'z')
		h.high |= (uint16_t)(h.high >> 2);
	return h;
}

static float
share_of(const struct maker *maker, struct halves halves)
{
	float share = 0;

	for (unsigned high = halves.high; high != 0; high &= high - 1)
		for (unsigned low = halves.low; low != 0; low &= low - 1)
			share += maker->shares[__builtin_ctz(high)][__builtin_ctz(low)];
	return share;
}

/* The share of places that would look like one of the group if it had the anchor, too. */
static float
share_with(const struct maker *maker, const struct group *group, const char *anchor)
{
	float share = 1;

	for (size_t i = 0; i < LOOKED_UP; i++) {
		struct halves halves = halves_of(anchor[i]);

		halves.low |= group->at[i].low;
		halves.high |= group->at[i].high;
		share *= share_of(maker, halves);
	}
	return share;
}

static void
add_to_group(struct group *group, const char *anchor, float share)
{
	for (size_t i = 0; i < LOOKED_UP; i++) {
		struct halves halves = halves_of(anchor[i]);

		group->at[i].low |= halves.low;
		group->at[i].high |= halves.high;
	}
	group->share = share;
}

/* What it costs to compare wherever the text has the N bytes of an anchor. */
static float
cost_of(const struct maker *maker, const char *anchor, size_t n)
{
	const struct anchor_sample *sample = maker->sample;

	if (n < ANCHOR)
		return 0; /* there is no choice */
	return COMPARISON * (float)sample->fours[hash(word_at(anchor, n), TABLE_BITS)] /
	    (float)(sample->n + 1);
}

/* The TRIED rarest anchors of a keyword, rarest first, as their places. */
static size_t
rarest(const struct maker *maker, const struct secret_keyword *keyword, size_t n,
    uint8_t places[TRIED], float costs[TRIED])
{
	size_t count = 0;

	for (size_t at = 0; at + n <= keyword->len && at <= UINT8_MAX; at++) {
		float cost = cost_of(maker, keyword->text + at, n);
		size_t k = count < TRIED ? count++ : TRIED;

		for (; k > 0 && costs[k - 1] > cost; k--)
			if (k < TRIED) {
				costs[k] = costs[k - 1];
				places[k] = places[k - 1];
			}
		if (k < TRIED) {
			costs[k] = cost;
			places[k] = (uint8_t)at;
		}
	}
	return count;
}

/* The anchor of a keyword: its place there, and its group. */
struct choice {
	uint8_t place, group;
};

/* Gives a keyword the anchor, and that the group, that add the least work. */
static struct choice
choose(struct maker *maker, const struct secret_keyword *keyword, size_t n)
{
	uint8_t places[TRIED] = { 0 };
	float costs[TRIED] = { 0 }, best = INFINITY, best_share = 0;
	struct choice choice = { 0, 0 };
	size_t count = rarest(maker, keyword, n, places, costs);

	for (size_t i = 0; i < count && costs[i] < best; i++)
		for (uint8_t g = 0; g < GROUPS; g++) {
			const struct group *group = &maker->groups[g];
			float share = share_with(maker, group, keyword->text + places[i]),
			      cost = costs[i] + share - group->share;

			if (cost >= best)
				continue;
			best = cost;
			best_share = share;
			choice = (struct choice){ places[i], g };
		}
	add_to_group(&maker->groups[choice.group], keyword->text + choice.place, best_share);
	return choice;
}

/* ---- making -------------------------------------------------------------------------------- */

bool
anchors_can(const struct secret_keyword *list, size_t n)
{
	if (n == 0 || n > MAX_KEYWORDS)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].len < LOOKED_UP)
			return false;
		for (size_t k = 0; k < list[i].len; k++)
			if ((list[i].text[k] & 0x80) != 0)
				return false;
	}
#ifdef __SSE2__
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

/* Behind an anchor of three bytes any may stand. */
static void
add_whole(struct anchors *anchors, uint8_t group, const char *anchor, size_t n)
{
	for (size_t i = 0; i < ANCHOR; i++)
		for (int c = 0; c < 128; c++)
			if (i >= n || text_lower(c) == anchor[i])
				anchors->whole[group / 8][i][c] |= (uint8_t)(1u << group % 8);
}

static void
add_keyword(struct anchors *anchors, struct maker *maker, size_t i)
{
	const struct secret_keyword *keyword = &anchors->list[i];
	struct anchor *anchor = &anchors->of[i];
	size_t n = keyword->len < ANCHOR ? keyword->len : ANCHOR;
	uint16_t *place = n < ANCHOR ? anchors->of_three : anchors->of_four;
	struct choice choice = choose(maker, keyword, n);

	anchor->at = choice.place;
	add_whole(anchors, choice.group, keyword->text + anchor->at, n);
	place += hash(word_at(keyword->text + anchor->at, n), TABLE_BITS);
	anchor->next = *place;
	*place = (uint16_t)(i + 1);
	for (size_t k = 0; k < keyword->len && k < 8; k++) {
		uint8_t c = (uint8_t)keyword->text[k];

		anchor->text |= (uint64_t)c << 8 * k;
		anchor->mask |= UINT64_C(0xff) << 8 * k;
		anchor->fold |= (uint64_t)(c >= 'a' && c <= 'z' ? CASE : 0) << 8 * k;
	}
}

static void
fill_tables(struct anchors *anchors, const struct maker *maker)
{
	for (size_t g = 0; g < GROUPS; g++)
		for (size_t i = 0; i < LOOKED_UP; i++)
			for (unsigned half = 0; half < 16; half++) {
				struct halves at = maker->groups[g].at[i];
				uint8_t bit = (uint8_t)(1u << g % 8);

				if ((at.low >> half & 1) != 0)
					anchors->low[g / 8][i][half] |= bit;
				if ((at.high >> half & 1) != 0)
					anchors->high[g / 8][i][half] |= bit;
			}
}

struct anchors *
anchors_new(const struct secret_keyword *list, size_t n, const struct anchor_sample *sample)
{
	struct anchors *anchors = calloc(1, sizeof(*anchors));
	struct maker maker = { .sample = sample };

	if (anchors == NULL)
		return NULL;
	anchors->list = list;
	/* One of each more than there are: what was not met yet is rare, not impossible. */
	for (unsigned c = 0; c < 128; c++)
		maker.shares[c >> 4][c & 15] =
		    (float)(sample->bytes[c] + 1) / (float)(sample->n + 128);
	for (size_t i = 0; i < n; i++)
		add_keyword(anchors, &maker, i);
	fill_tables(anchors, &maker);
#ifdef __SSE2__
	anchors->has_avx512 = __builtin_cpu_supports("avx512vbmi");
#endif
	return anchors;
}

void
anchors_spare_avx512(struct anchors *anchors)
{
	anchors->has_avx512 = false;
}

/* ---- searching ----------------------------------------------------------------------------- */

/* A text, and what is done with what it holds. */
struct search {
	const struct anchors *anchors;
	struct bytes text;
	keywords_found *found;
	void *context;
	uint16_t *places; /* of a block */
};

#ifdef __SSE2__
__attribute__((target("bmi"))) static ALWAYS_INLINE uint16_t
take_place(uint64_t *bits, size_t pos)
{
	size_t place = pos + (size_t)_tzcnt_u64(*bits);

	*bits &= *bits - 1;
	return (uint16_t)place;
}

/*
 * Writes the places that BITS, of those from POS on, stand for. Four are written at once: seldom
 * there are more, and whether there is any is not easily foreseen.
 */
__attribute__((target("bmi,popcnt"))) static ALWAYS_INLINE size_t
write_places(uint16_t *restrict places, size_t count, size_t pos, uint64_t bits)
{
	size_t end = count + (size_t)__builtin_popcountll(bits);

	do {
		places[count] = take_place(&bits, pos);
		places[count + 1] = take_place(&bits, pos);
		places[count + 2] = take_place(&bits, pos);
		places[count + 3] = take_place(&bits, pos);
		count += 4;
	} while (count < end);
	return end;
}

/* The groups of one byte of an anchor, by its halves; of eight groups. */
struct rows {
	__m256i low, high;
};

__attribute__((target("avx2"))) static ALWAYS_INLINE __m256i
row_of(const uint8_t row[16])
{
	return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)row));
}

__attribute__((target("avx2"))) static ALWAYS_INLINE struct rows
rows_of(const struct anchors *anchors, int eight, int i)
{
	return (struct rows){ row_of(anchors->low[eight][i]), row_of(anchors->high[eight][i]) };
}

/* In which groups can each of these bytes be? Those above 127 look up nothing. */
__attribute__((target("avx2"))) static ALWAYS_INLINE __m256i
look_up(struct rows rows, __m256i v)
{
	__m256i half = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15));

	return _mm256_and_si256(
	    _mm256_shuffle_epi8(rows.low, v), _mm256_shuffle_epi8(rows.high, half));
}

__attribute__((target("avx2"))) static ALWAYS_INLINE __m256i
begins(const struct rows rows[LOOKED_UP], const uint8_t *at)
{
	__m256i first = _mm256_loadu_si256((const __m256i *)(const void *)at),
		second = _mm256_loadu_si256((const __m256i *)(const void *)(at + 1)),
		third = _mm256_loadu_si256((const __m256i *)(const void *)(at + 2));

	return _mm256_and_si256(look_up(rows[0], first),
	    _mm256_and_si256(look_up(rows[1], second), look_up(rows[2], third)));
}

__attribute__((target("avx2"))) static ALWAYS_INLINE uint32_t
bits_of(__m256i groups)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
}

/* The places of N bytes at AT, a multiple of 64, that look like anchors. */
__attribute__((target("avx2,bmi,popcnt"))) static size_t
collect_avx2(const struct anchors *anchors, const uint8_t *at, size_t n, uint16_t *places)
{
	/* In registers, as the compiler cannot know that writing places leaves them alone. */
	struct rows eight[] = { rows_of(anchors, 0, 0), rows_of(anchors, 0, 1),
		rows_of(anchors, 0, 2) };
	struct rows others[] = { rows_of(anchors, 1, 0), rows_of(anchors, 1, 1),
		rows_of(anchors, 1, 2) };
	size_t count = 0;

	for (size_t pos = 0; pos < n; pos += STEP) {
		const uint8_t *p = at + pos, *q = p + 32;
		__m256i first = _mm256_or_si256(begins(eight, p), begins(others, p)),
			second = _mm256_or_si256(begins(eight, q), begins(others, q));

		count = write_places(
		    places, count, pos, bits_of(first) | (uint64_t)bits_of(second) << 32);
	}
	return count;
}

#define AVX512 "avx512f,avx512bw,avx512vbmi"

/* The same by the whole byte. Those above 127 look up what those 128 below do. */
struct table {
	__m512i low, high;
};

__attribute__((target(AVX512))) static ALWAYS_INLINE struct table
table_of(const struct anchors *anchors, int eight, int i)
{
	const uint8_t *table = anchors->whole[eight][i];

	return (struct table){ _mm512_loadu_si512(table), _mm512_loadu_si512(table + 64) };
}

__attribute__((target(AVX512))) static ALWAYS_INLINE __m512i
look_up_whole(struct table table, const uint8_t *at)
{
	return _mm512_permutex2var_epi8(table.low, _mm512_loadu_si512(at), table.high);
}

__attribute__((target(AVX512))) static ALWAYS_INLINE __m512i
whole_begins(const struct table tables[ANCHOR], const uint8_t *at)
{
	__m512i first = look_up_whole(tables[0], at), second = look_up_whole(tables[1], at + 1),
		third = look_up_whole(tables[2], at + 2), fourth = look_up_whole(tables[3], at + 3);

	return _mm512_and_si512(_mm512_and_si512(first, second), _mm512_and_si512(third, fourth));
}

__attribute__((target(AVX512 ",bmi,popcnt"))) static size_t
collect_avx512(const struct anchors *anchors, const uint8_t *at, size_t n, uint16_t *places)
{
	struct table eight[] = { table_of(anchors, 0, 0), table_of(anchors, 0, 1),
		table_of(anchors, 0, 2), table_of(anchors, 0, 3) };
	struct table others[] = { table_of(anchors, 1, 0), table_of(anchors, 1, 1),
		table_of(anchors, 1, 2), table_of(anchors, 1, 3) };
	size_t count = 0;

	for (size_t pos = 0; pos < n; pos += STEP) {
		__m512i all =
		    _mm512_or_si512(whole_begins(eight, at + pos), whole_begins(others, at + pos));

		count = write_places(places, count, pos, _mm512_test_epi8_mask(all, all));
	}
	return count;
}

static size_t
collect(const struct anchors *anchors, const uint8_t *at, size_t n, uint16_t *places)
{
	return anchors->has_avx512 ? collect_avx512(anchors, at, n, places)
				   : collect_avx2(anchors, at, n, places);
}
#else
/* All of them; anchors_can() spares this. */
static size_t
collect(const struct anchors *anchors, const uint8_t *at, size_t n, uint16_t *places)
{
	(void)anchors;
	(void)at;
	for (size_t i = 0; i < n; i++)
		places[i] = (uint16_t)i;
	return n;
}
#endif

/* Does the keyword of an anchor stand at the beginning of TEXT? */
static bool
is_there(const struct anchor *anchor, const struct secret_keyword *keyword, struct bytes text)
{
	size_t i = 0;

	if (text.len < keyword->len)
		return false;
	if (text.len >= 8) {
		uint64_t first;

		memcpy(&first, text.data, 8);
		if (((first | anchor->fold) & anchor->mask) != anchor->text)
			return false;
		i = 8;
	}
	for (; i < keyword->len; i++)
		if (text_lower(text.data[i]) != (uint8_t)keyword->text[i])
			return false;
	return true;
}

/* Compares all keywords whose anchor may stand at POS; I is the first of them, plus one. */
static void
compare(const struct search *search, size_t i, size_t pos)
{
	for (; i != 0; i = search->anchors->of[i - 1].next) {
		const struct anchor *anchor = &search->anchors->of[i - 1];
		const struct secret_keyword *keyword = &search->anchors->list[i - 1];

		if (pos >= anchor->at &&
		    is_there(anchor, keyword,
			bytes_slice(search->text, pos - anchor->at, search->text.len)))
			search->found(
			    search->context, (uint32_t)(i - 1), pos - anchor->at + keyword->len);
	}
}

static uint32_t
four_bytes(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24 |
	    UINT32_C(0x20202020);
}

/* N bytes of the text from START on; at AT are the same, and four more. */
static void
search_block(const struct search *search, const uint8_t *at, size_t start, size_t n)
{
	const struct anchors *anchors = search->anchors;
	size_t count = collect(anchors, at, n, search->places), left = 0;

	/* Without a branch: whether it is an anchor cannot be foreseen. */
	for (size_t i = 0; i < count; i++) {
		uint16_t place = search->places[i];
		uint32_t word = four_bytes(at + place);

		search->places[left] = place;
		left += (anchors->of_four[hash(word, TABLE_BITS)] |
			    anchors->of_three[hash(word & 0xffffff, TABLE_BITS)]) != 0;
	}
	for (size_t i = 0; i < left; i++) {
		size_t place = search->places[i];
		uint32_t word = four_bytes(at + place);

		compare(search, anchors->of_four[hash(word, TABLE_BITS)], start + place);
		compare(
		    search, anchors->of_three[hash(word & 0xffffff, TABLE_BITS)], start + place);
	}
}

void
anchors_scan(const struct anchors *anchors, struct bytes text, keywords_found *found, void *context)
{
	uint16_t places[BLOCK + STEP];
	struct search search = { anchors, text, found, context, places };
	uint8_t rest[2 * STEP + ANCHOR] = { 0 };
	size_t pos = 0, n;

	while (text.len - pos >= STEP + ANCHOR) {
		n = (text.len - pos - ANCHOR) / STEP * STEP;
		n = n > BLOCK ? BLOCK : n;
		search_block(&search, text.data + pos, pos, n);
		pos += n;
	}
	/* What is behind the end is zero, of which no keyword has any. */
	n = text.len - pos;
	if (n > 0)
		memcpy(rest, text.data + pos, n);
	search_block(&search, rest, pos, n);
}
