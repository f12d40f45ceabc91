/*
 * The files of a log as C2SP tlog-tiles lays them out, below one folder:
 *
 *   tile/<L>/<N>[.p/<W>]        256 hashes of level L (W of them where it is not full)
 *   tile/entries/<N>[.p/<W>]    the entries themselves, each behind its u16be length
 *
 * N is written in groups of three digits, all but the last with an x in front: x001/x234/067.
 */
#ifndef AUDIT_TILES_H
#define AUDIT_TILES_H

#include "core/buffer.h"
#include "core/status.h"
#include "crypto/merkle.h"

#define TILE_WIDTH 256
#define TILE_HEIGHT 8
#define TILE_LEVELS 8		  /* 256^8 leaves */
#define TILES_ENTRIES TILE_LEVELS /* the "level" of the entries */
#define TILE_MAX_ENTRY 65535
#define TILE_MAX_BYTES (TILE_WIDTH * (TILE_MAX_ENTRY + 2))

/* The width of tile INDEX of LEVEL in a log of SIZE entries; 0 where it does not exist. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);
/* All of the tile, into RET (reset first). False and a status that names the file. */
MUST_USE bool tile_read(int folder, unsigned level, uint64_t index, unsigned width,
    struct buffer *ret, struct status *);
/* Writes the tile beside its place, syncs it and renames it. */
MUST_USE bool tile_write(
    int folder, unsigned level, uint64_t index, unsigned width, struct bytes, struct status *);
/* Removes a partial tile that a wider one replaced. */
void tile_remove(int folder, unsigned level, uint64_t index, unsigned width);
/* The name for messages, "tile/0/x001/067.p/3"; SIZE bytes at RET. */
void tile_name(unsigned level, uint64_t index, unsigned width, char *ret, size_t size);

/* Small files of the folder, the same way: all of NAME, MAX bytes at most. */
MUST_USE bool tiles_read_file(
    int folder, const char *name, size_t max, struct buffer *ret, struct status *);
MUST_USE bool tiles_write_file(
    int folder, const char *name, unsigned mode, struct bytes, struct status *);

/* The nodes of a tree whose tiles lie in FOLDER, for crypto/merkle.h. Keeps the last tile of each
 * level. */
struct tile_tree {
	int folder;
	uint64_t size;
	struct status *status;
	struct {
		bool is_loaded;
		uint64_t index;
		unsigned width;
		struct merkle_hash hashes[TILE_WIDTH];
	} cache[TILE_LEVELS];
};

MUST_USE bool tile_tree_node(void *tree, unsigned level, uint64_t index, struct merkle_hash *ret);

#endif
