/* Merkle trees over SHA-256 as in RFC 6962, section 2.1, and RFC 9162, section 2.1. */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "core/buffer.h"
#include "core/bytes.h"
#include "core/compiler.h"

#define MERKLE_LEN 32
#define MERKLE_MAX_PROOF 64 /* hashes; a tree has fewer than 2^64 leaves */

struct merkle_hash {
	uint8_t data[MERKLE_LEN];
};

/* SHA-256(0x00 || entry) and SHA-256(0x01 || left || right). False: OpenSSL failed. */
MUST_USE bool merkle_leaf(struct bytes entry, struct merkle_hash *ret);
MUST_USE bool merkle_node(
    const struct merkle_hash *left, const struct merkle_hash *right, struct merkle_hash *ret);

/* The root that a PROOF of N hashes gives for LEAF at INDEX in a tree of SIZE leaves; false where
 * the proof has the wrong length. */
MUST_USE bool merkle_root_of_inclusion(uint64_t index, uint64_t size,
    const struct merkle_hash *leaf, const struct merkle_hash *proof, size_t n,
    struct merkle_hash *ret);
bool merkle_verify_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
    const struct merkle_hash *proof, size_t n, const struct merkle_hash *root);
/* Is the tree of OLD_SIZE a prefix of the tree of NEW_SIZE? */
bool merkle_verify_consistency(uint64_t old_size, uint64_t new_size,
    const struct merkle_hash *old_root, const struct merkle_hash *new_root,
    const struct merkle_hash *proof, size_t n);

/* Where the hashes of a tree are kept: NODE gives that of the 2^LEVEL leaves from INDEX * 2^LEVEL
 * on, all of which exist. */
struct merkle_source {
	bool (*node)(void *context, unsigned level, uint64_t index, struct merkle_hash *ret);
	void *context;
};

MUST_USE bool merkle_root(const struct merkle_source *, uint64_t size, struct merkle_hash *ret);
/* PROOF has room for MERKLE_MAX_PROOF hashes. */
MUST_USE bool merkle_prove_inclusion(const struct merkle_source *, uint64_t index, uint64_t size,
    struct merkle_hash *proof, size_t *ret_n);
MUST_USE bool merkle_prove_consistency(const struct merkle_source *, uint64_t old_size,
    uint64_t new_size, struct merkle_hash *proof, size_t *ret_n);

#endif
