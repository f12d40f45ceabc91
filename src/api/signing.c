/* The signed report of a scan: see api/signing.h. */
#include "config.h"

#include "api/signing.h"

#include "api/session.h"
#include "audit/signed.h"
#include "core/limits.h"

#include <stdlib.h>

#define MAX_KEY_FILE 65536

struct signing {
	struct key *key;
	const char *log; /* its folder; NULL: none */
};

static struct key *
read_key(const char *path, struct status *status)
{
	struct assay_error error = { 0 };
	struct status bad = { 0 };
	struct key *key;
	size_t len;
	uint8_t *pem = session_read_file(path, MAX_KEY_FILE, &len, &error);

	if (pem == NULL) {
		status_set(status, STATUS_USAGE, "%s", error.text);
		return NULL;
	}
	key = key_private_from_pem(bytes_of(pem, len), &bad);
	OPENSSL_cleanse(pem, len);
	free(pem);
	if (key == NULL)
		status_set(status, STATUS_USAGE, "--key %s: %s", path, bad.text);
	return key;
}

/* Does the log exist, and can it be read? Made where it does not. It is locked only while it grows,
 * since a scan may take an hour. */
static bool
check_log(const char *path, struct status *status)
{
	struct log *log;

	if (!log_exists(path) && !log_create(path, NULL, status))
		return false;
	log = log_open(path, bytes_of(NULL, 0), false, status);
	log_close(log);
	return log != NULL;
}

bool
signing_open(struct signing **ret, const char *key, const char *log, const char *output,
    struct status *status)
{
	struct signing *signing;

	*ret = NULL;
	if (key == NULL && log == NULL)
		return true;
	if (key == NULL)
		return status_set(status, STATUS_USAGE,
		    "--log takes signed reports: give --key too (`assay keygen NAME` makes one)");
	if (output == NULL)
		return status_set(
		    status, STATUS_USAGE, "--key signs the report folder: give --output DIR too");
	signing = calloc(1, sizeof(*signing));
	if (signing == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for a key");
	signing->log = log;
	signing->key = read_key(key, status);
	if (signing->key == NULL || (log != NULL && !check_log(log, status))) {
		signing_close(signing);
		return false;
	}
	*ret = signing;
	return true;
}

void
signing_close(struct signing *signing)
{
	if (signing == NULL)
		return;
	key_free(signing->key);
	free(signing);
}

bool
signing_finish(struct signing *signing, const struct report_input *input, const char *folder,
    struct outputs *outputs, struct status *status)
{
	struct buffer statement = buffer_up_to(LIMIT_CLAIM), bundle = buffer_up_to(2 * LIMIT_CLAIM);
	struct log *log = NULL;
	bool done;

	if (signing == NULL)
		return true;
	if (signing->log != NULL)
		log = log_open(signing->log, bytes_of(NULL, 0), true, status);
	done = (signing->log == NULL || log != NULL) &&
	    statement_write(input, outputs, log == NULL ? bytes_of(NULL, 0) : log_vkey(log),
		&statement, status) &&
	    signed_write(buffer_bytes(&statement), signing->key, log, &bundle, status) &&
	    outputs_file(
		outputs, folder, SIGNED_FILE, SIGNED_MEDIA_TYPE, bundle.data, bundle.len, status);
	log_close(log);
	buffer_free(&statement);
	buffer_free(&bundle);
	return done;
}
