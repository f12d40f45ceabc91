/*
 * What huggingface_hub leaves beside a download with local_dir:
 * .cache/huggingface/download/PATH.metadata holds three lines, the commit, the ETag and the time.
 * The ETag is the SHA-256 of a large file and the git blob id of a small one. Nobody signed it: it
 * proves that a file is what was downloaded, not who made it.
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "provenance/listing.h"

#define FOLDER ".cache/huggingface/download/"
#define SUFFIX ".metadata"

static int
probe(const struct member *member)
{
	struct bytes name = bytes_of_string(member->name);
	int64_t at = bytes_find(name, bytes_of_string(FOLDER), 0);

	if (at < 0 || (at > 0 && name.data[at - 1] != '/') || !bytes_ends(name, SUFFIX))
		return 0;
	return member->bytes.len < 4 * KIB ? 90 : 0;
}

/* The file that the claim is about, and what it should be. */
static bool
parse(struct arena *arena, const struct claim *claim, struct claim *ret_base, struct listed *ret)
{
	struct bytes path = bytes_of_string(claim->path);
	struct reader r = reader_over(claim->bytes);
	int64_t at = bytes_find(path, bytes_of_string(FOLDER), 0);
	size_t down = (size_t)at + strlen(FOLDER);
	struct bytes commit, etag;

	if (at < 0 || path.len < down + strlen(SUFFIX) + 1)
		return false;
	*ret_base = *claim;
	ret_base->root =
	    at == 0 ? "" : arena_string_of(arena, bytes_slice(path, 0, (size_t)at - 1));
	if (ret_base->root == NULL || !reader_line(&r, &commit) || !reader_line(&r, &etag) ||
	    !listing_is_hex(commit, 40))
		return false;
	*ret = (struct listed){ .size = SIZE_UNKNOWN,
		.name = bytes_slice(path, down, path.len - down - strlen(SUFFIX)),
		.algorithm = listing_is_hex(etag, 64) ? "sha256"
		    : listing_is_hex(etag, 40)	      ? "git-sha1"
						      : NULL,
		.hex = etag };
	return ret->algorithm != NULL;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(MIB);
	struct claim base;
	struct listed listed;

	if (arena != NULL && parse(arena, claim, &base, &listed))
		listing_want(arena, &base, &listed, wants);
	arena_free(arena);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct listing listing;
	struct claim base;
	struct listed listed;

	(void)trust;
	if (!parse(sink_arena(sink), claim, &base, &listed)) {
		listing_malformed(sink, ret,
		    "it is not a commit, an ETag and a time as huggingface_hub writes them");
		return;
	}
	if (!listing_open(&listing, &base, tree, sink, ret))
		return;
	listing_check(&listing, &listed);
	listing_close(&listing, "record of a download");
}

const struct verifier verifier_hf_local = {
	.name = "hf-local",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
