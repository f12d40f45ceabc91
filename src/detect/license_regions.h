/*
 * Which parts of a text are read for licenses: those around places at which one can stand, and
 * from there on as long as stems go on.
 */
#ifndef DETECT_LICENSE_REGIONS_H
#define DETECT_LICENSE_REGIONS_H

#include "detect/license_anchors.h"

#define LICENSE_WHOLE 128 /* blocks of a text that may be read whole */

struct license_regions {
	size_t len;	  /* of the text */
	uint16_t *blocks; /* what each holds; NULL where memory ended */
	size_t n, pos;
	bool is_whole;
	uint16_t few[LICENSE_WHOLE];
};

/* Judges the blocks of TEXT; IS_LICENSE: its name says that it is one. False out of memory. */
MUST_USE bool license_regions_find(
    struct license_regions *, const struct license_anchors *, struct bytes text, bool is_license);
/* The next part of the text, [*ret_start, *ret_end); false behind the last. */
bool license_regions_next(struct license_regions *, size_t *ret_start, size_t *ret_end);
void license_regions_free(struct license_regions *);

#endif
