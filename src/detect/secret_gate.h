/*
 * Where could a token be? Almost all text holds none, and that shows without any rule: a token is a
 * row of letters, digits and some signs, and made by a machine, it has digits among its letters, or
 * both cases, or no sign for long. One pass over the text at memory speed finds such rows; the many
 * keywords of services are looked for near them only.
 */
#ifndef DETECT_SECRET_GATE_H
#define DETECT_SECRET_GATE_H

#include "core/bytes.h"

#define GATE_LEAST 10  /* bytes: shorter rows are none */
#define GATE_PLAIN 16  /* letters and digits in a row, whatever they are */
#define GATE_MIXED 20  /* bytes with letters of both cases */
#define GATE_CASE 3    /* so many of each */
#define GATE_DIGITS 24 /* bytes with digits, but no letter */

/* A-Z a-z 0-9 - . / : + = _ | ~ */
bool gate_is_run_byte(uint8_t);

/* A bit for each of 64 bytes. */
struct gate_masks {
	uint64_t row, plain, digit, upper; /* plain: no sign */
};

/* What the processor has; all find the same. */
enum gate_width { GATE_SSE2, GATE_AVX2, GATE_AVX512 };

/* A text on its way through. */
struct gate {
	struct bytes text;
	size_t pos; /* of the block in hand */
	struct gate_masks now, next;
	uint64_t hopeful;   /* places of the block in rows that may be meant */
	uint64_t is_inside; /* the last row goes on in the next block */
	enum gate_width width;
};

struct gate gate_over(struct bytes text);
/*
 * The next row that could be a token. False where there is none any more. Such rows have
 *
 *   10 bytes or more with digits and letters,  20 or more with letters of both cases,
 *   16 letters and digits without any sign,    24 or more with a digit
 */
bool gate_next(struct gate *, struct bytes *ret);
/*
 * The first such row of TEXT from POS on, which is 0 or the end of a row, read byte by byte: what
 * the fast form is compared with, and what stands in for it where there is no SSE2.
 */
bool gate_next_plain(struct bytes text, size_t pos, struct bytes *ret);

#endif
