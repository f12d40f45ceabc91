/*
 * The index of a model in several files (model.safetensors.index.json and the like): it has no
 * digests, but says which files belong together. One that is missing makes a loader fail or fetch.
 */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "provenance/listing.h"

#include <stdlib.h>

static int
probe(const struct member *member)
{
	return member_has_suffix(member, ".safetensors.index.json") ||
		member_has_suffix(member, ".bin.index.json")
	    ? 70
	    : 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files that the map names, each once, in order. */
static bool
list_files(struct arena *arena, struct json_object *map, const char ***ret, size_t *ret_n)
{
	size_t n = 0, kept = 0, room = (size_t)json_object_object_length(map);
	const char **names = arena_array(arena, room + 1, sizeof(*names));

	if (names == NULL)
		return false;
	json_object_object_foreach(map, tensor, file)
	{
		(void)tensor;
		if (!json_object_is_type(file, json_type_string))
			return false;
		names[n++] = json_object_get_string(file);
	}
	if (n > 1)
		qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	*ret = names;
	*ret_n = kept;
	return true;
}

/* The index says how many bytes all tensors take: the files cannot be smaller. */
static void
check_total(struct listing *listing, struct json_object *root, uint64_t present)
{
	struct json_object *metadata;
	int64_t total;

	if (json_get(root, "metadata", json_type_object, &metadata) &&
	    json_get_int64(metadata, "total_size", &total) && total > 0 &&
	    (uint64_t)total > present && listing->nfailed == 0) {
		listing->nfailed++;
		sink_finding(listing->sink, "hash/mismatch", 0, 0, NULL,
		    "the tensors take %jd bytes by the index, but its files have only %ju",
		    (intmax_t)total, (uintmax_t)present);
	}
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct status status = { 0 };
	struct json_object *root = json_parse(claim->bytes, &status), *map;
	struct listing listing;
	const char **names;
	uint64_t present = 0;
	size_t n;

	(void)trust;
	if (root == NULL || !json_get(root, "weight_map", json_type_object, &map) ||
	    !list_files(sink_arena(sink), map, &names, &n)) {
		listing_malformed(sink, ret, "it cannot be read as an index: %s",
		    root == NULL ? status.text : "its weight_map is not from tensors to files");
		json_object_put(root);
		return;
	}
	if (listing_open(&listing, claim, tree, sink, ret)) {
		for (size_t i = 0; i < n; i++) {
			struct listed listed = { .size = SIZE_UNKNOWN,
				.name = bytes_of_string(names[i]) };
			const char *path = listing_path(sink_arena(sink), claim->root, listed.name);
			const struct tree_entry *entry =
			    path == NULL ? NULL : tree_find(tree, path);

			listing_check(&listing, &listed);
			present += entry == NULL ? 0 : entry->size;
		}
		check_total(&listing, root, present);
		listing_close(&listing, "index of files");
		if (ret->status == PROVENANCE_UNTRUSTED)
			ret->why = "every file of the index is there; an index binds no content";
	}
	json_object_put(root);
}

const struct verifier verifier_shards = {
	.name = "shard-index",
	.probe = probe,
	.verify = verify,
};
