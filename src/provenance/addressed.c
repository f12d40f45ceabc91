/*
 * Stores in which a file's name is its digest: the blobs of a Hugging Face cache, of an OCI image
 * layout and of Ollama, the objects of git-lfs. One look at the path says so; the content is not
 * needed, so these claims carry none.
 */
#include "config.h"

#include "core/limits.h"
#include "provenance/listing.h"

/* The part of PATH after the last '/', and the part before it. */
static struct bytes
split(struct bytes *path)
{
	const uint8_t *slash = path->len == 0 ? NULL : memrchr(path->data, '/', path->len);
	size_t at = slash == NULL ? 0 : (size_t)(slash - path->data);
	struct bytes last = slash == NULL ? *path : bytes_slice(*path, at + 1, SIZE_MAX);

	*path = bytes_slice(*path, 0, at);
	return last;
}

/* What the store says that the file called PATH is; false where PATH is in no such store. */
static bool
parse_cache(struct bytes path, const char **algorithm, struct bytes *hex)
{
	struct bytes name = split(&path), blobs = split(&path), repository = split(&path);

	if (!bytes_equal_string(blobs, "blobs") ||
	    !(bytes_starts(repository, "models--") || bytes_starts(repository, "datasets--") ||
		bytes_starts(repository, "spaces--")))
		return false;
	*algorithm = listing_is_hex(name, 64) ? "sha256"
	    : listing_is_hex(name, 40)	      ? "git-sha1"
					      : NULL;
	*hex = name;
	return *algorithm != NULL;
}

static bool
parse_oci(struct bytes path, const char **algorithm, struct bytes *hex)
{
	struct bytes name = split(&path), kind = split(&path), blobs = split(&path);

	*algorithm = bytes_equal_string(kind, "sha256") && listing_is_hex(name, 64) ? "sha256"
	    : bytes_equal_string(kind, "sha512") && listing_is_hex(name, 128)	    ? "sha512"
										    : NULL;
	*hex = name;
	return bytes_equal_string(blobs, "blobs") && *algorithm != NULL;
}

static bool
parse_ollama(struct bytes path, const char **algorithm, struct bytes *hex)
{
	struct bytes name = split(&path), blobs = split(&path);

	*algorithm = "sha256";
	*hex = bytes_slice(name, 7, SIZE_MAX);
	return bytes_equal_string(blobs, "blobs") && bytes_starts(name, "sha256-") &&
	    listing_is_hex(*hex, 64);
}

/* lfs/objects/aa/bb/aabb... (git-lfs, specification, "The local storage") */
static bool
parse_lfs(struct bytes path, const char **algorithm, struct bytes *hex)
{
	struct bytes name = split(&path), second = split(&path), first = split(&path),
		     objects = split(&path), lfs = split(&path);

	*algorithm = "sha256";
	*hex = name;
	return listing_is_hex(name, 64) && bytes_equal(first, bytes_slice(name, 0, 2)) &&
	    bytes_equal(second, bytes_slice(name, 2, 2)) &&
	    bytes_equal_string(objects, "objects") && bytes_equal_string(lfs, "lfs");
}

static const struct store {
	const char *name, *called;
	bool (*parse)(struct bytes path, const char **algorithm, struct bytes *hex);
} stores[] = {
	{ "hf-cache", "Hugging Face cache", parse_cache },
	{ "oci-blob", "OCI layout", parse_oci },
	{ "ollama-blob", "Ollama store", parse_ollama },
	{ "git-lfs-object", "git-lfs store", parse_lfs },
};

static const struct store *
store_of(const char *path, const char **algorithm, struct bytes *hex)
{
	for (size_t i = 0; i < ARRAY_LEN(stores); i++)
		if (stores[i].parse(bytes_of_string(path), algorithm, hex))
			return &stores[i];
	return NULL;
}

static int
probe(const struct member *member)
{
	const char *algorithm;
	struct bytes hex;

	return store_of(member->path, &algorithm, &hex) != NULL ? 50 : 0;
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	const char *algorithm;
	struct bytes hex;

	if (store_of(claim->path, &algorithm, &hex) != NULL && strcmp(algorithm, "sha256") != 0)
		wants_add(wants, claim->path, algorithm, 0, SIZE_UNKNOWN);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct listing listing;
	struct listed listed = { .size = SIZE_UNKNOWN, .name = bytes_of_string(claim->path) };
	struct claim top = *claim;
	const struct store *store = store_of(claim->path, &listed.algorithm, &listed.hex);

	(void)trust;
	if (store == NULL) { /* named by --signature, yet without such a path */
		listing_malformed(sink, ret, "its name is no digest");
		return;
	}
	top.root = "";
	if (!listing_open(&listing, &top, tree, sink, ret))
		return;
	listing_check(&listing, &listed);
	listing_close(&listing, store->called);
}

const struct verifier verifier_addressed = {
	.name = "content-address",
	.by_name = true,
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
