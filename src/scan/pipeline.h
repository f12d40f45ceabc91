/*
 * What happens to one member: identify, analyze, detect, recognize claims, report, and then the
 * same for every piece inside it. Runs in a worker; everything it finds goes out over the wire.
 */
#ifndef SCAN_PIPELINE_H
#define SCAN_PIPELINE_H

#include "bundle/member.h"
#include "bundle/unpack.h"
#include "scan/wire.h"

struct pipeline {
	struct rules *rules;
	const char *const *detectors; /* names of those to run; NULL-terminated */
	bool recognizes_claims;
	struct scratch *scratch;
	struct wire *wire;
	/* Of the file being scanned: */
	struct budget budget;
	uint64_t skipped_members;
};

/*
 * Inspects MEMBER, whose SHA-256 is SHA256 ("" where another job computes it), and everything
 * inside it.
 */
void pipeline_inspect(struct pipeline *, const struct member *, const char *sha256);
/* Says that MEMBER is a claim, where a verifier knows it; VERIFIER_ONLY jobs use it alone. */
void pipeline_claim(struct pipeline *, const struct member *);
/* Lower case SHA-256 of B into HEX (65 bytes), giving pages back behind itself. False: OpenSSL
 * failed. */
MUST_USE bool pipeline_sha256(const struct member *, char hex[65]);
/* A finding of the pipeline itself about PATH. */
void pipeline_report(struct wire *, const char *check, const char *path, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
