/*
 * Hash lists: SHA256SUMS and its relatives, and sidecars such as model.bin.sha256. Known by their
 * names and by a first line that reads as one; a text that merely holds digests is no claim.
 */
#include "config.h"

#include "provenance/sums.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"

static const char *const words[] = { "sha256", "sha512", "sha384", "sha224", "sha1", "sha3", "md5",
	"b2sum", "blake2", "b3sum", "blake3", "checksum", "shasum", "digests" };
static const char *const suffixes[] = { ".b2", ".b3", ".sha", "sums", "sums.txt" };

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
has_list_name(const char *path)
{
	struct bytes base = bytes_of_string(base_of(path));

	for (size_t w = 0; w < ARRAY_LEN(words); w++)
		for (size_t at = 0; at + strlen(words[w]) <= base.len; at++)
			if (text_equal_ignoring_case(
				bytes_slice(base, at, strlen(words[w])), words[w]))
				return true;
	for (size_t s = 0; s < ARRAY_LEN(suffixes); s++) {
		size_t n = strlen(suffixes[s]);

		if (base.len >= n &&
		    text_equal_ignoring_case(bytes_slice(base, base.len - n, n), suffixes[s]))
			return true;
	}
	return false;
}

/* Goes through the lines. The frame of a clear-signed list (RFC 4880, section 7) is passed over. */
struct lines {
	struct reader reader;
	bool is_signed, in_header;
};

static bool
next_line(struct lines *lines, struct bytes *ret)
{
	while (reader_left(&lines->reader) > 0) {
		if (!reader_line(&lines->reader, ret) &&
		    !reader_bytes(&lines->reader, reader_left(&lines->reader), ret))
			return false;
		if (bytes_starts(*ret, "-----BEGIN PGP SIGNED MESSAGE-----")) {
			lines->is_signed = lines->in_header = true;
			continue;
		}
		if (bytes_starts(*ret, "-----BEGIN PGP SIGNATURE-----"))
			return false;
		if (lines->in_header) {
			lines->in_header = ret->len > 0 && ret->data[0] != '\r';
			continue;
		}
		if (lines->is_signed && bytes_starts(*ret, "- "))
			*ret = bytes_slice(*ret, 2, SIZE_MAX);
		return true;
	}
	return false;
}

static int
probe(const struct member *member)
{
	struct arena *arena;
	struct lines lines = { .reader = reader_over(member->bytes) };
	struct bytes line;
	enum sums_line kind = SUMS_BLANK;
	struct listed listed;

	if (!has_list_name(member->name))
		return 0;
	arena = arena_new(64 * KIB);
	for (int i = 0; arena != NULL && i < 100 && kind == SUMS_BLANK; i++) {
		if (!next_line(&lines, &line) || line.len > 2 * LIMIT_NAME)
			break;
		kind = sums_parse_line(arena, member_basename(member), line, &listed);
	}
	arena_free(arena);
	return kind == SUMS_ENTRY || kind == SUMS_UNKNOWN_ALGORITHM ? 60 : 0;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct lines lines = { .reader = reader_over(claim->bytes) };
	struct bytes line;
	struct listed listed;

	while (arena != NULL && next_line(&lines, &line))
		if (sums_parse_line(arena, base_of(claim->path), line, &listed) == SUMS_ENTRY)
			listing_want(arena, claim, &listed, wants);
	arena_free(arena);
}

/* A list covers its folder; a sidecar, or a list of one file, only claims that file. */
static bool
is_list(const struct listing *listing)
{
	const char *name = base_of(listing->claim->path);
	const char *dot = strrchr(name, '.');

	return !(listing->nlisted == 1 && dot != NULL && strcmp(dot, ".txt") != 0);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct lines lines = { .reader = reader_over(claim->bytes) };
	struct listing listing;
	struct listed listed;
	struct bytes line;

	if (!listing_open(&listing, claim, tree, sink, ret))
		return;
	while (next_line(&lines, &line)) {
		size_t offset = (size_t)(line.data - claim->bytes.data);

		switch (sums_parse_line(sink_arena(sink), base_of(claim->path), line, &listed)) {
		case SUMS_ENTRY:
			listing_check(&listing, &listed);
			break;
		case SUMS_UNKNOWN_ALGORITHM:
			listing.nlisted++;
			listing.nunknown++;
			sink_trouble(sink, STATUS_UNSUPPORTED, "hash/not-verified", offset,
			    "this line names an algorithm that assay does not compute");
			break;
		case SUMS_MALFORMED:
			sink_finding(sink, "hash/malformed-line", offset, line.len, NULL,
			    "this line is no entry of a hash list; checksum programs pass over it");
			break;
		case SUMS_BLANK:
			break;
		}
	}
	if (is_list(&listing) || claim->is_explicit)
		listing_check_rest(&listing, claim->root, trust);
	listing_close(&listing, "hash list");
}

const struct verifier verifier_sums = {
	.name = "hash-list",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
