/*
 * The index of a model in several files (model.safetensors.index.json and the like): it has no
 * digests, but says which files belong together, and which tensor stands in which. One that is
 * missing makes a loader fail or fetch; one that stands elsewhere, or twice, is loaded by some and
 * not by others.
 */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/reader.h"
#include "core/text.h"
#include "provenance/listing.h"

#include <stdlib.h>

#define SHOWN 100 /* bytes of a tensor's name */

enum fault { FAULT_MISSING, FAULT_UNLISTED, FAULT_DUPLICATE, FAULTS };

/* A tensor, by the index or by a file. */
struct tensor {
	struct bytes name;
	size_t file; /* among the files */
};

struct file {
	const char *name, *path; /* in the index; in the tree, NULL where that is no path */
	bool is_read;		 /* its tensors are known */
	uint64_t count[FAULTS];
	struct bytes first[FAULTS]; /* name of a tensor */
};

struct index {
	struct listing listing;
	struct arena *arena;
	struct file *files;	       /* sorted by name */
	size_t nfiles, nread;	       /* all; those whose tensors are known */
	struct tensor *listed, *found; /* sorted by name, then file */
	size_t nlisted, nfound;
};

static int
probe(const struct member *member)
{
	return member_has_suffix(member, ".safetensors.index.json") ||
		member_has_suffix(member, ".bin.index.json")
	    ? 70
	    : 0;
}

static int
compare_files(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static int
compare_tensors(const void *a, const void *b)
{
	const struct tensor *x = a, *y = b;
	size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = n == 0 ? 0 : memcmp(x->name.data, y->name.data, n);

	if (order == 0 && x->name.len != y->name.len)
		order = x->name.len < y->name.len ? -1 : 1;
	if (order == 0 && x->file != y->file)
		order = x->file < y->file ? -1 : 1;
	return order;
}

static void
sort_tensors(struct tensor *tensors, size_t n)
{
	if (n > 1)
		qsort(tensors, n, sizeof(*tensors), compare_tensors);
}

/* The files that the map names, each once, in order. */
static bool
list_files(struct index *index, struct json_object *map)
{
	size_t n = 0, kept = 0, room = (size_t)json_object_object_length(map);
	struct file *files = arena_array(index->arena, room + 1, sizeof(*files));

	if (files == NULL)
		return false;
	json_object_object_foreach(map, tensor, file)
	{
		(void)tensor;
		if (!json_object_is_type(file, json_type_string))
			return false;
		files[n++].name = json_object_get_string(file);
	}
	if (n > 1)
		qsort(files, n, sizeof(*files), compare_files);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(files[kept - 1].name, files[i].name) != 0)
			files[kept++] = files[i];
	index->files = files;
	index->nfiles = kept;
	return true;
}

static bool
list_tensors(struct index *index, struct json_object *map)
{
	index->listed = arena_array(
	    index->arena, (size_t)json_object_object_length(map) + 1, sizeof(*index->listed));
	if (index->listed == NULL)
		return false;
	json_object_object_foreach(map, tensor, file)
	{
		struct file key = { .name = json_object_get_string(file) };
		const struct file *at =
		    bsearch(&key, index->files, index->nfiles, sizeof(key), compare_files);

		index->listed[index->nlisted++] =
		    (struct tensor){ bytes_of_string(tensor), (size_t)(at - index->files) };
	}
	sort_tensors(index->listed, index->nlisted);
	return true;
}

/* False where it is no index, or memory ends. */
static bool
read_index(struct index *index, struct json_object *root)
{
	struct json_object *map;

	return json_get(root, "weight_map", json_type_object, &map) && list_files(index, map) &&
	    list_tensors(index, map);
}

static const struct tree_entry *
entry_of(const struct index *index, const struct file *file)
{
	return file->path == NULL ? NULL : tree_find(index->listing.tree, file->path);
}

/* How many names are packed in B. */
static size_t
count_names(struct bytes b)
{
	struct reader r = reader_over(b);
	struct bytes name;
	size_t n = 0;

	while (reader_str32le(&r, &name))
		n++;
	return n;
}

/* What the files have. False where memory ends. */
static bool
gather_found(struct index *index)
{
	size_t room = 1;

	for (size_t i = 0; i < index->nfiles; i++) {
		const struct tree_entry *entry = entry_of(index, &index->files[i]);

		room += entry == NULL ? 0 : count_names(entry->tensors);
	}
	index->found = arena_array(index->arena, room, sizeof(*index->found));
	for (size_t i = 0; index->found != NULL && i < index->nfiles; i++) {
		const struct tree_entry *entry = entry_of(index, &index->files[i]);
		struct reader r;
		struct bytes name;

		if (entry == NULL)
			continue;
		for (r = reader_over(entry->tensors); reader_str32le(&r, &name);)
			index->found[index->nfound++] = (struct tensor){ name, i };
	}
	if (index->found != NULL)
		sort_tensors(index->found, index->nfound);
	return index->found != NULL;
}

static void
note(struct index *index, size_t file, enum fault fault, struct bytes name)
{
	struct file *at = &index->files[file];

	if (at->count[fault]++ == 0)
		at->first[fault] = name;
}

static bool
same_name(const struct tensor *a, const struct tensor *b)
{
	return bytes_equal(a->name, b->name);
}

