/* Sixteen bytes at a time, or 64 with AVX-512: see detect/pii_marks.h. */
#include "config.h"

#include "detect/pii_find.h"
#include "detect/pii_marks.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_WIDE_PATH
#include <immintrin.h>
#endif

#define NEAREST 1 /* bytes from one colon to the next in "::" and in "aa:bb" */
#define THIRD 3

static bool
is_colon(struct bytes text, size_t i)
{
	return i < text.len && text.data[i] == ':';
}

/* Those COLONS of the block at POS that others follow next or as the third byte. */
static uint64_t
followed_colons(struct bytes text, size_t pos, uint64_t colons)
{
	uint64_t next = colons >> NEAREST, third = colons >> THIRD;

	next |= (uint64_t)is_colon(text, pos + PII_BLOCK) << (PII_BLOCK - NEAREST);
	for (unsigned i = 0; i < THIRD; i++)
		third |= (uint64_t)is_colon(text, pos + PII_BLOCK + i) << (PII_BLOCK - THIRD + i);
	return colons & (next | third);
}

uint64_t
pii_marks_plain(struct bytes text, size_t pos)
{
	uint64_t marks = 0;

	for (size_t i = pos; i < text.len && i - pos < PII_BLOCK; i++) {
		uint8_t c = text.data[i];
		bool is_mark = (c >= '0' && c <= '9') || c == '@' ||
		    (c == ':' && (is_colon(text, i + NEAREST) || is_colon(text, i + THIRD)));

		marks |= (uint64_t)is_mark << (i - pos);
	}
	return marks;
}

size_t
pii_next_letter_plain(struct bytes text, size_t pos, size_t to)
{
	for (; pos < to; pos++) {
		uint8_t c = text.data[pos];

		if (c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z'))
			break;
	}
	return pos;
}

#ifdef __SSE2__
static __m128i
load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* '@' and what follows '0', LAST characters: 9 for digits, 10 for these and ':'. */
static __m128i
marks_in(__m128i v, int last)
{
	__m128i low = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i is_low = _mm_cmpeq_epi8(_mm_min_epu8(low, _mm_set1_epi8((char)last)), low);

	return _mm_or_si128(is_low, _mm_cmpeq_epi8(v, _mm_set1_epi8('@')));
}

static __m128i
colons_in(__m128i v)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(':'));
}

/* The bits of four vectors, one after the other. */
static uint64_t
bits_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
	uint64_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
	uint64_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;

	return low | high << 32;
}

uint64_t
pii_marks_at(struct bytes text, size_t pos)
{
	uint8_t padded[PII_BLOCK] = { 0 };
	const uint8_t *p = padded;
	__m128i a, b, c, d, any;
	uint64_t marks, colons;

	if (pos >= text.len)
		return 0;
	if (text.len - pos < PII_BLOCK)
		memcpy(padded, text.data + pos, text.len - pos);
	else
		p = text.data + pos;
	a = load(p), b = load(p + 16), c = load(p + 32), d = load(p + 48);
	/* ':' comes after '9'. */
	any = _mm_or_si128(_mm_or_si128(marks_in(a, 10), marks_in(b, 10)),
	    _mm_or_si128(marks_in(c, 10), marks_in(d, 10)));
	if (_mm_movemask_epi8(any) == 0)
		return 0;
	marks = bits_of(marks_in(a, 9), marks_in(b, 9), marks_in(c, 9), marks_in(d, 9));
	colons = bits_of(colons_in(a), colons_in(b), colons_in(c), colons_in(d));
	if (colons != 0)
		marks |= followed_colons(text, pos, colons);
	return marks;
}

size_t
pii_next_letter(struct bytes text, size_t pos, size_t to)
{
	for (; pos < to && text.len - pos >= 16; pos += 16) {
		__m128i v = load(text.data + pos);
		__m128i low = _mm_sub_epi8(_mm_or_si128(v, _mm_set1_epi8(32)), _mm_set1_epi8('a'));
		__m128i letters = _mm_cmpeq_epi8(_mm_min_epu8(low, _mm_set1_epi8(25)), low);
		/* The highest bits are those of the bytes beyond ASCII. */
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(letters, v));

		if (found != 0) {
			pos += (unsigned)__builtin_ctz(found);
			return pos < to ? pos : to;
		}
	}
	return pii_next_letter_plain(text, pos < to ? pos : to, to);
}
#else
uint64_t
pii_marks_at(struct bytes text, size_t pos)
{
	return pii_marks_plain(text, pos);
}

size_t
pii_next_letter(struct bytes text, size_t pos, size_t to)
{
	return pii_next_letter_plain(text, pos, to);
}
#endif

/* ---- the next block with marks ------------------------------------------------------------- */

/* Returns the marks of the first block at or after *POS that has some, and moves *POS there; 0 and
 * the end of the text where none has. */
typedef uint64_t search_function(struct bytes text, bool skips_dull, size_t *pos);

