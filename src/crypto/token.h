/*
 * Keys that never leave a PKCS#11 token: an EC key found by its URI (RFC 7512) and used through
 * the token's module, as
 *
 *   pkcs11:token=T;object=L;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-value=1234
 *
 * pin-source=FILE reads the PIN from the first line of a file. The module is code that the user
 * names and that runs in this process.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include "crypto/key.h"

struct token;

/* NULL and a status on failure. */
MUST_USE struct token *token_open(const char *uri, struct status *);
void token_close(struct token *);
/* The public key; belongs to the token. */
const struct key *token_public_key(const struct token *);
/* ECDSA over the hash of the curve, as DER. */
MUST_USE bool token_sign(
    struct token *, struct bytes message, struct buffer *signature, struct status *);

#endif
