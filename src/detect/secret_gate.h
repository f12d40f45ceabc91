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

/* Of a row: A-Z a-z 0-9 - . / : + = _ | ~ */
static inline bool
gate_is_run_byte(uint8_t c)
{
	uint8_t letter = (uint8_t)((c | 0x20) - 'a');

	return letter < 26 || (c >= '-' && c <= ':') || c == '+' || c == '=' || c == '_' ||
	    c == '|' || c == '~';
}

/*
 * The first row of TEXT from POS on, which is 0 or the end of a row, that could be a token. False
 * where there is none. Such rows have
 *
 *   10 bytes or more with digits and letters,  20 or more with letters of both cases,
 *   16 letters and digits without any sign,    24 or more with a digit
 */
bool gate_next(struct bytes text, size_t pos, struct bytes *ret);
/* The same, byte by byte: what the fast form is compared with, and where it cannot run. */
bool gate_next_plain(struct bytes text, size_t pos, struct bytes *ret);

#endif