/* Both lists side by side; in the map each name stands once. */
static void
compare_lists(struct index *index)
{
	const struct tensor *found = index->found, *end = found + index->nfound;

	for (size_t i = 0; i < index->nlisted; i++) {
		const struct tensor *listed = &index->listed[i];
		bool is_there = false;

		for (;
		     found < end && compare_tensors(found, listed) < 0 && !same_name(found, listed);
		     found++)
			note(index, found->file, FAULT_UNLISTED, found->name);
		for (; found < end && same_name(found, listed); found++) {
			is_there = is_there || found->file == listed->file;
			if (found > index->found && same_name(found - 1, found) &&
			    found[-1].file != found->file)
				note(index, found->file, FAULT_DUPLICATE, found->name);
		}
		if (!is_there && index->files[listed->file].is_read)
			note(index, listed->file, FAULT_MISSING, listed->name);
	}
	for (; found < end; found++)
		note(index, found->file, FAULT_UNLISTED, found->name);
}

/* "3 tensors", the first by name. */
static const char *
several(const struct index *index, const struct file *file, enum fault fault)
{
	return arena_format(index->arena, "%ju tensor%s (%s%s)", (uintmax_t)file->count[fault],
	    file->count[fault] == 1 ? "" : "s", text_safe(index->arena, file->first[fault], SHOWN),
	    file->count[fault] == 1 ? "" : ", ...");
}

static void
report(struct index *index, const struct file *file)
{
	struct sink *sink = index->listing.sink;
	const char *name = text_safe(index->arena, bytes_of_string(file->name), SHOWN);

	if (file->count[FAULT_MISSING] > 0)
		sink_finding(sink, "shard/missing-tensor", 0, 0, name,
		    "%s lacks %s that the index places in it", name,
		    several(index, file, FAULT_MISSING));
	if (file->count[FAULT_DUPLICATE] > 0)
		sink_finding(sink, "shard/duplicate-tensor", 0, 0, name,
		    "%s has %s that another file of the index has too", name,
		    several(index, file, FAULT_DUPLICATE));
	if (file->count[FAULT_UNLISTED] > 0)
		sink_finding(sink, "shard/unlisted-tensor", 0, 0, name,
		    "%s has %s that the index does not name", name,
		    several(index, file, FAULT_UNLISTED));
	if (file->count[FAULT_MISSING] > 0 || file->count[FAULT_DUPLICATE] > 0)
		index->listing.nfailed++;
}

/* The files one by one: is it there, and could its tensors be listed? Gives their size. */
static uint64_t
check_files(struct index *index)
{
	uint64_t present = 0;

	for (size_t i = 0; i < index->nfiles; i++) {
		struct file *file = &index->files[i];
		struct listed listed = { .size = SIZE_UNKNOWN,
			.name = bytes_of_string(file->name) };
		const struct tree_entry *entry;

		listing_check(&index->listing, &listed);
		file->path = listing_path(index->arena, index->listing.claim->root, listed.name);
		entry = entry_of(index, file);
		if (entry == NULL)
			continue;
		present += entry->size;
		file->is_read = entry->has_tensors;
		index->nread += file->is_read;
		if (file->is_read || entry->kind != TREE_FILE)
			continue;
		index->listing.nunknown++;
		sink_trouble(index->listing.sink, STATUS_UNSUPPORTED, "hash/not-verified", 0,
		    "the tensors of %s could not be listed, and are not compared with the index",
		    text_safe(index->arena, listed.name, LIMIT_NAME));
	}
	return present;
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
wants(const struct claim *claim, struct wants *wants)
{
	struct status ignored = { 0 };
	struct json_object *root = json_parse(claim->bytes, &ignored);
	struct index index = { .arena = arena_new(LIMIT_ARENA) };

	if (index.arena != NULL && root != NULL && read_index(&index, root))
		for (size_t i = 0; i < index.nfiles; i++) {
			const char *path = listing_path(
			    index.arena, claim->root, bytes_of_string(index.files[i].name));

			if (path != NULL)
				wants_add(wants, path, WANT_TENSORS, 0, SIZE_UNKNOWN);
		}
	json_object_put(root);
	arena_free(index.arena);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct status status = { 0 };
	struct json_object *root = json_parse(claim->bytes, &status);
	struct index index = { .arena = sink_arena(sink) };
	uint64_t present;

	(void)trust;
	if (root == NULL || !read_index(&index, root)) {
		listing_malformed(sink, ret, "it cannot be read as an index: %s",
		    root == NULL ? status.text : "its weight_map is not from tensors to files");
	} else if (listing_open(&index.listing, claim, tree, sink, ret)) {
		present = check_files(&index);
		if (gather_found(&index))
			compare_lists(&index);
		else
			index.listing.nunknown++;
		for (size_t i = 0; i < index.nfiles; i++)
			report(&index, &index.files[i]);
		check_total(&index.listing, root, present);
		listing_close(&index.listing, "index of files");
		if (ret->status == PROVENANCE_UNTRUSTED)
			ret->why = index.nread < index.nfiles
			    ? "every file of the index is there; tensors of files in archives are "
			      "not compared"
			    : "every file of the index is there, with the tensors that it names; "
			      "an index binds no content";
	}
	json_object_put(root);
}

const struct verifier verifier_shards = {
	.name = "shard-index",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
