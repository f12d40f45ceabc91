/*
 * Fractal heaps (III.G) and the trees of version 2 (III.A.2) over them, where HDF5 keeps many links
 * or attributes of one object, and large ones.
 *
 *   heap      "FRHP", 0, length of ids (2), of filters (2), flags, largest object (4), next huge
 *             id (L), tree of huge objects (O), free space (L), its manager (O), eight lengths,
 *             width (2), first block (L), largest direct block (L), bits (2), rows (2), root block
 *             (O), rows of the root (2)
 *   tree      "BTHD", 0, type, size of nodes (4), of records (2), depth (2), 2 bytes, root (O),
 *             records of the root (2)
 *   nodes     "BTLF" or "BTIN", 0, type, records, pointers
 */
#include "config.h"

#include "format/hdf5.h"

#include "core/limits.h"

#define RECORDS_MAX 100000
#define DEPTH_MAX 8   /* of a tree, and of blocks of blocks: more than any number of links needs */
#define NODE_EXTRA 10 /* signature, version, type and checksum of a node */
#define TREE_HUGE 1   /* types of trees: huge objects by number, ... */
#define TREE_LINKS 5  /* ... links by the hash of their name, ... */
#define TREE_ATTRIBUTES 8 /* ... attributes by theirs */

static unsigned
log2_of(uint64_t n)
{
	unsigned bits = 0;

	while (n >>= 1)
		bits++;
	return bits;
}

/* The bytes that a number up to LIMIT takes. */
static unsigned
width_of(uint64_t limit)
{
	return log2_of(limit) / 8 + 1;
}

static bool
is_power(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* ---- trees ----------------------------------------------------------------------------------- */

struct tree {
	struct hdf5 *h5;
	uint32_t node_size;
	uint16_t record_size, depth;
	uint8_t type;
	uint64_t records;		   /* that were read */
	unsigned width;			   /* of a child's number of records */
	unsigned all_width[DEPTH_MAX + 1]; /* of that in all below a node so high; 0 for a leaf */
	bool (*each)(void *context, struct bytes record); /* false: the tree cannot be read */
	void *context;
};

/* How wide the numbers in nodes are, which follows from how many records fit (III.A.2). */
static void
measure(struct tree *tree)
{
	uint64_t room = tree->node_size < NODE_EXTRA ? 0 : tree->node_size - NODE_EXTRA;
	uint64_t leaf = room / tree->record_size, all = leaf;

	tree->width = width_of(leaf);
	for (unsigned high = 1; high <= tree->depth; high++) {
		uint64_t pointer = tree->h5->offset_size + tree->width + tree->all_width[high - 1];
		uint64_t most =
		    room < pointer ? 0 : (room - pointer) / (tree->record_size + pointer);

		/* Beyond that no file has as many, and the width is eight bytes at the most. */
		all = all > UINT64_MAX / 4 / (most + 1) ? UINT64_MAX / 4 : (most + 1) * all + most;
		tree->all_width[high] = width_of(all);
	}
}

static bool
read_node(struct tree *tree, uint64_t address, uint64_t nrecords, unsigned high)
{
	struct reader r = hdf5_at(tree->h5, address);
	struct bytes magic, record;

	if (!reader_bytes(&r, 4, &magic) ||
	    !bytes_equal_string(magic, high == 0 ? "BTLF" : "BTIN") || !reader_skip(&r, 2) ||
	    !reader_count(&r, nrecords, tree->record_size))
		return false;
	for (uint64_t i = 0; i < nrecords; i++)
		if (++tree->records > RECORDS_MAX ||
		    !reader_bytes(&r, tree->record_size, &record) ||
		    !tree->each(tree->context, record))
			return false;
	for (uint64_t i = 0; high > 0 && i <= nrecords; i++) {
		uint64_t child, children;

		if (!hdf5_offset(tree->h5, &r, &child) ||
		    !hdf5_number(&r, tree->width, &children) ||
		    !reader_skip(&r, tree->all_width[high - 1]) ||
		    !read_node(tree, child, children, high - 1))
			return false;
	}
	return true;
}

/* Calls TREE's function for each record of the tree at ADDRESS, of one of two types. */
static bool
read_tree(struct tree *tree, uint64_t address, uint8_t type, uint8_t or_type)
{
	struct reader r = hdf5_at(tree->h5, address);
	struct bytes magic;
	uint16_t nrecords;
	uint64_t root;

	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("BTHD\0", 5)) ||
	    !reader_u8(&r, &tree->type) || !reader_u32le(&r, &tree->node_size) ||
	    !reader_u16le(&r, &tree->record_size) || !reader_u16le(&r, &tree->depth) ||
	    !reader_skip(&r, 2) || !hdf5_offset(tree->h5, &r, &root) ||
	    !reader_u16le(&r, &nrecords) || tree->record_size < 8 ||
	    (tree->type != type && tree->type != or_type) || tree->depth > DEPTH_MAX)
		return false;
	measure(tree);
	return nrecords == 0 || read_node(tree, root, nrecords, tree->depth);
}

