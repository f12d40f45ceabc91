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

#define PII_CANDIDATES 48 /* of one place */

struct pii_pass {
	const struct pii_rules *rules;
	struct sink *sink;
	const struct span *span;
	struct bytes text; /* of the span */
	bool is_short;	   /* all of the member is a few words: weak findings count */
	bool is_ignored;   /* the key says that this is no number of anybody */
	bool is_attribution;
	bool has_key_context;
	struct pii_set key_context;
	size_t tried, net_tried; /* starts before were looked at */
	size_t phone_end;
	size_t sure_end; /* what begins before is part of something found */
	uint64_t counts[PII_ENTITIES], listed[PII_ENTITIES][2];
	uint64_t seen[PII_SEEN_SLOTS];
	/* Here and not on the stack, where hardened builds clear them at each call. */
	struct pii_candidate candidates[PII_CANDIDATES];
	char compact[VALIDATOR_MAX + 1];
};

/* pii_report.c: which of N candidates of one place are told of. */
void pii_consider(struct pii_pass *, struct pii_candidate *, size_t n);
/* Readies the pass for another span. */
void pii_enter_span(struct pii_pass *, const struct span *);
/* Facts: how many of each entity were seen. */
void pii_sum_up(struct pii_pass *);

#endif
