/*
 * What the verifiers of lists share: a listing takes the names, digests and sizes that a claim
 * states, holds them against the tree, reports what does not hold and sums up.
 */
#ifndef PROVENANCE_LISTING_H
#define PROVENANCE_LISTING_H

#include "provenance/provenance.h"

struct listing {
	const struct claim *claim;
	const struct tree *tree;
	struct sink *sink;
	struct provenance *ret;
	uint8_t *seen; /* by index in the tree: listed at all, content bound */
	uint64_t nlisted, nfailed, nweak, nunknown, nothers;
};

struct listed {
	struct bytes name;     /* as the claim writes it, relative to the claim's root */
	const char *algorithm; /* as in tree_digest; NULL where the claim states no digest */
	struct bytes hex;      /* either case */
	uint64_t size;	       /* SIZE_UNKNOWN where none is stated */
};

/* False out of memory. */
MUST_USE bool listing_open(struct listing *, const struct claim *, const struct tree *,
    struct sink *, struct provenance *ret);
/*
 * NAME below ROOT as a path of the tree, without "./" before it. NULL where it is absolute, empty,
 * climbs ("..") or has other segments that no path of a tree has.
 */
const char *listing_path(struct arena *, const char *root, struct bytes name);
/* Where the folder PATH stands in; "" for the top. */
const char *listing_folder(struct arena *, const char *path);
/* Asks for the digest that LISTED will be compared with. */
void listing_want(struct arena *, const struct claim *, const struct listed *, struct wants *);
/* Compares, and reports what does not hold. */
void listing_check(struct listing *, const struct listed *);
/*
 * Reports the files below ROOT that were not listed, in one finding. A list that the user named
 * must cover the target, unless TRUST ignores what is unsigned.
 */
void listing_check_rest(struct listing *, const char *root, const struct trust *);
/*
 * For a signature that holds and is no list: one that the user named must cover the target too.
 * SEEN is not 0 for the entries of the tree that it covers; the others are reported.
 */
void listing_check_uncovered(const struct claim *, const struct tree *, const struct trust *,
    struct sink *, const uint8_t *seen, struct provenance *ret);
/* Sets status and sentence; LIST is what it is called in the sentence: "hash list". */
void listing_close(struct listing *, const char *list);
/* The claim itself is no good: "hash/malformed" and PROVENANCE_FAILED. */
void listing_malformed(struct sink *, struct provenance *, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* MD5 and SHA-1: collisions are made at will, so that they bind nothing against an attacker. */
bool listing_is_weak(const char *algorithm);
/* What DIGEST ("sha256:HEX", as registries write it) says; false where it is none or of an
 * algorithm that nothing computes. */
MUST_USE bool listing_parse_digest(
    struct bytes digest, const char **ret_algorithm, struct bytes *ret_hex);
/* Hexadecimal digits of either case, LEN of them. */
bool listing_is_hex(struct bytes, size_t len);

#endif
