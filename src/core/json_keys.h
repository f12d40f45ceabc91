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

/* A key of which the filter says that it may be there already. */
struct json_suspect {
	uint32_t index; /* on the stack */
	uint32_t first; /* of its object's keys there */
};

/*
 * A stack of keys, the innermost object's last. Over a small one lies a hash table with linear
 * probing; keys leave in the reverse order of their arrival, so taking one out never breaks the
 * probe sequence of one that stays.
 *
 * A vocabulary has hundreds of thousands of keys, and a table of so many is no longer in a cache:
 * a step into it for each key took longer than everything else. So over a large stack lies a
 * filter, two bits for each key, small enough for the cache. A key that has not both bits set is
 * new. One that has is a suspect: the suspects wait until they are many or their object ends, and
 * then enter the table alone, where one pass over the stack looks for each key before them.
 */
struct json_keys {
	const uint8_t *document;
	size_t len; /* of the document */
	struct json_key *stack;
	uint32_t *table;  /* index into the stack plus one, below 8 bits of the hash; 0: free */
	uint64_t *filter; /* NULL while the stack is small */
	struct json_suspect *suspects; /* with a filter */
	size_t nsuspects;
	size_t n;	    /* keys on the stack */
	size_t room;	    /* for keys */
	size_t seen;	    /* of these with a filter: which it was asked about */
	size_t first;	    /* the first of the object that the others are of */
	size_t filtered;    /* keys that set bits in the filter */
	unsigned bits;	    /* of the table's index */
	unsigned room_bits; /* of a table for as many keys as there is room for */
	struct bytes twice; /* the key that a result JSON_KEYS_DUPLICATE is about */
	uint64_t seed[2];
	/* What small documents need, so that they take no memory: */
	struct json_key first_stack[JSON_KEYS_FIRST / 4 * 3];
	uint32_t first_table[JSON_KEYS_FIRST];
};

enum json_keys_result { JSON_KEYS_NEW, JSON_KEYS_DUPLICATE, JSON_KEYS_MEMORY };

/* DOCUMENT is what every key is a part of: LIMIT_JSON_BYTES at most. */
void json_keys_open(struct json_keys *, struct bytes document);
void json_keys_close(struct json_keys *);
/*
 * Adds TEXT to the object whose keys start at FIRST in the stack. A duplicate among many may be
 * told of later, at another key or by json_keys_leave().
 */
MUST_USE enum json_keys_result json_keys_add(
    struct json_keys *, size_t first, struct bytes text, bool has_escapes);
/* Forgets the keys from FIRST on. False where one of them stands twice. */
MUST_USE bool json_keys_leave(struct json_keys *, size_t first);

#endif
