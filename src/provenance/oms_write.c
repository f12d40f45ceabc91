/* Writes an OpenSSF model signature: see provenance/oms_write.h. */
#include "config.h"

#include "provenance/oms_write.h"

#include "core/limits.h"
#include "core/text.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/dsse.h"

#define STATEMENT "https://in-toto.io/Statement/v1"
#define PREDICATE "https://model_signing/signature/v1.0"
#define MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define STYLE (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* The root digest: SHA-256 over the raw digests in the order in which they are listed. */
static bool
root_digest(const struct oms_signing *signing, char hex[65])
{
	struct buffer all = buffer_up_to((size_t)DIGEST_MAX * LIMIT_MEMBERS);
	uint8_t raw[DIGEST_MAX];
	bool done = true;

	for (size_t i = 0; done && i < signing->nfiles; i++) {
		struct bytes digest = bytes_of_string(signing->files[i].digest);

		done = digest.len / 2 <= DIGEST_MAX && hex_decode(digest, raw, digest.len / 2);
		buffer_add(&all, bytes_of(raw, digest.len / 2));
	}
	done = done && buffer_ok(&all) && digest_sha256(buffer_bytes(&all), raw);
	if (done)
		hex_encode(bytes_of(raw, SHA256_LEN), hex);
	buffer_free(&all);
	return done;
}

static void
add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static struct json_object *
make_resources(const struct oms_signing *signing)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < signing->nfiles; i++) {
		struct json_object *resource = json_object_new_object();

		add_string(resource, "name", signing->files[i].name);
		add_string(resource, "algorithm", signing->hash);
		add_string(resource, "digest", signing->files[i].digest);
		json_object_array_add(list, resource);
	}
	return list;
}

static struct json_object *
make_statement(const struct oms_signing *signing, const char *root)
{
	struct json_object *statement = json_object_new_object(),
			   *subjects = json_object_new_array(), *subject = json_object_new_object(),
			   *digest = json_object_new_object(),
			   *predicate = json_object_new_object(),
			   *serialization = json_object_new_object(),
			   *ignored = json_object_new_array();

	add_string(statement, "_type", STATEMENT);
	add_string(subject, "name", signing->model);
	add_string(digest, "sha256", root);
	json_object_object_add(subject, "digest", digest);
	json_object_array_add(subjects, subject);
	json_object_object_add(statement, "subject", subjects);
	add_string(statement, "predicateType", PREDICATE);
	add_string(serialization, "method", signing->shard_size > 0 ? "shards" : "files");
	add_string(serialization, "hash_type", signing->hash);
	if (signing->shard_size > 0)
		json_object_object_add(serialization, "shard_size",
		    json_object_new_int64((int64_t)signing->shard_size));
	json_object_object_add(
	    serialization, "allow_symlinks", json_object_new_boolean(signing->allow_symlinks));
	for (size_t i = 0; signing->ignored != NULL && signing->ignored[i] != NULL; i++)
		json_object_array_add(ignored, json_object_new_string(signing->ignored[i]));
	json_object_object_add(serialization, "ignore_paths", ignored);
	json_object_object_add(predicate, "serialization", serialization);
	json_object_object_add(predicate, "resources", make_resources(signing));
	json_object_object_add(statement, "predicate", predicate);
	return statement;
}

static struct json_object *
make_base64(struct bytes b)
{
	struct buffer text = buffer_up_to(b.len / 3 * 4 + 8);
	struct json_object *string;

	base64_add(&text, b);
	string = json_object_new_string_len((const char *)text.data, (int)text.len);
	buffer_free(&text);
	return string;
}

