/*
 * All places of many literals in one pass. Three engines find the same: an Aho-Corasick automaton,
 * which is made in a millisecond and runs everywhere; anchors (secret_anchors.h), which need AVX2
 * and at most 400 keywords, are made in another and are ten times as fast; and Hyperscan or
 * Vectorscan for more keywords, which is made in some twenty. KEYWORDS_AUTO begins with the
 * automaton and goes over to one of the others once enough has been read to pay for making it; so
 * a small scan never makes it and nothing has to be kept in files between scans.
 */
#ifndef DETECT_SECRET_KEYWORDS_H
#define DETECT_SECRET_KEYWORDS_H

#include "core/bytes.h"
#include "core/compiler.h"

struct secret_keyword {
	const char *text; /* lower case */
	size_t len;
	uint32_t first, n; /* its rules */
};

enum keywords_engine {
	KEYWORDS_AUTO,
	KEYWORDS_AUTOMATON,
	KEYWORDS_HYPERSCAN,
	KEYWORDS_ANCHORS,
	KEYWORDS_ANCHORS_AVX2, /* even where there is AVX-512 */
};

struct keywords;

/* Called for each place, in any order: keyword I ends before END. */
typedef void keywords_found(void *context, uint32_t keyword, size_t end);

/* LIST must outlive it. NULL out of memory, or for KEYWORDS_HYPERSCAN where there is none; where
 * anchors cannot be used, the automaton is.  */
MUST_USE struct keywords *keywords_new(
    const struct secret_keyword *list, size_t n, enum keywords_engine);
void keywords_free(struct keywords *);
/*
 * Before the fork: loads what KEYWORDS_AUTO goes over to, where BYTES of text can come. Where this
 * was not called, the automaton reads all.
 */
void keywords_prepare(uint64_t bytes);
/* False where the engine failed: nothing may be concluded then. */
MUST_USE bool keywords_scan(struct keywords *, struct bytes, keywords_found *, void *context);

#endif