/* ---- heaps ----------------------------------------------------------------------------------- */

struct heap {
	struct hdf5 *h5;
	uint64_t first, largest, root, huge;
	uint16_t width, rows;
	unsigned offset_bytes, length_bytes;
	bool is_filtered;
	/* What dense storage hands on: */
	const struct tree *names;
	uint64_t group;
	void (*take)(struct hdf5 *, uint64_t group, struct bytes message);
};

static bool
read_heap(struct heap *ret, uint64_t address)
{
	struct hdf5 *h5 = ret->h5;
	struct reader r = hdf5_at(h5, address);
	uint16_t id_length, filters, bits, rows;
	uint32_t largest_object;
	struct bytes magic;
	uint64_t skipped = 9 * (uint64_t)h5->length_size + h5->offset_size;
	unsigned limit, direct;

	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("FRHP\0", 5)) ||
	    !reader_u16le(&r, &id_length) || !reader_u16le(&r, &filters) || !reader_skip(&r, 1) ||
	    !reader_u32le(&r, &largest_object) || !reader_skip(&r, h5->length_size) ||
	    !hdf5_offset(h5, &r, &ret->huge) || !reader_skip(&r, skipped) ||
	    !reader_u16le(&r, &ret->width) || !hdf5_length(h5, &r, &ret->first) ||
	    !hdf5_length(h5, &r, &ret->largest) || !reader_u16le(&r, &bits) ||
	    !reader_u16le(&r, &rows) || !hdf5_offset(h5, &r, &ret->root) ||
	    !reader_u16le(&r, &ret->rows))
		return false;
	if (!is_power(ret->first) || !is_power(ret->largest) || ret->first > ret->largest ||
	    ret->largest > UINT32_MAX || !is_power(ret->width) || bits == 0 || bits > 64)
		return false;
	ret->is_filtered = filters > 0;
	ret->offset_bytes = (bits + 7u) / 8;
	direct = (log2_of(ret->largest) + 7) / 8;
	limit = width_of(largest_object);
	ret->length_bytes = direct < limit ? direct : limit;
	return true;
}

/*
 * The entry of the block of blocks at ADDRESS, of ROWS rows, that covers OFFSET: its address, where
 * it starts (*start: where the block does) and its size.
 */
static bool
find_entry(const struct heap *heap, uint64_t address, uint64_t rows, uint64_t offset,
    uint64_t *start, uint64_t *ret_address, uint64_t *ret_size)
{
	struct reader r = hdf5_at(heap->h5, address);
	uint64_t size = heap->first;
	struct bytes magic;

	if (!reader_bytes(&r, 5, &magic) || !bytes_equal(magic, bytes_of("FHIB\0", 5)) ||
	    !reader_skip(&r, heap->h5->offset_size + (uint64_t)heap->offset_bytes))
		return false;
	for (uint64_t row = 0; row < rows && size <= UINT64_MAX / 4; row++) {
		for (unsigned i = 0; i < heap->width; i++, *start += size) {
			if (!hdf5_offset(heap->h5, &r, ret_address))
				return false;
			*ret_size = size;
			if (offset >= *start && offset - *start < size)
				return *ret_address != HDF5_UNDEFINED;
		}
		size = row == 0 ? size : size * 2;
	}
	return false;
}

