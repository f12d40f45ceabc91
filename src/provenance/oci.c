/*
 * OCI image layouts (image-layout.md) with what is built on them: ModelPack, KitOps, Docker's
 * models, `docker save`; and the manifests of Ollama, which has a store of its own. An index binds
 * manifests, a manifest binds configuration and layers; each is a claim of its own.
 */
#include "config.h"

#include "core/limits.h"
#include "provenance/descriptors.h"

static int
probe(const struct member *member)
{
	return descriptors_kind_of(member->path, member->bytes) != DESCRIPTORS_NONE ? 80 : 0;
}

static void
want_one(void *context, const struct claim *base, const struct listed *listed)
{
	struct arena *arena = arena_new(64 * KIB);

	if (arena != NULL)
		listing_want(arena, base, listed, context);
	arena_free(arena);
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct status status = { 0 };

	if (arena != NULL)
		(void)!descriptors_visit(arena, claim,
		    descriptors_kind_of(claim->path, claim->bytes), want_one, wants, &status);
	arena_free(arena);
}

static void
check_one(void *context, const struct claim *base, const struct listed *listed)
{
	struct listing *listing = context;

	listing->claim = base;
	listing_check(listing, listed);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	enum descriptors_kind kind = descriptors_kind_of(claim->path, claim->bytes);
	struct status status = { 0 };
	struct listing listing;

	(void)trust;
	if (!listing_open(&listing, claim, tree, sink, ret))
		return;
	if (!descriptors_visit(sink_arena(sink), claim, kind, check_one, &listing, &status)) {
		listing_malformed(sink, ret, "it cannot be read as a manifest: %s", status.text);
		return;
	}
	listing.claim = claim;
	listing_close(&listing, kind == DESCRIPTORS_INDEX ? "index" : "manifest");
}

const struct verifier verifier_oci = {
	.name = "oci",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
