/*
 * What looks at every byte of text before the license detector does, at nearly the speed of memory:
 * stems that licenses and notices cannot do without, block by block.
 */
#ifndef DETECT_LICENSE_FILTER_H
#define DETECT_LICENSE_FILTER_H

#include "core/bytes.h"

#define LICENSE_BLOCK 1024 /* bytes that are judged at once */

/* What a block holds. */
enum license_stems {
	LICENSE_SAYS = 1, /* "licen", "GPL", "redist", ... */
	LICENSE_GRANTS = 2,
	LICENSE_WARRANTS = 4,
	LICENSE_AS_IS = 8,
	LICENSE_FREES = 16,
	LICENSE_PURPOSE = 32
};

unsigned license_filter_stems(struct bytes text, size_t pos);
/* Could a block with STEMS of a text of LEN bytes belong to a license or a notice? */
bool license_filter_passes(unsigned stems, uint64_t len);
/* Could any block of TEXT? */
bool license_filter(struct bytes text);

/* Stems of which only the place tells what they mean. */
enum license_mark {
	MARK_LICENSE = 1,
	MARK_NAMED, /* a word next to which names of licenses stand */
	MARK_LIZENZ,
	MARK_REDISTRIBUTE,
	MARK_DOMAIN,
	MARK_CREATIVE,
	MARK_SAME_TERMS,
	MARK_GPL
};

/* Marks where they begin in the block at POS. Returns how many of MARKS are set, a multiple of 8.
 */
size_t license_filter_mark(struct bytes text, size_t pos, uint8_t marks[LICENSE_BLOCK]);

#endif
