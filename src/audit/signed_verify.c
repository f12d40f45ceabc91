/*
 * Signed reports, verified: see audit/signed.h. Every byte of the bundle is bound to something:
 * fields that are not known, numbers and base64 in another form than the one that is written, are
 * refused, so that no byte can be changed unseen.
 */
#include "config.h"

#include "audit/signed.h"

#include "core/limits.h"
#include "crypto/base64.h"

#include <stdlib.h>

/* OBJECT has all of the fields of LIST and no other. */
static bool
has_fields(struct json_object *object, const char *const *list)
{
	int n = 0;

	for (; list[n] != NULL; n++)
		if (!json_object_object_get_ex(object, list[n], NULL))
			return false;
	return json_object_object_length(object) == n;
}

/* A number as protobuf writes it: a decimal string, no sign, no zeros in front. */
static bool
get_number(struct json_object *object, const char *key, uint64_t *ret)
{
	const char *text;
	char again[24];
	int64_t number;

	if (!json_get_string(object, key, &text) || !json_get_int64(object, key, &number) ||
	    number < 0)
		return false;
	snprintf(again, sizeof(again), "%jd", (intmax_t)number);
	*ret = (uint64_t)number;
	return strcmp(again, text) == 0;
}

static bool
get_base64(struct json_object *object, const char *key, struct arena *arena, struct bytes *ret)
{
	const char *text;

	return json_get_string(object, key, &text) &&
	    base64_decode(arena, bytes_of_string(text), ret);
}

static bool
get_hash(struct json_object *object, const char *key, struct arena *arena, struct merkle_hash *ret)
{
	struct bytes hash;

	if (!get_base64(object, key, arena, &hash) || hash.len != MERKLE_LEN)
		return false;
	memcpy(ret->data, hash.data, MERKLE_LEN);
	return true;
}

/* inclusionProof: the numbers, the hashes and the checkpoint. */
static bool
read_proof(struct json_object *entry, struct arena *arena, struct log_proof *ret,
    struct bytes *ret_checkpoint)
{
	static const char *const fields[] = { "logIndex", "rootHash", "treeSize", "hashes",
		"checkpoint", NULL };
	static const char *const checkpoint_fields[] = { "envelope", NULL };
	struct json_object *proof, *hashes, *checkpoint;
	const char *note;

	if (!json_get(entry, "inclusionProof", json_type_object, &proof) ||
	    !has_fields(proof, fields) || !get_number(proof, "logIndex", &ret->index) ||
	    !get_number(proof, "treeSize", &ret->size) ||
	    !get_hash(proof, "rootHash", arena, &ret->root) ||
	    !json_get(proof, "hashes", json_type_array, &hashes) ||
	    !json_get(proof, "checkpoint", json_type_object, &checkpoint) ||
	    !has_fields(checkpoint, checkpoint_fields) ||
	    !json_get_string(checkpoint, "envelope", &note))
		return false;
	ret->n = json_object_array_length(hashes);
	if (ret->n > MERKLE_MAX_PROOF)
		return false;
	for (size_t i = 0; i < ret->n; i++) {
		struct json_object *item = json_object_array_get_idx(hashes, i);
		struct bytes hash;

		if (!json_object_is_type(item, json_type_string) ||
		    !base64_decode(arena,
			bytes_of(
			    json_object_get_string(item), (size_t)json_object_get_string_len(item)),
			&hash) ||
		    hash.len != MERKLE_LEN)
			return false;
		memcpy(ret->hashes[i].data, hash.data, MERKLE_LEN);
	}
	*ret_checkpoint = bytes_of_string(note);
	return true;
}

/* Is the checkpoint signed by the log VKEY, and does it stand for the tree of PROOF? */
static bool
check_checkpoint(struct bytes note, struct bytes vkey, const struct log_proof *proof,
    struct bytes log_id, struct arena *arena, const char **ret_origin, struct status *status)
{
	struct note_key trusted = { .name = NULL };
	struct checkpoint checkpoint;
	struct key *key = NULL;
	struct bytes text;
	uint8_t id[32];
	size_t by;
	bool done = false;

