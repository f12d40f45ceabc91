/*
 * PyTorch's zip files (torch/serialization.py and caffe2/serialize, since 1.6; TorchScript
 * since 1.0):
 *
 *   ROOT/data.pkl            the object; its tensors refer to storages by persistent ids
 *   ROOT/data/KEY            the bytes of each storage
 *   ROOT/version, byteorder, .format_version, .data/serialization_id
 *   ROOT/code/..., ROOT/constants.pkl   TorchScript only
 *
 * The zip analyzer hands on the members, and their pickles are judged as such; here the parts are
 * compared with each other.
 */
#include "config.h"

#include "bundle/zip.h"
#include "core/text.h"
#include "format/format.h"
#include "format/pickle.h"

#include <stdlib.h>

#define NAME_SHOWN 100
#define METHOD_STORED 0
#define MAX_ROOTS 100 /* data.pkl in one file; PyTorch writes one */

static const char *const suffixes[] = { ".pt", ".pth", ".bin", ".ckpt", ".ptl", NULL };

struct archive {
	const struct member *member;
	struct sink *sink;
	struct zip zip;
	unsigned pickles, storages, records;
	uint64_t tensors, parameters, bytes;
	bool has_code, has_constants, uses_torchscript;
};

/* What stands before "data.pkl" in NAME, with its slash; false where NAME is no such member. */
static bool
root_of(struct bytes name, struct bytes *ret)
{
	if (!bytes_ends(name, "data.pkl"))
		return false;
	*ret = bytes_slice(name, 0, name.len - strlen("data.pkl"));
	return ret->len == 0 || ret->data[ret->len - 1] == '/';
}

/* The rest of NAME below ROOT; empty where it is not there. */
static struct bytes
below(struct bytes name, struct bytes root)
{
	if (name.len <= root.len ||
	    memcmp(name.data, root.len == 0 ? name.data : root.data, root.len) != 0)
		return bytes_of(NULL, 0);
	return bytes_slice(name, root.len, SIZE_MAX);
}

static bool
is_object(struct bytes name)
{
	struct bytes root;

	return root_of(name, &root);
}

static int
probe(const struct member *member)
{
	return zip_holds(member->bytes, is_object) ? 96 : 0;
}

/* The bytes of a stored member; empty where it is compressed or broken. */
static struct bytes
stored(const struct archive *archive, const struct zip_entry *entry)
{
	if (!entry->has_local || entry->central.method != METHOD_STORED)
		return bytes_of(NULL, 0);
	return bytes_slice(archive->member->bytes, entry->data_offset, entry->central.packed);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct zip_entry *const *x = a, *const *y = b;
	struct bytes m = (*x)->central.name, n = (*y)->central.name;
	int order = memcmp(m.data, n.data, m.len < n.len ? m.len : n.len);

	return order != 0 ? order : m.len < n.len ? -1 : m.len > n.len;
}

struct records {
	const struct zip_entry **sorted; /* the members below ROOT/data/ */
	size_t n;
	struct bytes prefix;
};

static const struct zip_entry *
find_record(const struct records *records, struct bytes key)
{
	size_t low = 0, high = records->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct bytes name = below(records->sorted[middle]->central.name, records->prefix);
		int order = memcmp(name.data, key.data, name.len < key.len ? name.len : key.len);

		if (order == 0 && name.len == key.len)
			return records->sorted[middle];
		if (order < 0 || (order == 0 && name.len < key.len))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Each storage that the object refers to has a record of at least its size. */
static void
check_storages(
    struct archive *archive, const struct records *records, const struct pickle_survey *survey)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < survey->nstorages; i++) {
		const struct pickle_storage *storage = &survey->storages[i];
		const struct zip_entry *record =
		    storage->key.len == 0 ? NULL : find_record(records, storage->key);
		uint64_t bytes;

		archive->storages++;
		if (__builtin_mul_overflow(storage->items, storage->item_size, &bytes))
			bytes = UINT64_MAX;
		if ((record != NULL && record->central.size >= bytes) || ++wrong > 10)
			continue;
		sink_trouble(archive->sink, STATUS_MALFORMED, "torch/storage-mismatch", 0,
		    "the storage \"%s\" %s", text_safe(sink_arena(archive->sink), storage->key, 60),
		    record == NULL ? "has no record in the file"
				   : "has fewer bytes than its tensors say");
	}
}

