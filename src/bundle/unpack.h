/*
 * Pieces unpacked: turns a struct piece (core/sink.h) into one or more runs of plain bytes, under
 * the limits of its file. Single streams and zip's methods give one entry, archives many.
 */
#ifndef BUNDLE_UNPACK_H
#define BUNDLE_UNPACK_H

#include "core/limits.h"
#include "core/sink.h"

/* What one file of the target may still unpack to; shared by everything inside it. */
struct budget {
	uint64_t packed;   /* size of the file on disk */
	uint64_t expanded; /* bytes unpacked so far */
	uint64_t max_expanded, max_ratio;
	uint64_t members, max_members;
};

/*
 * Where unpacked bytes are put: memory up to LIMIT_SCRATCH_MEMORY, then the unlinked temporary
 * file FD, used as a stack: scratch_mark() before unpacking, scratch_release() when done.
 */
struct scratch;

/* Borrows FD, which must be empty and open for reading and writing. NULL out of memory. */
MUST_USE struct scratch *scratch_new(int fd);
void scratch_free(struct scratch *);
uint64_t scratch_mark(const struct scratch *);
/* Frees everything that was unpacked since MARK: those bytes must not be touched any more. */
void scratch_release(struct scratch *, uint64_t mark);

struct unpacked {
	const char *name;   /* the entry's name in an archive; "" for a single stream */
	struct bytes bytes; /* plain; valid until the visitor returns */
	bool is_mapped;	    /* backed by a file */
};

/*
 * False where PIECE needs a library that nobody asked for yet: unpack_piece() would open files to
 * load it, which a confined worker cannot.
 */
bool unpack_is_ready(const struct piece *);

/*
 * Unpacks PIECE and calls VISIT for each entry. What is wrong with the piece (bombs, bad
 * checksums, links, devices, traversal names, encryption, undecodable data) goes into SINK, the
 * sink of the member that holds it; entries that could be read in part are still visited.
 */
void unpack_piece(const struct piece *, struct budget *, struct scratch *, struct sink *,
    void (*visit)(const struct unpacked *, void *), void *context);

#endif
