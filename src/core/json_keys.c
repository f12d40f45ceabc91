/* Keys of open JSON objects: see core/json_keys.h. */
#include "config.h"

#include "core/json_keys.h"

#include "core/json.h"
#include "core/json_escape.h"

#include <stdlib.h>
#include <sys/auxv.h>

#define FIRST_SIZE 256

void
json_keys_open(struct json_keys *keys)
{
	const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);

	/* A seed that the author of a file cannot know, so that no file is made of collisions. */
	*keys = (struct json_keys){ .seed = 0x9e3779b97f4a7c15u };
	if (random != NULL)
		memcpy(&keys->seed, random, sizeof(keys->seed));
}

void
json_keys_close(struct json_keys *keys)
{
	free(keys->stack);
	free(keys->table);
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0xd6e8feb86659fd93u;
	return hash ^ (hash >> 32);
}

static uint64_t
hash_plain(uint64_t hash, struct bytes text)
{
	uint64_t word = 0;
	size_t pos = 0;

	for (; text.len - pos >= sizeof(word); pos += sizeof(word)) {
		memcpy(&word, text.data + pos, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	if (text.len > pos)
		memcpy(&word, text.data + pos, text.len - pos);
	return mix(mix(hash, word), text.len);
}

/* The hash of what TEXT means. An escaped key is decoded in a buffer of its own: it is rare. */
static bool
hash_key(uint64_t seed, struct bytes text, bool has_escapes, uint64_t *ret)
{
	struct bytes plain = text;
	uint8_t *decoded = NULL;

	if (has_escapes) {
		decoded = malloc(text.len + 1);
		if (decoded == NULL)
			return false;
		plain = bytes_of(decoded, json_decode_escapes(text, decoded));
	}
	*ret = hash_plain(seed, plain);
	free(decoded);
	return true;
}

static bool
same_key(const struct json_key *key, struct bytes text, bool has_escapes)
{
	uint8_t *a, *b;
	bool same;

	if (!key->has_escapes && !has_escapes)
		return bytes_equal(key->text, text);
	a = malloc(key->text.len + 1);
	b = malloc(text.len + 1);
	/* Without memory two keys of the same hash count as the same: refusing is the safe side. */
	same = a == NULL || b == NULL ||
	    bytes_equal(bytes_of(a, json_decode_escapes(key->text, a)),
		bytes_of(b, json_decode_escapes(text, b)));
	free(a);
	free(b);
	return same;
}

static void
place(struct json_keys *keys, size_t index)
{
	size_t slot = keys->stack[index].hash & (keys->size - 1);

	while (keys->table[slot] != 0)
		slot = (slot + 1) & (keys->size - 1);
	keys->table[slot] = (uint32_t)index + 1;
	keys->stack[index].slot = (uint32_t)slot;
}

/* Room for one more key in the stack and, at most half full, in the table. */
static bool
grow(struct json_keys *keys)
{
	size_t room = keys->room == 0 ? FIRST_SIZE / 2 : keys->room * 2;
	struct json_key *stack;
	uint32_t *table;

	if (keys->n < keys->room)
		return true;
	stack = reallocarray(keys->stack, room, sizeof(*stack));
	if (stack == NULL)
		return false;
	keys->stack = stack;
	table = calloc(room * 2, sizeof(*table));
	if (table == NULL)
		return false;
	free(keys->table);
	keys->table = table;
	keys->size = room * 2;
	keys->room = room;
	for (size_t i = 0; i < keys->n; i++)
		place(keys, i);
	return true;
}

enum json_keys_result
json_keys_add(struct json_keys *keys, size_t first, struct bytes text, bool has_escapes)
{
	uint64_t hash;
	size_t slot;

	if (!grow(keys) || !hash_key(keys->seed, text, has_escapes, &hash))
		return JSON_KEYS_MEMORY;
	/* The same key in an object further out is another key. */
	hash = mix(hash, first);
	for (slot = hash & (keys->size - 1); keys->table[slot] != 0;
	     slot = (slot + 1) & (keys->size - 1)) {
		const struct json_key *key = &keys->stack[keys->table[slot] - 1];

		if (key->hash == hash && keys->table[slot] > first &&
		    same_key(key, text, has_escapes))
			return JSON_KEYS_DUPLICATE;
	}
	keys->stack[keys->n] = (struct json_key){ hash, text, (uint32_t)slot, has_escapes };
	keys->n++;
	keys->table[slot] = (uint32_t)keys->n;
	return JSON_KEYS_NEW;
}

void
json_keys_leave(struct json_keys *keys, size_t first)
{
	while (keys->n > first)
		keys->table[keys->stack[--keys->n].slot] = 0;
}
