/* Digests of bytes in memory, by name, and their hexadecimal form. Files: scan/hash.h. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "core/bytes.h"
#include "core/compiler.h"

#define DIGEST_MAX 64
#define SHA256_LEN 32

struct digest {
	uint8_t data[DIGEST_MAX];
	size_t len;
};

/* ALGORITHM as OpenSSL names it: "sha256", "sha384", "sha512", "blake2b512" ... False where it is
 * unknown. */
MUST_USE bool digest_of(const char *algorithm, struct bytes, struct digest *ret);
/* False: OpenSSL failed. */
MUST_USE bool digest_sha256(struct bytes, uint8_t ret[SHA256_LEN]);
/* Lower case; HEX has room for 2 * b.len + 1. */
void hex_encode(struct bytes b, char *hex);
/* Exactly LEN bytes from 2 * LEN digits of either case; false otherwise. */
MUST_USE bool hex_decode(struct bytes hex, uint8_t *ret, size_t len);

#endif
