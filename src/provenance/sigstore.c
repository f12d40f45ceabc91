/*
 * Sigstore bundles found in a target or named by --signature: OpenSSF model signatures, in-toto
 * attestations about the target, and signatures over a single file.
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "provenance/listing.h"
#include "provenance/oms.h"
#include "provenance/signer.h"

#define KIND_MODEL "openssf-model-signing"

static int
probe(const struct member *member)
{
	return bundle_is_likely(member->bytes) ? 90 : 0;
}

/* The file whose digest a message signature names, or the only one. */
static const struct tree_entry *
find_message(const struct bundle *bundle, const struct tree *tree)
{
	const struct tree_entry *entry = NULL;
	uint8_t digest[SHA256_LEN];

	if (tree->is_file)
		return tree_find(tree, tree->name);
	for (size_t i = 0; i < tree->n && bundle->digest.len == SHA256_LEN; i++) {
		const char *hex = tree_digest(&tree->entries[i], "sha256");

		if (hex != NULL && hex_decode(bytes_of_string(hex), digest, SHA256_LEN) &&
		    memcmp(digest, bundle->digest.data, SHA256_LEN) == 0)
			entry = &tree->entries[i];
	}
	return entry;
}

/* Ed25519 is over the content, which no digest can stand for. */
static void
want_message(const struct bundle *bundle, struct wants *list)
{
	const struct tree *tree = wants_tree(list);
	const struct tree_entry *entry = tree == NULL ? NULL : find_message(bundle, tree);

	if (entry != NULL && bundle->material == BUNDLE_KEY && bundle->signature.len == 64)
		wants_add(list, entry->path, WANT_CONTENT, 0, SIZE_UNKNOWN);
}

static void
wants(const struct claim *claim, struct wants *list)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct status ignored = { 0 };
	struct oms_manifest manifest;
	struct bundle bundle;

	if (arena == NULL)
		return;
	if (bundle_parse(claim->bytes, arena, &bundle, &ignored)) {
		if (bundle.has_envelope && oms_is_payload(&bundle.dsse) &&
		    oms_parse(bundle.dsse.payload, arena, &manifest, &ignored))
			oms_wants(&manifest, claim, list);
		else if (!bundle.has_envelope)
			want_message(&bundle, list);
		bundle_close(&bundle);
	}
	arena_free(arena);
}

/* The text of Python's repr() of PAYLOAD: v0.2 signed that by mistake (A.2 of the specification's
 * notes on compatibility). */
static void
add_python_repr(struct buffer *out, struct bytes payload)
{
	bool has_single = memchr(payload.data, '\'', payload.len) != NULL,
	     has_double = memchr(payload.data, '"', payload.len) != NULL;
	char quote = has_single && !has_double ? '"' : '\'';

	buffer_add_format(out, "b%c", quote);
	for (size_t i = 0; i < payload.len; i++) {
		uint8_t c = payload.data[i];

		if (c == '\\' || c == quote)
			buffer_add_format(out, "\\%c", c);
		else if (c == '\n')
			buffer_add_string(out, "\\n");
		else if (c == '\r')
			buffer_add_string(out, "\\r");
		else if (c == '\t')
			buffer_add_string(out, "\\t");
		else if (c < 0x20 || c >= 0x7f)
			buffer_add_format(out, "\\x%02x", c);
		else
			buffer_add_u8(out, c);
	}
	buffer_add_u8(out, (uint8_t)quote);
}

/* One claim under judgment. */
struct judging {
	const struct claim *claim;
	const struct tree *tree;
	const struct trust *trust;
	struct sink *sink;
	struct arena *arena;
	struct bundle bundle;
	struct provenance *ret;
};

static void
refuse(struct judging *judging, const char *why)
{
	judging->ret->status = PROVENANCE_FAILED;
	judging->ret->why = arena_string(judging->arena, why);
	if (judging->ret->signer == NULL)
		judging->ret->signer = judging->ret->time = "";
	sink_finding(judging->sink, "signature/invalid", 0, 0, NULL, "%s", why);
}

/* Who signed; false where it must not be believed. */
static bool
judge_signer(struct judging *judging, const struct signed_text *texts, size_t n, bool is_model)
{
	struct signer_request request = { &judging->bundle, judging->trust, judging->arena, texts,
		n, is_model };

	signer_verify(&request, judging->ret);
	switch (judging->ret->status) {
	case PROVENANCE_VERIFIED:
		return true;
	case PROVENANCE_UNTRUSTED:
		sink_finding(
		    judging->sink, "signature/untrusted", 0, 0, NULL, "%s", judging->ret->why);
		return true;
	case PROVENANCE_INCOMPLETE:
		sink_trouble(judging->sink, STATUS_UNSUPPORTED, "signature/incomplete", 0, "%s",
		    judging->ret->why);
		return true;
	case PROVENANCE_FAILED:
		break;
	}
	sink_finding(judging->sink, "signature/invalid", 0, 0, NULL, "%s", judging->ret->why);
	return false;
}

