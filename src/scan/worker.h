/* A worker: a confined process that parses hostile bytes and has nothing to lose. */
#ifndef SCAN_WORKER_H
#define SCAN_WORKER_H

#include "core/rules.h"
#include "provenance/provenance.h"
#include "scan/sandbox.h"

/* All that a worker inherits over the fork; it changes none of it. */
struct worker_setup {
	struct rules *rules;
	const char *const *detectors; /* names, NULL-terminated */
	const struct sandbox *sandbox;
	const struct trust *trust;
	const struct tree *tree;    /* complete before claims are verified; NULL earlier */
	const struct claim *claims; /* what JOB_WANTS and JOB_VERIFY number */
	const char *const
	    *claim_verifiers; /* the verifier that recognized each; "" where none was asked */
	size_t nclaims;
};

/* Serves jobs from SOCKET until it closes; SCRATCH is an empty temporary file or -1. Never returns.
 */
_Noreturn void worker_run(const struct worker_setup *, int socket, int scratch);

#endif
