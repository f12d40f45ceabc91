/* Which parts of a text are read for licenses: see detect/license_regions.h. */
#include "config.h"

#include "detect/license_regions.h"

#include <stdlib.h>

/* Blocks that are read at once; few licenses are longer than 64 KiB. */
#define SEGMENT 256
#define OVERLAP 64    /* of two segments, so that no license is cut between them */
#define MARGIN 2      /* around a block with a stem that are read with it ... */
#define LONG_MARGIN 8 /* ... and behind one in a run of so many that it is a long license */
#define LONG_RUN 4
#define REACH 20 /* without a place at which a license can stand, where only stems go on */

#define ANCHOR 0x100 /* what is known of a block, beside its stems (enum license_stems) */

static bool
passes(const struct license_regions *regions, size_t at)
{
	return license_filter_passes(regions->blocks[at] & ~(unsigned)ANCHOR, regions->len);
}

/* Do words stand at AT next to which names of licenses stand, and stems not far from there? */
static bool
may_name(const struct license_regions *regions, size_t at)
{
	size_t from = at > MARGIN ? at - MARGIN : 0;

	if ((regions->blocks[at] & LICENSE_NAMES) == 0 || passes(regions, at))
		return false;
	for (size_t i = from; i <= at + MARGIN && i < regions->n; i++)
		if (passes(regions, i))
			return true;
	return false;
}

static bool
has_anchor(const struct license_regions *regions, size_t from, size_t end)
{
	for (; from < end && from < regions->n; from++)
		if ((regions->blocks[from] & ANCHOR) != 0)
			return true;
	return false;
}

/* A license whose paragraphs speak of other things, or another language, must not be cut: a text
 * full of stems, or one that begins and ends like a license. */
static bool
is_whole(const struct license_regions *regions, size_t npasses)
{
	size_t last = regions->n > MARGIN ? regions->n - MARGIN : 0;

	return regions->n <= LICENSE_WHOLE &&
	    (npasses * 4 >= regions->n ||
		(has_anchor(regions, 0, MARGIN) && has_anchor(regions, last, regions->n)));
}

bool
license_regions_find(struct license_regions *regions, const struct license_anchors *anchors,
    struct bytes text, bool is_license)
{
	size_t npasses = 0, nanchors = 0;
	struct license_places places;

	*regions = (struct license_regions){ .len = text.len,
		.n = (text.len + LICENSE_BLOCK - 1) / LICENSE_BLOCK };
	regions->blocks = regions->n <= LICENSE_WHOLE
	    ? regions->few
	    : calloc(regions->n, sizeof(*regions->blocks));
	if (regions->blocks == NULL)
		return false;
	for (size_t i = 0; i < regions->n; i++) {
		license_filter_block(text, i * LICENSE_BLOCK, &places);
		regions->blocks[i] = (uint16_t)places.stems;
		if (!passes(regions, i))
			continue;
		npasses++;
		if (!license_anchors_hold(anchors, text, i * LICENSE_BLOCK, &places))
			continue;
		regions->blocks[i] |= ANCHOR;
		nanchors++;
	}
	for (size_t i = 0; npasses > 0 && i < regions->n; i++) {
		if (!may_name(regions, i))
			continue;
		license_filter_block(text, i * LICENSE_BLOCK, &places);
		if (!license_anchors_hold(anchors, text, i * LICENSE_BLOCK, &places))
			continue;
		regions->blocks[i] |= ANCHOR;
		nanchors++;
	}
	is_license = is_license && regions->n <= LICENSE_WHOLE;
	if (nanchors == 0 && !is_license)
		regions->pos = regions->n;
	regions->is_whole = is_license || is_whole(regions, npasses);
	return true;
}

/* The first block to be read before the anchor AT; *ret_hits: blocks with stems from there on. */
static size_t
start_of(const struct license_regions *regions, size_t at, size_t *ret_hits)
{
	size_t first = at, margin;

	*ret_hits = 1;
	for (size_t i = at; i > regions->pos && at - i < REACH && first - i < LONG_MARGIN;)
		if (passes(regions, --i)) {
			first = i;
			(*ret_hits)++;
		}
	margin = first - regions->pos;
	return first - (margin < MARGIN ? margin : MARGIN);
}

/* The block behind the last to be read: no stem or no anchor was seen for too long. */
static size_t
end_of(const struct license_regions *regions, size_t start, size_t at, size_t hits)
{
	size_t end, last = at, anchor = at;

	for (end = at + 1; end < regions->n && end - start < SEGMENT; end++) {
		if (passes(regions, end)) {
			last = end;
			hits++;
		}
		if ((regions->blocks[end] & ANCHOR) != 0)
			anchor = end;
		if (end - last >= (hits < LONG_RUN ? MARGIN : LONG_MARGIN) || end - anchor >= REACH)
			break;
	}
	return end;
}

bool
license_regions_next(struct license_regions *regions, size_t *ret_start, size_t *ret_end)
{
	size_t at = regions->pos, hits, start, end;

	if (regions->is_whole && at < regions->n) {
		regions->pos = regions->n;
		*ret_start = 0;
		*ret_end = regions->len;
		return true;
	}
	while (at < regions->n && (regions->blocks[at] & ANCHOR) == 0)
		at++;
	if (at == regions->n)
		return false;
	start = start_of(regions, at, &hits);
	end = end_of(regions, start, at, hits);
	/* A segment that ended only for its length goes on in the next. */
	regions->pos = end < regions->n && end - start >= SEGMENT ? end - OVERLAP : end;
	*ret_start = start * LICENSE_BLOCK;
	*ret_end = end < regions->n ? end * LICENSE_BLOCK : regions->len;
	return true;
}

void
license_regions_free(struct license_regions *regions)
{
	if (regions->blocks != regions->few)
		free(regions->blocks);
	regions->blocks = NULL;
}
