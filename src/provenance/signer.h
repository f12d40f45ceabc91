/*
 * Who signed: a bundle's signature held against what the user trusts. One function for each way:
 * a public key, a certificate chain, and keyless through a Sigstore trusted root
 * (provenance/keyless.h).
 */
#ifndef PROVENANCE_SIGNER_H
#define PROVENANCE_SIGNER_H

#include "provenance/bundle.h"
#include "provenance/provenance.h"

/* What the signature is over, one reading after the other: the first that verifies is right. */
struct signed_text {
	struct bytes bytes;
	const char *hash; /* that this reading prescribes; NULL: the key's own */
};

#define SIGNED_DIGEST "digest" /* as hash: the bytes are the SHA-256 of what was signed */

struct signer_request {
	const struct bundle *bundle;
	const struct trust *trust;
	struct arena *arena;
	const struct signed_text *texts;
	size_t ntexts;
	bool is_model_signature; /* OpenSSF: the hint is the digest of a PEM text */
};

/*
 * Fills in status, signer, time, algorithm and why of *ret. PROVENANCE_VERIFIED only where
 * somebody whom the user trusts made the signature.
 */
void signer_verify(const struct signer_request *, struct provenance *ret);
/* Does KEY verify any of the readings? */
bool signer_key_fits(const struct signer_request *, const struct key *);

#endif
