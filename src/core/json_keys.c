/* Keys of open JSON objects: see core/json_keys.h. */
#include "config.h"

#include "core/json_keys.h"

#include "core/json.h"
#include "core/json_escape.h"
#include "core/limits.h"

#include <stdlib.h>
#include <sys/auxv.h>

#define FIRST_BITS 5   /* of the first table's index */
#define SECOND_BITS 8  /* of the first that takes memory */
#define KEPT_BITS 14   /* of a table that is kept for the objects to come */
#define TABLE_BITS 15  /* of the largest table, and of the one for suspects */
#define MAX_BITS 23    /* of a table for LIMIT_JSON_KEYS, were there one */
#define FILTER_SHARE 8 /* slots of such a table for each word of the filter: ten bits a key */
#define MAX_SUSPECTS 16384
#define AHEAD 8 /* keys whose words of the filter are on their way into the cache */
#define NEAR 32 /* keys of an object so small that each is compared with all */

/* In a slot: the key's index plus one, and eight bits that tell most other keys' slots apart. */
#define KEY_BITS 24
#define KEY_MASK (((uint32_t)1 << KEY_BITS) - 1)

_Static_assert(LIMIT_JSON_KEYS < KEY_MASK, "keys have numbers of 24 bits");
_Static_assert(LIMIT_JSON_KEYS < 3 << MAX_BITS >> 2, "the largest table has room for all keys");
_Static_assert(MAX_SUSPECTS < 3 << TABLE_BITS >> 2, "a table has room for all suspects");
_Static_assert(1 << FIRST_BITS == JSON_KEYS_FIRST, "the first table has its size");
_Static_assert(LIMIT_JSON_BYTES <= UINT32_MAX, "offsets have 32 bits");

/* Two odd numbers of many bits, for what the system gives no random ones. */
#define SEED_A 0x9e3779b97f4a7c15u
#define SEED_B 0xd6e8feb86659fd93u

void
json_keys_open(struct json_keys *keys, struct bytes document)
{
	const uint8_t *random = (const uint8_t *)getauxval(AT_RANDOM);

	/* A seed that the author of a file cannot know, so that no file is made of collisions. */
	*keys = (struct json_keys){ .document = document.data,
		.len = document.len,
		.room = ARRAY_LEN(keys->first_stack),
		.bits = FIRST_BITS,
		.room_bits = FIRST_BITS,
		.seed = { SEED_A, SEED_B } };
	keys->stack = keys->first_stack;
	keys->table = keys->first_table;
	if (random != NULL)
		memcpy(keys->seed, random, sizeof(keys->seed));
}

static void
free_table(struct json_keys *keys)
{
	if (keys->table != keys->first_table)
		free(keys->table);
	free(keys->filter);
	free(keys->suspects);
}

void
json_keys_close(struct json_keys *keys)
{
	if (keys->stack != keys->first_stack)
		free(keys->stack);
	free_table(keys);
}

/* Both halves of a product: what one bit changes, it changes in many. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t low = (a & 0xffffffff) * (b & 0xffffffff), high = (a >> 32) * (b >> 32);
	uint64_t one = (a >> 32) * (b & 0xffffffff), two = (a & 0xffffffff) * (b >> 32);

	return (low + (one << 32)) ^ (high + (two << 32)) ^ (one >> 32) ^ (two >> 32);
#endif
}

static uint64_t
load8(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t
load4(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Sixteen bytes a step; the last step's may overlap. Most keys are shorter than that. */
static uint32_t
hash_plain(const uint64_t seed[2], size_t first, struct bytes text)
{
	const uint8_t *p = text.data;
	uint64_t hash = seed[0] + first * SEED_B, a = 0, b = 0;
	size_t left = text.len;

	for (; left > 16; left -= 16, p += 16)
		hash = mix(load8(p) ^ seed[1], load8(p + 8) ^ hash);
	if (left >= 8) {
		a = load8(p);
		b = load8(p + left - 8);
	} else if (left >= 4) {
		a = load4(p);
		b = load4(p + left - 4);
	} else if (left > 0) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 | p[left - 1];
	}
	hash = mix(a ^ seed[1], b ^ hash);
	return (uint32_t)(mix(hash ^ seed[0], text.len ^ SEED_A) >> 32);
}

/*
 * The hash of what TEXT means in the object whose keys start at FIRST; the same key in an object
 * further out is another key. An escaped key is decoded in a buffer of its own: it is rare.
 */
