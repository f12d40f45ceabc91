/*
 * The structure of a zip file (PKWARE APPNOTE 6.3.10), read as it stands: no names are made safe,
 * no lie is mended. Both what the central directory says and what the local headers say is kept,
 * since loaders believe one or the other.
 */
#ifndef BUNDLE_ZIP_H
#define BUNDLE_ZIP_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"

#define ZIP_END_SIGNATURE 0x06054b50u
#define ZIP_CENTRAL_SIGNATURE 0x02014b50u
#define ZIP_LOCAL_SIGNATURE 0x04034b50u

/* What one header, central or local, says about a member. */
struct zip_header {
	struct bytes name, extra;
	uint16_t version, flags, method;
	uint32_t crc32;
	uint64_t packed, size;
};

struct zip_entry {
	struct zip_header central, local;
	bool has_local;	      /* the local header could be read; otherwise data is empty */
	uint64_t offset;      /* of the local header, in the file */
	uint64_t data_offset; /* of the packed bytes */
	uint32_t attributes;  /* external; the Unix mode in the high half where host is 3 */
	uint8_t host;
};

struct zip {
	struct zip_entry *entries;
	size_t n;
	uint64_t base;	  /* bytes before the archive's own offset 0 */
	uint64_t central; /* where the central directory stands */
	uint64_t central_end;
	uint64_t end;	   /* where the end record stands */
	uint64_t file_end; /* behind its comment */
	uint64_t claimed;  /* entries that the end record claims */
	struct bytes comment;
	bool is_zip64, is_multi_disk;
	const char *
	    fault; /* why the central directory could not be read to its end; NULL where it could */
};

/* Where the last end record stands that fits the file; -1 where there is none, or where it belongs
 * to a zip that is a member of the tar archive FILE. */
int64_t zip_find_end(struct bytes file);
/* Reads the directory of the end record at END. False out of memory; what is broken is in
 * ret->fault. */
MUST_USE bool zip_read(struct bytes file, uint64_t end, struct arena *, struct zip *ret);
/* The directory of FILE. False where it has none, or out of memory: zip_check() says which. */
MUST_USE bool zip_open(struct bytes file, struct arena *, struct zip *ret);
/* Does the directory of FILE hold a member whose name is WANTED? For probes. */
bool zip_holds(struct bytes file, bool (*wanted)(struct bytes name));
/* The local header at OFFSET. False where there is none. */
MUST_USE bool zip_read_local(
    struct bytes file, uint64_t offset, struct zip_header *ret, uint64_t *ret_data);

#endif
