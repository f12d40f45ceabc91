/* What the verifiers of detached signatures share: see provenance/detached.h. */
#include "config.h"

#include "provenance/detached.h"

#include "core/limits.h"
#include "provenance/listing.h"

const struct tree_entry *
detached_subject(struct arena *arena, const struct claim *claim, const struct tree *tree)
{
	const char *slash = strrchr(claim->path, '/');
	const char *base = slash == NULL ? claim->path : slash + 1;
	struct bytes name = bytes_of_string(base);

	if (tree == NULL)
		return NULL;
	if (tree->is_file && claim->is_explicit)
		return tree->n == 1 ? &tree->entries[0] : NULL;
	/* "model.bin.legacy.minisig" may be about "model.bin": one suffix after the other goes. */
	for (int i = 0; i < 3; i++) {
		const uint8_t *dot = name.len == 0 ? NULL : memrchr(name.data, '.', name.len);
		const struct tree_entry *entry;
		const char *path;

		if (dot == NULL || dot == name.data)
			return NULL;
		name.len = (size_t)(dot - name.data);
		path = listing_path(arena, claim->root, name);
		entry = path == NULL ? NULL : tree_find(tree, path);
		if (entry != NULL && entry->kind == TREE_FILE)
			return entry;
	}
	return NULL;
}

void
detached_want(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(64 * KIB);
	const struct tree_entry *entry =
	    arena == NULL ? NULL : detached_subject(arena, claim, wants_tree(wants));

	if (entry != NULL)
		wants_add(wants, entry->path, WANT_CONTENT, 0, SIZE_UNKNOWN);
	arena_free(arena);
}

bool
detached_has_content(const struct detached *detached)
{
	if (detached->claim->has_content)
		return true;
	if (detached->claim->is_explicit)
		detached_unjudged(
		    detached, "no file of the target has the signature's name without its suffix");
	else
		detached_untrusted(detached, "the file that it is about is not beside it");
	return false;
}

static void
conclude(const struct detached *detached, enum provenance_status status, const char *signer,
    const char *why)
{
	detached->ret->status = status;
	detached->ret->signer = signer == NULL ? "" : signer;
	detached->ret->time = "";
	detached->ret->why = why;
}

void
detached_covers(const struct detached *detached, const struct tree_entry *entry)
{
	const struct tree *tree = detached->tree;
	uint8_t *seen = arena_alloc(sink_arena(detached->sink), tree->n + 1);

	if (seen == NULL) {
		detached_unjudged(detached, "no memory to judge what it covers");
		return;
	}
	seen[entry - tree->entries] = 1;
	listing_check_uncovered(
	    detached->claim, tree, detached->trust, detached->sink, seen, detached->ret);
	provenance_covers(detached->sink, detached->ret, entry->path);
}

void
detached_verified(const struct detached *detached, const char *signer, const char *why)
{
	const struct tree_entry *entry =
	    detached_subject(sink_arena(detached->sink), detached->claim, detached->tree);

	conclude(detached, PROVENANCE_VERIFIED, signer, why);
	if (entry != NULL && detached->claim->has_content)
		detached_covers(detached, entry);
}

void
detached_invalid(const struct detached *detached, const char *why)
{
	conclude(detached, PROVENANCE_FAILED, NULL, why);
	sink_finding(detached->sink, "signature/invalid", 0, 0, NULL, "%s", why);
}

void
detached_untrusted(const struct detached *detached, const char *why)
{
	conclude(detached, PROVENANCE_UNTRUSTED, NULL, why);
	sink_finding(detached->sink, "signature/untrusted", 0, 0, NULL, "%s", why);
}

void
detached_unjudged(const struct detached *detached, const char *why)
{
	conclude(detached, PROVENANCE_INCOMPLETE, NULL, why);
	sink_trouble(detached->sink, STATUS_UNSUPPORTED, "signature/incomplete", 0, "%s", why);
}

const char *
detached_signer(const struct detached *detached, const struct key *key)
{
	char hex[65];

	return key_fingerprint(key, hex)
	    ? arena_format(sink_arena(detached->sink), "sha256:%s", hex)
	    : NULL;
}

struct key *
detached_ed25519(struct bytes raw, struct status *status)
{
	/* RFC 8410, section 4: the SubjectPublicKeyInfo of Ed25519 is this and the key. */
	static const uint8_t prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
		0x03, 0x21, 0x00 };
	uint8_t der[sizeof(prefix) + 32];

	if (raw.len != 32) {
		status_set(status, STATUS_USAGE, "an Ed25519 key has 32 bytes");
		return NULL;
	}
	memcpy(der, prefix, sizeof(prefix));
	memcpy(der + sizeof(prefix), raw.data, 32);
	return key_public_from_der(bytes_of(der, sizeof(der)), status);
}
