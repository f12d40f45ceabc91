/* A scan: targets in, result out. The supervisor; see DESIGN section 2 in doc/ARCHITECTURE.md. */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "core/catalog.h"
#include "core/rules.h"
#include "provenance/provenance.h"
#include "scan/result.h"

struct scan_signature {
	const char *path; /* as given by --signature */
	struct bytes bytes;
};

struct scan_options {
	const char *const *targets;
	size_t ntargets;
	struct rules *rules;
	struct catalog *catalog;
	bool inspects;	  /* false: `assay verify`, hashes and claims only */
	bool hashes_only; /* claims in the targets are nobody's business: `assay sign` */
	/* With hashes_only, instead of SHA-256 of whole files: these digests, of whole files or of
	 * each SHARD_SIZE bytes of them; they are in the result's tree. NULL: neither. */
	const char *digest;
	uint64_t shard_size;	      /* 0: whole files */
	const char *const *detectors; /* names of those to run; NULL-terminated */
	struct trust trust;
	const struct scan_signature *signatures;
	size_t nsignatures;
	struct bytes keyring; /* of OpenPGP keys that the user trusts; empty where none */
	unsigned jobs;	      /* 0: the online processors */
	unsigned seconds;     /* per file; 0: the default */
	bool no_sandbox;
	const char *temporary; /* folder for scratch files; NULL: /tmp */
	/* Called as bytes of the targets are done; may be NULL. */
	void (*progress)(void *context, uint64_t bytes_done, uint64_t bytes_all);
	void *progress_context;
};

/* False and a status where nothing could be judged at all. The caller frees *ret with
 * result_free(). */
MUST_USE bool scan_run(const struct scan_options *, struct result **ret, struct status *);

#endif
