/* Entries of Rekor: see provenance/rekor.h. */
#include "config.h"

#include "provenance/rekor.h"

#include "core/limits.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/note.h"
#include "provenance/rekor_body.h"

#define MAX_LOGS 64

/* One entry under judgment. */
struct judging {
	struct json_object *entry;
	const struct trusted_root *root;
	struct arena *arena;
	struct status *status;
	struct bytes body, log_id;
	int64_t index, time;
	bool is_v2;
};

static bool
bad(struct judging *judging, const char *what)
{
	return status_set(
	    judging->status, STATUS_MALFORMED, "the log entry does not hold: %s", what);
}

static bool
get_base64(struct json_object *object, const char *key, struct arena *arena, struct bytes *ret)
{
	const char *text;

	return json_get_string(object, key, &text) &&
	    base64_decode_any(arena, bytes_of_string(text), ret);
}

/* A number that protobuf leaves out where it is zero. */
static bool
get_number(struct json_object *object, const char *key, int64_t *ret)
{
	*ret = 0;
	return !json_object_object_get_ex(object, key, NULL) ||
	    (json_get_int64(object, key, ret) && *ret >= 0);
}

/* The signed entry timestamp: the log promises, at integratedTime, to include the entry. */
static bool
check_promise(struct judging *judging, struct json_object *promise)
{
	struct buffer message = buffer_up_to(2 * LIMIT_CLAIM);
	struct bytes signature;
	char id[2 * SHA256_LEN + 1];
	bool known = false, signed_by_log = false;

	if (!get_base64(promise, "signedEntryTimestamp", judging->arena, &signature) ||
	    judging->log_id.len != SHA256_LEN)
		return bad(judging, "its promise is malformed");
	hex_encode(judging->log_id, id);
	/* RFC 8785: the keys sorted, no white space. */
	buffer_add_string(&message, "{\"body\":\"");
	base64_add(&message, judging->body);
	buffer_add_format(&message, "\",\"integratedTime\":%jd,\"logID\":\"%s\",\"logIndex\":%jd}",
	    (intmax_t)judging->time, id, (intmax_t)judging->index);
	for (size_t i = 0; buffer_ok(&message) && i < judging->root->nlogs; i++) {
		const struct root_log *log = &judging->root->logs[i];

		if (!bytes_equal(log->id, judging->log_id) || log->key == NULL ||
		    judging->time > INT64_MAX / 1000 || judging->time * 1000 < log->start ||
		    judging->time * 1000 > log->end)
			continue;
		known = true;
		signed_by_log =
		    signed_by_log || key_verify(log->key, buffer_bytes(&message), signature);
	}
	buffer_free(&message);
	if (!known)
		return bad(judging, "its log is not trusted, or was not at that time");
	return signed_by_log || bad(judging, "its promise is not signed by the log");
}

/* The log whose key signed the checkpoint, and the checkpoint. */
static bool
open_checkpoint(struct judging *judging, struct json_object *proof, struct checkpoint *ret,
    const struct root_log **ret_log)
{
	struct json_object *checkpoint;
	struct note_key keys[MAX_LOGS];
	const struct root_log *logs[MAX_LOGS];
	struct status ignored = { 0 };
	struct bytes text;
	const char *note;
	size_t n = 0, by;

	for (size_t i = 0; i < judging->root->nlogs && n < MAX_LOGS; i++) {
		const struct root_log *log = &judging->root->logs[i];
		const uint8_t *id = log->key_id.data;

		if (log->key == NULL)
			continue;
		logs[n] = log;
		keys[n++] = (struct note_key){ log->name,
			(uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 |
			    id[3],
			log->key };
	}
	if (!json_get(proof, "checkpoint", json_type_object, &checkpoint) ||
	    !json_get_string(checkpoint, "envelope", &note))
		return bad(judging, "its proof has no checkpoint");
	if (!note_open(bytes_of_string(note), keys, n, &text, &by, &ignored) ||
	    !checkpoint_parse(text, ret))
		return bad(judging, "its checkpoint is not signed by a trusted log");
	*ret_log = logs[by];
	return true;
}

static bool
read_hashes(
    struct judging *judging, struct json_object *proof, struct merkle_hash *hashes, size_t *ret_n)
{
	struct json_object *list;

	*ret_n = 0;
	if (!json_get(proof, "hashes", json_type_array, &list))
		return true; /* the only entry of its log */
	if (json_object_array_length(list) > MERKLE_MAX_PROOF)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct bytes hash;

		if (!json_object_is_type(item, json_type_string) ||
		    !base64_decode_any(judging->arena,
			bytes_of(
			    json_object_get_string(item), (size_t)json_object_get_string_len(item)),
			&hash) ||
		    hash.len != MERKLE_LEN)
			return false;
		memcpy(hashes[(*ret_n)++].data, hash.data, MERKLE_LEN);
	}
	return true;
}

