/*
 * Groups of HDF5: links in messages, and the older kind, a tree of version 1 (III.A.1) over nodes
 * of symbols (III.C) whose names stand in a local heap (III.D).
 *
 *   tree      "TREE", type, level, entries (2), two neighbors (O), a key (L) and a child (O) each
 *   symbols   "SNOD", 1, 0, entries (2); each: name (O), object (O), kind (4), 4 bytes, 16 bytes
 *   heap      "HEAP", 0, 3 bytes, size (L), free list (L), data (O)
 */
#include "config.h"

#include "format/hdf5.h"

#include "core/limits.h"
#include "core/text.h"

#define TREE_DEPTH 8
#define NODES_MAX 200000   /* of all trees of one group */
#define SOFT_DEPTH 32	   /* soft links through soft links */
#define STEPS_MAX 20000000 /* names compared while soft links are followed */
#define GROUPS_DEPTH 1000
#define SHOWN 100

static struct bytes
name_in(struct bytes heap, uint64_t offset)
{
	struct bytes name = bytes_slice(heap, offset, SIZE_MAX);
	const uint8_t *end = name.len == 0 ? NULL : memchr(name.data, '\0', name.len);

	return end == NULL ? bytes_of(NULL, 0) : bytes_of(name.data, (size_t)(end - name.data));
}

static bool
read_symbols(struct hdf5 *h5, uint64_t group, uint64_t address, struct bytes heap)
{
	struct reader r = hdf5_at(h5, address);
	struct bytes magic;
	uint16_t n;

	if (!reader_bytes(&r, 6, &magic) || !bytes_starts(magic, "SNOD") || magic.data[4] != 1 ||
	    !reader_u16le(&r, &n) || !reader_count(&r, n, 24 + (size_t)2 * h5->offset_size))
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct hdf5_link link = { .kind = HDF5_HARD, .group = group };
		uint64_t name;
		uint32_t kind, target;
		struct bytes rest;

		if (!hdf5_offset(h5, &r, &name) || !hdf5_offset(h5, &r, &link.address) ||
		    !reader_u32le(&r, &kind) || !reader_skip(&r, 4) || !reader_u32le(&r, &target) ||
		    !reader_bytes(&r, 12, &rest))
			return false;
		link.name = name_in(heap, name);
		if (link.name.len == 0)
			return false;
		if (kind == 2) {
			link.kind = HDF5_SOFT;
			link.target = name_in(heap, target);
		}
		hdf5_add_link(h5, &link);
	}
	return true;
}

static bool
read_tree(struct hdf5 *h5, uint64_t group, uint64_t address, struct bytes heap, unsigned depth,
    unsigned *nodes)
{
	struct reader r = hdf5_at(h5, address);
	struct bytes magic;
	uint8_t kind, level;
	uint16_t n;

	if (depth > TREE_DEPTH || ++*nodes > NODES_MAX || !reader_bytes(&r, 4, &magic) ||
	    !bytes_equal_string(magic, "TREE") || !reader_u8(&r, &kind) || kind != 0 ||
	    !reader_u8(&r, &level) || !reader_u16le(&r, &n) ||
	    !reader_skip(&r, 2 * (uint64_t)h5->offset_size) ||
	    !reader_count(&r, n, (size_t)h5->offset_size + h5->length_size))
		return false;
	for (unsigned i = 0; i < n; i++) {
		uint64_t key, child;

		if (!hdf5_length(h5, &r, &key) || !hdf5_offset(h5, &r, &child))
			return false;
		if (level == 0 ? !read_symbols(h5, group, child, heap)
			       : !read_tree(h5, group, child, heap, depth + 1, nodes))
			return false;
	}
	return true;
}

void
hdf5_read_tree(struct hdf5 *h5, uint64_t group, uint64_t tree, uint64_t heap)
{
	struct reader r = hdf5_at(h5, heap);
	uint64_t size, unused, data;
	struct bytes magic, names;
	unsigned nodes = 0;

	if (!reader_bytes(&r, 8, &magic) || !bytes_starts(magic, "HEAP") ||
	    !hdf5_length(h5, &r, &size) || !hdf5_length(h5, &r, &unused) ||
	    !hdf5_offset(h5, &r, &data)) {
		hdf5_fail(h5, heap, "a heap of names that cannot be read");
		return;
	}
	r = hdf5_at(h5, data);
	if (!reader_bytes(&r, size, &names))
		hdf5_fail(h5, data, "names that run past the end");
	else if (tree != HDF5_UNDEFINED && !read_tree(h5, group, tree, names, 0, &nodes))
		hdf5_fail(h5, tree, "a tree of a group that cannot be read");
}

