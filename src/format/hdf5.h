/*
 * The parts of an HDF5 file (HDF5 File Format Specification 3.0) between which the analyzer goes: a
 * file that is being read, its addresses, and the links of its groups.
 */
#ifndef FORMAT_HDF5_H
#define FORMAT_HDF5_H

#include "core/compiler.h"
#include "core/reader.h"
#include "core/sink.h"

#define HDF5_UNDEFINED UINT64_MAX

enum hdf5_link_kind {
	HDF5_HARD,     /* of an object header at ADDRESS */
	HDF5_SOFT,     /* of the path TARGET in the same file */
	HDF5_EXTERNAL, /* of a path in the file TARGET */
	HDF5_OTHER,
};

struct hdf5_link {
	enum hdf5_link_kind kind;
	uint64_t group; /* address of the group's object header */
	struct bytes name, target;
	uint64_t address;
	bool is_again; /* a hard link of what another one leads to already */
};

struct hdf5 {
	struct sink *sink;
	const struct rules *rules;
	struct bytes file; /* from the base address on */
	uint64_t base;	   /* bytes before it in the member */
	unsigned offset_size, length_size;
	bool failed;

	/* Objects that were found, in order, each once. */
	uint64_t *objects;
	size_t nobjects, objects_max, next;
	uint64_t *table; /* the same by hash */
	size_t slots;

	struct hdf5_link *links;
	size_t nlinks, links_max;
	uint64_t steps; /* names compared while following them */

	/* What was judged as a configuration already: places in the member. */
	struct bytes judged[16];
	unsigned njudged;
};

/* Says once that the structure at ADDRESS is not what the specification says. */
void hdf5_fail(struct hdf5 *, uint64_t address, const char *what);
/* A reader over the file at ADDRESS; empty where that lies outside. */
struct reader hdf5_at(const struct hdf5 *, uint64_t address);
MUST_USE bool hdf5_offset(const struct hdf5 *, struct reader *, uint64_t *ret);
MUST_USE bool hdf5_length(const struct hdf5 *, struct reader *, uint64_t *ret);
/* Little-endian, of WIDTH bytes, 8 at most. */
MUST_USE bool hdf5_number(struct reader *, unsigned width, uint64_t *ret);

/* Another object to look at; false where it is known already. */
bool hdf5_add_object(struct hdf5 *, uint64_t address);
/* Another link; what a hard one leads to is added as an object. */
void hdf5_add_link(struct hdf5 *, const struct hdf5_link *);
/* A link message (IV.A.2.g), in a header or a heap. */
void hdf5_read_link(struct hdf5 *, uint64_t group, struct bytes message);

/* A group of the old kind: a tree of version 1 whose names stand in a local heap (III.A.1). */
void hdf5_read_tree(struct hdf5 *, uint64_t group, uint64_t tree, uint64_t heap);

/*
 * Messages that a fractal heap holds, found by the tree of version 2 at TREE, with records of heap
 * ids (III.A.2, III.G): links (record type 5) and attributes (8).
 */
void hdf5_read_dense(struct hdf5 *, uint64_t heap, uint64_t tree, uint64_t group,
    void (*take)(struct hdf5 *, uint64_t group, struct bytes message));

/* Follows links: those that lead back to themselves or to a group around them are reported. */
void hdf5_check_links(struct hdf5 *, uint64_t root);

#endif
