/* Descriptors of content (OCI image specification, descriptor.md) in indexes and manifests. */
#ifndef PROVENANCE_DESCRIPTORS_H
#define PROVENANCE_DESCRIPTORS_H

#include "core/json.h"
#include "provenance/listing.h"

enum descriptors_kind {
	DESCRIPTORS_NONE,
	DESCRIPTORS_INDEX,    /* index.json, or an index among the blobs */
	DESCRIPTORS_MANIFEST, /* of an image or artifact: ModelPack, KitOps, Docker */
	DESCRIPTORS_OLLAMA,   /* manifests/HOST/NAMESPACE/MODEL/TAG */
	DESCRIPTORS_SAVE,     /* manifest.json of `docker save` */
};

/* By PATH and the first bytes of the content. */
enum descriptors_kind descriptors_kind_of(const char *path, struct bytes content);
/*
 * Visits every descriptor of the claim, wherever it stands in the JSON. False where it is
 * malformed, with a sentence in the status.
 */
MUST_USE bool descriptors_visit(struct arena *, const struct claim *, enum descriptors_kind,
    void (*visit)(void *context, const struct claim *base, const struct listed *), void *context,
    struct status *);

#endif