static bool
gather_records(struct archive *archive, struct bytes root, struct records *ret)
{
	struct arena *arena = sink_arena(archive->sink);
	char *prefix = arena_alloc(arena, root.len + 6);
	size_t n = 0;

	ret->sorted = arena_array(arena, archive->zip.n + 1, sizeof(*ret->sorted));
	if (prefix == NULL || ret->sorted == NULL)
		return false;
	if (root.len > 0)
		memcpy(prefix, root.data, root.len);
	memcpy(prefix + root.len, "data/", 5);
	ret->prefix = bytes_of(prefix, root.len + 5);
	for (size_t i = 0; i < archive->zip.n; i++)
		if (below(archive->zip.entries[i].central.name, ret->prefix).len > 0)
			ret->sorted[n++] = &archive->zip.entries[i];
	ret->n = n;
	if (n > 1)
		qsort(ret->sorted, n, sizeof(*ret->sorted), compare_entries);
	return true;
}

/* One data.pkl and what belongs to it. */
static void
check_root(struct archive *archive, const struct zip_entry *entry, struct bytes root)
{
	struct records records = { 0 };
	struct pickle_survey survey;
	struct bytes pickle = stored(archive, entry);

	if (!gather_records(archive, root, &records))
		return;
	archive->records += (unsigned)records.n;
	if (pickle.len == 0)
		return; /* compressed: the member itself is judged, its storages are not compared */
	(void)pickle_survey(pickle, sink_arena(archive->sink), &survey);
	archive->tensors += survey.tensors;
	archive->parameters += survey.parameters;
	archive->uses_torchscript |= survey.uses_torchscript;
	check_storages(archive, &records, &survey);
}

/* Small records that say something about the file. */
static void
take_record(struct archive *archive, struct bytes name, struct bytes content)
{
	struct arena *arena = sink_arena(archive->sink);

	if (bytes_equal_string(name, "version") || bytes_equal_string(name, ".format_version")) {
		while (content.len > 0 && content.data[content.len - 1] == '\n')
			content.len--;
		if (sink_fact_value(archive->sink, "torch.version") == NULL)
			sink_fact(
			    archive->sink, "torch.version", "%s", text_safe(arena, content, 20));
	} else if (bytes_equal_string(name, "byteorder")) {
		sink_fact(archive->sink, "torch.byteorder", "%s", text_safe(arena, content, 20));
		if (!bytes_equal_string(content, "little") && !bytes_equal_string(content, "big"))
			sink_finding(archive->sink, "torch/unknown-byteorder", 0, 0, NULL,
			    "its byte order \"%s\" is none", text_safe(arena, content, 20));
	} else if (bytes_equal_string(name, "constants.pkl")) {
		archive->has_constants = true;
	} else if (bytes_starts(name, "code/")) {
		archive->has_code = true;
	}
}

static void
check_archive(struct archive *archive)
{
	for (size_t i = 0; i < archive->zip.n; i++) {
		const struct zip_entry *entry = &archive->zip.entries[i];
		struct bytes root, name = entry->central.name;

		if (!root_of(name, &root))
			continue;
		if (++archive->pickles > MAX_ROOTS)
			break;
		check_root(archive, entry, root);
		for (size_t k = 0; k < archive->zip.n && archive->pickles == 1; k++) {
			const struct zip_entry *other = &archive->zip.entries[k];
			struct bytes record = below(other->central.name, root);

			if (record.len > 0)
				take_record(archive, record, stored(archive, other));
		}
	}
	if (archive->pickles > 1)
		sink_finding(archive->sink, "torch/second-object", 0, 0, NULL,
		    "it holds %u members called data.pkl: which one is loaded depends on the "
		    "loader",
		    archive->pickles);
	if (archive->has_code && !(archive->has_constants && archive->uses_torchscript))
		sink_finding(archive->sink, "torch/foreign-code", 0, 0, NULL,
		    "it holds a folder of code although its object is none of TorchScript");
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct archive archive = { .member = member, .sink = sink };
	bool is_script;

	(void)rules;
	if (!zip_open(member->bytes, sink_arena(sink), &archive.zip))
		return; /* the zip analyzer says why */
	check_archive(&archive);
	is_script = archive.has_code && archive.has_constants;
	sink_fact(sink, "torch.format", "%s", is_script ? "torchscript" : "zip");
	sink_fact(sink, "torch.tensors", "%ju", (uintmax_t)archive.tensors);
	sink_fact(sink, "torch.parameters", "%ju", (uintmax_t)archive.parameters);
	sink_fact(sink, "torch.storages", "%u", archive.storages);
	sink_fact(sink, "torch.records", "%u", archive.records);
}

const struct format format_torch = {
	.name = "pytorch",
	.suffixes = suffixes,
	.refines = "zip",
	.traits = FORMAT_MODEL | FORMAT_CONTAINER,
	.probe = probe,
	.analyze = analyze,
};
