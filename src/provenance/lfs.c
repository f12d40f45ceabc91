/*
 * git-lfs pointers (git-lfs, docs/spec.md): a text of three lines that stands where the content
 * should. Whoever cloned without git-lfs ships these instead of the weights.
 */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "provenance/listing.h"

#define POINTER "version https://git-lfs.github.com/spec/"
#define POINTER_OLD "version https://hawser.github.com/spec/"

static int
probe(const struct member *member)
{
	if (member->bytes.len >= KIB)
		return 0;
	return bytes_starts(member->bytes, POINTER) || bytes_starts(member->bytes, POINTER_OLD) ? 95
												: 0;
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct reader r = reader_over(claim->bytes);
	struct bytes line, oid = { NULL, 0 }, size = { NULL, 0 };

	(void)tree;
	(void)trust;
	while (reader_line(&r, &line)) {
		if (bytes_starts(line, "oid sha256:"))
			oid = bytes_slice(line, 11, SIZE_MAX);
		if (bytes_starts(line, "size "))
			size = bytes_slice(line, 5, SIZE_MAX);
	}
	ret->signer = ret->time = "";
	ret->status = PROVENANCE_INCOMPLETE;
	ret->why = "it is a pointer: the content that it stands for is not here";
	if (listing_is_hex(oid, 64) && size.len > 0)
		sink_trouble(sink, STATUS_UNSUPPORTED, "hash/lfs-pointer", 0,
		    "this is a git-lfs pointer to %.20s bytes with the SHA-256 %.16s..., not the "
		    "content",
		    text_safe(sink_arena(sink), size, 20), text_safe(sink_arena(sink), oid, 64));
	else
		sink_trouble(sink, STATUS_MALFORMED, "hash/lfs-pointer", 0,
		    "this is a git-lfs pointer that names no object, not the content");
}

const struct verifier verifier_lfs_pointer = {
	.name = "git-lfs-pointer",
	.probe = probe,
	.verify = verify,
};
