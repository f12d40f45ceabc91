/*
 * The outline of a pattern: a coarse form of it that every match has, read from its text. It is
 * walked in some nanoseconds, where PCRE2 takes a microsecond to say no, and it says how far a
 * keyword can be from the random part. What it cannot read (back references, modes, conditions)
 * it leaves to PCRE2: an outline may say yes too often, never no.
 */
#ifndef DETECT_SECRET_OUTLINE_H
#define DETECT_SECRET_OUTLINE_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"

#define OUTLINE_INFINITE UINT16_MAX

/* MIN to MAX bytes of a set. */
struct outline_piece {
	uint8_t set[32]; /* secret_set.h */
	uint16_t min, max;
	uint16_t run; /* of alternatives: bytes of tokens in a row in the one with the fewest */
	const char *from, *to; /* its place in the pattern */
};

struct outline {
	const struct outline_piece
	    *pieces; /* one after the other make a match; assertions are none */
	size_t n;
	size_t secret; /* the piece with which the first group begins, that is the secret; or 0 */
	bool is_known; /* the pattern could be read */
};

/* The outline of PATTERN, which must outlive it. False out of memory. */
MUST_USE bool outline_read(struct outline *, struct arena *, const char *pattern);
/* The pieces that follow KEYWORD (lower case); SIZE_MAX where it is not plain to see. */
size_t outline_behind(const struct outline *, const char *keyword);
/*
 * The pieces at the start that KEYWORD (lower case) is, in letters of either case: as many as it
 * has characters, or none.
 */
size_t outline_opening(const struct outline *, const char *keyword);

/*
 * What must soon follow: one of THEN, behind LEAST to MOST bytes, 31 at most, all of BEFORE. Or
 * behind however many: then BEFORE are not all bytes, and THEN none of words.
 */
struct outline_hint {
	uint8_t before[32], then[32];
	uint8_t least, most; /* OUTLINE_ANYWHERE: however many */
};

#define OUTLINE_ANYWHERE UINT8_MAX

/* The hint of the pieces from FIRST on. False where there is none that refuses much. */
bool outline_hint_read(const struct outline *, size_t first, struct outline_hint *);
/* May what the hint is of match TEXT at POS? In fewer nanoseconds than a walk. */
bool outline_may_fit(const struct outline_hint *, struct bytes text, size_t pos);
/* Can pieces from FIRST on match TEXT at POS? */
bool outline_fits(const struct outline *, size_t first, struct bytes text, size_t pos);
/*
 * The same byte by byte: what the fast form is compared with, and what stands in for it where there
 * is no AVX2. Both give up after many steps and say yes, this one earlier.
 */
bool outline_fits_plain(
    const struct outline *, size_t first, struct bytes text, size_t pos, bool *ret_gave_up);
/*
 * Do pieces from FIRST on always hold LEAST bytes of tokens (secret_gate.h) in a row that begin
 * within REACH of their start?
 */
bool outline_has_run(const struct outline *, size_t first, size_t least, size_t reach);

#endif
