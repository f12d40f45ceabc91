/*
 * What huggingface_hub leaves beside a download with local_dir:
 * .cache/huggingface/download/PATH.metadata holds three lines, the commit, the ETag and the time.
 * The ETag is the SHA-256 of a large file and the git blob id of a small one. Nobody signed it: it
 * proves that a file is what was downloaded, not who made it.
 *
 * huggingface_hub compares no digests but times: it believes a record where the file is not newer,
 * by more than a second (_local_folder.py). A digest that holds says more than any time. Where none
 * does, or the ETag is that of a mirror and no digest, a newer file is one that was changed.
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "provenance/listing.h"

#define FOLDER ".cache/huggingface/download/"
#define SUFFIX ".metadata"
#define PATIENCE 1000 /* milliseconds; of file systems with coarse times */

/* What a record says. */
struct record {
	struct listed listed;
	int64_t time; /* milliseconds since 1970 */
};

static int
probe(const struct member *member)
{
	struct bytes name = bytes_of_string(member->name);
	int64_t at = bytes_find(name, bytes_of_string(FOLDER), 0);

	if (at < 0 || (at > 0 && name.data[at - 1] != '/') || !bytes_ends(name, SUFFIX))
		return 0;
	return member->bytes.len < 4 * KIB ? 90 : 0;
}

/* Seconds as Python writes a float: digits, perhaps a point and more. */
static bool
read_time(struct bytes text, int64_t *ret)
{
	int64_t time = 0;
	size_t at = 0, decimals = 0;

	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9' && at < 12)
		time = time * 10 + (text.data[at++] - '0');
	if (at == 0)
		return false;
	if (at < text.len && text.data[at] == '.')
		for (at++; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++)
			if (decimals++ < 3)
				time = time * 10 + (text.data[at] - '0');
	for (; decimals < 3; decimals++)
		time *= 10;
	*ret = time;
	return at == text.len;
}

/* The file that the claim is about, and what it should be. */
static bool
parse(struct arena *arena, const struct claim *claim, struct claim *ret_base, struct record *ret)
{
	struct bytes path = bytes_of_string(claim->path);
	struct reader r = reader_over(claim->bytes);
	int64_t at = bytes_find(path, bytes_of_string(FOLDER), 0);
	size_t down = (size_t)at + strlen(FOLDER);
	struct bytes commit, etag, time;

	if (at < 0 || path.len < down + strlen(SUFFIX) + 1)
		return false;
	*ret_base = *claim;
	ret_base->root =
	    at == 0 ? "" : arena_string_of(arena, bytes_slice(path, 0, (size_t)at - 1));
	if (ret_base->root == NULL || !reader_line(&r, &commit) || !reader_line(&r, &etag) ||
	    !listing_is_hex(commit, 40) || etag.len == 0 || !reader_line(&r, &time) ||
	    !read_time(time, &ret->time))
		return false;
	ret->listed = (struct listed){ .size = SIZE_UNKNOWN,
		.name = bytes_slice(path, down, path.len - down - strlen(SUFFIX)),
		.algorithm = listing_is_hex(etag, 64) ? "sha256"
		    : listing_is_hex(etag, 40)	      ? "git-sha1"
						      : NULL,
		.hex = etag };
	return true;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(MIB);
	struct claim base;
	struct record record;

	if (arena != NULL && parse(arena, claim, &base, &record))
		listing_want(arena, &base, &record.listed, wants);
	arena_free(arena);
}

/* Nothing proves that the file is the one that was downloaded: is it newer? */
static void
check_time(struct listing *listing, const struct record *record)
{
	struct arena *arena = sink_arena(listing->sink);
	const char *path = listing_path(arena, listing->claim->root, record->listed.name);
	const struct tree_entry *entry = path == NULL ? NULL : tree_find(listing->tree, path);

	if (entry == NULL || entry->modified - PATIENCE <= record->time)
		return;
	path = text_safe(arena, bytes_of_string(path), LIMIT_NAME);
	sink_finding(listing->sink, "hash/changed-since-download", 0, 0, path,
	    "%s was written %jd seconds after the download that this record is of", path,
	    (intmax_t)((entry->modified - record->time) / 1000));
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct listing listing;
	struct claim base;
	struct record record;

	(void)trust;
	if (!parse(sink_arena(sink), claim, &base, &record)) {
		listing_malformed(sink, ret,
		    "it is not a commit, an ETag and a time as huggingface_hub writes them");
		return;
	}
	if (!listing_open(&listing, &base, tree, sink, ret))
		return;
	listing_check(&listing, &record.listed);
	if (ret->covers == 0)
		check_time(&listing, &record);
	listing_close(&listing, "record of a download");
	if (record.listed.algorithm == NULL && ret->status == PROVENANCE_UNTRUSTED)
		ret->why = "its ETag is no digest, so that it binds no content";
}

const struct verifier verifier_hf_local = {
	.name = "hf-local",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
