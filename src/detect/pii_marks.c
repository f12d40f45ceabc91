/* Sixteen bytes at a time: see detect/pii_marks.h. */
#include "config.h"

#include "detect/pii_marks.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NEAREST 1 /* bytes from one colon to the next in "::" and in "aa:bb" */
#define THIRD 3

static bool
is_colon(struct bytes text, size_t i)
{
	return i < text.len && text.data[i] == ':';
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
	if (colons != 0) {
		uint64_t next = colons >> NEAREST, third = colons >> THIRD;

		next |= (uint64_t)is_colon(text, pos + PII_BLOCK) << (PII_BLOCK - NEAREST);
		for (unsigned i = 0; i < THIRD; i++)
			third |= (uint64_t)is_colon(text, pos + PII_BLOCK + i)
			    << (PII_BLOCK - THIRD + i);
		marks |= colons & (next | third);
	}
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

void
pii_marks_load(struct pii_marks *marks, size_t pos)
{
	marks->bits = 0;
	for (; pos < marks->text.len; pos += PII_BLOCK) {
		marks->bits = pii_marks_at(marks->text, pos);
		if (marks->bits != 0)
			break;
	}
	marks->block = pos;
}
