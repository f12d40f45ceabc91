/*
 * What cosign 1 and 2 wrote with `sign-blob --bundle` (sigstore/cosign, pkg/cosign/bundle):
 *
 *   { "base64Signature": B64, "cert": PEM or B64 of PEM, certificate or public key, or "",
 *     "rekorBundle": null or { "SignedEntryTimestamp": B64, "Payload":
 *       { "body": B64, "integratedTime": N, "logIndex": N, "logID": HEX } } }
 *
 * It becomes a Sigstore bundle v0.1, where the promise of a log is enough as it was then, and is
 * judged as one.
 */
#include "config.h"

#include "core/limits.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/fulcio.h"
#include "provenance/detached.h"
#include "provenance/signer.h"

#define SIGNATURE_FIELD "base64Signature"
#define KIND "cosign-bundle"

/* What is read of one. */
struct reading {
	struct bundle bundle;
	struct arena *arena;
	struct status *status;
	bool has_certificate;
	struct key *key;    /* of "cert"; NULL where that is empty */
	const char *sha256; /* of the file, by the log's entry; NULL where none says it */
};

static int
probe(const struct member *member)
{
	struct bytes b = member->bytes;

	return b.len < MIB && b.len > 0 && b.data[0] == '{' &&
		bytes_find(b, bytes_of_string("\"" SIGNATURE_FIELD "\""), 0) >= 0
	    ? 75
	    : 0;
}

static bool
malformed(struct reading *reading, const char *what)
{
	return status_set(reading->status, STATUS_MALFORMED, "cosign's bundle: %s", what);
}

/* Is PEM, but for the end of its last line, the text AGAIN? Nothing in it may change unseen. */
static bool
is_same_text(struct bytes pem, struct bytes again)
{
	return bytes_equal(bytes_slice(pem, 0, pem.len - bytes_ends(pem, "\n")),
	    bytes_slice(again, 0, again.len - bytes_ends(again, "\n")));
}

static bool
take_certificate(struct reading *reading, struct bytes der)
{
	struct bundle *bundle = &reading->bundle;

	reading->has_certificate = true;
	reading->key = fulcio_key(der, reading->status);
	bundle->certificates = arena_array(reading->arena, 1, sizeof(der));
	if (reading->key == NULL || bundle->certificates == NULL)
		return status_set(reading->status, STATUS_MEMORY, "no memory for a certificate");
	bundle->certificates[bundle->ncertificates++] = der;
	return true;
}

/* One certificate or public key, as PEM or as base64 of PEM. */
static bool
read_signer(struct reading *reading, const char *text)
{
	struct bytes pem = bytes_of_string(text), der;
	struct status ignored = { 0 };
	struct buffer again = buffer_up_to(64 * KIB);
	bool is_certificate, done;

	if (!bytes_starts(pem, "-----") && !base64_decode(reading->arena, pem, &pem))
		return malformed(reading, "its certificate is neither PEM nor base64");
	is_certificate = fulcio_from_pem(pem, reading->arena, &der);
	if (is_certificate)
		done = fulcio_add_pem(der, &again) && take_certificate(reading, der);
	else {
		reading->key = key_public_from_pem(pem, &ignored);
		done = reading->key != NULL && key_add_public_pem(reading->key, &again);
	}
	done = done && buffer_ok(&again) && is_same_text(pem, buffer_bytes(&again));
	buffer_free(&again);
	return done || malformed(reading, "it holds no single certificate or public key");
}

/* What the entry is about, in its own words: which kind it is, and whose digest it logs. */
static bool
read_body(struct reading *reading, struct bytes raw, struct json_object *kind_version)
{
	struct status ignored = { 0 };
	struct json_object *body = json_parse(raw, &ignored), *spec, *data, *hash;
	const char *kind, *version, *hex;
	bool done = body != NULL && json_get_string(body, "kind", &kind) &&
	    json_get_string(body, "apiVersion", &version);

	if (done) {
		json_object_object_add(kind_version, "kind", json_object_new_string(kind));
		json_object_object_add(kind_version, "version", json_object_new_string(version));
	}
	if (done && json_get(body, "spec", json_type_object, &spec) &&
	    json_get(spec, "data", json_type_object, &data) &&
	    json_get(data, "hash", json_type_object, &hash) && json_get_string(hash, "value", &hex))
		reading->sha256 = arena_string(reading->arena, hex);
	json_object_put(body);
	return done || malformed(reading, "its log entry has no body");
}

