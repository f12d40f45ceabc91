/* The keys of the objects that a JSON walk is in, to find a second of the same; private to json.c.
 */
#ifndef CORE_JSON_KEYS_H
#define CORE_JSON_KEYS_H

#include "core/bytes.h"
#include "core/compiler.h"

struct json_key {
	uint64_t hash;
	struct bytes text; /* as written */
	uint32_t slot;	   /* in the table */
	bool has_escapes;
};

/*
 * A stack of keys, the innermost object's last, and a hash table over it with linear probing.
 * Keys leave in the reverse order of their arrival, so taking one out never breaks the probe
 * sequence of one that stays.
 */
struct json_keys {
	struct json_key *stack;
	uint32_t *table; /* index into the stack plus one; 0: free */
	size_t n, room, size;
	uint64_t seed;
};

enum json_keys_result { JSON_KEYS_NEW, JSON_KEYS_DUPLICATE, JSON_KEYS_MEMORY };

void json_keys_open(struct json_keys *);
void json_keys_close(struct json_keys *);
/* Adds TEXT to the object whose keys start at FIRST in the stack. */
MUST_USE enum json_keys_result json_keys_add(
    struct json_keys *, size_t first, struct bytes text, bool has_escapes);
/* Forgets the keys from FIRST on. */
void json_keys_leave(struct json_keys *, size_t first);

#endif
