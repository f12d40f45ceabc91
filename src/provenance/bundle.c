/* Sigstore bundles: see provenance/bundle.h. */
#include "config.h"

#include "provenance/bundle.h"

#include "crypto/base64.h"

#define MAX_CERTIFICATES 32 /* real chains have three */
#define MAX_TIMESTAMPS 32
#define ROW_MAX 65536 /* bytes of a row of JSON, mostly */

/* The first row where objects stand in rows, as no single document does; all of B elsewhere. */
static struct bytes
first_row(struct bytes b)
{
	const struct bytes head = bytes_slice(b, 0, ROW_MAX);
	const uint8_t *newline = head.len == 0 ? NULL : memchr(head.data, '\n', head.len);
	size_t len = newline == NULL ? 0 : (size_t)(newline - head.data);

	if (len == 0 || len + 1 == b.len || b.data[len - 1] != '}' || b.data[len + 1] != '{')
		return b;
	return bytes_slice(b, 0, len);
}

bool
bundle_is_likely(struct bytes b)
{
	static const char type[] = "application/vnd.dev.sigstore.bundle";
	size_t pos = 0;

	while (pos < b.len &&
	    (b.data[pos] == ' ' || b.data[pos] == '\n' || b.data[pos] == '\t' ||
		b.data[pos] == '\r'))
		pos++;
	b = first_row(bytes_slice(b, pos, SIZE_MAX));
	return b.len > 0 && b.data[0] == '{' && bytes_find(b, bytes_of_string(type), 0) > 0;
}

/* The media types that were ever in use. */
static bool
read_media_type(struct bundle *bundle)
{
	static const struct {
		const char *name;
		unsigned version;
	} types[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", 1 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", 2 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", 3 },
		{ "application/vnd.dev.sigstore.bundle.v0.3+json", 3 },
	};

	if (!json_get_string(bundle->object, "mediaType", &bundle->media_type))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(bundle->media_type, types[i].name) == 0) {
			bundle->version = types[i].version;
			bundle->is_current_type = i == 3;
			return true;
		}
	return false;
}

static bool
get_base64(struct json_object *object, const char *key, struct arena *arena, struct bytes *ret)
{
	const char *text;

	return json_get_string(object, key, &text) &&
	    base64_decode_any(arena, bytes_of_string(text), ret);
}

static bool
read_certificates(struct bundle *bundle, struct json_object *chain, struct arena *arena)
{
	struct json_object *list;

	if (!json_get(chain, "certificates", json_type_array, &list))
		return false;
	bundle->ncertificates = json_object_array_length(list);
	if (bundle->ncertificates == 0 || bundle->ncertificates > MAX_CERTIFICATES)
		return false;
	bundle->certificates =
	    arena_array(arena, bundle->ncertificates, sizeof(*bundle->certificates));
	for (size_t i = 0; bundle->certificates != NULL && i < bundle->ncertificates; i++)
		if (!get_base64(json_object_array_get_idx(list, i), "rawBytes", arena,
			&bundle->certificates[i]))
			return false;
	return bundle->certificates != NULL;
}

/* keyDetails, where there is one, names a kind of key (sigstore_common.proto). */
static bool
has_known_details(struct json_object *key)
{
	static const char *const known[] = { "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384",
		"PKIX_ECDSA_P521_SHA_512", "PKIX_ECDSA_P256_HMAC_SHA_256", "PKIX_ED25519",
		"PKIX_ED25519_PH", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256",
		"PKIX_RSA_PKCS1V15_4096_SHA256", "PKIX_RSA_PSS_2048_SHA256",
		"PKIX_RSA_PSS_3072_SHA256", "PKIX_RSA_PSS_4096_SHA256" };
	const char *details;

	if (!json_object_object_get_ex(key, "keyDetails", NULL))
		return true;
	if (!json_get_string(key, "keyDetails", &details))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(details, known[i]) == 0)
			return true;
	return false;
}

static bool
read_public_key(struct bundle *bundle, struct json_object *key, struct arena *arena)
{
	static const char *const fields[] = { "hint", "rawBytes", "keyDetails", NULL };

	if (!json_only_fields(key, fields) || !has_known_details(key))
		return false;
	if (!json_get_string(key, "hint", &bundle->hint))
		bundle->hint = "";
	return !json_object_object_get_ex(key, "rawBytes", NULL) ||
	    get_base64(key, "rawBytes", arena, &bundle->raw_key);
}

/* Exactly one of publicKey, x509CertificateChain and certificate. */
static bool
read_material(struct bundle *bundle, struct json_object *material, struct arena *arena)
{
	static const char *const fields[] = { "publicKey", "x509CertificateChain", "certificate",
		"tlogEntries", "timestampVerificationData", NULL };
	struct json_object *key, *chain, *certificate;
	bool has_key = json_get(material, "publicKey", json_type_object, &key),
	     has_chain = json_get(material, "x509CertificateChain", json_type_object, &chain),
	     has_certificate = json_get(material, "certificate", json_type_object, &certificate);

	if (has_key + has_chain + has_certificate != 1 || !json_only_fields(material, fields))
		return false;
	if (has_key) {
		bundle->material = BUNDLE_KEY;
		return read_public_key(bundle, key, arena);
	}
	if (has_chain) {
		bundle->material = BUNDLE_CHAIN;
		return read_certificates(bundle, chain, arena);
	}
	bundle->material = BUNDLE_CERTIFICATE;
	bundle->ncertificates = 1;
	bundle->certificates = arena_array(arena, 1, sizeof(*bundle->certificates));
	return bundle->certificates != NULL &&
	    get_base64(certificate, "rawBytes", arena, &bundle->certificates[0]);
}