static struct json_object *
make_material(const struct oms_signing *signing, struct status *status)
{
	struct json_object *material = json_object_new_object(), *inner = json_object_new_object();
	char hint[65];

	if (signing->ncertificates == 0) {
		if (!key_pem_fingerprint(signing->public_key, hint))
			status_set(status, STATUS_INTERNAL, "OpenSSL could not hash the key");
		else
			add_string(inner, "hint", hint);
		json_object_object_add(material, "publicKey", inner);
	} else {
		struct json_object *list = json_object_new_array();

		for (size_t i = 0; i < signing->ncertificates; i++) {
			struct json_object *certificate = json_object_new_object();

			json_object_object_add(
			    certificate, "rawBytes", make_base64(signing->certificates[i]));
			json_object_array_add(list, certificate);
		}
		json_object_object_add(inner, "certificates", list);
		json_object_object_add(material, "x509CertificateChain", inner);
	}
	json_object_object_add(material, "tlogEntries", json_object_new_array());
	return material;
}

static struct json_object *
make_envelope(const struct oms_signing *signing, struct bytes payload, struct status *status)
{
	struct buffer message = buffer_up_to(LIMIT_CLAIM * 2), raw = buffer_up_to(4096);
	struct json_object *envelope = NULL, *signatures, *signature;

	dsse_add_pae(&message, DSSE_IN_TOTO, payload);
	if (!buffer_ok(&message)) {
		status_set(status, STATUS_LIMIT, "the list of files is longer than %ju bytes",
		    (uintmax_t)LIMIT_CLAIM * 2);
	} else if (signing->sign(signing->context, buffer_bytes(&message), &raw, status)) {
		envelope = json_object_new_object();
		signatures = json_object_new_array();
		signature = json_object_new_object();
		json_object_object_add(envelope, "payload", make_base64(payload));
		add_string(envelope, "payloadType", DSSE_IN_TOTO);
		json_object_object_add(signature, "sig", make_base64(buffer_bytes(&raw)));
		add_string(signature, "keyid", "");
		json_object_array_add(signatures, signature);
		json_object_object_add(envelope, "signatures", signatures);
	}
	buffer_free(&message);
	buffer_free(&raw);
	return envelope;
}

/* What the specification says of names, and of keys. */
static bool
check(const struct oms_signing *signing, struct status *status)
{
	enum key_kind kind = key_kind_of(signing->public_key);

	if (kind != KEY_P256 && kind != KEY_P384 && kind != KEY_P521)
		return status_set(status, STATUS_USAGE,
		    "model signatures are made with ECDSA keys (P-256, P-384, P-521), not with %s",
		    key_kind_name(kind));
	for (size_t i = 0; i < signing->nfiles; i++)
		if (!text_is_utf8(bytes_of_string(signing->files[i].name)))
			return status_set(status, STATUS_USAGE,
			    "a file's name is not UTF-8, and cannot stand in a model signature");
	if (signing->nfiles == 0)
		return status_set(status, STATUS_USAGE, "there is no file to sign");
	return true;
}

bool
oms_write(const struct oms_signing *signing, struct buffer *ret, struct status *status)
{
	struct json_object *bundle, *statement, *envelope, *material;
	const char *payload;
	char root[65];
	bool done;

	if (!check(signing, status))
		return false;
	if (!root_digest(signing, root))
		return status_set(status, STATUS_INTERNAL, "the root digest could not be made");
	statement = make_statement(signing, root);
	payload = json_object_to_json_string_ext(statement, STYLE);
	envelope =
	    payload == NULL ? NULL : make_envelope(signing, bytes_of_string(payload), status);
	json_object_put(statement);
	if (envelope == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the signature");
	material = make_material(signing, status);
	bundle = json_object_new_object();
	add_string(bundle, "mediaType", MEDIA_TYPE);
	json_object_object_add(bundle, "verificationMaterial", material);
	json_object_object_add(bundle, "dsseEnvelope", envelope);
	buffer_add_string(ret, json_object_to_json_string_ext(bundle, STYLE));
	buffer_add_string(ret, "\n");
	json_object_put(bundle);
	done = status->code == STATUS_OK && buffer_ok(ret);
	return done || status_set(status, STATUS_LIMIT, "the signature is too long");
}
