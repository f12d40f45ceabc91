/*
 * MLflow models (MLmodel, YAML): no digests, but the files of each flavor and the size of all.
 * What it names must be there, below its folder.
 */
#include "config.h"

#include "core/limits.h"
#include "core/yaml.h"
#include "provenance/listing.h"

/* Settings of a flavor that name a file or a folder beside MLmodel. */
static const char *const path_keys[] = { "data", "model_path", "pickled_model", "artifacts_path",
	"model_data", "code", "model_binary", "python_model", "saved_model_dir" };

static int
probe(const struct member *member)
{
	return strcmp(member_basename(member), "MLmodel") == 0 &&
		bytes_find(member->bytes, bytes_of_string("flavors:"), 0) >= 0
	    ? 70
	    : 0;
}

/* Is there a file PATH, or any file below a folder of that name? */
static bool
is_there(const struct tree *tree, const char *path)
{
	size_t n = strlen(path), low = 0, high = tree->n;

	if (tree_find(tree, path) != NULL)
		return true;
	while (low < high) { /* the first entry that is not before "PATH/" */
		size_t middle = low + (high - low) / 2;
		const char *other = tree->entries[middle].path;
		int order = strncmp(other, path, n);

		if (order < 0 || (order == 0 && (unsigned char)other[n] < '/'))
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->n && strncmp(tree->entries[low].path, path, n) == 0 &&
	    tree->entries[low].path[n] == '/';
}

static void
check_path(struct listing *listing, const char *name)
{
	struct arena *arena = sink_arena(listing->sink);
	struct bytes text = bytes_of_string(name);
	const char *path;

	if (bytes_ends(text, "/") && text.len > 1)
		text.len--;
	path = listing_path(arena, listing->claim->root, text);
	listing->nlisted++;
	if (path != NULL && is_there(listing->tree, path))
		return;
	listing->nfailed++;
	sink_finding(listing->sink, path == NULL ? "hash/unsafe-name" : "hash/missing-member", 0, 0,
	    name, "it names %.200s, which is not there",
	    path == NULL ? "a path that leads out of its folder" : path);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct status status = { 0 };
	struct yaml *yaml = yaml_parse(claim->bytes, "MLmodel", &status);
	const struct yaml_node *flavors =
	    yaml == NULL ? NULL : yaml_get(yaml_root(yaml), "flavors");
	struct listing listing;

	(void)trust;
	if (flavors == NULL || flavors->kind != YAML_MAP) {
		listing_malformed(sink, ret, "it cannot be read as an MLflow model: %s",
		    yaml == NULL ? status.text : "it has no flavors");
	} else if (listing_open(&listing, claim, tree, sink, ret)) {
		for (size_t f = 0; f < flavors->n; f++)
			for (size_t k = 0; k < ARRAY_LEN(path_keys); k++) {
				const char *name =
				    yaml_get_string(&flavors->items[f], path_keys[k]);

				if (name != NULL && *name != '\0' && strcmp(name, "null") != 0)
					check_path(&listing, name);
			}
		listing_close(&listing, "MLflow model");
		if (ret->status == PROVENANCE_UNTRUSTED)
			ret->why = "every file that it names is there; it binds no content";
	}
	yaml_free(yaml);
}

const struct verifier verifier_mlflow = {
	.name = "mlflow",
	.probe = probe,
	.verify = verify,
};