/* Where the block stands that holds OFFSET of the heap, and its own offset. */
static bool
find_block(const struct heap *heap, uint64_t offset, uint64_t *ret_address, uint64_t *ret_start)
{
	uint64_t rows = heap->rows, size = heap->largest;

	*ret_address = heap->root;
	*ret_start = 0;
	for (unsigned depth = 0; rows > 0 && depth < DEPTH_MAX; depth++) {
		if (!find_entry(heap, *ret_address, rows, offset, ret_start, ret_address, &size))
			return false;
		/* A larger block than the largest is one of blocks (III.G, doubling table). */
		rows = size <= heap->largest
		    ? 0
		    : log2_of(size) - log2_of(heap->first * heap->width) + 1;
	}
	return rows == 0;
}

/* The huge object of a number: in the tree of all of them. */
struct huge {
	struct hdf5 *h5;
	uint64_t id;
	struct bytes object;
	bool is_found;
};

static bool
compare_huge(void *context, struct bytes record)
{
	struct huge *huge = context;
	struct reader r = reader_over(record), at;
	uint64_t address, len, id;

	if (!hdf5_offset(huge->h5, &r, &address) || !hdf5_length(huge->h5, &r, &len) ||
	    !hdf5_length(huge->h5, &r, &id))
		return false;
	if (id != huge->id)
		return true;
	at = hdf5_at(huge->h5, address);
	huge->is_found = reader_bytes(&at, len, &huge->object);
	return huge->is_found;
}

static bool
find_huge(const struct heap *heap, struct reader *id, struct bytes *ret)
{
	struct huge huge = { .h5 = heap->h5 };
	struct tree tree = { .h5 = heap->h5, .each = compare_huge, .context = &huge };

	if (heap->is_filtered || heap->huge == HDF5_UNDEFINED ||
	    !hdf5_number(id, reader_left(id) < 8 ? (unsigned)reader_left(id) : 8, &huge.id) ||
	    !read_tree(&tree, heap->huge, TREE_HUGE, TREE_HUGE))
		return false;
	*ret = huge.object;
	return huge.is_found;
}

/* The object that ID names. */
static bool
find_object(const struct heap *heap, struct bytes id, struct bytes *ret)
{
	struct reader r = reader_over(id);
	uint64_t offset, len, address, start;
	uint8_t kind;

	if (!reader_u8(&r, &kind))
		return false;
	switch (kind >> 4 & 3) {
	case 0:
		break;
	case 1:
		return find_huge(heap, &r, ret);
	case 2: /* tiny: in the id itself */
		return reader_bytes(&r, (kind & 15u) + 1, ret);
	default:
		return false;
	}
	if (heap->is_filtered || !hdf5_number(&r, heap->offset_bytes, &offset) ||
	    !hdf5_number(&r, heap->length_bytes, &len) ||
	    !find_block(heap, offset, &address, &start))
		return false;
	r = hdf5_at(heap->h5, address);
	return reader_skip(&r, offset - start) && reader_bytes(&r, len, ret);
}

/* ---- both ------------------------------------------------------------------------------------ */

/* Links: a hash of the name, the id. Attributes: the id, flags, order, hash. */
static bool
take_record(void *context, struct bytes record)
{
	const struct heap *heap = context;
	bool is_link = heap->names->type == TREE_LINKS;
	struct bytes object;

	if (!find_object(
		heap, is_link ? bytes_slice(record, 4, 7) : bytes_slice(record, 0, 8), &object))
		return false;
	heap->take(heap->h5, heap->group, object);
	return true;
}

void
hdf5_read_dense(struct hdf5 *h5, uint64_t heap_address, uint64_t tree_address, uint64_t group,
    void (*take)(struct hdf5 *, uint64_t group, struct bytes message))
{
	struct heap heap = { .h5 = h5, .group = group, .take = take };
	struct tree tree = { .h5 = h5, .each = take_record, .context = &heap };

	heap.names = &tree;
	if (heap_address == HDF5_UNDEFINED || tree_address == HDF5_UNDEFINED)
		return;
	if (!read_heap(&heap, heap_address))
		hdf5_fail(h5, heap_address, "a fractal heap that cannot be read");
	else if (!read_tree(&tree, tree_address, TREE_LINKS, TREE_ATTRIBUTES))
		hdf5_fail(h5, tree_address, "a tree of names that cannot be read");
}
