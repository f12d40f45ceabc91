/* assay_log_*(): the audit log. */
#include "config.h"

#include "api/session.h"
#include "audit/log.h"
#include "core/json.h"
#include "core/text.h"
#include "crypto/base64.h"

#include <stdlib.h>

#define MAX_KEY_FILE 65536

enum assay_exit
assay_log_init(const struct assay_settings *settings, const char *path, const char *origin,
    FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct log *log = NULL;

	(void)settings;
	if (log_create(path, origin, &status))
		log = log_open(path, bytes_of(NULL, 0), false, &status);
	if (log == NULL)
		return session_fail(error, &status);
	fprintf(out,
	    "%s: an empty log named %s\nverifier key %.*s\n"
	    "publish the verifier key (log.vkey) where whoever verifies can pin it; keep "
	    "log.key.pem\n",
	    path, log_origin(log), (int)log_vkey(log).len, (const char *)log_vkey(log).data);
	log_close(log);
	return ASSAY_PASS;
}

/* A log that does not hold is an answer, not an error. */
static enum assay_exit
say_broken(const char *path, const struct status *status, FILE *out, struct assay_error *error)
{
	if (status->code != STATUS_MALFORMED)
		return session_fail(error, status);
	fprintf(out, "%s: NOT VERIFIED: ", path);
	text_print_safe(out, status->text);
	fputc('\n', out);
	return ASSAY_FAIL;
}

enum assay_exit
assay_log_verify(const struct assay_settings *settings, const char *path, const char *log_key,
    const char *checkpoint, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct log *log = NULL;
	uint8_t *vkey = NULL, *earlier = NULL;
	size_t vkey_len = 0, earlier_len = 0;
	enum assay_exit code = ASSAY_USAGE;

	(void)settings;
	if (log_key != NULL) {
		vkey = session_read_file(log_key, MAX_KEY_FILE, &vkey_len, error);
		if (vkey == NULL)
			goto out;
	}
	if (checkpoint != NULL) {
		earlier = session_read_file(checkpoint, MAX_KEY_FILE, &earlier_len, error);
		if (earlier == NULL)
			goto out;
	}
	log = log_open(path, bytes_of(vkey, vkey_len), false, &status);
	if (log == NULL || !log_verify(log, bytes_of(earlier, earlier_len), &status)) {
		code = say_broken(path, &status, out, error);
		goto out;
	}
	fprintf(out, "%s: %s holds: %ju entries, every hash recomputed, checkpoint signed%s%s\n",
	    path, log_origin(log), (uintmax_t)log_size(log),
	    checkpoint == NULL ? "" : ", a continuation of the earlier checkpoint",
	    log_key == NULL ? " (by the key that lies in the log: pin it with --log-key)" : "");
	code = ASSAY_PASS;
out:
	log_close(log);
	free(vkey);
	free(earlier);
	return code;
}

/* The SHA-256 of PEM in base64, as it stands in an entry, or "?". */
static void
key_of_entry(struct json_object *signature, struct arena *arena, char hex[65])
{
	struct status ignored = { 0 };
	const char *text;
	struct bytes pem;
	struct key *key = NULL;

	snprintf(hex, 65, "?");
	if (json_get_string(signature, "verifier", &text) &&
	    base64_decode(arena, bytes_of_string(text), &pem))
		key = key_public_from_pem(pem, &ignored);
	if (key != NULL && !key_fingerprint(key, hex))
		snprintf(hex, 65, "?");
	key_free(key);
}

static bool
print_entry(uint64_t index, struct bytes entry, void *context)
{
	FILE *out = context;
	struct status ignored = { 0 };
	struct json_object *body = json_parse(entry, &ignored), *spec, *hash, *signatures;
	struct arena *arena = arena_new((size_t)1 << 20);
	const char *payload = "?";
	char signer[65] = "?";

	if (body != NULL && arena != NULL && json_get(body, "spec", json_type_object, &spec)) {
		if (!json_get(spec, "payloadHash", json_type_object, &hash) ||
		    !json_get_string(hash, "value", &payload))
			payload = "?";
		if (json_get(spec, "signatures", json_type_array, &signatures) &&
		    json_object_array_length(signatures) > 0)
			key_of_entry(json_object_array_get_idx(signatures, 0), arena, signer);
	}
	fprintf(out, "%ju\tstatement sha256:", (uintmax_t)index);
	text_print_safe(out, payload);
	fprintf(out, "\tkey sha256:%s\n", signer);
	arena_free(arena);
	json_object_put(body);
	return true;
}

enum assay_exit
assay_log_list(
    const struct assay_settings *settings, const char *path, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct log *log = log_open(path, bytes_of(NULL, 0), false, &status);
	enum assay_exit code = ASSAY_PASS;

	(void)settings;
	if (log == NULL || !log_each(log, print_entry, out, &status))
		code = say_broken(path, &status, out, error);
	log_close(log);
	return code;
}

enum assay_exit
assay_log_prove(const struct assay_settings *settings, const char *path, uint64_t index, FILE *out,
    struct assay_error *error)
{
	struct status status = { 0 };
	struct log *log = log_open(path, bytes_of(NULL, 0), false, &status);
	struct buffer text = buffer_up_to(65536);
	struct log_proof proof;
	enum assay_exit code = ASSAY_PASS;

	(void)settings;
	if (log == NULL || !log_prove(log, index, &proof, &status)) {
		code = say_broken(path, &status, out, error);
	} else {
		/* C2SP tlog-proof: a header, the index, the hashes from leaf to root, the
		 * checkpoint. */
		buffer_add_format(&text, "c2sp.org/tlog-proof@v1\nindex %ju\n", (uintmax_t)index);
		for (size_t i = 0; i < proof.n; i++) {
			base64_add(&text, bytes_of(proof.hashes[i].data, MERKLE_LEN));
			buffer_add_u8(&text, '\n');
		}
		buffer_add_u8(&text, '\n');
		buffer_add(&text, log_checkpoint(log));
		fwrite(text.data, 1, text.len, out);
	}
	buffer_free(&text);
	log_close(log);
	return code;
}
