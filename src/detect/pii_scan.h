/* One member on its way through the search for personal data; private to pii*.c. */
#ifndef DETECT_PII_SCAN_H
#define DETECT_PII_SCAN_H

#include "core/sink.h"
#include "detect/pii_find.h"

#define PII_LISTED 50	    /* likely findings of one entity in a member; the rest is counted */
#define PII_WEAK 5	    /* findings that are less than likely */
#define PII_SEEN_SLOTS 4096 /* values that were told of: a power of two */

/* What stands at one place, by one entity. */
struct pii_candidate {
	unsigned entity, base;
	size_t start, end;
	bool is_fixed;
};

#define PII_WINDOW_BEFORE 64 /* bytes in which words count: five to ten of them */
#define PII_WINDOW_AFTER 24
#define PII_CANDIDATES 48 /* of one place */

struct pii_pass {
	const struct pii_rules *rules;
	struct sink *sink;
	const struct span *span;
	struct bytes text; /* of the span */
	bool is_short;	   /* all of the member is a few words: weak findings count */
	const char *key;   /* that the next ones are about; NULL before the first */
	bool is_ignored;   /* the key says that this is no number of anybody */
	bool is_attribution;
	struct pii_set key_context;
	size_t tried, net_tried; /* starts before were looked at */
	size_t phone_end;
	size_t sure_end;       /* what begins before is part of something found */
	size_t word, word_end; /* that is looked at */
	bool has_around;       /* the next one is about that word */
	struct pii_set around; /* entities whose context is near */
	struct pii_nearby nearby;
	uint64_t counts[PII_ENTITIES], listed[PII_ENTITIES][2];
	uint64_t seen[PII_SEEN_SLOTS];
	/* Here and not on the stack, where hardened builds clear them at each call. */
	struct pii_candidate candidates[PII_CANDIDATES];
	size_t compact_start, compact_end,
	    compact_len; /* what COMPACT is made of; an end of 0: none */
	char compact[VALIDATOR_MAX + 1];
};

/* pii_word.c: where the plain number ends that starts at START and is nothing to look at; START
 * where that is not plain to see. */
size_t pii_skip_number(const struct pii_pass *, size_t start);
/* What may begin at the word with digits from START to END, or at words before it. */
void pii_try_word(struct pii_pass *, size_t start, size_t end);
void pii_consider_found(struct pii_pass *, enum pii_finder, struct pii_found);

/* pii_report.c: which of N candidates of one place are told of. */
void pii_consider(struct pii_pass *, struct pii_candidate *, size_t n);
/* Readies the pass for another span. */
void pii_enter_span(struct pii_pass *, const struct span *);
/* Notes what the span's key says. */
void pii_read_key(struct pii_pass *);
/* Where the text begins in which words count for what begins at START: MAX bytes before at most,
 * its line, or the line above it where it begins one. */
size_t pii_window_start(struct bytes text, size_t start, size_t max);
/* Facts: how many of each entity were seen. */
void pii_sum_up(struct pii_pass *);

/* Does the span's key say that numbers are nobody's? */
static inline bool
pii_is_ignored(struct pii_pass *pass)
{
	if (pass->key != pass->span->key)
		pii_read_key(pass);
	return pass->is_ignored;
}

/* The entities for which the span's key is context. */
static inline const struct pii_set *
pii_key_context(struct pii_pass *pass)
{
	if (pass->key != pass->span->key)
		pii_read_key(pass);
	return &pass->key_context;
}

/* May what begins at START be all of a value? Then its record counts. */
static inline bool
pii_may_be_record(const struct pii_pass *pass, size_t start)
{
	return pass->span->kind == SPAN_VALUE && (start == 0 || pass->text.data[start - 1] == '"');
}

#endif
