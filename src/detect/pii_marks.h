/*
 * Where something personal may stand: digits, '@', and colons of addresses, as bits for 64 bytes
 * of a text at a time, so that text without any costs next to nothing.
 */
#ifndef DETECT_PII_MARKS_H
#define DETECT_PII_MARKS_H

#include "core/bytes.h"

#define PII_BLOCK 64 /* bytes whose marks are one word */
#define PII_DULL 4   /* digits of the longest number that may be dull: pii_rules.has_dull */

struct pii_marks {
	struct bytes text;
	bool skips_dull;
	size_t block;  /* where the block begins whose marks BITS are */
	uint64_t bits; /* not taken yet */
};

/* The marks of the block at POS: of digits, of '@', and of colons that another one follows next or
 * as the third byte, as in "::" and "aa:bb:". What lies past the end has none. */
uint64_t pii_marks_at(struct bytes text, size_t pos);
/* The same, byte for byte: on processors without SSE2, at the end of a text, and for tests. */
uint64_t pii_marks_plain(struct bytes text, size_t pos);
/* Where the first letter or byte of UTF-8 beyond ASCII stands at or after POS and before TO; TO
 * where there is none. */
size_t pii_next_letter(struct bytes text, size_t pos, size_t to);
size_t pii_next_letter_plain(struct bytes text, size_t pos, size_t to);
/* Goes on to the next block at or after POS that has marks. Of dull numbers there may be none,
 * where that costs less than to look at them. */
void pii_marks_load(struct pii_marks *, size_t pos);

static inline struct pii_marks
pii_marks_over(struct bytes text, bool skips_dull)
{
	struct pii_marks marks = { text, skips_dull, 0, 0 };

	pii_marks_load(&marks, 0);
	return marks;
}

/* Where the first mark at or after POS stands, POS never going back; the end where there is none.
 */
static inline size_t
pii_marks_next(struct pii_marks *marks, size_t pos)
{
	if (pos >= marks->block) {
		if (pos - marks->block >= PII_BLOCK)
			pii_marks_load(marks, pos);
		else
			marks->bits &= UINT64_MAX << (pos - marks->block);
	}
	if (marks->bits == 0)
		pii_marks_load(marks, marks->block + PII_BLOCK);
	return marks->bits == 0 ? marks->text.len
				: marks->block + (size_t)__builtin_ctzll(marks->bits);
}

#endif
