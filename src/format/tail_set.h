/*
 * A set of names that may say yes too often: a bit for each hash of the last sixteen bytes. It is
 * asked about the name that ends somewhere in a text, sixteen bytes at a time and without a branch
 * on their values, where the processor has SSE2.
 */
#ifndef FORMAT_TAIL_SET_H
#define FORMAT_TAIL_SET_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/scan.h"

#define TAIL_SET_BITS 12 /* a hundred names answer yes to a few in a hundred others */
#define TAIL_SET_BYTES 16

struct tail_set {
	uint64_t bits[(1 << TAIL_SET_BITS) / 64];
};

static ALWAYS_INLINE unsigned
tail_set_bit(uint64_t low, uint64_t high)
{
	uint64_t hash = low * 0x9e3779b97f4a7c15u ^ high * 0xd6e8feb86659fd93u;

	return (unsigned)((hash ^ hash << 29) >> (64 - TAIL_SET_BITS));
}

static ALWAYS_INLINE bool
tail_set_has_bit(const struct tail_set *set, unsigned bit)
{
	return (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}

static inline void
tail_set_add(struct tail_set *set, struct bytes name)
{
	uint8_t tail[TAIL_SET_BYTES] = { 0 };
	size_t len = name.len < sizeof(tail) ? name.len : sizeof(tail);
	uint64_t half[2];
	unsigned bit;

	if (len > 0)
		memcpy(tail + sizeof(tail) - len, name.data + name.len - len, len);
	memcpy(half, tail, sizeof(half));
	bit = tail_set_bit(half[0], half[1]);
	set->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static inline void
tail_set_add_all(struct tail_set *set)
{
	memset(set, 0xff, sizeof(*set));
}

#ifdef __SSE2__
/* The bit of the last LEN bytes of BLOCK: TAIL_SET_BYTES at most. */
static ALWAYS_INLINE unsigned
tail_set_bit_of(__m128i block, unsigned len)
{
	static const uint8_t keep[2 * TAIL_SET_BYTES] = { [TAIL_SET_BYTES] = 0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff };
	uint64_t half[2];

	block = _mm_and_si128(block, scan_load(keep + len));
	_mm_storeu_si128((__m128i *)(void *)half, block);
	return tail_set_bit(half[0], half[1]);
}

/*
 * Could the name that ends at END, which does not begin before LOW, be in WHOLE, or its last part
 * in PARTS? Where no name ends there, no; where that is not easily told, yes. HAS_DOTTED says
 * whether a name in WHOLE has more than one part.
 */
static ALWAYS_INLINE bool
tail_set_may_end(const struct tail_set *whole, const struct tail_set *parts, struct bytes b,
    size_t low, size_t end, bool has_dotted)
{
	unsigned others, dots, len, part, bit;
	__m128i block;
	uint8_t last;

	if (end < low + TAIL_SET_BYTES)
		return true;
	last = b.data[end - 1];
	if (last == '.' || last == ' ' || last == '\t' || last == '\\')
		return true;
	block = scan_load(b.data + end - TAIL_SET_BYTES);
	/* One more bit, so that there is one: it stands for the byte before the block. */
	others = scan_name_marks(b.data + end - TAIL_SET_BYTES) << 1 | 1;
	len = TAIL_SET_BYTES - (31 - (unsigned)__builtin_clz(others));
	dots = (unsigned)_mm_movemask_epi8(scan_equal(block, '.')) << 1 | others;
	part = TAIL_SET_BYTES - (31 - (unsigned)__builtin_clz(dots));
	/* A dot in front, as behind a call, is not part of the name. */
	if (b.data[end - len] == '.') {
		if (len == TAIL_SET_BYTES || part + 1 != len)
			return true;
		len = part;
	}
	bit = tail_set_bit_of(block, part);
	if (has_dotted && tail_set_has_bit(whole, tail_set_bit_of(block, len)))
		return true;
	return (len > 0) &
	    (tail_set_has_bit(parts, bit) | ((part == len) & tail_set_has_bit(whole, bit)));
}
#endif

#endif