static void
judge_model(struct judging *judging)
{
	struct status status = { 0 };
	struct bundle *bundle = &judging->bundle;
	struct buffer pae = buffer_up_to(2 * LIMIT_CLAIM), old = buffer_up_to(5 * LIMIT_CLAIM);
	struct oms_manifest manifest;
	struct signed_text texts[3];
	size_t n = 0;

	judging->ret->kind = KIND_MODEL;
	/* Only keyless signatures exist in earlier bundles. */
	if (!bundle->is_current_type &&
	    (bundle->material == BUNDLE_KEY || judging->trust->ncertificates > 0)) {
		refuse(judging, "a model signature has to be a Sigstore bundle v0.3");
	} else if (!oms_parse(bundle->dsse.payload, judging->arena, &manifest, &status)) {
		refuse(judging, status.text);
	} else {
		dsse_add_pae(&pae, bundle->dsse.payload_type, bundle->dsse.payload);
		texts[n++] = (struct signed_text){ buffer_bytes(&pae), NULL };
		if (manifest.is_old) {
			buffer_add_format(
			    &old, "DSSEV1 28 " DSSE_IN_TOTO " %zu ", bundle->dsse.payload.len);
			add_python_repr(&old, bundle->dsse.payload);
			texts[n++] = (struct signed_text){ buffer_bytes(&old), NULL };
			texts[n++] = (struct signed_text){ buffer_bytes(&old), "sha256" };
		}
		if (!buffer_ok(&pae) || !buffer_ok(&old))
			refuse(judging, "no memory to verify the signature");
		else if (judge_signer(judging, texts, n, true))
			oms_compare(&manifest, judging->claim, judging->tree, judging->trust,
			    judging->sink, judging->ret);
	}
	buffer_free(&pae);
	buffer_free(&old);
}

/* Says what the signature covers; one that the user named has to cover everything. */
static void
cover(struct judging *judging, const uint8_t *seen)
{
	const struct tree *tree = judging->tree;

	for (size_t i = 0; i < tree->n; i++)
		if (seen[i] != 0)
			provenance_covers(judging->sink, judging->ret, tree->entries[i].path);
	listing_check_uncovered(
	    judging->claim, tree, judging->trust, judging->sink, seen, judging->ret);
}

/* Is a digest of one of the statement's subjects that of something in the tree? */
static bool
covers_subject(struct judging *judging, struct json_object *statement)
{
	struct json_object *subjects, *digest;
	const struct tree *tree = judging->tree;
	uint8_t *seen = arena_alloc(judging->arena, tree->n + 1);
	const char *hex;
	bool found = false;

	if (seen == NULL || !json_get(statement, "subject", json_type_array, &subjects))
		return false;
	for (size_t i = 0; i < tree->n; i++) {
		const char *sha256 = tree_digest(&tree->entries[i], "sha256");
		bool covered = false;

		for (size_t s = 0; sha256 != NULL && s < json_object_array_length(subjects); s++)
			covered = covered ||
			    (json_get(json_object_array_get_idx(subjects, s), "digest",
				 json_type_object, &digest) &&
				json_get_string(digest, "sha256", &hex) &&
				text_equal_ignoring_case(bytes_of_string(hex), sha256));
		seen[i] = covered;
		found = found || covered;
	}
	if (found)
		cover(judging, seen);
	return found;
}

static void
judge_attestation(struct judging *judging)
{
	struct status status = { 0 };
	struct buffer pae = buffer_up_to(2 * LIMIT_CLAIM);
	const struct dsse *dsse = &judging->bundle.dsse;
	struct json_object *statement = json_parse(dsse->payload, &status);
	struct signed_text text;

	judging->ret->kind = "in-toto-attestation";
	dsse_add_pae(&pae, dsse->payload_type, dsse->payload);
	text = (struct signed_text){ buffer_bytes(&pae), NULL };
	if (statement == NULL || strcmp(dsse->payload_type, DSSE_IN_TOTO) != 0)
		refuse(judging, "what is signed is no in-toto statement");
	else if (judge_signer(judging, &text, 1, false) && !covers_subject(judging, statement))
		refuse(judging, "it is about something else: no subject has a digest that is here");
	json_object_put(statement);
	buffer_free(&pae);
}

/* A signature over one file, whose digest the tree knows: signers verify it by that digest. */
static void
judge_message(struct judging *judging)
{
	const struct bundle *bundle = &judging->bundle;
	const struct tree_entry *entry = find_message(bundle, judging->tree);
	uint8_t digest[SHA256_LEN];
	const char *hex;
	struct signed_text texts[2];
	uint8_t *seen = arena_alloc(judging->arena, judging->tree->n + 1);

	judging->ret->kind = "sigstore-bundle";
	hex = entry == NULL ? NULL : tree_digest(entry, "sha256");
	if (hex == NULL || !hex_decode(bytes_of_string(hex), digest, SHA256_LEN)) {
		refuse(judging, "it signs something else than what is here");
		return;
	}
	if (bundle->digest.len > 0 &&
	    (strcmp(bundle->digest_algorithm, "SHA2_256") != 0 ||
		!bytes_equal(bundle->digest, bytes_of(digest, SHA256_LEN)))) {
		refuse(judging, "the digest that the bundle names is not that of the file");
		return;
	}
	texts[0] = (struct signed_text){ bytes_of(digest, SHA256_LEN), SIGNED_DIGEST };
	texts[1] = (struct signed_text){ judging->claim->content, NULL };
	if (seen == NULL) {
		refuse(judging, "no memory to verify the signature");
	} else if (judge_signer(judging, texts, judging->claim->has_content ? 2 : 1, false)) {
		seen[entry - judging->tree->entries] = 1;
		cover(judging, seen);
	}
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct judging judging = { .claim = claim,
		.tree = tree,
		.trust = trust,
		.sink = sink,
		.arena = sink_arena(sink),
		.ret = ret };
	struct status status = { 0 };

	if (!bundle_parse(claim->bytes, judging.arena, &judging.bundle, &status)) {
		refuse(&judging, status.text);
		return;
	}
	if (!judging.bundle.has_envelope)
		judge_message(&judging);
	else if (oms_is_payload(&judging.bundle.dsse))
		judge_model(&judging);
	else
		judge_attestation(&judging);
	bundle_close(&judging.bundle);
}

const struct verifier verifier_sigstore = {
	.name = "sigstore-bundle",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
