/* Merkle trees: see crypto/merkle.h. */
#include "config.h"

#include "crypto/merkle.h"

#include "crypto/digest.h"

#include <openssl/evp.h>

static bool
hash(uint8_t prefix, struct bytes a, struct bytes b, struct merkle_hash *ret)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct merkle_hash out;
	unsigned len = 0;
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(context, &prefix, 1) == 1 &&
	    EVP_DigestUpdate(context, a.data, a.len) == 1 &&
	    EVP_DigestUpdate(context, b.data, b.len) == 1 &&
	    EVP_DigestFinal_ex(context, out.data, &len) == 1 && len == MERKLE_LEN;

	EVP_MD_CTX_free(context);
	if (done)
		*ret = out;
	return done;
}

bool
merkle_leaf(struct bytes entry, struct merkle_hash *ret)
{
	return hash(0, entry, bytes_of(NULL, 0), ret);
}

bool
merkle_node(
    const struct merkle_hash *left, const struct merkle_hash *right, struct merkle_hash *ret)
{
	return hash(1, bytes_of(left->data, MERKLE_LEN), bytes_of(right->data, MERKLE_LEN), ret);
}

/* RFC 9162, section 2.1.3.2. */
bool
merkle_root_of_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
    const struct merkle_hash *proof, size_t n, struct merkle_hash *ret)
{
	uint64_t fn = index, sn = size - 1;
	struct merkle_hash r = *leaf;

	if (size == 0 || index >= size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			if (!merkle_node(&proof[i], &r, &r))
				return false;
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else if (!merkle_node(&r, &proof[i], &r)) {
			return false;
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return false;
	*ret = r;
	return true;
}

static bool
equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->data, b->data, MERKLE_LEN) == 0;
}

bool
merkle_verify_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
    const struct merkle_hash *proof, size_t n, const struct merkle_hash *root)
{
	struct merkle_hash r;

	return merkle_root_of_inclusion(index, size, leaf, proof, n, &r) && equal(&r, root);
}

/* RFC 9162, section 2.1.4.2, behind the cases that need no proof. */
static bool
walk_consistency(uint64_t old_size, uint64_t new_size, const struct merkle_hash *old_root,
    const struct merkle_hash *new_root, const struct merkle_hash *proof, size_t n)
{
	uint64_t fn = old_size - 1, sn = new_size - 1;
	/* A complete old tree is its own first hash. */
	bool complete = (old_size & (old_size - 1)) == 0;
	struct merkle_hash fr, sr;
	size_t i = 0;

	if (!complete && n == 0)
		return false;
	fr = sr = complete ? *old_root : proof[i++];
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			if (!merkle_node(&proof[i], &fr, &fr) || !merkle_node(&proof[i], &sr, &sr))
				return false;
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else if (!merkle_node(&sr, &proof[i], &sr)) {
			return false;
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && equal(&fr, old_root) && equal(&sr, new_root);
}

/* The root of the tree without leaves is the hash of nothing. */
static bool
is_empty_root(const struct merkle_hash *root)
{
	struct merkle_hash empty;

	return digest_sha256(bytes_of(NULL, 0), empty.data) && equal(root, &empty);
}

bool
merkle_verify_consistency(uint64_t old_size, uint64_t new_size, const struct merkle_hash *old_root,
    const struct merkle_hash *new_root, const struct merkle_hash *proof, size_t n)
{
	if (old_size > new_size || (old_size == 0 && !is_empty_root(old_root)))
		return false;
	if (old_size == new_size)
		return n == 0 && equal(old_root, new_root);
	if (old_size == 0)
		return n == 0;
	return n > 0 && walk_consistency(old_size, new_size, old_root, new_root, proof, n);
}

/* The largest power of two that is less than N (N > 1), as an exponent. */
static unsigned
split(uint64_t n)
{
	unsigned level = 0;

	while (((uint64_t)1 << level) < n - ((uint64_t)1 << level))
		level++;
	return level;
}

/* The hash of the leaves [START, START + N); START is a multiple of the next power of two. */
static bool
range(const struct merkle_source *source, uint64_t start, uint64_t n, struct merkle_hash *ret)
{
	struct merkle_hash left, right;
	unsigned level;

	if (n == 1)
		return source->node(source->context, 0, start, ret);
	level = split(n);
	if (n == (uint64_t)2 << level)
		return source->node(source->context, level + 1, start >> (level + 1), ret);
	return range(source, start, (uint64_t)1 << level, &left) &&
	    range(source, start + ((uint64_t)1 << level), n - ((uint64_t)1 << level), &right) &&
	    merkle_node(&left, &right, ret);
}

bool
merkle_root(const struct merkle_source *source, uint64_t size, struct merkle_hash *ret)
{
	struct bytes nothing = bytes_of("", 0);
	unsigned len;

	if (size == 0)
		return EVP_Digest(nothing.data, 0, ret->data, &len, EVP_sha256(), NULL) == 1;
	return range(source, 0, size, ret);
}

bool
merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
    struct merkle_hash *proof, size_t *ret_n)
{
	uint64_t start = 0, n = size;
	struct merkle_hash reversed[MERKLE_MAX_PROOF];
	size_t count = 0;

	if (index >= size)
		return false;
	while (n > 1) {
		uint64_t k = (uint64_t)1 << split(n);
		bool goes_left = index - start < k;

		if (!range(source, goes_left ? start + k : start, goes_left ? n - k : k,
			&reversed[count++]))
			return false;
		start += goes_left ? 0 : k;
		n = goes_left ? k : n - k;
	}
	for (size_t i = 0; i < count; i++)
		proof[i] = reversed[count - 1 - i];
	*ret_n = count;
	return true;
}

/* RFC 9162, section 2.1.4.1: SUBPROOF(m, D_n, true), from the root down. */
bool
merkle_prove_consistency(const struct merkle_source *source, uint64_t old_size, uint64_t new_size,
    struct merkle_hash *proof, size_t *ret_n)
{
	uint64_t start = 0, m = old_size, n = new_size;
	struct merkle_hash reversed[MERKLE_MAX_PROOF + 1];
	bool is_whole = true; /* the old tree starts at the left edge of what is looked at */
	size_t count = 0;

	if (old_size > new_size)
		return false;
	if (old_size == 0 || old_size == new_size) {
		*ret_n = 0;
		return true;
	}
	while (m < n) {
		uint64_t k = (uint64_t)1 << split(n);
		bool goes_left = m <= k;

		if (!range(source, goes_left ? start + k : start, goes_left ? n - k : k,
			&reversed[count++]))
			return false;
		if (!goes_left) {
			start += k;
			m -= k;
			is_whole = false;
		}
		n = goes_left ? k : n - k;
	}
	if (!is_whole && !range(source, start, m, &reversed[count++]))
		return false;
	for (size_t i = 0; i < count; i++)
		proof[i] = reversed[count - 1 - i];
	*ret_n = count;
	return true;
}
