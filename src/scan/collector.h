/* The inside of a collector, shared by collect.c (what comes in) and assemble.c (what goes out). */
#ifndef SCAN_COLLECTOR_H
#define SCAN_COLLECTOR_H

#include "scan/collect.h"

/* A list in the arena that doubles. */
struct list {
	void *items;
	size_t n, room;
};

struct member_record {
	struct result_member member;
	uint64_t flags;
	bool is_described; /* a worker sent its MESSAGE_MEMBER */
	bool is_entry;
	const struct entry *entry;
};

struct digest_record {
	const char *path, *algorithm, *hex;
	uint64_t start, end;
};

struct tensors_record {
	const char *path;
	struct bytes names;
};

struct collector {
	struct arena *arena;
	struct catalog *catalog;
	struct list members, findings, skips, claims, wants, digests, tensors, provenance;
	struct status status;
	void (*progress)(void *, uint64_t, uint64_t);
	void *progress_context;
	uint64_t bytes_done, bytes_all;
};

#endif
