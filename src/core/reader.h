/*
 * A cursor over borrowed bytes: the one way in which untrusted bytes are read.
 *
 * Every read says whether it succeeded and must be checked; on failure neither the reader nor
 * the result changes. Lengths come from the file, so they are uint64_t and are compared with
 * what is left, never added to a position. Values are assembled from bytes, never cast.
 */
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/bytes.h"
#include "core/compiler.h"

struct reader {
	struct bytes in;
	size_t pos; /* pos <= in.len, always */
};

struct reader reader_over(struct bytes);
MUST_USE bool reader_seek(struct reader *, uint64_t pos);

/* These stand here so that loops over single bytes stay loops over single bytes. */
static inline size_t
reader_left(const struct reader *r)
{
	return r->in.len - r->pos;
}

MUST_USE static inline bool
reader_skip(struct reader *r, uint64_t n)
{
	if (n > reader_left(r))
		return false;
	r->pos += (size_t)n;
	return true;
}

MUST_USE static inline bool
reader_u8(struct reader *r, uint8_t *ret)
{
	if (reader_left(r) < 1)
		return false;
	*ret = r->in.data[r->pos++];
	return true;
}

MUST_USE static inline bool
reader_u16le(struct reader *r, uint16_t *ret)
{
	if (reader_left(r) < 2)
		return false;
	*ret = (uint16_t)(r->in.data[r->pos] | r->in.data[r->pos + 1] << 8);
	r->pos += 2;
	return true;
}

MUST_USE bool reader_bytes(struct reader *, uint64_t n, struct bytes *); /* no copy */
/* The next N bytes without moving. */
MUST_USE bool reader_peek(const struct reader *, uint64_t n, struct bytes *);
MUST_USE bool reader_u32le(struct reader *, uint32_t *);
MUST_USE bool reader_u64le(struct reader *, uint64_t *);
MUST_USE bool reader_u16be(struct reader *, uint16_t *);
MUST_USE bool reader_u32be(struct reader *, uint32_t *);
MUST_USE bool reader_u64be(struct reader *, uint64_t *);
MUST_USE bool reader_i32le(struct reader *, int32_t *);
MUST_USE bool reader_i64le(struct reader *, int64_t *);
MUST_USE bool reader_f32le(struct reader *, float *);
MUST_USE bool reader_f64le(struct reader *, double *);
MUST_USE bool reader_f64be(struct reader *, double *);
/* A base-128 varint of at most 10 bytes (Protocol Buffers encoding, "Base 128 Varints"). */
MUST_USE bool reader_varint(struct reader *, uint64_t *);
/* A little-endian length and as many bytes. */
MUST_USE bool reader_str32le(struct reader *, struct bytes *);
MUST_USE bool reader_str64le(struct reader *, struct bytes *);
/* Up to and without the next newline, which is consumed. Fails where there is none. */
MUST_USE bool reader_line(struct reader *, struct bytes *);
/* Can N things of at least EACH bytes still follow? Ask before any loop whose length the file
 * chose. */
MUST_USE bool reader_count(const struct reader *, uint64_t n, size_t each);

#endif