	if (!note_parse_vkey(arena, vkey, &trusted.name, &key, status))
		return false;
	trusted.key = key;
	if (!note_key_id(trusted.name, key, &trusted.id) ||
	    !note_open(note, &trusted, 1, &text, &by, status) ||
	    !checkpoint_parse(text, &checkpoint))
		status_set(status, STATUS_MALFORMED, "the log's checkpoint is malformed");
	else if (!bytes_equal_string(checkpoint.origin, trusted.name) ||
	    checkpoint.size != proof->size ||
	    memcmp(checkpoint.root.data, proof->root.data, MERKLE_LEN) != 0)
		status_set(status, STATUS_MALFORMED,
		    "the proof is for another tree than the checkpoint signs");
	else if (!note_key_hash(trusted.name, key, id) ||
	    !bytes_equal(log_id, bytes_of(id, sizeof(id))))
		status_set(status, STATUS_MALFORMED, "the entry names another log");
	else
		done = true;
	*ret_origin = trusted.name;
	key_free(key);
	return done;
}

/* The only entry of "tlogEntries" against the envelope and the log's key. */
static bool
check_entry(struct json_object *entry, struct json_object *envelope, struct bytes payload,
    const struct key *key, struct bytes vkey, struct arena *arena, struct signed_report *ret,
    struct status *status)
{
	static const char *const fields[] = { "logIndex", "logId", "kindVersion", "inclusionProof",
		"canonicalizedBody", NULL };
	static const char *const id_fields[] = { "keyId", NULL };
	static const char *const kind_fields[] = { "kind", "version", NULL };
	struct json_object *id, *kind;
	const char *kind_name, *version;
	struct bytes body, log_id, note;
	struct buffer expected = buffer_up_to(TILE_MAX_ENTRY + 1);
	struct merkle_hash leaf;
	struct log_proof proof;
	uint64_t index;
	bool same;

	if (!has_fields(entry, fields) || !get_number(entry, "logIndex", &index) ||
	    !json_get(entry, "logId", json_type_object, &id) || !has_fields(id, id_fields) ||
	    !get_base64(id, "keyId", arena, &log_id) ||
	    !json_get(entry, "kindVersion", json_type_object, &kind) ||
	    !has_fields(kind, kind_fields) || !json_get_string(kind, "kind", &kind_name) ||
	    !json_get_string(kind, "version", &version) || strcmp(kind_name, "dsse") != 0 ||
	    strcmp(version, "0.0.1") != 0 ||
	    !get_base64(entry, "canonicalizedBody", arena, &body) ||
	    !read_proof(entry, arena, &proof, &note) || proof.index != index)
		return status_set(status, STATUS_MALFORMED, "the log entry is malformed");
	same = signed_log_body(envelope, payload, key, &expected) &&
	    bytes_equal(buffer_bytes(&expected), body);
	buffer_free(&expected);
	if (!same)
		return status_set(
		    status, STATUS_MALFORMED, "the log entry is of another report or key");
	if (!merkle_leaf(body, &leaf) ||
	    !merkle_verify_inclusion(index, proof.size, &leaf, proof.hashes, proof.n, &proof.root))
		return status_set(
		    status, STATUS_MALFORMED, "the proof that the report is in the log is wrong");
	if (!check_checkpoint(note, vkey, &proof, log_id, arena, &ret->origin, status))
		return false;
	ret->log = SIGNED_LOG_PROVEN;
	ret->index = index;
	ret->size = proof.size;
	return true;
}

/* The envelope as it is written: one signature, canonical base64, no other field. */
static bool
is_strict(struct json_object *envelope, const struct dsse *dsse)
{
	static const char *const fields[] = { "payload", "payloadType", "signatures", NULL };
	static const char *const signature_fields[] = { "sig", NULL };
	struct json_object *list;
	const char *payload, *sig;
	struct buffer again = buffer_up_to(2 * LIMIT_CLAIM);
	bool strict;

	if (!has_fields(envelope, fields) || dsse->nsignatures != 1 ||
	    strcmp(dsse->payload_type, DSSE_IN_TOTO) != 0 ||
	    !json_get(envelope, "signatures", json_type_array, &list) ||
	    !has_fields(json_object_array_get_idx(list, 0), signature_fields) ||
	    !json_get_string(envelope, "payload", &payload) ||
	    !json_get_string(json_object_array_get_idx(list, 0), "sig", &sig))
		return false;
	base64_add(&again, dsse->payload);
	strict = bytes_equal_string(buffer_bytes(&again), payload);
	buffer_reset(&again);
	base64_add(&again, dsse->signatures[0].signature);
	strict = strict && bytes_equal_string(buffer_bytes(&again), sig);
	buffer_free(&again);
	return strict;
}

