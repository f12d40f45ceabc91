/*
 * A growing run of bytes that cannot grow past its maximum. Writing is void and the first
 * failure sticks: write all of it, then ask buffer_ok() once.
 */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include "core/bytes.h"
#include "core/compiler.h"

struct buffer {
	uint8_t *data;
	size_t len, room;
	size_t max;  /* len <= max, always */
	bool failed; /* a write did not fit or memory ran out */
};

/* An empty buffer that will hold MAX bytes at most; owns nothing yet. */
struct buffer buffer_up_to(size_t max);
void buffer_free(struct buffer *);  /* the contents, not the struct; leaves it empty */
void buffer_reset(struct buffer *); /* empty it and forget a failure, keep the memory */
void buffer_add(struct buffer *, struct bytes);
void buffer_add_string(struct buffer *, const char *);
void buffer_add_format(struct buffer *, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_add_u8(struct buffer *, uint8_t);
void buffer_add_u16be(struct buffer *, uint16_t);
void buffer_add_u32le(struct buffer *, uint32_t);
void buffer_add_u32be(struct buffer *, uint32_t);
void buffer_add_u64le(struct buffer *, uint64_t);
void buffer_add_u64be(struct buffer *, uint64_t);
MUST_USE bool buffer_ok(const struct buffer *);
/* Borrowed until the next write. */
struct bytes buffer_bytes(const struct buffer *);
/* The contents as a string that the caller frees; empties the buffer. NULL after a failure. */
MUST_USE char *buffer_take_string(struct buffer *);

#endif
