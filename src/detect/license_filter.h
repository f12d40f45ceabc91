/*
 * What looks at every byte of text before the license detector does, at nearly the speed of memory:
 * stems that licenses and notices cannot do without, block by block.
 */
#ifndef DETECT_LICENSE_FILTER_H
#define DETECT_LICENSE_FILTER_H

#include "core/bytes.h"
#include "core/compiler.h"

#define LICENSE_BLOCK 1024 /* bytes that are judged at once */

/* What a block holds. */
enum license_stems {
	LICENSE_SAYS = 1, /* "licen", "GPL", "redist", ... */
	LICENSE_GRANTS = 2,
	LICENSE_WARRANTS = 4,
	LICENSE_AS_IS = 8,
	LICENSE_FREES = 16,
	LICENSE_PURPOSE = 32,
	LICENSE_COPYRIGHT = 64,
	LICENSE_NAMES =
	    128 /* words next to which names of licenses stand; alone they say nothing */
};

/* What stands at a place. */
enum license_stem {
	STEM_NONE,
	STEM_LICENSE,
	STEM_LIZENZ,
	STEM_REDISTRIBUTE,
	STEM_DOMAIN,
	STEM_CREATIVE,
	STEM_COMMONS,
	STEM_SAME_TERMS,
	STEM_GPL,
	STEM_NAMED,
	STEM_PERMISSION,
	STEM_WARRANTY,
	STEM_AS_IS,
	STEM_FREE,
	STEM_PURPOSE,
	STEM_COPYRIGHT,
	STEM_COUNT
};

struct license_places {
	unsigned stems; /* enum license_stems of all of them */
	unsigned n;
	struct {
		uint16_t at; /* in the block */
		uint8_t stem;
	} list[LICENSE_BLOCK / 2]; /* the beginnings of two are three bytes apart at least */
};

/* Loops that find the same, the fastest first. */
enum license_loop { LICENSE_VBMI, LICENSE_AVX2, LICENSE_PLAIN };

/* Replaces PLACES by those of the block of TEXT at POS. */
void license_filter_block(struct bytes text, size_t pos, struct license_places *places);
/* The same by one of the loops, for tests; false where the processor lacks what it needs. */
MUST_USE bool license_filter_by(
    enum license_loop, struct bytes text, size_t pos, struct license_places *places);
/* Could a block with STEMS of a text of LEN bytes belong to a license or a notice? */
bool license_filter_passes(unsigned stems, uint64_t len);
/* Could any block of TEXT? */
bool license_filter(struct bytes text);

#endif
