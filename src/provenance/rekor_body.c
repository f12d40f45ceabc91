/*
 * Bodies of Rekor's entries: hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1, intoto 0.0.2
 * (sigstore/rekor, pkg/types; rekor-tiles, rekor/v2).
 */
#include "config.h"

#include "provenance/rekor_body.h"

#include "core/text.h"
#include "crypto/base64.h"
#include "crypto/digest.h"

struct fitting {
	const struct rekor_subject *subject;
	struct arena *arena;
	struct json_object *spec;
};

static bool
get_object(struct json_object *object, const char *key, struct json_object **ret)
{
	return json_get(object, key, json_type_object, ret);
}

static bool
get_base64(struct json_object *object, const char *key, struct arena *arena, struct bytes *ret)
{
	const char *text;

	return json_get_string(object, key, &text) &&
	    base64_decode_any(arena, bytes_of_string(text), ret);
}

static bool
fits_signature(const struct fitting *fitting, struct bytes signature)
{
	return bytes_equal(signature, bundle_signature(fitting->subject->bundle));
}

/* Is MATERIAL, PEM or DER, the signer's certificate, or without one the signer's key? */
static bool
fits_signer(const struct fitting *fitting, struct bytes material)
{
	struct status ignored = { 0 };
	struct key *key;
	bool same;

	if (fitting->subject->leaf.len > 0)
		return fulcio_same(material, fitting->subject->leaf);
	key = bytes_starts(material, "-----") ? key_public_from_pem(material, &ignored)
					      : key_public_from_der(material, &ignored);
	same = key != NULL && key_same(key, fitting->subject->key);
	key_free(key);
	return same;
}

static bool
fits_hex(struct bytes digest, const char *hex)
{
	uint8_t raw[SHA256_LEN];

	return hex_decode(bytes_of_string(hex), raw, sizeof(raw)) &&
	    bytes_equal(digest, bytes_of(raw, sizeof(raw)));
}

/* payloadHash of the envelope's payload. */
static bool
fits_payload(const struct fitting *fitting, struct json_object *holder)
{
	struct json_object *hash;
	const char *algorithm, *value;
	uint8_t digest[SHA256_LEN];

	return fitting->subject->bundle->has_envelope && get_object(holder, "payloadHash", &hash) &&
	    json_get_string(hash, "algorithm", &algorithm) && strcmp(algorithm, "sha256") == 0 &&
	    json_get_string(hash, "value", &value) &&
	    digest_sha256(fitting->subject->bundle->dsse.payload, digest) &&
	    fits_hex(bytes_of(digest, sizeof(digest)), value);
}

static bool
hashedrekord_v1(const struct fitting *fitting)
{
	struct json_object *signature, *key, *data, *hash;
	struct bytes content, material;
	const char *algorithm, *value;

	return get_object(fitting->spec, "signature", &signature) &&
	    get_base64(signature, "content", fitting->arena, &content) &&
	    fits_signature(fitting, content) && get_object(signature, "publicKey", &key) &&
	    get_base64(key, "content", fitting->arena, &material) &&
	    fits_signer(fitting, material) && get_object(fitting->spec, "data", &data) &&
	    get_object(data, "hash", &hash) && json_get_string(hash, "algorithm", &algorithm) &&
	    strcmp(algorithm, "sha256") == 0 && json_get_string(hash, "value", &value) &&
	    fits_hex(fitting->subject->sha256, value);
}

static bool
hashedrekord_v2(const struct fitting *fitting)
{
	struct json_object *record, *data, *signature, *verifier, *holder;
	struct bytes digest, content, material;
	const char *algorithm;

	return get_object(fitting->spec, "hashedRekordV002", &record) &&
	    get_object(record, "data", &data) && json_get_string(data, "algorithm", &algorithm) &&
	    strcmp(algorithm, "SHA2_256") == 0 &&
	    get_base64(data, "digest", fitting->arena, &digest) &&
	    bytes_equal(digest, fitting->subject->sha256) &&
	    get_object(record, "signature", &signature) &&
	    get_base64(signature, "content", fitting->arena, &content) &&
	    fits_signature(fitting, content) && get_object(signature, "verifier", &verifier) &&
	    (get_object(verifier, "x509Certificate", &holder) ||
		get_object(verifier, "publicKey", &holder)) &&
	    get_base64(holder, "rawBytes", fitting->arena, &material) &&
	    fits_signer(fitting, material);
}

/* The only item of the array KEY. */
static bool
only_item(struct json_object *object, const char *key, struct json_object **ret)
{
	struct json_object *list;

	if (!json_get(object, key, json_type_array, &list) || json_object_array_length(list) != 1)
		return false;
	*ret = json_object_array_get_idx(list, 0);
	return true;
}

static bool
dsse_v1(const struct fitting *fitting)
{
	struct json_object *signature;
	struct bytes content, material;

	return fits_payload(fitting, fitting->spec) &&
	    only_item(fitting->spec, "signatures", &signature) &&
	    get_base64(signature, "signature", fitting->arena, &content) &&
	    fits_signature(fitting, content) &&
	    get_base64(signature, "verifier", fitting->arena, &material) &&
	    fits_signer(fitting, material);
}

static bool
intoto_v2(const struct fitting *fitting)
{
	struct json_object *content, *envelope, *signature;
	struct bytes once, twice, material;

	return get_object(fitting->spec, "content", &content) && fits_payload(fitting, content) &&
	    get_object(content, "envelope", &envelope) &&
	    only_item(envelope, "signatures", &signature) &&
	    get_base64(signature, "sig", fitting->arena, &once) &&
	    base64_decode_any(fitting->arena, once, &twice) && fits_signature(fitting, twice) &&
	    get_base64(signature, "publicKey", fitting->arena, &material) &&
	    fits_signer(fitting, material);
}

static const struct {
	const char *kind, *version;
	bool (*fits)(const struct fitting *);
} kinds[] = {
	{ "dsse", "0.0.1", dsse_v1 },
	{ "hashedrekord", "0.0.1", hashedrekord_v1 },
	{ "hashedrekord", "0.0.2", hashedrekord_v2 },
	{ "intoto", "0.0.2", intoto_v2 },
};

bool
rekor_body_fits(struct bytes bytes, const char *kind, const char *version,
    const struct rekor_subject *subject, struct arena *arena, struct status *status)
{
	struct status unread = { 0 };
	struct json_object *body = json_parse(bytes, &unread);
	struct fitting fitting = { subject, arena, NULL };
	const char *body_kind, *body_version;
	bool known = false, fits = false;

	if (body != NULL && json_get_string(body, "kind", &body_kind) &&
	    json_get_string(body, "apiVersion", &body_version) && strcmp(body_kind, kind) == 0 &&
	    strcmp(body_version, version) == 0 && get_object(body, "spec", &fitting.spec))
		for (size_t i = 0; i < ARRAY_LEN(kinds) && !known; i++)
			if (strcmp(kinds[i].kind, kind) == 0 &&
			    strcmp(kinds[i].version, version) == 0) {
				known = true;
				fits = kinds[i].fits(&fitting);
			}
	json_object_put(body);
	return fits ||
	    status_set(status, STATUS_MALFORMED, "the log entry does not hold: %s",
		known ? "it is about another signature, content or key"
		      : "it is of a kind that is not known");
}
