/* Descriptors of content: see provenance/descriptors.h. */
#include "config.h"

#include "provenance/descriptors.h"

#include "core/limits.h"

#define MANIFEST_MAX (4 * MIB) /* registries refuse larger manifests */

struct walk {
	struct arena *arena;
	struct claim base; /* the root of its names is the store */
	enum descriptors_kind kind;
	void (*visit)(void *, const struct claim *, const struct listed *);
	void *context;
	struct status *status;
};

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
mentions(struct bytes content, const char *word)
{
	return bytes_find(content, bytes_of_string(word), 0) >= 0;
}

enum descriptors_kind
descriptors_kind_of(const char *path, struct bytes content)
{
	const char *base = base_of(path);
	bool is_object = false;

	if (content.len > MANIFEST_MAX)
		return DESCRIPTORS_NONE;
	for (size_t i = 0; i < content.len; i++)
		if (memchr(" \t\r\n", content.data[i], 4) == NULL) {
			if (content.data[i] == '[' && strcmp(base, "manifest.json") == 0 &&
			    mentions(content, "\"Layers\"") && mentions(content, "\"Config\""))
				return DESCRIPTORS_SAVE;
			is_object = content.data[i] == '{';
			break;
		}
	if (!is_object || !mentions(content, "\"schemaVersion\"") ||
	    !mentions(content, "\"digest\""))
		return DESCRIPTORS_NONE;
	if (strcmp(base, "index.json") == 0 && mentions(content, "\"manifests\""))
		return DESCRIPTORS_INDEX;
	if (mentions(content, "\"layers\"") || mentions(content, "\"manifests\"") ||
	    mentions(content, "\"blobs\"")) {
		struct bytes whole = bytes_of_string(path);

		if (mentions(whole, "blobs/sha256/") || mentions(whole, "blobs/sha512/"))
			return DESCRIPTORS_MANIFEST;
		if (bytes_starts(whole, "manifests/") || mentions(whole, "/manifests/"))
			return DESCRIPTORS_OLLAMA;
	}
	return DESCRIPTORS_NONE;
}

/* The folder of the store, from the path of the claim. */
static bool
set_root(struct walk *walk, const struct claim *claim)
{
	struct bytes path = bytes_of_string(claim->path);
	const char *mark = walk->kind == DESCRIPTORS_MANIFEST ? "blobs/sha"
	    : walk->kind == DESCRIPTORS_OLLAMA		      ? "manifests/"
							      : NULL;
	int64_t at = 0, next;

	walk->base = *claim;
	if (mark == NULL)
		return true;
	at = bytes_find(path, bytes_of_string(mark), 0);
	while (at >= 0 && (next = bytes_find(path, bytes_of_string(mark), (size_t)at + 1)) >= 0)
		at = next;
	walk->base.root =
	    at <= 0 ? "" : arena_string_of(walk->arena, bytes_slice(path, 0, (size_t)at - 1));
	return walk->base.root != NULL;
}

static bool
visit_one(struct walk *walk, struct json_object *descriptor, const char *digest)
{
	struct listed listed = { .size = SIZE_UNKNOWN };
	int64_t size;
	const char *name;

	if (!listing_parse_digest(bytes_of_string(digest), &listed.algorithm, &listed.hex))
		return status_set(walk->status, STATUS_MALFORMED,
		    "a digest in it is of no form that a registry writes");
	if (!json_get_int64(descriptor, "size", &size) || size < 0)
		return status_set(walk->status, STATUS_MALFORMED, "a descriptor in it has no size");
	listed.size = (uint64_t)size;
	name = arena_format(walk->arena, "blobs/%s%s%.*s", listed.algorithm,
	    walk->kind == DESCRIPTORS_OLLAMA ? "-" : "/", (int)listed.hex.len,
	    (const char *)listed.hex.data);
	if (name == NULL)
		return status_set(walk->status, STATUS_MEMORY, "no memory for its names");
	listed.name = bytes_of_string(name);
	walk->visit(walk->context, &walk->base, &listed);
	return true;
}

