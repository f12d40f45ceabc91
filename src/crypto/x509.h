/* Certificate chains (RFC 5280) for signers of models, on OpenSSL's X509_verify_cert(). */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "core/arena.h"
#include "crypto/key.h"

struct x509_request {
	const struct bytes *certificates; /* DER, leaf first */
	size_t ncertificates;
	const struct bytes *roots; /* PEM texts, any number of certificates each */
	size_t nroots;
	int64_t now;	    /* seconds since 1970 */
	bool allow_expired; /* judge at the time at which the leaf became valid */
};

/*
 * Verifies the chain up to a self-signed certificate among ROOTS, and that the leaf may sign
 * (keyUsage digitalSignature or extendedKeyUsage codeSigning, as OpenSSF Model Signing asks).
 * Returns the leaf's key, which the caller frees, and its subject and fingerprint in the arena.
 * NULL and a status otherwise.
 */
MUST_USE struct key *x509_verify(
    const struct x509_request *, struct arena *, const char **ret_subject, struct status *);

#endif
