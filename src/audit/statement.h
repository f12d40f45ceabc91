/*
 * What a signed report says: an in-toto Statement v1 whose predicate is a SLSA verification
 * summary (https://slsa.dev/spec/v1.1/verification_summary). Its subjects are the root digest of
 * each target and every scanned file; it pins the policy and all outputs by their SHA-256.
 */
#ifndef AUDIT_STATEMENT_H
#define AUDIT_STATEMENT_H

#include "core/buffer.h"
#include "report/folder.h"

#include <json-c/json.h>

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define STATEMENT_SUMMARY "https://slsa.dev/verification_summary/v1"
#define STATEMENT_VERIFIER "urn:assay:verifier:1"
#define STATEMENT_EXTENSION "urn:assay:summary:1"

/*
 * The statement as it is signed, without white space, into RET. LOG_VKEY is the verifier key of
 * the log that the report goes into (empty: none): who trusts the report's signature need not be
 * told the log's key apart. False and a status out of memory.
 */
MUST_USE bool statement_write(const struct report_input *, const struct outputs *,
    struct bytes log_vkey, struct buffer *ret, struct status *);

/* A statement that was verified, read again. Strings belong to OBJECT, which is put by
 * statement_close(). */
struct statement {
	struct json_object *object;
	const char *result;  /* "PASSED" or "FAILED" */
	const char *verdict; /* "pass", "review", ... */
	const char *policy;  /* its name */
	const char *policy_sha256;
	const char *time;	      /* as the signer says */
	const char *log_vkey;	      /* "" where it is in no log */
	struct json_object *subjects; /* array of {name, digest: {sha256}} */
	struct json_object *inputs;   /* array of {uri, digest: {sha256}} */
};

MUST_USE bool statement_read(struct bytes payload, struct statement *ret, struct status *);
void statement_close(struct statement *);

#endif
