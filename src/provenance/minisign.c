/*
 * Signatures of minisign and of OpenBSD's signify. Both begin with an untrusted comment and the
 * base64 of algorithm (2 bytes), key number (8) and Ed25519 signature (64):
 *
 *   "Ed" over the content, "ED" over its BLAKE2b-512 (minisign only)
 *
 * minisign adds a trusted comment with a signature over the first signature and that comment;
 * signify may carry what it signed behind the two lines, mostly a hash list (signify -e, -C).
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "provenance/detached.h"
#include "provenance/sums.h"

#define COMMENT "untrusted comment:"
#define TRUSTED "trusted comment: "
#define RAW_LEN 74
#define PUBLIC_LEN 42

struct signature {
	bool is_prehashed;
	struct bytes key_number, raw;	      /* 8 and 64 bytes */
	struct bytes trusted_comment, global; /* minisign; global is empty where there is none */
	struct bytes embedded;		      /* signify -e */
};

static bool
next_line(struct reader *r, struct bytes *ret)
{
	if (!reader_line(r, ret) && (reader_left(r) == 0 || !reader_bytes(r, reader_left(r), ret)))
		return false;
	if (ret->len > 0 && ret->data[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

static bool
parse(struct arena *arena, struct bytes b, struct signature *ret)
{
	struct reader r = reader_over(b), rest;
	struct bytes line, raw;

	*ret = (struct signature){ .is_prehashed = false };
	if (!next_line(&r, &line) || !bytes_starts(line, COMMENT) || !next_line(&r, &line) ||
	    !base64_decode(arena, line, &raw) || raw.len != RAW_LEN ||
	    !(bytes_starts(raw, "Ed") || bytes_starts(raw, "ED")))
		return false;
	ret->is_prehashed = raw.data[1] == 'D';
	ret->key_number = bytes_slice(raw, 2, 8);
	ret->raw = bytes_slice(raw, 10, 64);
	rest = r;
	if (next_line(&r, &line) && bytes_starts(line, TRUSTED)) {
		ret->trusted_comment = bytes_slice(line, strlen(TRUSTED), SIZE_MAX);
		return next_line(&r, &line) && base64_decode(arena, line, &ret->global) &&
		    ret->global.len == 64;
	}
	ret->embedded = bytes_slice(b, rest.pos, SIZE_MAX);
	return !ret->is_prehashed;
}

static int
probe(const struct member *member)
{
	struct arena *arena;
	struct signature signature;
	bool is_ours;

	if (!bytes_starts(member->bytes, COMMENT))
		return 0;
	arena = arena_new(64 * KIB);
	is_ours = arena != NULL && parse(arena, member->bytes, &signature);
	arena_free(arena);
	/* A public key looks alike and is none; what is called a signature must be one. */
	return is_ours ? 90 : member_has_suffix(member, ".minisig") ? 50 : 0;
}

static bool
next_entry(struct reader *r, struct arena *arena, enum sums_line *kind, struct listed *listed)
{
	struct bytes line;

	if (!next_line(r, &line))
		return false;
	*kind = sums_parse_line(arena, "SHA256", line, listed);
	return true;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct signature signature;
	struct listed listed;
	enum sums_line kind;

	if (arena == NULL)
		return;
	if (parse(arena, claim->bytes, &signature) && signature.embedded.len > 0) {
		struct reader r = reader_over(signature.embedded);

		while (next_entry(&r, arena, &kind, &listed))
			if (kind == SUMS_ENTRY)
				listing_want(arena, claim, &listed, wants);
	} else {
		detached_want(claim, wants);
	}
	arena_free(arena);
}

/* The user's key with the number of the signature; a PEM key has no number and may fit any. */
static struct key *
find_key(
    struct arena *arena, const struct trust *trust, const struct signature *signature, size_t i)
{
	struct status status = { 0 };
	struct bytes text = trust->public_keys[i], raw;
	struct reader r = reader_over(text);
	struct bytes line = text;
	struct key *key;

	if (bytes_starts(text, "-----BEGIN")) {
		key = key_public_from_pem(text, &status);
		if (key != NULL && key_kind_of(key) == KEY_ED25519)
			return key;
		key_free(key);
		return NULL;
	}
	if (bytes_starts(text, COMMENT) && !next_line(&r, &line))
		return NULL;
	if (!next_line(&r, &line) || !base64_decode(arena, line, &raw) || raw.len != PUBLIC_LEN ||
	    !bytes_starts(raw, "Ed") || !bytes_equal(bytes_slice(raw, 2, 8), signature->key_number))
		return NULL;
	return detached_ed25519(bytes_slice(raw, 10, 32), &status);
}

/* minisign: the trusted comment is signed together with the signature. */
static bool
global_holds(const struct signature *signature, const struct key *key)
{
	struct buffer message = buffer_up_to(64 * KIB);
	bool holds;

	if (signature->global.len == 0)
		return true;
	buffer_add(&message, signature->raw);
	buffer_add(&message, signature->trusted_comment);
	holds = buffer_ok(&message) && key_verify(key, buffer_bytes(&message), signature->global);
	buffer_free(&message);
	return holds;
}

static bool
holds(const struct signature *signature, const struct key *key, struct bytes message)
{
	struct digest digest;

	if (signature->is_prehashed) {
		if (!digest_of("blake2b512", message, &digest))
			return false;
		message = bytes_of(digest.data, digest.len);
	}
	return key_verify(key, message, signature->raw) && global_holds(signature, key);
}

/* What signify signed along: a hash list of the folder. */
static void
verify_list(const struct detached *detached, const struct signature *signature, const char *signer)
{
	struct reader r = reader_over(signature->embedded);
	struct listing listing;
	struct listed listed;
	enum sums_line kind;

	if (!listing_open(&listing, detached->claim, detached->tree, detached->sink, detached->ret))
		return;
	while (next_entry(&r, sink_arena(detached->sink), &kind, &listed))
		if (kind == SUMS_ENTRY)
			listing_check(&listing, &listed);
		else if (kind != SUMS_BLANK)
			sink_finding(detached->sink, "hash/malformed-line", 0, 0, NULL,
			    "a line of the signed list is no entry that can be checked");
	listing_check_rest(&listing, detached->claim->root, detached->trust);
	listing_close(&listing, "signed hash list");
	detached->ret->signer = signer == NULL ? "" : signer;
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct detached detached = { claim, tree, trust, sink, ret };
	struct arena *arena = sink_arena(sink);
	struct signature signature;
	struct key *key = NULL;
	bool fits = false, tried = false;
	const char *signer = NULL;

	if (!parse(arena, claim->bytes, &signature)) {
		detached_invalid(&detached, "it is no signature of minisign or signify");
		return;
	}
	if (signature.embedded.len == 0 && !detached_has_content(&detached))
		return;
	for (size_t i = 0; i < trust->npublic_keys && !fits; i++) {
		key = find_key(arena, trust, &signature, i);
		if (key == NULL)
			continue;
		tried = true;
		fits = holds(&signature, key,
		    signature.embedded.len > 0 ? signature.embedded : claim->content);
		if (fits)
			signer = detached_signer(&detached, key);
		key_free(key);
	}
	if (fits && signature.embedded.len > 0)
		verify_list(&detached, &signature, signer);
	else if (fits)
		detached_verified(&detached, signer, "signed with a trusted key");
	else if (tried)
		detached_invalid(&detached,
		    "the signature does not fit: the file was changed, or another key made it");
	else if (claim->is_explicit && trust->npublic_keys > 0)
		detached_invalid(&detached, "it names another key than the ones that are trusted");
	else
		detached_untrusted(
		    &detached, "none of the keys that are trusted is the one it names");
}

const struct verifier verifier_minisign = {
	.name = "minisign",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
