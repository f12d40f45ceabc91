/*
 * Entries of Rekor, Sigstore's transparency log, v1 and v2 (sigstore_rekor.proto;
 * architecture-docs, client-spec section 4 and rekor-v2-spec): that the log has them, and that they
 * are about this signature.
 */
#ifndef PROVENANCE_REKOR_H
#define PROVENANCE_REKOR_H

#include "provenance/bundle.h"
#include "provenance/trusted_root.h"

/* What an entry must be about. */
struct rekor_subject {
	const struct bundle *bundle;
	struct bytes sha256;   /* of what was signed: the artifact, or the envelope's PAE */
	struct bytes leaf;     /* the signer's certificate, DER; empty where there is none */
	const struct key *key; /* the signer's key */
};

/*
 * Verifies one entry of "tlogEntries": its promise or inclusion proof by a log of the root, and its
 * body. *ret_time gets the time in which the log vouches that it saw it (seconds since 1970), or 0
 * where it says none, as Rekor v2 never does. False and a status otherwise.
 */
MUST_USE bool rekor_verify(struct json_object *entry, const struct rekor_subject *,
    const struct trusted_root *, struct arena *, int64_t *ret_time, struct status *);

#endif
