/*
 * Where unpacked bytes are put: a stack of regions, small ones in memory, large ones in an unlinked
 * temporary file. See bundle/unpack.h and bundle/spool.h.
 */
#include "config.h"

#include "bundle/spool.h"

#include "core/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A region that lies above a mark: freed when the mark is released. */
struct region {
	struct region *below;
	uint64_t number;
	uint8_t *data; /* malloc'ed, or mapped where MAPPED > 0 */
	size_t mapped;
	uint64_t file_start;
};

struct scratch {
	int fd;
	uint64_t used;	 /* of the file */
	uint64_t number; /* of the next region */
	struct region *top;
};

struct scratch *
scratch_new(int fd)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (scratch != NULL)
		scratch->fd = fd;
	return scratch;
}

void
scratch_free(struct scratch *scratch)
{
	if (scratch == NULL)
		return;
	scratch_release(scratch, 0);
	free(scratch);
}

uint64_t
scratch_mark(const struct scratch *scratch)
{
	return scratch->number;
}

void
scratch_release(struct scratch *scratch, uint64_t mark)
{
	bool shrinks = false;

	while (scratch->top != NULL && scratch->top->number >= mark) {
		struct region *region = scratch->top;

		scratch->top = region->below;
		if (region->mapped > 0) {
			munmap(region->data, region->mapped);
			scratch->used = region->file_start;
			shrinks = true;
		} else {
			free(region->data);
		}
		free(region);
	}
	scratch->number = mark;
	/* Gives the blocks back; a failure costs only space. */
	if (shrinks && ftruncate(scratch->fd, (off_t)scratch->used) != 0)
		errno = 0;
}

struct spool
spool_to(struct scratch *scratch)
{
	return (struct spool){ .scratch = scratch,
		.memory = buffer_up_to(LIMIT_SCRATCH_MEMORY),
		.start = scratch->used };
}

static bool
write_file(struct spool *spool, struct bytes b)
{
	size_t done = 0;

	while (done < b.len) {
		ssize_t n = pwrite(spool->scratch->fd, b.data + done, b.len - done,
		    (off_t)(spool->start + spool->written));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			spool->failed = true;
			return false;
		}
		done += (size_t)n;
		spool->written += (uint64_t)n;
	}
	return true;
}

bool
spool_add(struct spool *spool, struct bytes b)
{
	spool->len += b.len;
	if (spool->failed)
		return false;
	if (!spool->in_file && spool->len <= LIMIT_SCRATCH_MEMORY) {
		buffer_add(&spool->memory, b);
		if (!buffer_ok(&spool->memory))
			spool->failed = true;
		return !spool->failed;
	}
	if (!spool->in_file) {
		spool->in_file = true;
		if (spool->scratch->fd < 0 || !write_file(spool, buffer_bytes(&spool->memory))) {
			spool->failed = true;
			return false;
		}
		buffer_free(&spool->memory);
	}
	return write_file(spool, b);
}

bool
spool_finish(struct spool *spool, struct unpacked *ret)
{
	struct scratch *scratch = spool->scratch;
	struct region *region = calloc(1, sizeof(*region));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (region == NULL) {
		buffer_free(&spool->memory);
		return false;
	}
	region->number = scratch->number++;
	region->below = scratch->top;
	region->file_start = scratch->used;
	ret->is_mapped = spool->in_file;
	if (spool->in_file && spool->written > 0) {
		region->mapped = (size_t)spool->written;
		region->data = mmap(
		    NULL, region->mapped, PROT_READ, MAP_SHARED, scratch->fd, (off_t)spool->start);
		if (region->data == MAP_FAILED) {
			free(region);
			return false;
		}
		ret->bytes = bytes_of(region->data, region->mapped);
		scratch->used = (spool->start + spool->written + page - 1) / page * page;
	} else {
		/* Exactly as large as its content, so that an overread is seen in sanitizer builds.
		 */
		ret->bytes = buffer_bytes(&spool->memory);
		region->data = spool->memory.data;
		spool->memory.data = NULL;
	}
	scratch->top = region;
	return true;
}

void
spool_drop(struct spool *spool)
{
	buffer_free(&spool->memory);
}
