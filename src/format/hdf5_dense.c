/*
 * Fractal heaps (III.G) and the trees of version 2 (III.A.2) over them, where HDF5 keeps many links
 * or attributes of one object.
 *
 *   heap      "FRHP", 0, length of ids (2), of filters (2), flags, largest object (4), ten lengths
 *             and two addresses, width (2), first block (L), largest direct block (L), bits (2),
 *             rows (2), root block (O), rows of the root (2)
 *   tree      "BTHD", 0, type, size of nodes (4), of records (2), depth (2), 2 bytes, root (O),
 *             records of the root (2)
 *   nodes     "BTLF" or "BTIN", 0, type, records, pointers
 */
#include "config.h"

#include "format/hdf5.h"

#include "core/limits.h"

#define RECORDS_MAX 100000
#define DEPTH_MAX 1 /* of a tree: a thousand links and more */

struct heap {
	uint64_t first, largest, root;
	uint16_t width, rows;
	unsigned offset_bytes, length_bytes;
	bool is_filtered;
};

static unsigned
log2_of(uint64_t n)
{
	unsigned bits = 0;

	while (n >>= 1)
		bits++;
	return bits;
}

static bool
is_power(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static bool
read_heap(struct hdf5 *h5, uint64_t address, struct heap *ret)
{
	struct reader r = hdf5_at(h5, address);
	uint16_t id_length, filters, bits, rows;
	uint32_t largest_object;
	struct bytes magic;
	uint64_t skipped = 10 * (uint64_t)h5->length_size + 2 * (uint64_t)h5->offset_size;
	unsigned limit, direct;

	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("FRHP\0", 5)) ||
	    !reader_u16le(&r, &id_length) || !reader_u16le(&r, &filters) || !reader_skip(&r, 1) ||
	    !reader_u32le(&r, &largest_object) || !reader_skip(&r, skipped) ||
	    !reader_u16le(&r, &ret->width) || !hdf5_length(h5, &r, &ret->first) ||
	    !hdf5_length(h5, &r, &ret->largest) || !reader_u16le(&r, &bits) ||
	    !reader_u16le(&r, &rows) || !hdf5_offset(h5, &r, &ret->root) ||
	    !reader_u16le(&r, &ret->rows))
		return false;
	if (!is_power(ret->first) || !is_power(ret->largest) || ret->first > ret->largest ||
	    ret->largest > UINT32_MAX || ret->width == 0 || bits == 0 || bits > 64)
		return false;
	ret->is_filtered = filters > 0;
	ret->offset_bytes = (bits + 7u) / 8;
	direct = (log2_of(ret->largest) + 7) / 8;
	limit = log2_of(largest_object == 0 ? 1 : largest_object) / 8 + 1;
	ret->length_bytes = direct < limit ? direct : limit;
	return true;
}

/* Where the block stands that holds OFFSET of the heap, and its own offset. */
static bool
find_block(struct hdf5 *h5, const struct heap *heap, uint64_t offset, uint64_t *ret_address,
    uint64_t *ret_start)
{
	struct reader r = hdf5_at(h5, heap->root);
	uint64_t start = 0, size = heap->first, address;
	struct bytes magic;

	if (heap->rows == 0) {
		*ret_address = heap->root;
		*ret_start = 0;
		return true;
	}
	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("FHIB\0", 5)) ||
	    !reader_skip(&r, h5->offset_size + (uint64_t)heap->offset_bytes))
		return false;
	for (unsigned row = 0; row < heap->rows && size <= heap->largest; row++) {
		for (unsigned i = 0; i < heap->width; i++, start += size) {
			if (!hdf5_offset(h5, &r, &address))
				return false;
			if (offset < start || offset - start >= size)
				continue;
			*ret_address = address;
			*ret_start = start;
			return address != HDF5_UNDEFINED;
		}
		size = row == 0 ? size : size * 2;
	}
	return false; /* in a block of blocks: nobody has that many links */
}

