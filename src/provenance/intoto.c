/*
 * Attestations about the artifact (in-toto Statement v1 and v0.1, SLSA provenance among them): a
 * DSSE envelope or a bare statement, one or a line each (.intoto.jsonl). Its subjects are held
 * against the tree. Sigstore bundles and OpenSSF model signatures have verifiers of their own.
 */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "crypto/dsse.h"
#include "provenance/listing.h"

#define TYPE "https://in-toto.io/Statement/v"

static int
probe(const struct member *member)
{
	struct bytes head = bytes_slice(member->bytes, 0, 64 * KIB);

	if (member->bytes.len > LIMIT_CLAIM || bytes_find(head, bytes_of_string("{"), 0) < 0 ||
	    bytes_find(head, bytes_of_string("mediaType"), 0) >= 0)
		return 0;
	if (bytes_find(head, bytes_of_string("\"payloadType\""), 0) >= 0 &&
	    bytes_find(head, bytes_of_string(DSSE_IN_TOTO), 0) >= 0)
		return 60;
	return bytes_find(head, bytes_of_string("\"" TYPE), 0) >= 0 &&
		bytes_find(head, bytes_of_string("\"subject\""), 0) >= 0
	    ? 60
	    : 0;
}

/* What JSON has been read: the statement, and by whom it is signed. */
struct attestation {
	struct json_object *json, *statement;
	bool is_enveloped;
	const char *signer; /* NULL: by nobody whom the user trusts */
};

static const char *
find_signer(struct arena *arena, const struct dsse *envelope, const struct trust *trust)
{
	const char *signer = NULL;

	for (size_t i = 0; trust != NULL && signer == NULL && i < trust->npublic_keys; i++) {
		struct status status = { 0 };
		struct key *key = key_public_from_pem(trust->public_keys[i], &status);
		char hex[65];

		if (key != NULL && dsse_verify(envelope, key) && key_fingerprint(key, hex))
			signer = arena_format(arena, "sha256:%s", hex);
		key_free(key);
	}
	return signer;
}

static bool
read_attestation(struct arena *arena, struct bytes text, const struct trust *trust,
    struct attestation *ret, struct status *status)
{
	struct dsse envelope;
	const char *type;

	*ret = (struct attestation){ .json = json_parse(text, status) };
	if (ret->json == NULL)
		return false;
	if (json_get_string(ret->json, "payloadType", &type)) {
		ret->is_enveloped = true;
		if (!dsse_parse(ret->json, arena, &envelope, status))
			return false;
		if (strcmp(envelope.payload_type, DSSE_IN_TOTO) != 0)
			return status_set(
			    status, STATUS_UNSUPPORTED, "its payload is no in-toto statement");
		ret->signer = find_signer(arena, &envelope, trust);
		ret->statement = json_parse(envelope.payload, status);
		if (ret->statement == NULL)
			return false;
	} else {
		ret->statement = json_object_get(ret->json);
	}
	if (!json_get_string(ret->statement, "_type", &type) ||
	    strncmp(type, TYPE, strlen(TYPE)) != 0)
		return status_set(status, STATUS_MALFORMED, "it is no in-toto statement");
	return true;
}

static void
free_attestation(struct attestation *attestation)
{
	json_object_put(attestation->statement);
	json_object_put(attestation->json);
}

/* Calls VISIT with each digest of each subject that something computes. */
static bool
visit_subjects(struct json_object *statement, void (*visit)(void *, const struct listed *),
    void *context, struct status *status)
{
	static const char *const names[] = { "sha256", "sha384", "sha512", "blake2b", "blake3",
		"sha3-256", "sha3-512", "sha1", "md5" };
	struct json_object *list, *digests;

	if (!json_get(statement, "subject", json_type_array, &list))
		return status_set(status, STATUS_MALFORMED, "the statement has no subjects");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *subject = json_object_array_get_idx(list, i);
		struct listed listed = { .size = SIZE_UNKNOWN };
		const char *name = "", *hex;

		if (!json_object_is_type(subject, json_type_object) ||
		    !json_get(subject, "digest", json_type_object, &digests))
			return status_set(
			    status, STATUS_MALFORMED, "a subject of the statement has no digest");
		(void)!json_get_string(subject, "name", &name);
		listed.name = bytes_of_string(name);
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (json_get_string(digests, names[k], &hex)) {
				listed.algorithm = names[k];
				listed.hex = bytes_of_string(hex);
				visit(context, &listed);
			}
	}
	return true;
}

