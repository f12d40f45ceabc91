/*
 * What the verifiers of detached signatures share. A detached signature is over the content of one
 * file, its subject: the target itself, or the file beside it whose name it has without a suffix.
 */
#ifndef PROVENANCE_DETACHED_H
#define PROVENANCE_DETACHED_H

#include "crypto/key.h"
#include "provenance/provenance.h"

/* Asks for the content of the subject, which is then claim->content. */
void detached_want(const struct claim *, struct wants *);
/* The subject in the tree; NULL where there is none. */
const struct tree_entry *detached_subject(
    struct arena *, const struct claim *, const struct tree *);

struct detached {
	const struct claim *claim;
	const struct tree *tree;
	const struct trust *trust;
	struct sink *sink;
	struct provenance *ret;
};

/* The outcomes; each sets status and sentence and reports. SIGNER may be NULL. */
void detached_verified(const struct detached *, const char *signer, const char *why);
/* For one that is verified already: that it binds ENTRY, and what of the target it does not. */
void detached_covers(const struct detached *, const struct tree_entry *);
void detached_invalid(const struct detached *, const char *why);
/* Nobody whom the user named: a failure only where the user named this signature. */
void detached_untrusted(const struct detached *, const char *why);
void detached_unjudged(const struct detached *, const char *why);
/* Is the content here? Otherwise says so. */
MUST_USE bool detached_has_content(const struct detached *);

/* "sha256:..." of KEY. */
const char *detached_signer(const struct detached *, const struct key *);
/* The key of 32 bytes of Ed25519. NULL and a status on failure. */
MUST_USE struct key *detached_ed25519(struct bytes raw, struct status *);

#endif
