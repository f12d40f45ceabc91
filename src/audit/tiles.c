/* Files of a log: see audit/tiles.h. */
#include "config.h"

#include "audit/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 160

unsigned
tile_width(uint64_t size, unsigned level, uint64_t index)
{
	uint64_t hashes = level == TILES_ENTRIES ? size : size >> (TILE_HEIGHT * level);

	if (index > hashes / TILE_WIDTH)
		return 0;
	return index < hashes / TILE_WIDTH ? TILE_WIDTH : (unsigned)(hashes % TILE_WIDTH);
}

void
tile_name(unsigned level, uint64_t index, unsigned width, char *ret, size_t size)
{
	char number[64], level_name[24];
	size_t len;

	len = (size_t)snprintf(number, sizeof(number), "%03u", (unsigned)(index % 1000));
	for (uint64_t rest = index / 1000; rest > 0; rest /= 1000) {
		char longer[64];

		len = (size_t)snprintf(
		    longer, sizeof(longer), "x%03u/%.40s", (unsigned)(rest % 1000), number);
		memcpy(number, longer, len + 1);
	}
	if (level == TILES_ENTRIES)
		snprintf(level_name, sizeof(level_name), "entries");
	else
		snprintf(level_name, sizeof(level_name), "%u", level);
	if (width == TILE_WIDTH)
		snprintf(ret, size, "tile/%s/%s", level_name, number);
	else
		snprintf(ret, size, "tile/%s/%s.p/%u", level_name, number, width);
}

bool
tiles_read_file(int folder, const char *name, size_t max, struct buffer *ret, struct status *status)
{
	uint8_t block[16384];
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = -1;

	buffer_reset(ret);
	if (fd >= 0) {
		while ((n = read(fd, block, sizeof(block))) > 0 && ret->len + (size_t)n <= max)
			buffer_add(ret, bytes_of(block, (size_t)n));
		close(fd);
	}
	if (n < 0)
		return status_set(status, STATUS_IO, "the log's file %s cannot be read: %s", name,
		    strerror(errno));
	if (n > 0 || !buffer_ok(ret))
		return status_set(status, STATUS_LIMIT,
		    "the log's file %s is longer than such a file can be (%zu bytes)", name, max);
	return true;
}

static bool
make_folders(int folder, const char *name)
{
	char path[MAX_NAME];

	snprintf(path, sizeof(path), "%s", name);
	for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(folder, path, 0755) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static bool
write_all(int fd, struct bytes b)
{
	while (b.len > 0) {
		ssize_t n = write(fd, b.data, b.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		b = bytes_slice(b, (uint64_t)n, b.len);
	}
	return fsync(fd) == 0;
}

bool
tiles_write_file(int folder, const char *name, unsigned mode, struct bytes b, struct status *status)
{
	char partial[MAX_NAME + 8];
	bool done;
	int fd;

	snprintf(partial, sizeof(partial), "%s.new", name);
	(void)unlinkat(folder, partial, 0);
	fd = !make_folders(folder, name)
	    ? -1
	    : openat(folder, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	done = fd >= 0 && write_all(fd, b) && renameat(folder, partial, folder, name) == 0;
	if (!done)
		status_set(status, STATUS_IO, "the log's file %s cannot be written: %s", name,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
	if (done)
		(void)fsync(folder);
	return done;
}

bool
tile_read(int folder, unsigned level, uint64_t index, unsigned width, struct buffer *ret,
    struct status *status)
{
	char name[MAX_NAME];

	tile_name(level, index, width, name, sizeof(name));
	return tiles_read_file(folder, name, TILE_MAX_BYTES, ret, status);
}

bool
tile_write(int folder, unsigned level, uint64_t index, unsigned width, struct bytes b,
    struct status *status)
{
	char name[MAX_NAME];

	tile_name(level, index, width, name, sizeof(name));
	return tiles_write_file(folder, name, 0644, b, status);
}

void
tile_remove(int folder, unsigned level, uint64_t index, unsigned width)
{
	char name[MAX_NAME];
	char *slash;

	tile_name(level, index, width, name, sizeof(name));
	(void)unlinkat(folder, name, 0);
	slash = strrchr(name, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	/* The folder of partial tiles goes with the last of them. */
	(void)unlinkat(folder, name, AT_REMOVEDIR);
}

/* The hash tile that holds number INDEX of tile level LEVEL. */
static bool
load(struct tile_tree *tree, unsigned level, uint64_t tile)
{
	unsigned width = tile_width(tree->size, level, tile);
	struct buffer data = buffer_up_to(TILE_MAX_BYTES);
	bool done;

	if (tree->cache[level].is_loaded && tree->cache[level].index == tile)
		return true;
	done = width > 0 && tile_read(tree->folder, level, tile, width, &data, tree->status);
	if (done && data.len != (size_t)width * MERKLE_LEN) {
		char name[MAX_NAME];

		tile_name(level, tile, width, name, sizeof(name));
		done = status_set(tree->status, STATUS_MALFORMED,
		    "the log's file %s has %zu bytes instead of %u", name, data.len,
		    width * MERKLE_LEN);
	}
	if (done) {
		memcpy(tree->cache[level].hashes, data.data, data.len);
		tree->cache[level].is_loaded = true;
		tree->cache[level].index = tile;
		tree->cache[level].width = width;
	}
	buffer_free(&data);
	return done;
}

bool
tile_tree_node(void *context, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	struct tile_tree *tree = context;
	unsigned tile_level = level / TILE_HEIGHT;
	struct merkle_hash left, right;

	if (level % TILE_HEIGHT != 0)
		return tile_tree_node(context, level - 1, 2 * index, &left) &&
		    tile_tree_node(context, level - 1, 2 * index + 1, &right) &&
		    merkle_node(&left, &right, ret);
	if (tile_level >= TILE_LEVELS || !load(tree, tile_level, index / TILE_WIDTH))
		return false;
	if (index % TILE_WIDTH >= tree->cache[tile_level].width)
		return false;
	*ret = tree->cache[tile_level].hashes[index % TILE_WIDTH];
	return true;
}
