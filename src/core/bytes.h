/* A borrowed run of bytes. Whoever made it says how long it lives; nobody frees it. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data; /* may be NULL where len is 0 */
	size_t len;
};

static inline struct bytes
bytes_of(const void *data, size_t len)
{
	return (struct bytes){ data, len };
}

static inline struct bytes
bytes_of_string(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool
bytes_equal_string(struct bytes a, const char *s)
{
	return bytes_equal(a, bytes_of_string(s));
}

static inline bool
bytes_starts(struct bytes a, const char *s)
{
	size_t n = strlen(s);

	return a.len >= n && memcmp(a.data, s, n) == 0;
}

static inline bool
bytes_ends(struct bytes a, const char *s)
{
	size_t n = strlen(s);

	return a.len >= n && memcmp(a.data + a.len - n, s, n) == 0;
}

/* The part of B from POS on, LEN bytes at most; empty where POS lies past the end. */
static inline struct bytes
bytes_slice(struct bytes b, uint64_t pos, uint64_t len)
{
	if (pos >= b.len)
		return (struct bytes){ NULL, 0 };
	if (len > b.len - pos)
		len = b.len - pos;
	return (struct bytes){ b.data + pos, (size_t)len };
}

/* Where NEEDLE first stands in B at or after POS; -1 where it does not. */
static inline int64_t
bytes_find(struct bytes b, struct bytes needle, size_t pos)
{
	const uint8_t *hit;

	if (pos > b.len || needle.len == 0 || needle.len > b.len - pos)
		return -1;
	hit = memmem(b.data + pos, b.len - pos, needle.data, needle.len);
	return hit == NULL ? -1 : (int64_t)(hit - b.data);
}

#endif
