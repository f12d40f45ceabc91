/* Hiding values: see core/masks.h. */
#include "config.h"

#include "core/masks.h"

#include "core/buffer.h"

#include <stdlib.h>

#define PREFIX 8      /* bytes by which a value is found */
#define SHORTEST 5    /* what is shorter stands in other words by chance */
#define CLEAR 16      /* so many bytes of a value are no chance, whatever follows */
#define FILTER 65536u /* bits */

struct entry {
	uint64_t prefix; /* the first bytes of the value, or of a line of it */
	struct bytes value;
	const char *shown;
};

struct masks {
	struct entry *entries; /* by prefix */
	size_t n;
	uint8_t filter[FILTER / 8];
};

static uint64_t
prefix_of(const void *data, size_t len)
{
	uint64_t prefix = 0;

	memcpy(&prefix, data, len < PREFIX ? len : PREFIX);
	return prefix;
}

/* A bit for the first SHORTEST bytes, which short values have, too. */
static unsigned
bit_of(uint64_t prefix)
{
	uint64_t first;
	uint8_t bytes[PREFIX];

	memcpy(bytes, &prefix, PREFIX);
	first = prefix_of(bytes, SHORTEST);
	return (unsigned)((first * 0x9e3779b97f4a7c15u) >> 48) % FILTER;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(&x->prefix, &y->prefix, PREFIX);
}

static void
add(struct masks *masks, struct bytes value, const char *shown)
{
	struct entry *entry = &masks->entries[masks->n];
	unsigned bit;

	if (value.len < SHORTEST)
		return;
	*entry = (struct entry){ prefix_of(value.data, value.len), value, shown };
	bit = bit_of(entry->prefix);
	masks->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
	masks->n++;
}

/* The line of TEXT from *POS on; *POS moves behind its end. */
static struct bytes
next_line(struct bytes text, size_t *pos)
{
	struct bytes rest = bytes_slice(text, *pos, text.len);
	const uint8_t *end = memchr(rest.data, '\n', rest.len);
	size_t len = end == NULL ? rest.len : (size_t)(end - rest.data);

	*pos += len + 1;
	if (len > 0 && rest.data[len - 1] == '\r')
		len--;
	return bytes_slice(rest, 0, len);
}

struct masks *
masks_new(struct arena *arena, const struct mask *list, size_t n)
{
	struct masks *masks = arena_alloc(arena, sizeof(*masks));
	size_t room = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t pos = 0; pos < list[i].value.len; room++)
			(void)next_line(list[i].value, &pos);
	if (masks == NULL)
		return NULL;
	*masks = (struct masks){ .entries = arena_array(arena, room + 1, sizeof(struct entry)) };
	if (masks->entries == NULL)
		return NULL;
	/* A key of many lines is shown with its ends of lines escaped: each line is a value. */
	for (size_t i = 0; i < n; i++)
		for (size_t pos = 0; pos < list[i].value.len;)
			add(masks, next_line(list[i].value, &pos), list[i].shown);
	qsort(masks->entries, masks->n, sizeof(*masks->entries), compare_entries);
	return masks;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How much of S from POS on shows the value of ENTRY; 0 where it does not. */
static size_t
shown_length(const struct entry *entry, const char *s, size_t pos)
{
	size_t same = 0, len = entry->value.len;
	bool is_cut, is_number = true;

	while (same < len && (uint8_t)s[pos + same] == entry->value.data[same] &&
	    s[pos + same] != '\0')
		is_number &= is_digit(s[pos + same++]);
	if (is_number)
		return same == len && !(pos > 0 && is_digit(s[pos - 1])) && !is_digit(s[pos + same])
		    ? same
		    : 0;
	/* Evidence is cut at some length, with or without dots at its end. */
	is_cut =
	    same >= PREFIX && (s[pos + same] == '\0' || strncmp(s + pos + same, "...", 3) == 0);
	return same == len || is_cut || same >= CLEAR ? same : 0;
}

/* The value that S shows at POS, and how much of it; NULL where it shows none. */
static const struct entry *
find(const struct masks *masks, const char *s, size_t pos, size_t left, size_t *ret_len)
{
	uint64_t prefix = prefix_of(s + pos, left);
	unsigned bit = bit_of(prefix);
	const struct entry *best = NULL;
	bool best_is_whole = false;
	size_t low = 0, high = masks->n;

	if ((masks->filter[bit / 8] & 1u << bit % 8) == 0)
		return NULL;
	/* The first that shares the bytes which all values have. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(&masks->entries[middle].prefix, &prefix, SHORTEST) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* A whole value rather than a part of a longer one, and the longest of those. */
	for (; low < masks->n && memcmp(&masks->entries[low].prefix, &prefix, SHORTEST) == 0;
	     low++) {
		const struct entry *entry = &masks->entries[low];
		size_t len = shown_length(entry, s, pos);
		bool is_whole = len == entry->value.len;

		if (len > 0 &&
		    (best == NULL || is_whole > best_is_whole ||
			(is_whole == best_is_whole && len > *ret_len))) {
			best = entry;
			best_is_whole = is_whole;
			*ret_len = len;
		}
	}
	return best;
}

const char *
masks_hide(const struct masks *masks, struct arena *arena, const char *s)
{
	size_t len = strlen(s), from = 0, shown = 0;
	struct buffer out = buffer_up_to(SIZE_MAX / 2);
	const char *copy = s;

	for (size_t pos = 0; pos + SHORTEST <= len;) {
		const struct entry *entry = find(masks, s, pos, len - pos, &shown);

		if (entry == NULL) {
			pos++;
			continue;
		}
		buffer_add(&out, bytes_of(s + from, pos - from));
		buffer_add_string(&out, entry->shown);
		pos += shown;
		from = pos;
	}
	if (from > 0) {
		buffer_add(&out, bytes_of(s + from, len - from));
		copy = buffer_ok(&out) ? arena_string_of(arena, buffer_bytes(&out)) : NULL;
	}
	buffer_free(&out);
	return copy;
}
