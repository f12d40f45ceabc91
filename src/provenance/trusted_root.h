/*
 * Sigstore's trusted root (protobuf-specs, sigstore_trustroot.proto, as JSON): the logs,
 * certificate authorities and time-stamping authorities that the user trusts, each with the time
 * in which it was in use. It comes from the user, never from a bundle, and is never fetched.
 */
#ifndef PROVENANCE_TRUSTED_ROOT_H
#define PROVENANCE_TRUSTED_ROOT_H

#include "core/arena.h"
#include "crypto/fulcio.h"

struct root_log {
	const char *name;    /* the host and path of its URL: what its checkpoints are signed as */
	struct bytes id;     /* logId.keyId */
	struct bytes key_id; /* of its checkpoints; at least 4 bytes */
	struct key *key;     /* NULL where it is of a kind that we cannot use */
	int64_t start, end;  /* milliseconds since 1970, both inclusive */
};

struct root_authority {
	struct bytes *certificates; /* DER; the trusted one last */
	size_t n;
	int64_t start, end;
};

struct trusted_root {
	size_t nlogs, nctlogs, ncas, ntsas;
	struct root_log *logs, *ctlogs;
	struct root_authority *cas, *tsas;
};

/* All but the keys is put in the arena; free the keys with trusted_root_close(). False and a status
 * where it is no trusted root, or one that leaves out when a log was in use. */
MUST_USE bool trusted_root_parse(
    struct bytes, struct arena *, struct trusted_root *ret, struct status *);
void trusted_root_close(struct trusted_root *);
/* "2021-01-12T11:53:27.123Z" as milliseconds since 1970. */
MUST_USE bool trusted_root_time(const char *text, int64_t *ret);

#endif
