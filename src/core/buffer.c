/* A growing run of bytes with a maximum: see core/buffer.h. */
#include "config.h"

#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct buffer
buffer_up_to(size_t max)
{
	return (struct buffer){ .max = max };
}

void
buffer_free(struct buffer *b)
{
	free(b->data);
	*b = buffer_up_to(b->max);
}

void
buffer_reset(struct buffer *b)
{
	b->len = 0;
	b->failed = false;
}

/* Room for N more bytes and a terminating zero, or the sticky failure. */
static bool
reserve(struct buffer *b, size_t n)
{
	size_t room;
	uint8_t *data;

	if (b->failed || n > b->max - b->len) {
		b->failed = true;
		return false;
	}
	if (b->len + n < b->room)
		return true;
	room = b->room < 64 ? 64 : b->room;
	while (room <= b->len + n)
		room = room > b->max / 2 ? b->max + 1 : room * 2;
	data = realloc(b->data, room);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void
buffer_add(struct buffer *b, struct bytes bytes)
{
	if (!reserve(b, bytes.len))
		return;
	if (bytes.len > 0)
		memcpy(b->data + b->len, bytes.data, bytes.len);
	b->len += bytes.len;
}

void
buffer_add_string(struct buffer *b, const char *s)
{
	buffer_add(b, bytes_of_string(s));
}

void
buffer_add_format(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		vsnprintf((char *)b->data + b->len, (size_t)n + 1, format, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

/* The low WIDTH bytes of VALUE, least significant first. */
static void
add_le(struct buffer *b, uint64_t value, size_t width)
{
	if (!reserve(b, width))
		return;
	for (size_t i = 0; i < width; i++)
		b->data[b->len++] = (uint8_t)(value >> (8 * i));
}

/* The low WIDTH bytes of VALUE, most significant first. */
static void
add_be(struct buffer *b, uint64_t value, size_t width)
{
	if (!reserve(b, width))
		return;
	for (size_t i = width; i > 0; i--)
		b->data[b->len++] = (uint8_t)(value >> (8 * (i - 1)));
}

void
buffer_add_u8(struct buffer *b, uint8_t value)
{
	add_le(b, value, 1);
}

void
buffer_add_u16be(struct buffer *b, uint16_t value)
{
	add_be(b, value, 2);
}

void
buffer_add_u32le(struct buffer *b, uint32_t value)
{
	add_le(b, value, 4);
}

void
buffer_add_u32be(struct buffer *b, uint32_t value)
{
	add_be(b, value, 4);
}

void
buffer_add_u64le(struct buffer *b, uint64_t value)
{
	add_le(b, value, 8);
}

void
buffer_add_u64be(struct buffer *b, uint64_t value)
{
	add_be(b, value, 8);
}

bool
buffer_ok(const struct buffer *b)
{
	return !b->failed;
}

struct bytes
buffer_bytes(const struct buffer *b)
{
	return bytes_of(b->data, b->len);
}

char *
buffer_take_string(struct buffer *b)
{
	char *s;

	if (!reserve(b, 0) || (b->data == NULL && !reserve(b, 1)))
		return NULL;
	if (b->data == NULL)
		return NULL;
	s = (char *)b->data;
	s[b->len] = '\0';
	b->data = NULL;
	b->len = b->room = 0;
	return s;
}