static bool visit_value(struct walk *, struct json_object *, unsigned depth);

static bool
visit_list(struct walk *walk, struct json_object *object, const char *key, unsigned depth)
{
	struct json_object *list;

	if (!json_object_object_get_ex(object, key, &list))
		return true;
	if (!json_object_is_type(list, json_type_array))
		return status_set(walk->status, STATUS_MALFORMED, "its \"%s\" are no list", key);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!visit_value(walk, json_object_array_get_idx(list, i), depth + 1))
			return false;
	return true;
}

static bool
visit_value(struct walk *walk, struct json_object *value, unsigned depth)
{
	const char *digest;

	if (!json_object_is_type(value, json_type_object) ||
	    !json_get_string(value, "digest", &digest))
		return status_set(
		    walk->status, STATUS_MALFORMED, "something in it should be a descriptor");
	return depth < LIMIT_JSON_DEPTH && visit_one(walk, value, digest);
}

static bool
visit_object(struct walk *walk, struct json_object *root)
{
	static const char *const singles[] = { "config", "subject" };

	for (size_t i = 0; i < ARRAY_LEN(singles); i++) {
		struct json_object *value;

		/* The subject of a referrer may well live in another registry. */
		if (i == 1 || !json_object_object_get_ex(root, singles[i], &value) || value == NULL)
			continue;
		if (!visit_value(walk, value, 0))
			return false;
	}
	return visit_list(walk, root, "layers", 0) && visit_list(walk, root, "manifests", 0) &&
	    visit_list(walk, root, "blobs", 0);
}

/* `docker save`: names of files; a configuration and, since version 25, layers named by digest. */
static bool
visit_name(struct walk *walk, const char *name)
{
	struct listed listed = { .size = SIZE_UNKNOWN, .name = bytes_of_string(name) };
	const char *base = base_of(name);
	size_t digits = strcspn(base, ".");

	if (listing_is_hex(bytes_of(base, digits), 64)) {
		listed.algorithm = "sha256";
		listed.hex = bytes_of(base, digits);
	}
	walk->visit(walk->context, &walk->base, &listed);
	return true;
}

static bool
visit_save(struct walk *walk, struct json_object *root)
{
	for (size_t i = 0; i < json_object_array_length(root); i++) {
		struct json_object *image = json_object_array_get_idx(root, i), *layers;
		const char *config;

		if (!json_object_is_type(image, json_type_object) ||
		    !json_get_string(image, "Config", &config) ||
		    !json_get(image, "Layers", json_type_array, &layers))
			return status_set(walk->status, STATUS_MALFORMED,
			    "an image in it has no configuration or no layers");
		if (!visit_name(walk, config))
			return false;
		for (size_t k = 0; k < json_object_array_length(layers); k++) {
			struct json_object *layer = json_object_array_get_idx(layers, k);

			if (!json_object_is_type(layer, json_type_string) ||
			    !visit_name(walk, json_object_get_string(layer)))
				return status_set(
				    walk->status, STATUS_MALFORMED, "a layer in it has no name");
		}
	}
	return true;
}

bool
descriptors_visit(struct arena *arena, const struct claim *claim, enum descriptors_kind kind,
    void (*visit)(void *context, const struct claim *base, const struct listed *), void *context,
    struct status *status)
{
	struct walk walk = {
		.arena = arena, .kind = kind, .visit = visit, .context = context, .status = status
	};
	struct json_object *root = json_parse(claim->bytes, status);
	bool done = false;

	if (root == NULL)
		return false;
	if (!set_root(&walk, claim))
		status_set(status, STATUS_MEMORY, "no memory for its names");
	else if (kind == DESCRIPTORS_SAVE)
		done = json_object_is_type(root, json_type_array) && visit_save(&walk, root);
	else
		done = json_object_is_type(root, json_type_object) && visit_object(&walk, root);
	json_object_put(root);
	return done;
}