static bool
hash_key(
    const struct json_keys *keys, size_t first, struct bytes text, bool has_escapes, uint32_t *ret)
{
	struct bytes plain = text;
	uint8_t *decoded = NULL;

	if (has_escapes) {
		decoded = malloc(text.len + 1);
		if (decoded == NULL)
			return false;
		plain = bytes_of(decoded, json_decode_escapes(text, decoded));
	}
	*ret = hash_plain(keys->seed, first, plain);
	free(decoded);
	return true;
}

/* The text of a key again, up to the quote that was found to end it. */
static struct bytes
text_of(const struct json_keys *keys, const struct json_key *key, bool *ret_has_escapes)
{
	struct bytes rest =
	    bytes_slice(bytes_of(keys->document, keys->len), key->offset, keys->len);
	size_t end = 0;

	*ret_has_escapes = false;
	for (; end < rest.len && rest.data[end] != '"'; end++)
		if (rest.data[end] == '\\') {
			*ret_has_escapes = true;
			end++;
		}
	return bytes_slice(rest, 0, end);
}

static bool
same_key(
    const struct json_keys *keys, const struct json_key *key, struct bytes text, bool has_escapes)
{
	bool other_has_escapes, same;
	struct bytes other = text_of(keys, key, &other_has_escapes);
	uint8_t *a, *b;

	if (!other_has_escapes && !has_escapes)
		return bytes_equal(other, text);
	a = malloc(other.len + 1);
	b = malloc(text.len + 1);
	/* Without memory two keys of the same hash count as the same: refusing is the safe side. */
	same = a == NULL || b == NULL ||
	    bytes_equal(bytes_of(a, json_decode_escapes(other, a)),
		bytes_of(b, json_decode_escapes(text, b)));
	free(a);
	free(b);
	return same;
}

/* ---- the table ------------------------------------------------------------------------------- */

static size_t
slot_of(const struct json_keys *keys, uint32_t hash)
{
	return hash >> (32 - keys->bits);
}

/* The slot behind SLOT. */
static size_t
after(const struct json_keys *keys, size_t slot)
{
	return (slot + 1) & (((size_t)1 << keys->bits) - 1);
}

/* What stands in the slot of the key of that INDEX. */
static uint32_t
entry_of(uint32_t hash, size_t index)
{
	return hash << KEY_BITS | ((uint32_t)index + 1);
}

static void
place(struct json_keys *keys, size_t index)
{
	uint32_t hash = keys->stack[index].hash;
	size_t slot = slot_of(keys, hash);

	while (keys->table[slot] != 0)
		slot = after(keys, slot);
	keys->table[slot] = entry_of(hash, index);
}

/* Takes out the key of that INDEX, the last that was placed of those still there. */
static void
displace(struct json_keys *keys, size_t index)
{
	uint32_t hash = keys->stack[index].hash, entry = entry_of(hash, index);
	size_t slot = slot_of(keys, hash);

	while (keys->table[slot] != entry)
		slot = after(keys, slot);
	keys->table[slot] = 0;
}

/*
 * The next key in the table of that HASH, from *SLOT on, which is set behind it. False where there
 * is none.
 */
static ALWAYS_INLINE bool
next_placed(const struct json_keys *keys, uint32_t hash, size_t *slot, size_t *ret)
{
	uint32_t entry;

	while ((entry = keys->table[*slot]) != 0) {
		*slot = after(keys, *slot);
		*ret = (entry & KEY_MASK) - 1;
		if ((entry ^ hash << KEY_BITS) <= KEY_MASK && keys->stack[*ret].hash == hash)
			return true;
	}
	return false;
}

/* Is TEXT in the table, in the object whose keys start at FIRST? */
static bool
is_placed(
    const struct json_keys *keys, size_t first, struct bytes text, bool has_escapes, uint32_t hash)
{
	size_t slot = slot_of(keys, hash), index;

	while (next_placed(keys, hash, &slot, &index))
		if (index >= first && same_key(keys, &keys->stack[index], text, has_escapes))
			return true;
	return false;
}

/* ---- the filter ------------------------------------------------------------------------------ */

/* Its word for HASH and the two bits in there. */
static ALWAYS_INLINE uint64_t *
filter_word(const struct json_keys *keys, uint32_t hash, uint64_t *ret_bits)
{
	*ret_bits = (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63);
	return &keys->filter[(hash >> (32 - keys->room_bits)) / FILTER_SHARE];
}

