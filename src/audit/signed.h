/*
 * The signed report: a Sigstore bundle v0.3 with a DSSE envelope over a statement
 * (audit/statement.h), and, where the report went into a log, that log's entry with its inclusion
 * proof, as sigstore_bundle.proto and sigstore_rekor.proto have them.
 */
#ifndef AUDIT_SIGNED_H
#define AUDIT_SIGNED_H

#include "audit/log.h"
#include "audit/statement.h"
#include "crypto/dsse.h"

#define SIGNED_FILE "report.sigstore.json"
#define SIGNED_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

/*
 * Signs STATEMENT with KEY, appends its digests to LOG (NULL: none), and puts the bundle into RET.
 * False and a status on failure; what a log got it keeps.
 */
MUST_USE bool signed_write(
    struct bytes statement, const struct key *, struct log *, struct buffer *ret, struct status *);

enum signed_log {
	SIGNED_NO_LOG,	   /* it is in no log */
	SIGNED_LOG_PROVEN, /* by the log that the signed statement or the caller names */
};

struct signed_report {
	struct statement statement; /* statement_close() it */
	enum signed_log log;
	uint64_t index, size; /* in the log */
	const char *origin;   /* of the log */
};

/*
 * Verifies all of BUNDLE: the signature by KEY, the hint, the log entry against the envelope, its
 * proof against its checkpoint, and the checkpoint's signature by VKEY or, where that is empty,
 * by the verifier key in the signed statement. Strings are put in the arena.
 */
MUST_USE bool signed_verify(struct bytes bundle, const struct key *, struct bytes vkey,
    struct arena *, struct signed_report *ret, struct status *);

/* What goes into a log for an envelope: Rekor's dsse 0.0.1 body in canonical form (RFC 8785). */
MUST_USE bool signed_log_body(
    struct json_object *envelope, struct bytes payload, const struct key *, struct buffer *ret);

#endif