static bool
check_proof(struct judging *judging, struct json_object *proof)
{
	struct merkle_hash hashes[MERKLE_MAX_PROOF], leaf;
	const struct root_log *log;
	struct checkpoint checkpoint;
	struct bytes root;
	int64_t index, size;
	size_t n;

	if (!open_checkpoint(judging, proof, &checkpoint, &log))
		return false;
	if (!bytes_equal(log->id, judging->log_id))
		return bad(judging, "its checkpoint is of another log");
	if (!get_number(proof, "logIndex", &index) || !get_number(proof, "treeSize", &size) ||
	    !read_hashes(judging, proof, hashes, &n))
		return bad(judging, "its proof is malformed");
	if (json_object_object_get_ex(proof, "rootHash", NULL) &&
	    (!get_base64(proof, "rootHash", judging->arena, &root) ||
		!bytes_equal(root, bytes_of(checkpoint.root.data, MERKLE_LEN)) ||
		(uint64_t)size != checkpoint.size))
		return bad(judging, "its proof is for another tree than its checkpoint");
	if (!merkle_leaf(judging->body, &leaf) ||
	    !merkle_verify_inclusion(
		(uint64_t)index, checkpoint.size, &leaf, hashes, n, &checkpoint.root))
		return bad(judging, "its proof does not lead to the checkpoint");
	return true;
}

/* That the log has it: v0.1 bundles may carry the promise alone. */
static bool
check_log(struct judging *judging, unsigned bundle_version)
{
	struct json_object *promise = NULL, *proof = NULL;
	bool has_promise = json_get(judging->entry, "inclusionPromise", json_type_object, &promise),
	     has_proof = json_get(judging->entry, "inclusionProof", json_type_object, &proof);

	if (!has_proof && (bundle_version > 1 || !has_promise))
		return bad(judging, "it carries no proof that the log has it");
	if (has_promise && !judging->is_v2) {
		if (!check_promise(judging, promise))
			return false;
	} else {
		judging->time = 0; /* nobody vouches for it */
	}
	return !has_proof || check_proof(judging, proof);
}

bool
rekor_verify(struct json_object *entry, const struct rekor_subject *subject,
    const struct trusted_root *root, struct arena *arena, int64_t *ret_time, struct status *status)
{
	struct judging judging = { .entry = entry, .root = root, .arena = arena, .status = status };
	struct json_object *id, *kind;
	const char *name, *version;

	if (!json_object_is_type(entry, json_type_object) ||
	    !get_number(entry, "logIndex", &judging.index) ||
	    !get_number(entry, "integratedTime", &judging.time) ||
	    !get_base64(entry, "canonicalizedBody", arena, &judging.body) ||
	    !json_get(entry, "logId", json_type_object, &id) ||
	    !get_base64(id, "keyId", arena, &judging.log_id) ||
	    !json_get(entry, "kindVersion", json_type_object, &kind) ||
	    !json_get_string(kind, "kind", &name) || !json_get_string(kind, "version", &version))
		return bad(&judging, "it is malformed");
	judging.is_v2 = strcmp(version, "0.0.2") == 0 &&
	    (strcmp(name, "hashedrekord") == 0 || strcmp(name, "dsse") == 0);
	if (!rekor_body_fits(judging.body, name, version, subject, arena, status) ||
	    !check_log(&judging, subject->bundle->version))
		return false;
	*ret_time = judging.time;
	return true;
}
