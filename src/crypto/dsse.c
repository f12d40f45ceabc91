/* Envelopes: see crypto/dsse.h. */
#include "config.h"

#include "crypto/dsse.h"

#include "core/limits.h"
#include "crypto/base64.h"

#define MAX_SIGNATURES 64

void
dsse_add_pae(struct buffer *out, const char *payload_type, struct bytes payload)
{
	buffer_add_format(
	    out, "DSSEv1 %zu %s %zu ", strlen(payload_type), payload_type, payload.len);
	buffer_add(out, payload);
}

static bool
parse_signature(struct json_object *object, struct arena *arena, struct dsse_signature *ret)
{
	const char *text, *keyid;

	if (!json_get_string(object, "sig", &text) ||
	    !base64_decode_any(arena, bytes_of_string(text), &ret->signature))
		return false;
	ret->keyid = json_get_string(object, "keyid", &keyid) ? arena_string(arena, keyid) : "";
	return ret->keyid != NULL;
}

bool
dsse_parse(
    struct json_object *envelope, struct arena *arena, struct dsse *ret, struct status *status)
{
	struct dsse dsse = { .payload_type = NULL };
	struct json_object *list;
	const char *type, *payload;

	if (!json_get_string(envelope, "payloadType", &type) ||
	    !json_get_string(envelope, "payload", &payload) ||
	    !json_get(envelope, "signatures", json_type_array, &list))
		return status_set(status, STATUS_MALFORMED,
		    "the envelope lacks payload, payloadType or signatures");
	if (!base64_decode_any(arena, bytes_of_string(payload), &dsse.payload))
		return status_set(status, STATUS_MALFORMED, "the payload is not valid base64");
	dsse.payload_type = arena_string(arena, type);
	dsse.nsignatures = json_object_array_length(list);
	if (dsse.nsignatures == 0 || dsse.nsignatures > MAX_SIGNATURES)
		return status_set(
		    status, STATUS_MALFORMED, "the envelope has %zu signatures", dsse.nsignatures);
	dsse.signatures = arena_array(arena, dsse.nsignatures, sizeof(*dsse.signatures));
	if (dsse.payload_type == NULL || dsse.signatures == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for an envelope");
	for (size_t i = 0; i < dsse.nsignatures; i++)
		if (!parse_signature(
			json_object_array_get_idx(list, i), arena, &dsse.signatures[i]))
			return status_set(status, STATUS_MALFORMED,
			    "signature %zu of the envelope is not valid base64", i + 1);
	*ret = dsse;
	return true;
}

bool
dsse_verify(const struct dsse *dsse, const struct key *key)
{
	struct buffer message = buffer_up_to(LIMIT_CLAIM * 2);
	bool verified = false;

	dsse_add_pae(&message, dsse->payload_type, dsse->payload);
	for (size_t i = 0; buffer_ok(&message) && i < dsse->nsignatures; i++)
		verified = verified ||
		    key_verify(key, buffer_bytes(&message), dsse->signatures[i].signature);
	buffer_free(&message);
	return verified;
}

static struct json_object *
base64_string(struct bytes b)
{
	struct buffer text = buffer_up_to(b.len / 3 * 4 + 8);
	struct json_object *string;

	base64_add(&text, b);
	string = json_object_new_string_len((const char *)text.data, (int)text.len);
	buffer_free(&text);
	return string;
}

struct json_object *
dsse_sign(const char *payload_type, struct bytes payload, const struct key *key,
    struct buffer *ret_raw, struct status *status)
{
	struct buffer message = buffer_up_to(LIMIT_CLAIM * 2), raw = buffer_up_to(4096);
	struct json_object *envelope = NULL, *list, *signature;

	dsse_add_pae(&message, payload_type, payload);
	if (!buffer_ok(&message)) {
		status_set(status, STATUS_LIMIT, "what is to be signed is longer than %ju bytes",
		    (uintmax_t)LIMIT_CLAIM * 2);
		goto out;
	}
	if (!key_sign(key, buffer_bytes(&message), &raw, status))
		goto out;
	if (ret_raw != NULL)
		buffer_add(ret_raw, buffer_bytes(&raw));
	envelope = json_object_new_object();
	list = json_object_new_array();
	signature = json_object_new_object();
	json_object_object_add(signature, "sig", base64_string(buffer_bytes(&raw)));
	json_object_array_add(list, signature);
	json_object_object_add(envelope, "payload", base64_string(payload));
	json_object_object_add(envelope, "payloadType", json_object_new_string(payload_type));
	json_object_object_add(envelope, "signatures", list);
out:
	buffer_free(&message);
	buffer_free(&raw);
	return envelope;
}