static struct json_object *
base64_of(struct bytes b)
{
	struct buffer text = buffer_up_to(256);
	struct json_object *string;

	base64_add(&text, b);
	string = json_object_new_string_len((const char *)text.data, (int)text.len);
	buffer_free(&text);
	return string;
}

/* The entry in the words of a Sigstore bundle (sigstore_rekor.proto). */
static bool
convert_entry(struct reading *reading, struct json_object *payload, const char *promise,
    struct json_object *ret)
{
	struct json_object *log = json_object_new_object(), *kind = json_object_new_object(),
			   *holder = json_object_new_object();
	uint8_t id[SHA256_LEN];
	char lower[2 * SHA256_LEN + 1];
	const char *body, *hex;
	int64_t index, time;
	struct bytes raw;

	json_object_object_add(ret, "logId", log);
	json_object_object_add(ret, "kindVersion", kind);
	json_object_object_add(ret, "inclusionPromise", holder);
	if (!json_get_string(payload, "body", &body) ||
	    !base64_decode(reading->arena, bytes_of_string(body), &raw) ||
	    !json_get_int64(payload, "integratedTime", &time) ||
	    !json_get_int64(payload, "logIndex", &index) ||
	    !json_get_string(payload, "logID", &hex) ||
	    !hex_decode(bytes_of_string(hex), id, sizeof(id)))
		return malformed(reading, "its log entry is malformed");
	hex_encode(bytes_of(id, sizeof(id)), lower);
	if (strcmp(lower, hex) != 0)
		return malformed(reading, "its log's id is not in lower case");
	json_object_object_add(ret, "logIndex", json_object_new_int64(index));
	json_object_object_add(ret, "integratedTime", json_object_new_int64(time));
	json_object_object_add(ret, "canonicalizedBody", json_object_new_string(body));
	json_object_object_add(log, "keyId", base64_of(bytes_of(id, sizeof(id))));
	json_object_object_add(holder, "signedEntryTimestamp", json_object_new_string(promise));
	return read_body(reading, raw, kind);
}

static bool
read_log(struct reading *reading, struct json_object *log)
{
	static const char *const fields[] = { "SignedEntryTimestamp", "Payload", NULL };
	static const char *const payload_fields[] = { "body", "integratedTime", "logIndex", "logID",
		NULL };
	struct json_object *payload, *entry = json_object_new_object();
	const char *promise;

	json_object_object_add(reading->bundle.object, "tlogEntries", json_object_new_array());
	if (!json_get(
		reading->bundle.object, "tlogEntries", json_type_array, &reading->bundle.entries))
		return status_set(reading->status, STATUS_MEMORY, "no memory for a bundle");
	json_object_array_add(reading->bundle.entries, entry);
	if (!json_object_is_type(log, json_type_object) || !json_only_fields(log, fields) ||
	    !json_get_string(log, "SignedEntryTimestamp", &promise) ||
	    !json_get(log, "Payload", json_type_object, &payload) ||
	    !json_only_fields(payload, payload_fields))
		return malformed(reading, "its log entry is malformed");
	return convert_entry(reading, payload, promise, entry);
}

static bool
read_all(struct reading *reading, struct bytes b)
{
	static const char *const fields[] = { SIGNATURE_FIELD, "cert", "rekorBundle", NULL };
	struct bundle *bundle = &reading->bundle;
	struct json_object *log = NULL, *cert = NULL;
	const char *text;

	bundle->object = json_parse(b, reading->status);
	if (bundle->object == NULL)
		return false;
	if (!json_only_fields(bundle->object, fields) ||
	    !json_get_string(bundle->object, SIGNATURE_FIELD, &text) ||
	    !base64_decode(reading->arena, bytes_of_string(text), &bundle->signature) ||
	    bundle->signature.len == 0)
		return malformed(reading, "it holds no signature, or fields that are not known");
	(void)json_object_object_get_ex(bundle->object, "cert", &cert);
	if (cert != NULL &&
	    (!json_get_string(bundle->object, "cert", &text) ||
		(*text != '\0' && !read_signer(reading, text))))
		return malformed(reading, "its certificate cannot be read");
	(void)json_object_object_get_ex(bundle->object, "rekorBundle", &log);
	return log == NULL || read_log(reading, log);
}