struct parts {
	struct json_object *entries, *envelope;
	const char *hint;
};

static bool
read_parts(struct json_object *bundle, struct parts *ret)
{
	static const char *const fields[] = { "mediaType", "verificationMaterial", "dsseEnvelope",
		NULL };
	static const char *const material_fields[] = { "publicKey", "tlogEntries", NULL };
	static const char *const key_fields[] = { "hint", NULL };
	struct json_object *material, *public;
	const char *media_type;

	return json_object_is_type(bundle, json_type_object) && has_fields(bundle, fields) &&
	    json_get_string(bundle, "mediaType", &media_type) &&
	    strcmp(media_type, SIGNED_MEDIA_TYPE) == 0 &&
	    json_get(bundle, "verificationMaterial", json_type_object, &material) &&
	    has_fields(material, material_fields) &&
	    json_get(material, "publicKey", json_type_object, &public) &&
	    has_fields(public, key_fields) && json_get_string(public, "hint", &ret->hint) &&
	    json_get(material, "tlogEntries", json_type_array, &ret->entries) &&
	    json_object_array_length(ret->entries) <= 1 &&
	    json_get(bundle, "dsseEnvelope", json_type_object, &ret->envelope);
}

static bool
verify(struct json_object *bundle, const struct key *key, struct bytes vkey, struct arena *arena,
    struct signed_report *ret, struct status *status)
{
	char fingerprint[65];
	struct parts parts;
	struct dsse dsse;

	if (!read_parts(bundle, &parts))
		return status_set(status, STATUS_MALFORMED,
		    "not a signed report of assay: a Sigstore bundle v0.3 with a public key and an "
		    "envelope is needed");
	if (!dsse_parse(parts.envelope, arena, &dsse, status))
		return false;
	if (!is_strict(parts.envelope, &dsse))
		return status_set(status, STATUS_MALFORMED,
		    "the envelope is not in the form in which assay writes it");
	if (!key_fingerprint(key, fingerprint) || strcmp(fingerprint, parts.hint) != 0)
		return status_set(status, STATUS_MALFORMED,
		    "signed by another key: the report names sha256:%.64s, the key that was given "
		    "is sha256:%s",
		    parts.hint, fingerprint);
	if (!dsse_verify(&dsse, key))
		return status_set(status, STATUS_MALFORMED,
		    "the signature does not fit: the report was changed after it was signed");
	if (!statement_read(dsse.payload, &ret->statement, status))
		return false;
	if (vkey.len == 0)
		vkey = bytes_of_string(ret->statement.log_vkey);
	if (json_object_array_length(parts.entries) == 1)
		return check_entry(json_object_array_get_idx(parts.entries, 0), parts.envelope,
		    dsse.payload, key, vkey, arena, ret, status);
	if (vkey.len > 0)
		return status_set(status, STATUS_MALFORMED,
		    "the report should be in a log, but carries no proof of it");
	return true;
}

/* White space and escapes are bytes that no field binds: there must be none but our own. */
static bool
is_canonical(struct json_object *bundle, struct bytes bytes)
{
	const char *text = json_object_to_json_string_ext(
	    bundle, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	return text != NULL && bytes_ends(bytes, "\n") &&
	    bytes_equal_string(bytes_slice(bytes, 0, bytes.len - 1), text);
}

bool
signed_verify(struct bytes bytes, const struct key *key, struct bytes vkey, struct arena *arena,
    struct signed_report *ret, struct status *status)
{
	struct json_object *bundle = json_parse(bytes, status);
	bool done;

	*ret = (struct signed_report){ .origin = "" };
	if (bundle == NULL)
		return false;
	done = verify(bundle, key, vkey, arena, ret, status) &&
	    (is_canonical(bundle, bytes) ||
		status_set(status, STATUS_MALFORMED,
		    "the report is not in the form in which assay writes it"));
	json_object_put(bundle);
	if (!done && ret->statement.object != NULL)
		statement_close(&ret->statement);
	return done;
}
