/*
 * BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3, one function, fast everywhere"),
 * plain hashing with 32 bytes of output. Ours, because neither OpenSSL nor Debian has it; portable
 * C, no vector instructions.
 */
#ifndef CRYPTO_BLAKE3_H
#define CRYPTO_BLAKE3_H

#include "core/bytes.h"

#define BLAKE3_LEN 32
#define BLAKE3_BLOCK 64
#define BLAKE3_CHUNK 1024
#define BLAKE3_DEPTH 54 /* 2^54 chunks of 2^10 bytes are 2^64 bytes */

struct blake3 {
	uint32_t chaining[8]; /* of the chunk being filled */
	uint64_t chunk;	      /* its number */
	unsigned nblocks;     /* of it that were compressed */
	uint8_t block[BLAKE3_BLOCK];
	unsigned len;			 /* of block */
	uint32_t stack[BLAKE3_DEPTH][8]; /* roots of whole subtrees, the largest first */
	unsigned depth;
};

void blake3_start(struct blake3 *);
void blake3_add(struct blake3 *, struct bytes);
/* The digest of all that was added; more may be added after it. */
void blake3_digest(const struct blake3 *, uint8_t ret[BLAKE3_LEN]);

#endif