/* The object that ID names. */
static bool
find_object(struct hdf5 *h5, const struct heap *heap, struct bytes id, struct bytes *ret)
{
	struct reader r = reader_over(id);
	uint64_t offset, len, address, start;
	uint8_t kind;

	if (!reader_u8(&r, &kind))
		return false;
	if ((kind >> 4 & 3) == 2) /* tiny: in the id itself */
		return reader_bytes(&r, (kind & 15u) + 1, ret);
	if ((kind >> 4 & 3) != 0 || heap->is_filtered ||
	    !hdf5_number(&r, heap->offset_bytes, &offset) ||
	    !hdf5_number(&r, heap->length_bytes, &len) ||
	    !find_block(h5, heap, offset, &address, &start))
		return false;
	r = hdf5_at(h5, address);
	return reader_skip(&r, offset - start) && reader_bytes(&r, len, ret);
}

struct tree {
	uint32_t node_size;
	uint16_t record_size, depth;
	uint8_t type;
	uint64_t records; /* that were read */
};

/* NRECORDS heap ids of one node, which R stands before. */
static bool
read_records(struct hdf5 *h5, const struct heap *heap, struct tree *tree, struct reader *r,
    uint64_t nrecords, uint64_t group, void (*take)(struct hdf5 *, uint64_t, struct bytes))
{
	if (!reader_count(r, nrecords, tree->record_size))
		return false;
	for (uint64_t i = 0; i < nrecords; i++) {
		struct bytes record, id, object;

		if (++tree->records > RECORDS_MAX || !reader_bytes(r, tree->record_size, &record))
			return false;
		/* Links: a hash of the name, the id. Attributes: the id, flags, order, hash. */
		id = tree->type == 5 ? bytes_slice(record, 4, SIZE_MAX) : bytes_slice(record, 0, 8);
		if (!find_object(h5, heap, id, &object))
			return false;
		take(h5, group, object);
	}
	return true;
}

static bool
read_node(struct hdf5 *h5, const struct heap *heap, struct tree *tree, uint64_t address,
    uint64_t nrecords, unsigned depth, uint64_t group,
    void (*take)(struct hdf5 *, uint64_t, struct bytes))
{
	struct reader r = hdf5_at(h5, address);
	uint64_t most = tree->node_size < 10 ? 0 : (tree->node_size - 10) / tree->record_size;
	struct bytes magic;

	if (!reader_bytes(&r, 4, &magic) ||
	    !bytes_equal_string(magic, depth == 0 ? "BTLF" : "BTIN") || !reader_skip(&r, 2) ||
	    !read_records(h5, heap, tree, &r, nrecords, group, take))
		return false;
	for (uint64_t i = 0; depth > 0 && i <= nrecords; i++) {
		uint64_t child, children;

		if (!hdf5_offset(h5, &r, &child) ||
		    !hdf5_number(&r, log2_of(most == 0 ? 1 : most) / 8 + 1, &children) ||
		    !read_node(h5, heap, tree, child, children, depth - 1, group, take))
			return false;
	}
	return true;
}

void
hdf5_read_dense(struct hdf5 *h5, uint64_t heap_address, uint64_t tree_address, uint64_t group,
    void (*take)(struct hdf5 *, uint64_t group, struct bytes message))
{
	struct reader r = hdf5_at(h5, tree_address);
	struct tree tree = { 0 };
	struct heap heap;
	struct bytes magic;
	uint16_t nrecords;
	uint64_t root;

	if (heap_address == HDF5_UNDEFINED || tree_address == HDF5_UNDEFINED)
		return;
	if (!read_heap(h5, heap_address, &heap)) {
		hdf5_fail(h5, heap_address, "a fractal heap that cannot be read");
		return;
	}
	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("BTHD\0", 5)) ||
	    !reader_u8(&r, &tree.type) || !reader_u32le(&r, &tree.node_size) ||
	    !reader_u16le(&r, &tree.record_size) || !reader_u16le(&r, &tree.depth) ||
	    !reader_skip(&r, 2) || !hdf5_offset(h5, &r, &root) || !reader_u16le(&r, &nrecords) ||
	    tree.record_size < 8 || (tree.type != 5 && tree.type != 8) || tree.depth > DEPTH_MAX) {
		hdf5_fail(h5, tree_address, "a tree of names that cannot be read");
		return;
	}
	if (nrecords > 0 && !read_node(h5, &heap, &tree, root, nrecords, tree.depth, group, take))
		hdf5_fail(h5, root, "a node of names that cannot be read");
}
