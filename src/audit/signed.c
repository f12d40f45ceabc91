/* Signed reports, written: see audit/signed.h. */
#include "config.h"

#include "audit/signed.h"

#include "core/limits.h"
#include "crypto/base64.h"
#include "crypto/digest.h"

#define MAX_BODY (TILE_MAX_ENTRY + 1)

static bool
add_sha256(struct buffer *out, struct bytes b)
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	if (!digest_sha256(b, digest))
		return false;
	hex_encode(bytes_of(digest, sizeof(digest)), hex);
	buffer_add_string(out, hex);
	return true;
}

/* The signature of the envelope as it stands there, in base64. */
static const char *
signature_text(struct json_object *envelope)
{
	struct json_object *list;
	const char *text;

	if (!json_get(envelope, "signatures", json_type_array, &list) ||
	    json_object_array_length(list) != 1 ||
	    !json_get_string(json_object_array_get_idx(list, 0), "sig", &text))
		return NULL;
	return text;
}

bool
signed_log_body(
    struct json_object *envelope, struct bytes payload, const struct key *key, struct buffer *ret)
{
	const char *signature = signature_text(envelope),
		   *text = json_object_to_json_string_ext(
		       envelope, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct buffer pem = buffer_up_to(65536);
	bool done = signature != NULL && text != NULL && key_add_public_pem(key, &pem);

	if (done) {
		buffer_add_string(ret,
		    "{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{\"envelopeHash\":"
		    "{\"algorithm\":\"sha256\",\"value\":\"");
		done = add_sha256(ret, bytes_of_string(text));
		buffer_add_string(
		    ret, "\"},\"payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"");
		done = done && add_sha256(ret, payload);
		buffer_add_string(ret, "\"},\"signatures\":[{\"signature\":\"");
		buffer_add_string(ret, signature);
		buffer_add_string(ret, "\",\"verifier\":\"");
		base64_add(ret, buffer_bytes(&pem));
		buffer_add_string(ret, "\"}]}}");
	}
	buffer_free(&pem);
	return done && buffer_ok(ret);
}

static void
add_base64_field(struct buffer *out, const char *before, struct bytes b)
{
	buffer_add_string(out, before);
	base64_add(out, b);
	buffer_add_u8(out, '"');
}

/* One entry of "tlogEntries". */
static bool
add_entry(struct buffer *out, struct log *log, const struct log_proof *proof, struct bytes body)
{
	uint8_t id[SHA256_LEN];

	if (!note_key_hash(log_origin(log), log_public_key(log), id))
		return false;
	buffer_add_format(out, "{\"logIndex\":\"%ju\"", (uintmax_t)proof->index);
	add_base64_field(out, ",\"logId\":{\"keyId\":\"", bytes_of(id, sizeof(id)));
	buffer_add_format(out,
	    "},\"kindVersion\":{\"kind\":\"dsse\",\"version\":\"0.0.1\"},"
	    "\"inclusionProof\":{\"logIndex\":\"%ju\"",
	    (uintmax_t)proof->index);
	add_base64_field(out, ",\"rootHash\":\"", bytes_of(proof->root.data, MERKLE_LEN));
	buffer_add_format(out, ",\"treeSize\":\"%ju\",\"hashes\":[", (uintmax_t)proof->size);
	for (size_t i = 0; i < proof->n; i++)
		add_base64_field(
		    out, i == 0 ? "\"" : ",\"", bytes_of(proof->hashes[i].data, MERKLE_LEN));
	buffer_add_string(out, "],\"checkpoint\":{\"envelope\":");
	json_add_string(out, log_checkpoint(log));
	add_base64_field(out, "}},\"canonicalizedBody\":\"", body);
	buffer_add_u8(out, '}');
	return buffer_ok(out);
}

/* The bundle in the one form that signed_verify() accepts, with its newline. */
static bool
add_canonical(struct buffer *out, struct bytes text, struct status *status)
{
	struct json_object *bundle = json_parse(text, status);

	if (bundle == NULL)
		return false;
	buffer_add_string(out,
	    json_object_to_json_string_ext(
		bundle, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buffer_add_u8(out, '\n');
	json_object_put(bundle);
	return buffer_ok(out);
}

bool
signed_write(struct bytes statement, const struct key *key, struct log *log, struct buffer *ret,
    struct status *status)
{
	struct json_object *envelope = dsse_sign(DSSE_IN_TOTO, statement, key, NULL, status);
	struct buffer body = buffer_up_to(MAX_BODY), text = buffer_up_to(2 * LIMIT_CLAIM);
	struct log_proof proof;
	char fingerprint[65];
	bool done = envelope != NULL && key_fingerprint(key, fingerprint);

	if (done) {
		buffer_add_format(&text,
		    "{\"mediaType\":\"" SIGNED_MEDIA_TYPE
		    "\",\"verificationMaterial\":{\"publicKey\":{\"hint\":\"%s\"},"
		    "\"tlogEntries\":[",
		    fingerprint);
		if (log != NULL)
			done = signed_log_body(envelope, statement, key, &body) &&
			    log_append(log, buffer_bytes(&body), &proof, status) &&
			    add_entry(&text, log, &proof, buffer_bytes(&body));
		buffer_add_string(&text, "]},\"dsseEnvelope\":");
		buffer_add_string(&text,
		    json_object_to_json_string_ext(
			envelope, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		buffer_add_u8(&text, '}');
	}
	done = done && buffer_ok(&text) && add_canonical(ret, buffer_bytes(&text), status);
	json_object_put(envelope);
	buffer_free(&body);
	buffer_free(&text);
	return done || status_set(status, STATUS_INTERNAL, "the signed report could not be made");
}
