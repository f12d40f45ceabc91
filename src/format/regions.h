/* Stretches of bytes that tensors claim: which overlap, and what none of them covers. */
#ifndef FORMAT_REGIONS_H
#define FORMAT_REGIONS_H

#include "core/bytes.h"
#include "core/sink.h"

struct region {
	uint64_t start, end; /* start <= end */
	struct bytes name;   /* as in the member */
};

struct region_checks {
	const char *format;  /* for sentences: "safetensors" */
	const char *overlap; /* check ids */
	const char *gap;     /* NULL where gaps are allowed */
	uint64_t slack;	     /* gaps shorter than this are padding */
	uint64_t base;	     /* offset in the member of what regions count from */
};

/*
 * Sorts REGIONS and reports the first overlap and the first gap, counted from 0. Returns where
 * the last region ends.
 */
uint64_t regions_check(struct region *, size_t n, const struct region_checks *, struct sink *);

#endif
