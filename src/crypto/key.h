/*
 * Keys: read, made, written, used. A struct key owns an EVP_PKEY of OpenSSL. Signatures are in
 * the forms that Sigstore uses: ECDSA as DER over the hash that goes with the curve (P-256:
 * SHA-256, P-384: SHA-384, P-521: SHA-512), Ed25519 as 64 bytes over the message itself.
 */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

#include <openssl/evp.h>

enum key_kind { KEY_P256, KEY_P384, KEY_P521, KEY_ED25519, KEY_RSA };

struct key;

/* "ECDSA P-256", ... */
const char *key_kind_name(enum key_kind);
/* "ecdsa-p256-sha256", "ed25519", "rsa-3072-sha256": key and hash as policies name them. "" out of
 * memory. */
const char *key_algorithm(const struct key *, struct arena *);
enum key_kind key_kind_of(const struct key *);
/* NULL and a status on failure, also for kinds that are not listed above; RSA has 2048 bits at
 * least. Keys are freed with key_free(). */
MUST_USE struct key *key_public_from_pem(struct bytes pem, struct status *);
MUST_USE struct key *key_public_from_der(struct bytes spki, struct status *);
/* PEM, PKCS#8 or traditional; an encrypted one is refused with a sentence that says so. */
MUST_USE struct key *key_private_from_pem(struct bytes pem, struct status *);
/* KEY_P256 or KEY_ED25519. */
MUST_USE struct key *key_generate(enum key_kind, struct status *);
/* Takes PKEY over, on failure too. */
MUST_USE struct key *key_take(EVP_PKEY *pkey, struct status *);
void key_free(struct key *);

/* Borrowed. */
EVP_PKEY *key_evp(const struct key *);
/* Do both hold the same public key? */
bool key_same(const struct key *, const struct key *);
/* SubjectPublicKeyInfo as DER and as PEM; PKCS#8 as PEM. False: OpenSSL failed. */
MUST_USE bool key_add_public_der(const struct key *, struct buffer *);
MUST_USE bool key_add_public_pem(const struct key *, struct buffer *);
MUST_USE bool key_add_private_pem(const struct key *, struct buffer *);
/* SHA-256 of the public key's DER, lower case: what reports and policies call the fingerprint. */
MUST_USE bool key_fingerprint(const struct key *, char hex[65]);
/* SHA-256 of the public key's PEM text: the hint of OpenSSF Model Signing. */
MUST_USE bool key_pem_fingerprint(const struct key *, char hex[65]);

MUST_USE bool key_sign(
    const struct key *, struct bytes message, struct buffer *signature, struct status *);
/* With the hash of the curve; RSA as PKCS #1 v1.5 with SHA-256. */
bool key_verify(const struct key *, struct bytes message, struct bytes signature);
/* With HASH ("sha256", ...); for RSA by IS_PSS with any salt length, or PKCS #1 v1.5. Ed25519
 * ignores both. */
bool key_verify_with(const struct key *, const char *hash, bool is_pss, struct bytes message,
    struct bytes signature);

/* The same over a digest that was computed before (SHA-256). Ed25519 cannot do that: false. */
bool key_verify_digest(const struct key *, struct bytes digest, struct bytes signature);

#endif