static bool
read_timestamps(struct bundle *bundle, struct json_object *material, struct arena *arena)
{
	struct json_object *data, *list;

	if (!json_get(material, "timestampVerificationData", json_type_object, &data) ||
	    !json_get(data, "rfc3161Timestamps", json_type_array, &list))
		return true;
	bundle->ntimestamps = json_object_array_length(list);
	if (bundle->ntimestamps > MAX_TIMESTAMPS)
		return false;
	bundle->timestamps =
	    arena_array(arena, bundle->ntimestamps + 1, sizeof(*bundle->timestamps));
	for (size_t i = 0; bundle->timestamps != NULL && i < bundle->ntimestamps; i++)
		if (!get_base64(json_object_array_get_idx(list, i), "signedTimestamp", arena,
			&bundle->timestamps[i]))
			return false;
	return bundle->timestamps != NULL;
}

static bool
read_message(struct bundle *bundle, struct json_object *message, struct arena *arena)
{
	struct json_object *digest;

	bundle->digest_algorithm = "";
	if (json_get(message, "messageDigest", json_type_object, &digest) &&
	    (!json_get_string(digest, "algorithm", &bundle->digest_algorithm) ||
		!get_base64(digest, "digest", arena, &bundle->digest)))
		return false;
	return get_base64(message, "signature", arena, &bundle->signature);
}

static bool
has_known_fields(struct json_object *envelope)
{
	static const char *const fields[] = { "payload", "payloadType", "signatures", NULL };
	static const char *const signature_fields[] = { "sig", "keyid", NULL };
	struct json_object *list;

	if (!json_only_fields(envelope, fields) ||
	    !json_get(envelope, "signatures", json_type_array, &list))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!json_only_fields(json_object_array_get_idx(list, i), signature_fields))
			return false;
	return true;
}

static bool
read_content(struct bundle *bundle, struct arena *arena, struct status *status)
{
	struct json_object *message;
	bool has_message = json_get(bundle->object, "messageSignature", json_type_object, &message);

	bundle->has_envelope =
	    json_get(bundle->object, "dsseEnvelope", json_type_object, &bundle->envelope);
	if (has_message == bundle->has_envelope)
		return status_set(status, STATUS_MALFORMED,
		    "a bundle has either an envelope or a message signature");
	if (has_message)
		return read_message(bundle, message, arena) ||
		    status_set(status, STATUS_MALFORMED, "the message signature is malformed");
	if (!has_known_fields(bundle->envelope))
		return status_set(
		    status, STATUS_MALFORMED, "the envelope has a field that is not known");
	if (!dsse_parse(bundle->envelope, arena, &bundle->dsse, status))
		return false;
	/* sigstore_bundle.proto: exactly one. A second one would be checked by nobody. */
	return bundle->dsse.nsignatures == 1 ||
	    status_set(status, STATUS_MALFORMED, "the envelope has %zu signatures instead of one",
		bundle->dsse.nsignatures);
}

static bool
read_all(struct bundle *bundle, struct arena *arena, struct status *status)
{
	static const char *const fields[] = { "mediaType", "verificationMaterial", "dsseEnvelope",
		"messageSignature", NULL };
	struct json_object *material;

	/* protobuf's JSON has no fields but those of the message; what we do not know we do not
	 * judge. */
	if (!json_only_fields(bundle->object, fields))
		return status_set(
		    status, STATUS_MALFORMED, "the bundle has a field that is not known");
	if (!read_media_type(bundle))
		return status_set(
		    status, STATUS_MALFORMED, "not a Sigstore bundle of a known version");
	if (!json_get(bundle->object, "verificationMaterial", json_type_object, &material) ||
	    !read_material(bundle, material, arena) || !read_timestamps(bundle, material, arena))
		return status_set(status, STATUS_MALFORMED,
		    "the bundle's verification material is malformed: one public key, certificate "
		    "or chain is needed");
	if (json_object_object_get_ex(material, "tlogEntries", NULL) &&
	    !json_get(material, "tlogEntries", json_type_array, &bundle->entries))
		return status_set(
		    status, STATUS_MALFORMED, "the bundle's log entries are malformed");
	return read_content(bundle, arena, status);
}

bool
bundle_parse(struct bytes b, struct arena *arena, struct bundle *ret, struct status *status)
{
	struct bundle bundle = { .object = json_parse(b, status), .hint = "" };

	if (bundle.object == NULL)
		return false;
	if (!read_all(&bundle, arena, status)) {
		bundle_close(&bundle);
		return status_set(status, STATUS_MEMORY, "no memory for a bundle");
	}
	*ret = bundle;
	return true;
}

void
bundle_close(struct bundle *bundle)
{
	json_object_put(bundle->object);
	bundle->object = NULL;
}

struct bytes
bundle_signature(const struct bundle *bundle)
{
	return bundle->has_envelope ? bundle->dsse.signatures[0].signature : bundle->signature;
}