static void
fill_filter(struct json_keys *keys)
{
	memset(keys->filter, 0, ((size_t)1 << keys->room_bits) / FILTER_SHARE * sizeof(uint64_t));
	for (size_t i = 0; i < keys->n; i++) {
		uint64_t bits, *word = filter_word(keys, keys->stack[i].hash, &bits);

		*word |= bits;
	}
	keys->filtered = keys->n;
}

/* Could the key of that HASH be there? Notes it where it could not. */
static bool
may_be_there(struct json_keys *keys, uint32_t hash)
{
	uint64_t bits, *word;

	/* Keys of objects that ended are still in it. */
	if (keys->filtered > 2 * keys->room)
		fill_filter(keys);
	word = filter_word(keys, hash, &bits);
	if ((*word & bits) == bits)
		return true;
	*word |= bits;
	keys->filtered++;
	return false;
}

/* ---- suspects -------------------------------------------------------------------------------- */

/* Does the suspect at INDEX repeat the key at I, of the same hash? */
static bool
repeats(const struct json_keys *keys, size_t from, size_t index, size_t i)
{
	size_t low = from, high = keys->nsuspects;
	bool has_escapes;
	struct bytes text;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (keys->suspects[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	/* Those between the start of its object and itself are of that object. */
	if (i < keys->suspects[low].first || i >= index)
		return false;
	text = text_of(keys, &keys->stack[index], &has_escapes);
	return same_key(keys, &keys->stack[i], text, has_escapes);
}

/* Clears the suspects from number FROM on. False, with the first that stands twice. */
static bool
clear_suspects(struct json_keys *keys, size_t from)
{
	size_t low = keys->n, twice = keys->n, index, slot;
	bool has_escapes;

	for (size_t s = from; s < keys->nsuspects; s++) {
		place(keys, keys->suspects[s].index);
		low = keys->suspects[s].first < low ? keys->suspects[s].first : low;
	}
	for (size_t i = low; i < twice; i++) {
		uint32_t hash = keys->stack[i].hash;

		slot = slot_of(keys, hash);
		while (next_placed(keys, hash, &slot, &index))
			if (index < twice && repeats(keys, from, index, i))
				twice = index;
	}
	for (; keys->nsuspects > from; keys->nsuspects--)
		displace(keys, keys->suspects[keys->nsuspects - 1].index);
	if (twice == keys->n)
		return true;
	keys->twice = text_of(keys, &keys->stack[twice], &has_escapes);
	return false;
}

/* Those of the objects whose keys start at FIRST or later. */
static bool
clear_object(struct json_keys *keys, size_t first)
{
	size_t from = keys->nsuspects;

	while (from > 0 && keys->suspects[from - 1].index >= first)
		from--;
	return from == keys->nsuspects || clear_suspects(keys, from);
}

/* The key at INDEX may be there already. False where it, or an earlier suspect, stands twice. */
static bool
suspect(struct json_keys *keys, size_t index)
{
	bool has_escapes;

	if (index - keys->first <= NEAR) {
		struct bytes text = text_of(keys, &keys->stack[index], &has_escapes);

		keys->twice = text;
		for (size_t i = keys->first; i < index; i++)
			if (keys->stack[i].hash == keys->stack[index].hash &&
			    same_key(keys, &keys->stack[i], text, has_escapes))
				return false;
		return true;
	}
	if (keys->nsuspects == MAX_SUSPECTS && !clear_suspects(keys, 0))
		return false;
	keys->suspects[keys->nsuspects++] =
	    (struct json_suspect){ (uint32_t)index, (uint32_t)keys->first };
	return true;
}

/* Asks the filter about the keys up to END. */
static bool
filter_up_to(struct json_keys *keys, size_t end)
{
	while (keys->seen < end) {
		size_t index = keys->seen++;

		if (may_be_there(keys, keys->stack[index].hash) && !suspect(keys, index))
			return false;
	}
	return true;
}

/* The newest key waits until AHEAD others came, or its object ends or is left for another. */
static bool
filter_newest(struct json_keys *keys, size_t first)
{
	uint64_t bits;

	if (first != keys->first) {
		if (!filter_up_to(keys, keys->n - 1))
			return false;
		keys->first = first;
	}
	__builtin_prefetch(filter_word(keys, keys->stack[keys->n - 1].hash, &bits), 1);
	return keys->n <= keys->seen + AHEAD || filter_up_to(keys, keys->n - AHEAD);
}

/* ---- growing --------------------------------------------------------------------------------- */

/* The stack with room for ROOM keys, as realloc() does it. */
static struct json_key *
new_stack(struct json_keys *keys, size_t room)
{
	struct json_key *stack;

	if (keys->stack != keys->first_stack)
		return reallocarray(keys->stack, room, sizeof(*stack));
	stack = calloc(room, sizeof(*stack));
	if (stack != NULL)
		memcpy(stack, keys->first_stack, keys->n * sizeof(*stack));
	return stack;
}

/* Makes room for what a table of 2^BITS slots holds. Changes nothing without memory. */
static bool
resize(struct json_keys *keys, unsigned bits)
{
	size_t size = (size_t)1 << bits, room = size / 4 * 3;
	bool is_large = bits > TABLE_BITS, was_large = keys->filter != NULL;
	unsigned table_bits = is_large ? TABLE_BITS : bits;
	uint32_t *table = calloc((size_t)1 << table_bits, sizeof(*table));
	uint64_t *filter = is_large ? calloc(size / FILTER_SHARE, sizeof(*filter)) : NULL;
	struct json_suspect *suspects = is_large ? calloc(MAX_SUSPECTS, sizeof(*suspects)) : NULL;
	struct json_key *stack = NULL;

	if (table != NULL && (!is_large || (filter != NULL && suspects != NULL)))
		stack = new_stack(keys, room);
	if (stack == NULL) {
		free(table);
		free(filter);
		free(suspects);
		return false;
	}
	if (keys->nsuspects > 0)
		memcpy(suspects, keys->suspects, keys->nsuspects * sizeof(*suspects));
	free_table(keys);
	keys->table = table;
	keys->filter = filter;
	keys->suspects = suspects;
	keys->stack = stack;
	keys->room = room;
	keys->room_bits = bits;
	keys->bits = table_bits;
	if (is_large && !was_large)
		keys->seen = keys->n;
	if (is_large)
		fill_filter(keys);
	for (size_t i = 0; i < keys->n && !is_large; i++)
		place(keys, i);
	return true;
}

/*
 * The bits of the next table. A large one has room for as many keys as the rest of the document
 * holds, were it like what was read, and half of that a vocabulary: placing all keys anew a few
 * times costs more than placing them once.
 */
static unsigned
more_bits(const struct json_keys *keys, size_t read)
{
	unsigned bits = keys->room_bits + 1;
	uint64_t expected = (uint64_t)keys->n * keys->len / (2 * (uint64_t)read);

	if (bits < SECOND_BITS)
		return SECOND_BITS;
	while (bits > KEPT_BITS && bits < MAX_BITS && ((uint64_t)3 << bits) / 4 < expected)
		bits++;
	return bits;
}

enum json_keys_result
json_keys_add(struct json_keys *keys, size_t first, struct bytes text, bool has_escapes)
{
	size_t read = (size_t)(text.data - keys->document);
	uint32_t hash;

	if ((keys->n == keys->room && !resize(keys, more_bits(keys, read))) ||
	    !hash_key(keys, first, text, has_escapes, &hash))
		return JSON_KEYS_MEMORY;
	if (keys->filter == NULL && is_placed(keys, first, text, has_escapes, hash)) {
		keys->twice = text;
		return JSON_KEYS_DUPLICATE;
	}
	keys->stack[keys->n++] = (struct json_key){ (uint32_t)read, hash };
	if (keys->filter == NULL)
		place(keys, keys->n - 1);
	else if (!filter_newest(keys, first))
		return JSON_KEYS_DUPLICATE;
	return JSON_KEYS_NEW;
}

/* Gives a large object's memory back at once. */
static bool
leave_large(struct json_keys *keys, size_t first)
{
	size_t n = keys->n;

	keys->n = first;
	if (resize(keys, KEPT_BITS))
		return true;
	keys->n = n;
	return false;
}

bool
json_keys_leave(struct json_keys *keys, size_t first)
{
	size_t kept = (size_t)1 << (KEPT_BITS - 1);
	bool is_large = keys->n - first >= kept && first < kept / 2;

	if (keys->filter != NULL &&
	    (!filter_up_to(keys, keys->n) || !clear_object(keys, is_large ? 0 : first)))
		return false;
	if (is_large && leave_large(keys, first))
		return true;
	for (size_t i = keys->n; keys->filter == NULL && i > first; i--)
		displace(keys, i - 1);
	keys->n = keys->seen = first;
	return true;
}