/* By which way the signature is judged: by the certificate, or by its key alone where the user
 * names keys and nobody else. */
static bool
choose_material(struct reading *reading, const struct trust *trust)
{
	struct bundle *bundle = &reading->bundle;
	bool by_identity = trust->identity != NULL || trust->identity_regex != NULL,
	     by_chain = trust->ncertificates > 0 && trust->trusted_root.len == 0;
	struct buffer pem = buffer_up_to(64 * KIB);
	bool done = true;

	if (reading->has_certificate &&
	    (by_identity || by_chain || trust->trusted_root.len > 0 || trust->npublic_keys == 0)) {
		bundle->material = by_chain ? BUNDLE_CHAIN : BUNDLE_CERTIFICATE;
	} else if (reading->key != NULL) {
		done = key_add_public_pem(reading->key, &pem);
		bundle->raw_key =
		    bytes_of_string(arena_string_of(reading->arena, buffer_bytes(&pem)));
	}
	buffer_free(&pem);
	return done || status_set(reading->status, STATUS_MEMORY, "no memory for a key");
}

/* The file that it is about: by its name, or else by the digest that the log has. */
static const struct tree_entry *
find_subject(const struct reading *reading, const struct claim *claim, const struct tree *tree)
{
	const struct tree_entry *entry = detached_subject(reading->arena, claim, tree);

	for (size_t i = 0; entry == NULL && reading->sha256 != NULL && i < tree->n; i++) {
		const char *hex = tree_digest(&tree->entries[i], "sha256");

		if (tree->entries[i].kind == TREE_FILE && hex != NULL &&
		    strcmp(hex, reading->sha256) == 0)
			entry = &tree->entries[i];
	}
	return entry;
}

static void
judge(const struct detached *detached, struct reading *reading, const struct tree_entry *entry)
{
	static const char *const hashes[] = { NULL, "sha256", "sha384", "sha512" };
	const struct claim *claim = detached->claim;
	const char *hex = tree_digest(entry, "sha256");
	uint8_t digest[SHA256_LEN];
	struct signed_text texts[1 + ARRAY_LEN(hashes)];
	struct signer_request request = { &reading->bundle, detached->trust, reading->arena, texts,
		1, false };

	if (hex == NULL || !hex_decode(bytes_of_string(hex), digest, sizeof(digest))) {
		detached_unjudged(detached, "the file that it is about could not be hashed");
		return;
	}
	texts[0] = (struct signed_text){ bytes_of(digest, sizeof(digest)), SIGNED_DIGEST };
	for (size_t i = 0; claim->has_content && i < ARRAY_LEN(hashes); i++)
		texts[request.ntexts++] = (struct signed_text){ claim->content, hashes[i] };
	signer_verify(&request, detached->ret);
	switch (detached->ret->status) {
	case PROVENANCE_VERIFIED:
		/* The key is enough; the log is not believed, nor is its time. */
		if (reading->bundle.material == BUNDLE_KEY && reading->bundle.entries != NULL &&
		    detached->trust->trusted_root.len == 0)
			detached->ret->why = "signed with a trusted key; its log entry is checked "
					     "only with --trusted-root";
		detached_covers(detached, entry);
		break;
	case PROVENANCE_UNTRUSTED:
		detached_untrusted(detached, detached->ret->why);
		break;
	case PROVENANCE_INCOMPLETE:
		detached_unjudged(detached, detached->ret->why);
		break;
	case PROVENANCE_FAILED:
		detached_invalid(detached, detached->ret->why);
		break;
	}
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
	struct status status = { 0 };
	struct reading reading = { .arena = sink_arena(sink),
		.status = &status,
		.bundle = {
		    .media_type = KIND, .version = 1, .hint = "", .digest_algorithm = "" } };
	const struct tree_entry *entry = NULL;

	if (!read_all(&reading, claim->bytes) || !choose_material(&reading, trust)) {
		detached_invalid(&detached, arena_string(sink_arena(sink), status.text));
	} else {
		entry = find_subject(&reading, claim, tree);
		if (entry != NULL)
			judge(&detached, &reading, entry);
		else if (claim->is_explicit)
			detached_invalid(&detached, "it signs something else than what is here");
		else
			detached_untrusted(&detached, "the file that it is about is not beside it");
	}
	key_free(reading.key);
	bundle_close(&reading.bundle);
}

const struct verifier verifier_cosign = {
	.name = KIND,
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
