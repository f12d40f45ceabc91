/*
 * OpenSSF Model Signing: the statement of a model signature, v1.x (ossf/model-signing-spec, v1.0)
 * and its predecessor v0.2, held against the tree. The signature itself is signer.h's matter.
 */
#ifndef PROVENANCE_OMS_H
#define PROVENANCE_OMS_H

#include "crypto/dsse.h"
#include "provenance/provenance.h"

struct oms_resource {
	const char *name;    /* as listed; without the range where it is a shard */
	const char *digest;  /* lower case hexadecimal */
	uint64_t start, end; /* of a shard */
};

struct oms_manifest {
	const char *algorithm;			  /* "sha256", "blake2b", "blake3" */
	bool is_sharded, allows_symlinks, is_old; /* v0.2 */
	uint64_t shard_size;
	size_t nresources;
	struct oms_resource *resources; /* sorted by name and start */
	size_t nignored;
	const char **ignored; /* paths that the signer left out */
};

/* Is the envelope's payload a model signature? Cheap; says nothing about its soundness. */
bool oms_is_payload(const struct dsse *);
/* Everything of *ret is put in the arena. False and a status where the statement is not one that
 * may be believed: duplicate names, names out of the folder, a wrong root digest ... */
MUST_USE bool oms_parse(
    struct bytes payload, struct arena *, struct oms_manifest *ret, struct status *);
/* The digests beyond SHA-256 of whole files. */
void oms_wants(const struct oms_manifest *, const struct claim *, struct wants *);
/* Compares manifest and tree; what does not fit makes ret->status PROVENANCE_FAILED. */
void oms_compare(const struct oms_manifest *, const struct claim *, const struct tree *,
    const struct trust *, struct sink *, struct provenance *ret);

#endif
