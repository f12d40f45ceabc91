/*
 * Sets of bytes: a bit for each of the 256. The bits of a byte of the set are those of eight bytes
 * with one and the same lower half, which is its place: so SIMD looks 32 bytes up in a set at once
 * (secret_fit.c).
 */
#ifndef DETECT_SECRET_SET_H
#define DETECT_SECRET_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t
set_place(unsigned c)
{
	return (c & 15) | (c >> 3 & 16);
}

/* The byte of a bit at a place. */
static inline uint8_t
set_byte(unsigned place, unsigned bit)
{
	return (uint8_t)((place & 15) | (place & 16) << 3 | bit << 4);
}

static inline void
set_add(uint8_t set[32], unsigned c)
{
	set[set_place(c)] |= (uint8_t)(1u << (c >> 4 & 7));
}

static inline bool
set_has(const uint8_t set[32], uint8_t c)
{
	return (set[set_place(c)] >> (c >> 4 & 7) & 1) != 0;
}

static inline void
set_add_range(uint8_t set[32], unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		set_add(set, c);
}

static inline void
set_add_all(uint8_t set[32], const uint8_t other[32])
{
	for (size_t i = 0; i < 32; i++)
		set[i] |= other[i];
}

static inline bool
set_holds_all(const uint8_t set[32], const uint8_t others[32])
{
	for (size_t i = 0; i < 32; i++)
		if ((others[i] & ~set[i]) != 0)
			return false;
	return true;
}

static inline bool
set_meets(const uint8_t set[32], const uint8_t others[32])
{
	for (size_t i = 0; i < 32; i++)
		if ((others[i] & set[i]) != 0)
			return true;
	return false;
}

static inline unsigned
set_count(const uint8_t set[32])
{
	unsigned n = 0;

	for (size_t i = 0; i < 32; i++)
		n += (unsigned)__builtin_popcount(set[i]);
	return n;
}

static inline void
set_invert(uint8_t set[32])
{
	for (size_t i = 0; i < 32; i++)
		set[i] = (uint8_t)~set[i];
}

static inline void
set_fold_case(uint8_t set[32])
{
	for (unsigned c = 'a'; c <= 'z'; c++) {
		unsigned other = c - 'a' + 'A';

		if (set_has(set, (uint8_t)c))
			set_add(set, other);
		else if (set_has(set, (uint8_t)other))
			set_add(set, c);
	}
}

#endif
