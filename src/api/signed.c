/* assay_report_verify(): a signed report, its place in the log, and what it pins. */
#include "config.h"

#include "api/session.h"
#include "audit/signed.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_KEY_FILE 65536
#define MAX_SHOWN 5 /* subjects */

/* SHA-256 of the file PATH; false where it cannot be read. */
static bool
file_sha256(const char *path, char hex[65])
{
	FILE *file = fopen(path, "rbe");
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t block[65536], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	size_t n;
	bool done =
	    file != NULL && context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	while (done && (n = fread(block, 1, sizeof(block), file)) > 0)
		done = EVP_DigestUpdate(context, block, n) == 1;
	done = done && !ferror(file) && EVP_DigestFinal_ex(context, digest, &len) == 1;
	if (done)
		hex_encode(bytes_of(digest, len), hex);
	EVP_MD_CTX_free(context);
	if (file != NULL)
		fclose(file);
	return done;
}

/* One file that the report pins; a name without a folder lies beside the report. */
static enum assay_exit
check_input(struct json_object *input, const char *bundle, bool may_be_missing, FILE *out)
{
	const char *slash = strrchr(bundle, '/'), *uri, *sha256;
	struct json_object *digest;
	char path[2 * LIMIT_NAME], hex[65];

	if (!json_get_string(input, "uri", &uri) ||
	    !json_get(input, "digest", json_type_object, &digest) ||
	    !json_get_string(digest, "sha256", &sha256)) {
		fputs("  pins        something without a name or digest\n", out);
		return ASSAY_FAIL;
	}
	if (strchr(uri, '/') != NULL || slash == NULL)
		snprintf(path, sizeof(path), "%s", uri);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - bundle), bundle, uri);
	fputs("  pins        ", out);
	text_print_safe(out, uri);
	if (access(path, F_OK) != 0) {
		fputs(may_be_missing ? ": not here\n"
				     : ": not here, so it was not compared (--signature-only "
				       "verifies without it)\n",
		    out);
		return may_be_missing ? ASSAY_PASS : ASSAY_INCOMPLETE;
	}
	if (!file_sha256(path, hex) || strcmp(hex, sha256) != 0) {
		fputs(": CHANGED after the report was signed\n", out);
		return ASSAY_FAIL;
	}
	fputs(": unchanged\n", out);
	return ASSAY_PASS;
}

static void
print_subjects(struct json_object *subjects, FILE *out)
{
	size_t n = json_object_array_length(subjects);

	for (size_t i = 0; i < n && i < MAX_SHOWN; i++) {
		struct json_object *subject = json_object_array_get_idx(subjects, i), *digest;
		const char *name, *sha256;

		if (!json_get_string(subject, "name", &name) ||
		    !json_get(subject, "digest", json_type_object, &digest) ||
		    !json_get_string(digest, "sha256", &sha256))
			continue;
		fputs("  about       ", out);
		text_print_safe(out, name);
		fprintf(out, "  sha256:");
		text_print_safe(out, sha256);
		fputc('\n', out);
	}
	if (n > MAX_SHOWN)
		fprintf(out, "              and %zu more\n", n - MAX_SHOWN);
}

static enum assay_exit
print_report(const struct assay_report_check *check, const struct signed_report *report,
    const struct key *key, FILE *out)
{
	const struct statement *statement = &report->statement;
	size_t n = json_object_array_length(statement->inputs);
	enum assay_exit code = ASSAY_PASS;
	char fingerprint[65] = "";

	if (!key_fingerprint(key, fingerprint))
		*fingerprint = '\0';
	text_print_safe(out, check->bundle);
	fprintf(out, ": the signature holds\n  signed by   %s, sha256:%s\n  verdict     ",
	    key_kind_name(key_kind_of(key)), fingerprint);
	text_print_safe(out, statement->verdict);
	fputs(", by policy ", out);
	text_print_safe(out, statement->policy);
	fputs(" (sha256:", out);
	text_print_safe(out, statement->policy_sha256);
	fputs(")\n  when        ", out);
	text_print_safe(out, statement->time);
	fputs(", as the signer says\n", out);
	print_subjects(statement->subjects, out);
	for (size_t i = 0; i < n; i++) {
		enum assay_exit input = check_input(json_object_array_get_idx(statement->inputs, i),
		    check->bundle, check->signature_only, out);

		if (input == ASSAY_FAIL || code == ASSAY_PASS)
			code = input;
	}
	if (report->log == SIGNED_LOG_PROVEN) {
		fprintf(out, "  log         entry %ju of %ju in ", (uintmax_t)report->index,
		    (uintmax_t)report->size);
		text_print_safe(out, report->origin);
		fputs(": proven\n", out);
	} else {
		fputs("  log         none\n", out);
	}
	return code;
}

enum assay_exit
assay_report_verify(const struct assay_settings *settings, const struct assay_report_check *check,
    FILE *out, struct assay_error *error)
{
	struct arena *arena = arena_new(2 * LIMIT_CLAIM);
	struct status status = { 0 };
	struct signed_report report;
	size_t bundle_len, pem_len, vkey_len = 0;
	uint8_t *bundle = NULL, *pem = NULL, *vkey = NULL;
	struct key *key = NULL;
	enum assay_exit code = ASSAY_USAGE;

	(void)settings;
	pem = session_read_file(check->public_key, MAX_KEY_FILE, &pem_len, error);
	if (pem != NULL)
		bundle = session_read_file(check->bundle, 2 * LIMIT_CLAIM, &bundle_len, error);
	if (bundle != NULL && check->log_key != NULL)
		vkey = session_read_file(check->log_key, MAX_KEY_FILE, &vkey_len, error);
	if (bundle == NULL || (check->log_key != NULL && vkey == NULL))
		goto out;
	while (vkey_len > 0 && vkey[vkey_len - 1] == '\n')
		vkey_len--;
	key = key_public_from_pem(bytes_of(pem, pem_len), &status);
	if (key == NULL || arena == NULL) {
		status_set(&status, STATUS_MEMORY, "no memory to verify a report");
		code = session_fail(error, &status);
	} else if (signed_verify(bytes_of(bundle, bundle_len), key, bytes_of(vkey, vkey_len), arena,
		       &report, &status)) {
		code = print_report(check, &report, key, out);
		statement_close(&report.statement);
	} else {
		text_print_safe(out, check->bundle);
		fputs(": NOT VERIFIED: ", out);
		text_print_safe(out, status.text);
		fputc('\n', out);
		code = ASSAY_FAIL;
	}
out:
	key_free(key);
	arena_free(arena);
	free(vkey);
	free(pem);
	free(bundle);
	return code;
}
