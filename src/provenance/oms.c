/* The statement of a model signature, read: see provenance/oms.h. */
#include "config.h"

#include "provenance/oms.h"

#include "core/limits.h"
#include "crypto/digest.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE "https://model_signing/signature/v1." /* and a minor version */
#define PREDICATE_OLD "https://model_signing/Digests/v0.1"
#define SHARDED "-sharded-" /* "sha256-sharded-1000", as the reference implementation writes */

/* What is being parsed, and where complaints go. */
struct parsing {
	struct arena *arena;
	struct oms_manifest *manifest;
	struct status *status;
	struct buffer digests; /* raw, in listed order: what the root digest is over */
};

bool
oms_is_payload(const struct dsse *dsse)
{
	return strcmp(dsse->payload_type, DSSE_IN_TOTO) == 0 &&
	    bytes_find(dsse->payload, bytes_of_string("https://model_signing/"), 0) >= 0;
}

static bool
bad(struct parsing *parsing, const char *what)
{
	return status_set(
	    parsing->status, STATUS_MALFORMED, "the signed statement is not valid: %s", what);
}

/* A name in canonical form: relative, no empty, "." or ".." part. */
static bool
is_canonical(const char *name)
{
	const char *part = name;

	if (*name == '\0' || *name == '/')
		return false;
	for (const char *c = name;; c++) {
		if (*c != '/' && *c != '\0')
			continue;
		if (c == part || (c - part == 1 && part[0] == '.') ||
		    (c - part == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		if (*c == '\0')
			return true;
		part = c + 1;
	}
}

static size_t
digest_length(const char *algorithm)
{
	return strcmp(algorithm, "blake2b") == 0 ? 64 : 32;
}

/* Decimal digits at the end of TEXT behind a colon; cuts them off. */
static bool
take_number(char *text, uint64_t *ret)
{
	char *colon = strrchr(text, ':'), *end;
	unsigned long long value;

	if (colon == NULL || !isdigit((unsigned char)colon[1]) || strlen(colon) > 20)
		return false;
	value = strtoull(colon + 1, &end, 10);
	if (*end != '\0')
		return false;
	*colon = '\0';
	*ret = value;
	return true;
}

static bool
read_digest(struct parsing *parsing, const char *digest, const char **ret)
{
	size_t len = digest_length(parsing->manifest->algorithm);
	uint8_t raw[DIGEST_MAX];
	char *lower;

	/* The reference implementation takes either case (signing.md A.6, q7). */
	if (!hex_decode(bytes_of_string(digest), raw, len))
		return bad(parsing, "a digest has the wrong length or form");
	lower = arena_alloc(parsing->arena, 2 * len + 1);
	if (lower == NULL)
		return status_set(parsing->status, STATUS_MEMORY, "no memory for a manifest");
	hex_encode(bytes_of(raw, len), lower);
	buffer_add(&parsing->digests, bytes_of(raw, len));
	*ret = lower;
	return true;
}

static bool
add_resource(struct parsing *parsing, const char *name, const char *digest)
{
	struct oms_manifest *manifest = parsing->manifest;
	struct oms_resource *resource = &manifest->resources[manifest->nresources];
	char *copy = arena_string(parsing->arena, name);

	if (copy == NULL)
		return status_set(parsing->status, STATUS_MEMORY, "no memory for a manifest");
	if (manifest->is_sharded &&
	    (!take_number(copy, &resource->end) || !take_number(copy, &resource->start) ||
		resource->start >= resource->end))
		return bad(parsing, "a shard's name does not end with its range");
	/* "." is the model itself, where that is a single file. */
	if (strcmp(copy, ".") != 0 && !is_canonical(copy))
		return bad(parsing, "a name leads out of the model, or is not in canonical form");
	resource->name = copy;
	if (!read_digest(parsing, digest, &resource->digest))
		return false;
	manifest->nresources++;
	return true;
}

static bool
reserve(struct parsing *parsing, size_t n)
{
	if (n > LIMIT_MEMBERS)
		return status_set(parsing->status, STATUS_LIMIT,
		    "the manifest lists more than %d members", LIMIT_MEMBERS);
	parsing->manifest->resources =
	    arena_array(parsing->arena, n + 1, sizeof(*parsing->manifest->resources));
	return parsing->manifest->resources != NULL ||
	    status_set(parsing->status, STATUS_MEMORY, "no memory for a manifest");
}

/* The resource's algorithm is the manifest's, or that with the shard size. */
static bool
fits_algorithm(const struct oms_manifest *manifest, const char *algorithm)
{
	size_t len = strlen(manifest->algorithm);
	char suffix[64];

	if (strcmp(algorithm, manifest->algorithm) == 0)
		return true;
	snprintf(suffix, sizeof(suffix), SHARDED "%ju", (uintmax_t)manifest->shard_size);
	return manifest->is_sharded && strncmp(algorithm, manifest->algorithm, len) == 0 &&
	    strcmp(algorithm + len, suffix) == 0;
}

static bool
read_resources(struct parsing *parsing, struct json_object *predicate)
{
	struct json_object *list;
	size_t n;

	if (!json_get(predicate, "resources", json_type_array, &list))
		return bad(parsing, "it lists no resources");
	n = json_object_array_length(list);
	if (!reserve(parsing, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *name, *algorithm, *digest;

		if (!json_get_string(item, "name", &name) ||
		    !json_get_string(item, "algorithm", &algorithm) ||
		    !json_get_string(item, "digest", &digest))
			return bad(parsing, "a resource lacks its name, algorithm or digest");
		if (!fits_algorithm(parsing->manifest, algorithm))
			return bad(parsing, "a resource has another algorithm than the manifest");
		if (!add_resource(parsing, name, digest))
			return false;
	}
	return true;
}

/* Paths that the signer left out. One that leads elsewhere hides nothing and is passed over. */
static bool
read_ignored(struct parsing *parsing, struct json_object *serialization)
{
	struct oms_manifest *manifest = parsing->manifest;
	struct json_object *list;
	size_t n;

	if (!json_get(serialization, "ignore_paths", json_type_array, &list))
		return true;
	n = json_object_array_length(list);
	if (n > LIMIT_MEMBERS)
		return bad(parsing, "it ignores too many paths");
	manifest->ignored = arena_array(parsing->arena, n + 1, sizeof(*manifest->ignored));
	if (manifest->ignored == NULL)
		return status_set(parsing->status, STATUS_MEMORY, "no memory for a manifest");
	for (size_t i = 0; i < n; i++) {
		const char *path = json_object_get_string(json_object_array_get_idx(list, i));

		if (path != NULL && is_canonical(path))
			manifest->ignored[manifest->nignored++] =
			    arena_string(parsing->arena, path);
	}
	return true;
}

/* A whole number; the reference implementation writes it as a double (A.6, q3). */
static bool
read_shard_size(struct json_object *serialization, uint64_t *ret)
{
	struct json_object *value;
	double number;

	if (!json_object_object_get_ex(serialization, "shard_size", &value))
		return false;
	number = json_object_get_double(value);
	if (!(number >= 1) || number > 1e15 || floor(number) < number)
		return false;
	*ret = (uint64_t)number;
	return true;
}

static bool
read_serialization(struct parsing *parsing, struct json_object *predicate)
{
	static const char *const algorithms[] = { "sha256", "blake2b", "blake3" };
	struct oms_manifest *manifest = parsing->manifest;
	struct json_object *serialization;
	const char *method, *hash;

	if (!json_get(predicate, "serialization", json_type_object, &serialization) ||
	    !json_get_string(serialization, "method", &method) ||
	    !json_get_string(serialization, "hash_type", &hash))
		return bad(parsing, "it does not say how the model was serialized");
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strcmp(hash, algorithms[i]) == 0)
			manifest->algorithm = algorithms[i];
	if (manifest->algorithm == NULL)
		return bad(parsing, "it uses an unknown hash algorithm");
	if (strcmp(method, "shards") == 0) {
		manifest->is_sharded = true;
		if (!read_shard_size(serialization, &manifest->shard_size))
			return bad(parsing, "it has shards without a size");
	} else if (strcmp(method, "files") != 0) {
		return bad(parsing, "it serializes neither by files nor by shards");
	}
	if (!json_get_bool(serialization, "allow_symlinks", &manifest->allows_symlinks))
		manifest->allows_symlinks = false;
	return read_ignored(parsing, serialization);
}

/* SHA-256 over the digests in listed order, whatever their algorithm. */
static bool
check_root(struct parsing *parsing, struct json_object *subjects)
{
	struct json_object *digest;
	uint8_t root[SHA256_LEN], claimed[SHA256_LEN];
	const char *hex;

	if (json_object_array_length(subjects) != 1)
		return bad(parsing, "it has more or fewer than one subject");
	if (!json_get(
		json_object_array_get_idx(subjects, 0), "digest", json_type_object, &digest) ||
	    !json_get_string(digest, "sha256", &hex) ||
	    !hex_decode(bytes_of_string(hex), claimed, sizeof(claimed)))
		return bad(parsing, "its subject has no SHA-256");
	if (!buffer_ok(&parsing->digests) || !digest_sha256(buffer_bytes(&parsing->digests), root))
		return status_set(parsing->status, STATUS_MEMORY, "no memory for a manifest");
	return memcmp(root, claimed, sizeof(root)) == 0 ||
	    bad(parsing, "its root digest is not that of what it lists");
}

/* v0.2: every subject is a file; nothing else is said. */
static bool
read_old(struct parsing *parsing, struct json_object *subjects)
{
	size_t n = json_object_array_length(subjects);

	parsing->manifest->algorithm = "sha256";
	parsing->manifest->is_old = true;
	if (!reserve(parsing, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json_object *subject = json_object_array_get_idx(subjects, i), *digest;
		const char *name, *hex;

		if (!json_get_string(subject, "name", &name) ||
		    !json_get(subject, "digest", json_type_object, &digest) ||
		    !json_get_string(digest, "sha256", &hex))
			return bad(parsing, "a subject lacks its name or SHA-256");
		if (!add_resource(parsing, name, hex))
			return false;
	}
	return true;
}

static int
compare_resources(const void *a, const void *b)
{
	const struct oms_resource *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0 && x->start != y->start)
		order = x->start < y->start ? -1 : 1;
	return order;
}

/* Sorted, no name stands twice, and shards follow each other without a gap or an overlap. */
static bool
check_names(struct parsing *parsing)
{
	struct oms_manifest *manifest = parsing->manifest;

	if (manifest->nresources == 0)
		return bad(parsing, "it covers nothing");
	qsort(manifest->resources, manifest->nresources, sizeof(*manifest->resources),
	    compare_resources);
	for (size_t i = 0; i < manifest->nresources; i++) {
		const struct oms_resource *one = &manifest->resources[i],
					  *before = i == 0 ? NULL : one - 1;
		bool same = before != NULL && strcmp(before->name, one->name) == 0;

		if (same && !manifest->is_sharded)
			return bad(parsing, "a name stands twice");
		if (manifest->is_sharded && one->start != (same ? before->end : 0))
			return bad(parsing, "the shards of a file leave bytes out, or overlap");
	}
	return true;
}

static bool
read_statement(struct parsing *parsing, struct json_object *statement)
{
	struct json_object *subjects, *predicate;
	const char *type, *kind;

	if (!json_get_string(statement, "_type", &type) || strcmp(type, STATEMENT_TYPE) != 0 ||
	    !json_get_string(statement, "predicateType", &kind) ||
	    !json_get(statement, "subject", json_type_array, &subjects))
		return bad(parsing, "it is no in-toto statement v1");
	if (strcmp(kind, PREDICATE_OLD) == 0)
		return read_old(parsing, subjects) && check_names(parsing);
	if (strncmp(kind, PREDICATE, strlen(PREDICATE)) != 0)
		return bad(parsing, "it is of another kind than a model signature");
	return (json_get(statement, "predicate", json_type_object, &predicate) ||
		   bad(parsing, "it has no predicate")) &&
	    read_serialization(parsing, predicate) && read_resources(parsing, predicate) &&
	    check_root(parsing, subjects) && check_names(parsing);
}

bool
oms_parse(
    struct bytes payload, struct arena *arena, struct oms_manifest *ret, struct status *status)
{
	struct oms_manifest manifest = { .algorithm = NULL };
	struct parsing parsing = { arena, &manifest, status, buffer_up_to(LIMIT_CLAIM) };
	struct json_object *statement = json_parse(payload, status);
	bool done = statement != NULL && read_statement(&parsing, statement);

	json_object_put(statement);
	buffer_free(&parsing.digests);
	if (done)
		*ret = manifest;
	return done;
}
