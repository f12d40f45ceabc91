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

/* What a key says of its values. */
struct pii_key {
	bool is_ignored;	/* numbers are nobody's, but for what it is context for */
	bool is_attribution;	/* people are named on purpose */
	struct pii_set context; /* of these entities */
};

/* How many numbers of one entity and length were looked at in a member. */
struct pii_tally {
	uint32_t tried, valid;
	uint32_t held; /* different ones that are held back */
	bool is_counted;
};

/* A finding, or what may become one when the member is read. */
struct pii_held {
	unsigned entity, sure;
	bool is_number; /* of a structure, not in quotes */
	struct bytes value;
	uint64_t offset; /* in the member */
};

#define PII_TALLIES 32 /* lengths that are counted apart */
#define PII_HELD 512
#define PII_WINDOW_BEFORE 64 /* bytes in which words count: five to ten of them */
#define PII_WINDOW_AFTER 24
#define PII_CANDIDATES 48 /* of one place */

struct pii_pass {
	const struct pii_rules *rules;
	struct sink *sink;
	const struct span *span;
	struct bytes text;    /* of the span */
	bool is_short;	      /* all of the member is a few words: weak findings count */
	const char *key_read; /* the key that the next one is about; NULL before the first */
	struct pii_key key;
	size_t tried, net_tried; /* starts before were looked at */
	size_t phone_end;
	size_t sure_end;       /* what begins before is part of something found */
	size_t word, word_end; /* that is looked at */
	bool has_around;       /* the next one is about that word */
	struct pii_set around; /* entities whose context is near */
	struct pii_nearby nearby;
	uint64_t counts[PII_ENTITIES], listed[PII_ENTITIES][2];
	uint64_t seen[PII_SEEN_SLOTS];
	struct pii_tally tallies[PII_ENTITIES][PII_TALLIES];
	size_t nheld;
	struct pii_held held[PII_HELD];
	/* Here and not on the stack, where hardened builds clear them at each call. */
	struct pii_candidate candidates[PII_CANDIDATES];
	size_t compact_start, compact_end,
	    compact_len; /* what COMPACT is made of; an end of 0: none */
	char compact[VALIDATOR_MAX + 1];
};

/* pii_word.c: looks at the plain number that starts at START, an integer or a decimal; returns
 * where it ends, or START where that is more than a plain number. */
size_t pii_try_number(struct pii_pass *, size_t start);
/* What may begin at the word with digits from START to END, or at words before it. Returns where to
 * look on. */
size_t pii_try_word(struct pii_pass *, size_t start, size_t end);
void pii_consider_found(struct pii_pass *, enum pii_finder, struct pii_found);

/* pii_report.c: which of N candidates of one place are told of. */
void pii_consider(struct pii_pass *, struct pii_candidate *, size_t n);
/* Readies the pass for another span. */
void pii_enter_span(struct pii_pass *, const struct span *);
/* Lists FINDING, or leaves it at having counted it. */
void pii_tell(struct pii_pass *, const struct pii_held *finding);
/* Where the text begins in which words count for what begins at START: MAX bytes before at most,
 * its line, or the line above it where it begins one. */
size_t pii_window_start(struct bytes text, size_t start, size_t max);
/* pii_key.c: notes what the span's key says. */
void pii_read_key(struct pii_pass *);
/* What the key says of a value that starts at START: the one next to it in a run of JSON, or the
 * span's. */
void pii_key_of(struct pii_pass *, size_t start, struct pii_key *ret);

/* pii_chance.c: counts a number that has the form of ENTITY. */
void pii_note_try(struct pii_pass *, unsigned entity, size_t len, bool is_valid);
/* False where nothing is known of such numbers: FINDING is to be told of. */
MUST_USE bool pii_hold_back(struct pii_pass *, const struct pii_held *finding);
/* Tells of what was held back and is not there by chance. */
void pii_tell_held(struct pii_pass *);

/* Facts: how many of each entity were seen. */
void pii_sum_up(struct pii_pass *);

static inline const struct pii_key *
pii_span_key(struct pii_pass *pass)
{
	if (pass->key_read != pass->span->key)
		pii_read_key(pass);
	return &pass->key;
}

/* May what begins at START be all of a value? Then its record counts. */
static inline bool
pii_may_be_record(const struct pii_pass *pass, size_t start)
{
	return span_is_data(pass->span) && (start == 0 || pass->text.data[start - 1] == '"');
}

#endif
