/*
 * Writes an OpenSSF model signature (ossf/model-signing-spec, v1.0): a Sigstore bundle v0.3 with a
 * DSSE envelope over the list of files, in the form that the reference verifier reads.
 */
#ifndef PROVENANCE_OMS_WRITE_H
#define PROVENANCE_OMS_WRITE_H

#include "crypto/key.h"

struct oms_file {
	/* Relative to the model, "." for a model of one file; UTF-8. With shards ":START:END" is
	 * behind it. */
	const char *name;
	const char *digest; /* lower case */
};

struct oms_signing {
	const char *model; /* base name of the folder or file */
	const struct oms_file *files;
	size_t nfiles;	     /* sorted by name, byte by byte, as the specification says */
	const char *hash;    /* of their digests: "sha256", "blake2b", "blake3" */
	uint64_t shard_size; /* 0: whole files */
	bool allow_symlinks;
	const char *const *ignored; /* paths that were left out; NULL-terminated */
	const struct key *public_key;
	const struct bytes *certificates; /* DER, leaf first; the key's hint where there are none */
	size_t ncertificates;
	bool (*sign)(
	    void *context, struct bytes message, struct buffer *signature, struct status *);
	void *context;
};

/* Appends the JSON. False and a status on failure. */
MUST_USE bool oms_write(const struct oms_signing *, struct buffer *ret, struct status *);

#endif