static bool
next_text(struct reader *r, struct bytes whole, bool is_lines, struct bytes *ret)
{
	if (!is_lines) {
		*ret = whole;
		return reader_left(r) > 0 && reader_skip(r, whole.len);
	}
	do {
		if (reader_left(r) == 0 ||
		    (!reader_line(r, ret) && !reader_bytes(r, reader_left(r), ret)))
			return false;
	} while (ret->len == 0);
	return true;
}

struct wanting {
	struct arena *arena;
	const struct claim *claim;
	struct wants *wants;
};

static void
want_one(void *context, const struct listed *listed)
{
	struct wanting *wanting = context;

	listing_want(wanting->arena, wanting->claim, listed, wanting->wants);
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct wanting wanting = { arena_new(LIMIT_ARENA), claim, wants };
	struct reader r = reader_over(claim->bytes);
	bool is_lines = bytes_ends(bytes_of_string(claim->path), "l");
	struct bytes text;

	while (wanting.arena != NULL && next_text(&r, claim->bytes, is_lines, &text)) {
		struct status status = { 0 };
		struct attestation attestation;

		if (read_attestation(wanting.arena, text, NULL, &attestation, &status))
			(void)!visit_subjects(attestation.statement, want_one, &wanting, &status);
		free_attestation(&attestation);
	}
	arena_free(wanting.arena);
}

static void
check_one(void *context, const struct listed *listed)
{
	listing_check(context, listed);
}

/* An envelope that nobody trusted signed proves no more than its digests do, and says so. */
static void
conclude(struct listing *listing, uint64_t nenveloped, uint64_t nunsigned, const char *signer)
{
	struct provenance *ret = listing->ret;

	listing_close(listing, "attestation");
	if (ret->status != PROVENANCE_VERIFIED)
		return;
	if (signer != NULL && nunsigned == 0) {
		ret->signer = signer;
		ret->why = "the signature verifies and every subject holds";
	} else if (nenveloped > 0) {
		ret->status = PROVENANCE_UNTRUSTED;
		ret->why = "every subject holds, but no key that you gave signed it";
	}
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct reader r = reader_over(claim->bytes);
	bool is_lines = bytes_ends(bytes_of_string(claim->path), "l"), sound = true;
	uint64_t nenveloped = 0, nunsigned = 0;
	const char *signer = NULL;
	struct listing listing;
	struct bytes text;

	if (!listing_open(&listing, claim, tree, sink, ret))
		return;
	while (sound && next_text(&r, claim->bytes, is_lines, &text)) {
		struct status status = { 0 };
		struct attestation attestation;

		sound = read_attestation(sink_arena(sink), text, trust, &attestation, &status);
		if (sound) {
			nenveloped += attestation.is_enveloped;
			nunsigned += attestation.signer == NULL;
			if (attestation.signer != NULL)
				signer = attestation.signer;
			sound = visit_subjects(attestation.statement, check_one, &listing, &status);
		}
		free_attestation(&attestation);
		if (!sound)
			listing_malformed(
			    sink, ret, "it cannot be read as an attestation: %s", status.text);
	}
	if (sound && claim->is_explicit)
		listing_check_rest(&listing, "", trust);
	if (sound)
		conclude(&listing, nenveloped, nunsigned, signer);
}

const struct verifier verifier_intoto = {
	.name = "in-toto",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
