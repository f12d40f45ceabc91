/* Digests of files beyond SHA-256, as verifiers ask for them. */
#ifndef SCAN_HASH_H
#define SCAN_HASH_H

#include "bundle/member.h"
#include "core/compiler.h"

#define HASH_HEX_MAX 129 /* 64 bytes and a terminating zero */

/*
 * The digest of the bytes [START, END) of MEMBER by ALGORITHM ("sha512", "blake2b", "git-sha1",
 * ...) as lower case hexadecimal. False where the algorithm is unknown or OpenSSL failed.
 */
MUST_USE bool hash_range(const struct member *, const char *algorithm, uint64_t start, uint64_t end,
    char hex[HASH_HEX_MAX]);

#endif
