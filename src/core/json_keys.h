/* The keys of the objects that a JSON walk is in, to find a second of the same; private to json.c.
 */
#ifndef CORE_JSON_KEYS_H
#define CORE_JSON_KEYS_H

#include "core/bytes.h"
#include "core/compiler.h"

#define JSON_KEYS_FIRST 32 /* slots of the first table */

struct json_key {
	uint32_t offset; /* of the text, in the document; it ends with the quote that ends it */
	uint32_t hash;
};

/*
 * A stack of keys, the innermost object's last, and a hash table over it with linear probing.
 * Keys leave in the reverse order of their arrival, so taking one out never breaks the probe
 * sequence of one that stays.
 *
 * A vocabulary has hundreds of thousands of keys, and a table of so many is no longer in a cache:
 * a step into it for each key took longer than everything else. So a large table has a filter, two
 * bits for each key, small enough for the cache. A key that has not both bits set is new, and
 * waits on the stack; the waiting ones enter the table together, which the memory serves at once,
 * when a key comes that has both.
 */
struct json_keys {
	const uint8_t *document;
	size_t len; /* of the document */
	struct json_key *stack;
	uint32_t *table;  /* index into the stack plus one, below 8 bits of the hash; 0: free */
	uint64_t *filter; /* NULL while the table is small */
	size_t n, placed; /* on the stack; of these in the table */
	size_t room;	  /* for keys */
	size_t filtered;  /* keys that set bits in the filter */
	unsigned bits;	  /* of the table's index */
	uint64_t seed[2];
	/* What small documents need, so that they take no memory: */
	struct json_key first_stack[JSON_KEYS_FIRST / 4 * 3];
	uint32_t first_table[JSON_KEYS_FIRST];
};

enum json_keys_result { JSON_KEYS_NEW, JSON_KEYS_DUPLICATE, JSON_KEYS_MEMORY };

/* DOCUMENT is what every key is a part of: LIMIT_JSON_BYTES at most. */
void json_keys_open(struct json_keys *, struct bytes document);
void json_keys_close(struct json_keys *);
/* Adds TEXT to the object whose keys start at FIRST in the stack. */
MUST_USE enum json_keys_result json_keys_add(
    struct json_keys *, size_t first, struct bytes text, bool has_escapes);
/* Forgets the keys from FIRST on. */
void json_keys_leave(struct json_keys *, size_t first);

#endif
