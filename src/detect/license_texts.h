/*
 * License texts, found by fingerprints: rules/licenses/texts.dat holds for each license of the
 * SPDX list, and for each AI license whose text is known, the ids of its words with the optional
 * and replaceable parts marked, never the text. A text is cut into runs of words, runs that are
 * also in the data name candidates, candidates are aligned word by word.
 */
#ifndef DETECT_LICENSE_TEXTS_H
#define DETECT_LICENSE_TEXTS_H

#include "detect/license_words.h"

/* One license, word by word. Parallel arrays: words, and what the template says about each. */
struct license_template {
	const char *id;
	bool is_exception; /* goes behind WITH */
	const uint16_t *words;
	const uint8_t *marks; /* MARK_OPTIONAL, and how many words may be inserted before */
	uint32_t n;
	uint32_t nfixed;		  /* words that are not optional */
	uint32_t first_fixed, last_fixed; /* outside of them everything is optional */
	uint32_t nanchors;		  /* of its runs in the index */
};

#define MARK_OPTIONAL 0x80
#define MARK_WILD 0x7f

/* A run of words that the text and a template share. */
struct license_anchor {
	uint32_t at, in; /* index of its first word in the text and in the template */
};

struct license_match {
	const struct license_template *template;
	uint32_t first, end;		  /* words of the text: [first, end) */
	uint32_t matched, missing, extra; /* words */
	uint32_t absorbed;   /* words that replaceable parts took, beyond what stands there */
	uint32_t head, tail; /* of the missing words, those at either end: the text was cut */
	unsigned similarity; /* matched of all, per mille */
	int64_t worth;
	uint32_t first_anchor, nanchors; /* for license_find.c */
};

struct license_matches {
	struct license_match *list; /* in the order of the text, none overlaps another */
	size_t n, room;
	bool is_end;	  /* said by the caller: the words are the last of a text */
	uint8_t *covered; /* for each word: it belongs to one of them */
	bool failed;	  /* out of memory */
	bool is_limited;  /* a limit was reached: not everything was compared */
};

struct license_texts;

/* NULL and a status where DATA is malformed. DATA must outlive it. */
MUST_USE struct license_texts *license_texts_new(
    struct bytes data, const char *source, struct status *);
void license_texts_free(struct license_texts *);
const struct license_template *license_texts_templates(const struct license_texts *, size_t *ret_n);

/* Fills in the ids of WORDS, then replaces MATCHES by the license texts among them. */
void license_texts_find(
    const struct license_texts *, struct license_words *, struct license_matches *);
void license_matches_free(struct license_matches *); /* the contents, not the struct */

/* ---- for license_find.c -------------------------------------------------------------------- */

#define LICENSE_RUN 5 /* words of a run */

struct license_posting {
	uint32_t hash;
	uint16_t template; /* index */
	uint16_t in;	   /* word of the template at which the run starts */
};

/*
 * Runs are hashed as one walks along: a polynomial over the ids, moved on by one word at a time,
 * and mixed into a hash.
 */
#define LICENSE_RUN_BASE 0x9e3779b1u
#define LICENSE_RUN_OUT (LICENSE_RUN_BASE * LICENSE_RUN_BASE * LICENSE_RUN_BASE * LICENSE_RUN_BASE)

/* The polynomial over the run at IDS. */
static inline uint32_t
license_run_start(const uint16_t *ids)
{
	uint32_t sum = 0;

	for (int i = 0; i < LICENSE_RUN; i++)
		sum = sum * LICENSE_RUN_BASE + ids[i];
	return sum;
}

/* From the run at IDS to the one at IDS + 1. */
static inline uint32_t
license_run_next(uint32_t sum, const uint16_t *ids)
{
	return (sum - ids[0] * LICENSE_RUN_OUT) * LICENSE_RUN_BASE + ids[LICENSE_RUN];
}

static inline uint32_t
license_run_hash(uint32_t sum)
{
	sum ^= sum >> 15;
	sum *= 0x2c1b3c6du;
	return sum ^ sum >> 13;
}

/* Only these are indexed. */
static inline bool
license_run_counts(uint32_t hash)
{
	return (hash & 3) == 0;
}

/* The first posting of HASH, in a bucket up to *ret_end; those of one hash stand together. */
const struct license_posting *license_texts_postings(
    const struct license_texts *, uint32_t hash, const struct license_posting **ret_end);
/* Says that HASH will be looked up soon. */
void license_texts_prefetch(const struct license_texts *, uint32_t hash);
void license_texts_identify(const struct license_texts *, struct license_words *);

/* ---- license_align.c ------------------------------------------------------------------------ */

/*
 * Aligns WORDS (ids, N of them) with a template through ANCHORS (rising in `at`). False where
 * they have too little in common. COVERED may be NULL: where it is not, the words of the text that
 * stand in the template are marked in it.
 */
MUST_USE bool license_align(const struct license_template *, const uint16_t *words, size_t n,
    const struct license_anchor *anchors, size_t nanchors, uint8_t *covered,
    struct license_match *ret);

#endif
