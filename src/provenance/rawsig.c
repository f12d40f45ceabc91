/*
 * Signatures that are nothing but a signature: ECDSA (DER), Ed25519 (64 bytes) or RSA, in binary
 * or base64 as `openssl dgst -sign` and `cosign sign-blob` write them. They name no key: those that
 * are trusted are tried.
 */
#include "config.h"

#include "core/limits.h"
#include "crypto/base64.h"
#include "provenance/detached.h"

#define MAX_LEN 4096 /* base64 of RSA with 16384 bits is below */

static const char *const suffixes[] = { ".sig", ".sign", ".signature", ".ed25519", ".ecdsa", ".rsa",
	".rsapss", ".pss", ".der", ".sha256.sig" };

/* Without the ends of lines, which base64 is often wrapped with. */
static bool
unwrap(struct arena *arena, struct bytes b, struct bytes *ret)
{
	uint8_t *out = arena_alloc(arena, b.len + 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < b.len; i++)
		if (b.data[i] != '\n' && b.data[i] != '\r')
			out[n++] = b.data[i];
	*ret = bytes_of(out, n);
	return out != NULL;
}

/* The bytes of the signature, where it is in base64. */
static bool
unpack(struct arena *arena, struct bytes b, struct bytes *ret)
{
	return b.len <= MAX_LEN && unwrap(arena, b, &b) && base64_decode(arena, b, ret) &&
	    ret->len > 0;
}

/* ECDSA-Sig-Value: a SEQUENCE that is all of B (X9.62; RFC 3279, section 2.2.3). */
static bool
is_der(struct bytes b)
{
	return b.len >= 8 && b.len < 160 && b.data[0] == 0x30 &&
	    (b.data[1] == b.len - 2 || (b.data[1] == 0x81 && b.data[2] == b.len - 3));
}

static bool
is_plain(struct bytes b)
{
	return is_der(b) || b.len == 64 || b.len == 256 || b.len == 384 || b.len == 512 ||
	    b.len == 1024;
}

static int
probe(const struct member *member)
{
	struct arena *arena;
	struct bytes raw;
	bool is_ours = false;

	for (size_t i = 0; i < ARRAY_LEN(suffixes) && !is_ours; i++)
		is_ours = member_has_suffix(member, suffixes[i]);
	if (!is_ours)
		return 0;
	if (is_plain(member->bytes))
		return 40;
	arena = arena_new(64 * KIB);
	is_ours = arena != NULL && unpack(arena, member->bytes, &raw) && is_plain(raw);
	arena_free(arena);
	return is_ours ? 40 : 0;
}

static bool
fits(const struct key *key, struct bytes content, struct bytes signature)
{
	static const char *const hashes[] = { "sha256", "sha384", "sha512" };

	if (key_verify(key, content, signature))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(hashes) && key_kind_of(key) != KEY_ED25519; i++)
		if (key_verify_with(key, hashes[i], false, content, signature) ||
		    (key_kind_of(key) == KEY_RSA &&
			key_verify_with(key, hashes[i], true, content, signature)))
			return true;
	return false;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	detached_want(claim, wants);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct detached detached = { claim, tree, trust, sink, ret };
	struct bytes signature = claim->bytes;
	size_t ntried = 0;
	bool is_ed25519 = false;

	if (!is_plain(claim->bytes) && !unpack(sink_arena(sink), claim->bytes, &signature)) {
		detached_invalid(
		    &detached, "it holds no signature, neither in binary nor in base64");
		return;
	}
	if (!detached_has_content(&detached))
		return;
	for (size_t i = 0; i < trust->npublic_keys; i++) {
		struct status status = { 0 };
		struct key *key = key_public_from_pem(trust->public_keys[i], &status);
		bool is_right = key != NULL && fits(key, claim->content, signature);

		ntried += key != NULL;
		is_ed25519 = is_ed25519 || (key != NULL && key_kind_of(key) == KEY_ED25519);
		if (is_right)
			detached_verified(&detached, detached_signer(&detached, key),
			    "signed with a trusted key");
		key_free(key);
		if (is_right)
			return;
	}
	if (claim->is_explicit && ntried > 0)
		detached_invalid(&detached,
		    is_ed25519 && signature.len == 64
			? "no trusted key made this signature over this file: it was changed, "
			  "somebody else signed it, or it is Ed25519ph, which assay cannot verify"
			: "no trusted key made this signature over this file: it was changed, or "
			  "somebody else signed it");
	else
		detached_untrusted(
		    &detached, "no trusted key made it: give the signer's with --public-key");
}

const struct verifier verifier_rawsig = {
	.name = "detached-signature",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
