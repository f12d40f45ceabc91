/* RECORD of a Python wheel (PyPA, "Recording installed projects"): path,sha256=BASE64URL,size. */
#include "config.h"

#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "provenance/listing.h"

static int
probe(const struct member *member)
{
	struct bytes name = bytes_of_string(member->name);

	return bytes_ends(name, ".dist-info/RECORD") ? 70 : 0;
}

/* The next field of a CSV row, without quotes; *at moves behind the comma. */
static bool
next_field(struct arena *arena, struct bytes row, size_t *at, struct bytes *ret)
{
	uint8_t *out;
	size_t n = 0, i = *at;

	if (i > row.len)
		return false;
	out = arena_alloc(arena, row.len - i + 1);
	if (out == NULL)
		return false;
	if (i < row.len && row.data[i] == '"') {
		for (i++; i < row.len; i++) {
			if (row.data[i] == '"' && (i + 1 == row.len || row.data[i + 1] != '"'))
				break;
			i += row.data[i] == '"';
			out[n++] = row.data[i];
		}
		if (i == row.len)
			return false;
		i++;
	} else {
		while (i < row.len && row.data[i] != ',')
			out[n++] = row.data[i++];
	}
	if (i < row.len && row.data[i] != ',')
		return false;
	*at = i + 1;
	*ret = bytes_of(out, n);
	return true;
}

static bool
parse_size(struct bytes text, uint64_t *ret)
{
	uint64_t size = 0;

	if (text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		size = size * 10 + (text.data[i] - '0');
	}
	*ret = text.len == 0 ? SIZE_UNKNOWN : size;
	return true;
}

static bool
parse_row(struct arena *arena, struct bytes row, struct listed *ret)
{
	struct bytes digest, size, raw;
	const uint8_t *equals;
	size_t at = 0;
	char *hex;

	*ret = (struct listed){ .size = SIZE_UNKNOWN };
	if (!next_field(arena, row, &at, &ret->name) || !next_field(arena, row, &at, &digest) ||
	    !next_field(arena, row, &at, &size) || !parse_size(size, &ret->size))
		return false;
	if (digest.len == 0)
		return true;
	equals = memchr(digest.data, '=', digest.len);
	ret->algorithm = bytes_starts(digest, "sha256=") ? "sha256"
	    : bytes_starts(digest, "sha384=")		 ? "sha384"
	    : bytes_starts(digest, "sha512=")		 ? "sha512"
							 : NULL;
	if (ret->algorithm == NULL || equals == NULL ||
	    !base64_decode_any(
		arena, bytes_slice(digest, (size_t)(equals - digest.data) + 1, SIZE_MAX), &raw) ||
	    raw.len > DIGEST_MAX)
		return false;
	hex = arena_alloc(arena, 2 * raw.len + 1);
	if (hex == NULL)
		return false;
	hex_encode(raw, hex);
	ret->hex = bytes_of(hex, 2 * raw.len);
	return true;
}

static bool
next_row(struct reader *r, struct bytes *ret)
{
	if (reader_left(r) == 0 || (!reader_line(r, ret) && !reader_bytes(r, reader_left(r), ret)))
		return false;
	if (ret->len > 0 && ret->data[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

/* Its names are relative to the folder in which the .dist-info folder stands. */
static struct claim
claim_above(struct arena *arena, const struct claim *claim)
{
	struct claim above = *claim;

	above.root = listing_folder(arena, claim->root);
	return above;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct reader r = reader_over(claim->bytes);
	struct listed listed;
	struct claim above;
	struct bytes row;

	if (arena == NULL)
		return;
	above = claim_above(arena, claim);
	while (next_row(&r, &row))
		if (row.len > 0 && parse_row(arena, row, &listed))
			listing_want(arena, &above, &listed, wants);
	arena_free(arena);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct claim above = claim_above(sink_arena(sink), claim);
	struct reader r = reader_over(claim->bytes);
	struct listing listing;
	struct listed listed;
	struct bytes row;

	(void)trust;
	if (!listing_open(&listing, &above, tree, sink, ret))
		return;
	while (next_row(&r, &row)) {
		if (row.len == 0)
			continue;
		if (!parse_row(sink_arena(sink), row, &listed)) {
			listing_malformed(sink, ret, "row %.80s is none of a RECORD",
			    text_safe(sink_arena(sink), row, 80));
			return;
		}
		listing_check(&listing, &listed);
	}
	listing_close(&listing, "RECORD");
}

const struct verifier verifier_record = {
	.name = "wheel-record",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
