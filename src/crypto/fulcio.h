/*
 * Certificates of Fulcio (sigstore/fulcio, docs/certificate-specification.md): a chain judged at a
 * time, the identity and issuer they name, and the logs that promised to list them (RFC 6962,
 * section 3).
 */
#ifndef CRYPTO_FULCIO_H
#define CRYPTO_FULCIO_H

#include "core/arena.h"
#include "crypto/key.h"

/* An authority: DER, the issuer of leaves first, the trusted one last. */
struct fulcio_authority {
	const struct bytes *certificates;
	size_t n;
};

/* A certificate transparency log. */
struct ct_log {
	struct bytes id; /* 32 bytes */
	const struct key *key;
	int64_t start, end; /* milliseconds since 1970: when the key was in use */
};

/* Was the certificate LEAF (DER) valid at AT (seconds since 1970) under the authority? */
bool fulcio_verify(struct bytes leaf, const struct fulcio_authority *, int64_t at);
/* May it sign code: keyUsage digitalSignature and extendedKeyUsage codeSigning? */
bool fulcio_may_sign(struct bytes leaf);
/* Has a known log promised to list LEAF, which ISSUER (DER) issued? */
bool fulcio_is_listed(struct bytes leaf, struct bytes issuer, const struct ct_log *logs, size_t n);
/* Is the certificate its own issuer? */
bool fulcio_is_self_issued(struct bytes certificate);
/* The leaf's public key, which the caller frees; NULL and a status. */
MUST_USE struct key *fulcio_key(struct bytes leaf, struct status *);
/* Subject alternative names (URI, e-mail, Fulcio's otherName), NULL-terminated, in the arena; NULL
 * where there are none. */
const char *const *fulcio_identities(struct bytes leaf, struct arena *);
/* Who vouched for the identity: extension 1.3.6.1.4.1.57264.1.8, else .1; NULL where absent. */
const char *fulcio_issuer(struct bytes leaf, struct arena *);
/* The certificate as PEM holds the same as DER? For entries of a log that carry either. */
bool fulcio_same(struct bytes pem_or_der, struct bytes leaf);

/* The one certificate of a PEM text as DER, in the arena; false where it is none. */
MUST_USE bool fulcio_from_pem(struct bytes pem, struct arena *, struct bytes *ret);
/* The certificate as PEM, in lines of 64. False: OpenSSL failed. */
MUST_USE bool fulcio_add_pem(struct bytes certificate, struct buffer *);

#endif