static uint64_t
search(struct bytes text, bool skips_dull, size_t *pos)
{
	(void)skips_dull;
	for (; *pos < text.len; *pos += PII_BLOCK) {
		uint64_t marks = pii_marks_at(text, *pos);

		if (marks != 0)
			return marks;
	}
	return 0;
}

#ifdef HAVE_WIDE_PATH
#define TARGET_WIDE __attribute__((target("avx512f,avx512bw,avx512vbmi")))

/* What a character is next to a number, as pii_try_number() has it. */
enum class {
	CLASS_DIGIT = 1,
	CLASS_LETTER = 2,
	CLASS_BEFORE = 4, /* a number begins behind it ... */
	CLASS_SPACE = 8,  /* ... or where no letter stands before it */
	CLASS_AFTER = 16, /* no number goes on with it */
	CLASS_CLOSE = 32,
	CLASS_END = 64, /* nor behind ')' and it */
};

static uint8_t classes[128];

static void
classify(void)
{
	for (unsigned char c = 0; c < 128; c++) {
		bool is_word = pii_is_alnum(c), goes_on = pii_after(c) != 0;
		unsigned class = 0;

		class |= pii_is_digit(c) ? CLASS_DIGIT : 0u;
		class |= pii_is_letter(c) ? CLASS_LETTER : 0u;
		if (c == ' ' || c == '-')
			class |= CLASS_SPACE;
		else if (!is_word && c != '+' && c != '(')
			class |= CLASS_BEFORE;
		class |= !is_word && !goes_on && c != '@' ? CLASS_AFTER : 0u;
		class |= c == ')' ? CLASS_CLOSE : 0u;
		class |= !is_word && !goes_on ? CLASS_END : 0u;
		classes[c] = (uint8_t) class;
	}
}

TARGET_WIDE static inline uint64_t
those_of(__m512i classes_of_bytes, uint64_t ascii, enum class class)
{
	return _mm512_mask_test_epi8_mask(ascii, classes_of_bytes, _mm512_set1_epi8((char)class));
}

/* The digits of dull numbers in the block V; those too near to its ends for what is around them to
 * be seen are left out. */
TARGET_WIDE static inline uint64_t
dull_digits(__m512i v)
{
	__m512i all = _mm512_permutex2var_epi8(
	    _mm512_loadu_si512(classes), v, _mm512_loadu_si512(classes + 64));
	uint64_t ascii = ~_mm512_movepi8_mask(v), digits = those_of(all, ascii, CLASS_DIGIT),
		 letters = those_of(all, ascii, CLASS_LETTER),
		 spaces = those_of(all, ascii, CLASS_SPACE) << 1 & ~(letters << 2),
		 before = those_of(all, ascii, CLASS_BEFORE) << 1 | spaces,
		 closed = those_of(all, ascii, CLASS_CLOSE) & those_of(all, ascii, CLASS_END) >> 1,
		 ends = those_of(all, ascii, CLASS_AFTER) | closed;
	/* Numbers that have so many digits at least, as bits where they begin. */
	uint64_t one = digits & before & ~UINT64_C(3), two = one & digits >> 1,
		 three = two & digits >> 2, four = three & digits >> 3;

	/* One number ends before the next begins: this multiplies bits, not numbers. */
	return (one & ends >> 1) | (two & ends >> 2) * 3 | (three & ends >> 3) * 7 |
	    (four & ends >> 4) * 15;
}

TARGET_WIDE static uint64_t
search_wide(struct bytes text, bool skips_dull, size_t *pos)
{
	const __m512i zero = _mm512_set1_epi8('0'), ten = _mm512_set1_epi8(10),
		      at = _mm512_set1_epi8('@'), colon = _mm512_set1_epi8(':');

	for (; *pos < text.len; *pos += PII_BLOCK) {
		size_t left = text.len - *pos;
		__mmask64 there = left < PII_BLOCK ? (UINT64_C(1) << left) - 1 : UINT64_MAX;
		__m512i v = _mm512_maskz_loadu_epi8(there, text.data + *pos);
		uint64_t digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, zero), ten);
		uint64_t marks = digits | _mm512_cmpeq_epi8_mask(v, at);
		uint64_t colons = _mm512_cmpeq_epi8_mask(v, colon);

		if ((marks | colons) == 0)
			continue;
		if (digits != 0 && skips_dull)
			marks &= ~dull_digits(v);
		if (colons != 0)
			marks |= followed_colons(text, *pos, colons);
		if (marks != 0)
			return marks;
	}
	return 0;
}
#endif

static search_function *
best_search(void)
{
#ifdef HAVE_WIDE_PATH
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi")) {
		classify();
		return search_wide;
	}
#endif
	return search;
}

void
pii_marks_load(struct pii_marks *marks, size_t pos)
{
	static search_function *best; /* a cache: of one processor, always the same */

	if (best == NULL)
		best = best_search();
	marks->bits = best(marks->text, marks->skips_dull, &pos);
	marks->block = pos;
}
