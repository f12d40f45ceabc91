/*
 * Some hundreds of literals in one pass, faster than Hyperscan finds as many: with AVX2, from what
 * the text is like. Each keyword has an anchor, three or four of its bytes that such text seldom
 * has
 * ("ssw" rather than "pas"); the anchors are in sixteen groups, so made that few bytes look like
 * those of a group by chance. 32 bytes at a time, or 64 with AVX-512, are looked up in all groups,
 * as Hyperscan's Teddy does; what looks like an anchor is looked up in a table, and what is one is
 * compared.
 */
#ifndef DETECT_SECRET_ANCHORS_H
#define DETECT_SECRET_ANCHORS_H

#include "detect/secret_keywords.h"

/* What text is like: how often it has which bytes, and which four of them in a row. */
struct anchor_sample;
struct anchors;

/* Can these keywords be looked for so, and on this processor? Not more than 400, of ASCII. */
bool anchors_can(const struct secret_keyword *list, size_t n);
/* NULL out of memory. */
MUST_USE struct anchor_sample *anchor_sample_new(void);
void anchor_sample_add(struct anchor_sample *, struct bytes text);
/* LIST must outlive it, the sample need not. NULL out of memory. */
MUST_USE struct anchors *anchors_new(
    const struct secret_keyword *list, size_t n, const struct anchor_sample *);
/* To AVX2 alone, with which the tests compare. */
void anchors_spare_avx512(struct anchors *);
void anchors_scan(const struct anchors *, struct bytes text, keywords_found *, void *context);

#endif