/* Version, flags, [kind], [order], [encoding], length of the name, the name, what it leads to. */
void
hdf5_read_link(struct hdf5 *h5, uint64_t group, struct bytes message)
{
	struct hdf5_link link = { .kind = HDF5_HARD, .group = group };
	struct reader r = reader_over(message);
	uint8_t version, flags, kind = 0;
	uint64_t len;
	uint16_t size = 0;
	bool done;

	done = reader_u8(&r, &version) && version == 1 && reader_u8(&r, &flags) &&
	    ((flags & 8) == 0 || reader_u8(&r, &kind)) &&
	    ((flags & 4) == 0 || reader_skip(&r, 8)) && ((flags & 16) == 0 || reader_skip(&r, 1)) &&
	    hdf5_number(&r, 1u << (flags & 3), &len) && len > 0 &&
	    reader_bytes(&r, len, &link.name);
	if (done && kind == 0)
		done = hdf5_offset(h5, &r, &link.address);
	else if (done)
		done = reader_u16le(&r, &size) && reader_bytes(&r, size, &link.target);
	if (!done) {
		hdf5_fail(h5, group, "a link that cannot be read");
		return;
	}
	if (kind != 0)
		link.kind = kind == 1 ? HDF5_SOFT : kind == 64 ? HDF5_EXTERNAL : HDF5_OTHER;
	if (link.kind == HDF5_EXTERNAL)
		link.target = name_in(link.target, 1);
	hdf5_add_link(h5, &link);
}

static const struct hdf5_link *
find_link(struct hdf5 *h5, uint64_t group, struct bytes name)
{
	h5->steps += h5->nlinks;
	for (size_t i = 0; i < h5->nlinks; i++)
		if (h5->links[i].group == group && bytes_equal(h5->links[i].name, name))
			return &h5->links[i];
	return NULL;
}

/* Where PATH leads from GROUP; HDF5_UNDEFINED where nothing is. False in a loop, or beyond
 * STEPS_MAX. */
static bool
resolve(struct hdf5 *h5, uint64_t root, uint64_t group, struct bytes path, unsigned depth,
    uint64_t *ret)
{
	struct bytes rest = path;
	uint64_t at = path.len > 0 && path.data[0] == '/' ? root : group;

	*ret = HDF5_UNDEFINED;
	if (depth > SOFT_DEPTH)
		return false;
	while (rest.len > 0) {
		if (h5->steps > STEPS_MAX)
			return false;
		const uint8_t *slash = memchr(rest.data, '/', rest.len);
		size_t n = slash == NULL ? rest.len : (size_t)(slash - rest.data);
		struct bytes name = bytes_slice(rest, 0, n);
		const struct hdf5_link *link;

		rest = bytes_slice(rest, n + 1, SIZE_MAX);
		if (n == 0 || bytes_equal_string(name, "."))
			continue;
		link = find_link(h5, at, name);
		if (link == NULL || link->kind == HDF5_EXTERNAL || link->kind == HDF5_OTHER)
			return true;
		if (link->kind == HDF5_HARD)
			at = link->address;
		else if (!resolve(h5, root, at, link->target, depth + 1, &at))
			return false;
	}
	*ret = at;
	return true;
}

/* Is GROUP what stands at ADDRESS, or below it? */
static bool
is_below(struct hdf5 *h5, uint64_t group, uint64_t address)
{
	for (unsigned depth = 0; group != address; depth++) {
		size_t i = 0;

		while (i < h5->nlinks &&
		    (h5->links[i].kind != HDF5_HARD || h5->links[i].address != group ||
			h5->links[i].is_again))
			i++;
		h5->steps += i;
		if (i == h5->nlinks || depth > GROUPS_DEPTH || h5->steps > STEPS_MAX)
			return false;
		group = h5->links[i].group;
	}
	return true;
}

void
hdf5_check_links(struct hdf5 *h5, uint64_t root)
{
	for (size_t i = 0; i < h5->nlinks; i++) {
		const struct hdf5_link *link = &h5->links[i];
		uint64_t end = link->address;
		bool is_loop;

		if (link->kind != HDF5_SOFT && !link->is_again)
			continue;
		is_loop = link->kind == HDF5_SOFT &&
		    !resolve(h5, root, link->group, link->target, 0, &end);
		if (h5->steps > STEPS_MAX) {
			sink_trouble(h5->sink, STATUS_LIMIT, "scan/limit", h5->base,
			    "links to names are followed only up to a limit");
			return;
		}
		if (is_loop || (end != HDF5_UNDEFINED && is_below(h5, link->group, end)))
			sink_finding_once(h5->sink, "hdf5/link-loop", 0, 0, NULL,
			    "the link %s leads back to where it stands",
			    text_safe(sink_arena(h5->sink), link->name, SHOWN));
	}
}
