/* Stretches of bytes that tensors claim: see format/regions.h. */
#include "config.h"

#include "format/regions.h"

#include "core/text.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return 0;
}

uint64_t
regions_check(
    struct region *regions, size_t n, const struct region_checks *checks, struct sink *sink)
{
	uint64_t end = 0;
	bool overlaps = false, gaps = checks->gap == NULL;

	if (n > 1)
		qsort(regions, n, sizeof(*regions), compare);
	for (size_t i = 0; i < n; i++) {
		const struct region *region = &regions[i];
		const char *name = text_safe(sink_arena(sink), region->name, 100);

		if (region->start < end && region->start < region->end && !overlaps) {
			sink_finding(sink, checks->overlap, checks->base + region->start,
			    region->end - region->start, name,
			    "tensor %s shares bytes with the one before it", name);
			overlaps = true;
		}
		if (region->start > end && region->start - end >= checks->slack && !gaps) {
			sink_finding(sink, checks->gap, checks->base + end, region->start - end,
			    NULL, "%ju bytes before tensor %s belong to no tensor",
			    (uintmax_t)(region->start - end), name);
			gaps = true;
		}
		if (region->end > end)
			end = region->end;
	}
	return end;
}
