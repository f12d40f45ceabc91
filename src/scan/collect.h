/*
 * Gathers what workers say into a result: checks every message as hostile input, sorts, folds
 * and counts. Order of arrival leaves no trace in the result.
 */
#ifndef SCAN_COLLECT_H
#define SCAN_COLLECT_H

#include "scan/pool.h"
#include "scan/result.h"

struct collector;

/* NULL out of memory. CATALOG must outlive it. */
MUST_USE struct collector *collector_new(struct catalog *);
void collector_free(struct collector *);
/* Memory of the result to be. */
struct arena *collector_arena(struct collector *);
struct pool_events collector_events(struct collector *);
void collector_progress(struct collector *, void (*progress)(void *, uint64_t, uint64_t),
    void *context, uint64_t bytes_all);

/* What the supervisor itself knows: a file of a target, and findings about it. */
void collector_entry(struct collector *, const struct entry *);
void collector_finding(struct collector *, const char *check, const char *path,
    const char *evidence, const char *message);

/* Claims that workers recognized; sorted by path. */
struct collected_claim {
	const char *verifier, *path;
	struct bytes bytes;
};
const struct collected_claim *collector_claims(struct collector *, size_t *ret_n);
const struct want *collector_wants(struct collector *, size_t *ret_n);
/* The tree of everything seen so far: entries of TARGETS by their raw names, nested members by
 * path. */
MUST_USE struct tree *collector_tree(struct collector *, const struct target *targets, size_t n);

/* Moves everything into a result, which owns the arena from then on. NULL and a status on failure.
 */
MUST_USE struct result *collector_take_result(
    struct collector *, const struct target *targets, size_t n, struct status *);

#endif
