/*
 * The audit log: an append-only Merkle tree in one folder, in the layout of C2SP tlog-tiles, with
 * a checkpoint signed by the log's own Ed25519 key. Entries are digests and signatures of
 * reports, never reports.
 *
 *   checkpoint          the signed note: origin, size, root
 *   tile/...            see audit/tiles.h
 *   log.vkey            the verifier key, to be published and pinned
 *   trusted_root.json   the same for Sigstore's clients
 *   log.key.pem         the private key (mode 0600): everything but this may be published
 *
 * A log that was cut back or rewritten by whoever holds its key shows only against a checkpoint
 * that somebody kept: give it to log_verify().
 */
#ifndef AUDIT_LOG_H
#define AUDIT_LOG_H

#include "audit/tiles.h"
#include "crypto/note.h"

struct log;

struct log_proof {
	uint64_t index, size;
	struct merkle_hash root;
	struct merkle_hash hashes[MERKLE_MAX_PROOF];
	size_t n;
};

/* Makes the folder PATH (it may exist, but holds no log yet), a key and an empty checkpoint.
 * ORIGIN names the log ("example.com/models"); NULL: a name made from its key. */
MUST_USE bool log_create(const char *path, const char *origin, struct status *);
/* Is there a log in PATH? */
bool log_exists(const char *path);
/*
 * Opens the log in PATH and checks its checkpoint's signature: with the verifier key VKEY, or,
 * where that is NULL, the one that lies in the log. WRITES: locks it and reads its private key.
 */
MUST_USE struct log *log_open(const char *path, struct bytes vkey, bool writes, struct status *);
void log_close(struct log *);

const char *log_origin(const struct log *);
uint64_t log_size(const struct log *);
const struct key *log_public_key(const struct log *);
/* The signed checkpoint as it lies there. */
struct bytes log_checkpoint(const struct log *);
/* The verifier key as text, without a newline. */
struct bytes log_vkey(const struct log *);

/* Appends ENTRY (TILE_MAX_ENTRY bytes at most) durably, signs the new checkpoint, and proves that
 * the entry is in it. */
MUST_USE bool log_append(struct log *, struct bytes entry, struct log_proof *, struct status *);
/* Proves that the entry at INDEX is in the tree of the checkpoint. */
MUST_USE bool log_prove(struct log *, uint64_t index, struct log_proof *, struct status *);
/* Calls VISIT with every entry in order; it stops the walk by returning false. */
MUST_USE bool log_each(struct log *, bool (*visit)(uint64_t index, struct bytes, void *),
    void *context, struct status *);
/*
 * Recomputes everything from the entries: tiles, root, checkpoint. EARLIER, where it is not empty,
 * is a checkpoint of this log that was kept: the log must be a continuation of it.
 */
MUST_USE bool log_verify(struct log *, struct bytes earlier, struct status *);

#endif
