/* Pieces unpacked: see bundle/unpack.h. */
#include "config.h"

#include "bundle/unpack.h"

#include <stdlib.h>

struct scratch {
	int fd;
	uint64_t used;
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
	free(scratch);
}

uint64_t
scratch_mark(const struct scratch *scratch)
{
	return scratch->used;
}

void
scratch_release(struct scratch *scratch, uint64_t mark)
{
	scratch->used = mark;
}

void
unpack_piece(const struct piece *piece, struct budget *budget, struct scratch *scratch,
    struct sink *sink, void (*visit)(const struct unpacked *, void *), void *context)
{
	(void)budget;
	(void)scratch;
	(void)visit;
	(void)context;
	sink_trouble(sink, STATUS_UNSUPPORTED, "scan/limit", 0,
	    "%s is packed in a way that is not read", piece->name);
}
