/* A cursor over borrowed bytes: see core/reader.h. */
#include "config.h"

#include "core/reader.h"

struct reader
reader_over(struct bytes in)
{
	return (struct reader){ in, 0 };
}

bool
reader_seek(struct reader *r, uint64_t pos)
{
	if (pos > r->in.len)
		return false;
	r->pos = (size_t)pos;
	return true;
}

bool
reader_peek(const struct reader *r, uint64_t n, struct bytes *ret)
{
	if (n > reader_left(r))
		return false;
	*ret = bytes_of(n == 0 ? NULL : r->in.data + r->pos, (size_t)n);
	return true;
}

bool
reader_bytes(struct reader *r, uint64_t n, struct bytes *ret)
{
	if (!reader_peek(r, n, ret))
		return false;
	r->pos += (size_t)n;
	return true;
}

/* WIDTH bytes (8 at most), least significant first. */
static bool
read_le(struct reader *r, size_t width, uint64_t *ret)
{
	const uint8_t *p;
	uint64_t value = 0;

	if (reader_left(r) < width)
		return false;
	p = r->in.data + r->pos;
	for (size_t i = width; i > 0; i--)
		value = value << 8 | p[i - 1];
	r->pos += width;
	*ret = value;
	return true;
}

/* WIDTH bytes (8 at most), most significant first. */
static bool
read_be(struct reader *r, size_t width, uint64_t *ret)
{
	const uint8_t *p;
	uint64_t value = 0;

	if (reader_left(r) < width)
		return false;
	p = r->in.data + r->pos;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | p[i];
	r->pos += width;
	*ret = value;
	return true;
}

bool
reader_u32le(struct reader *r, uint32_t *ret)
{
	uint64_t value;

	if (!read_le(r, 4, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool
reader_u64le(struct reader *r, uint64_t *ret)
{
	return read_le(r, 8, ret);
}

bool
reader_u16be(struct reader *r, uint16_t *ret)
{
	uint64_t value;

	if (!read_be(r, 2, &value))
		return false;
	*ret = (uint16_t)value;
	return true;
}

bool
reader_u32be(struct reader *r, uint32_t *ret)
{
	uint64_t value;

	if (!read_be(r, 4, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool
reader_u64be(struct reader *r, uint64_t *ret)
{
	return read_be(r, 8, ret);
}

bool
reader_i32le(struct reader *r, int32_t *ret)
{
	uint64_t value;
	uint32_t word;

	if (!read_le(r, 4, &value))
		return false;
	word = (uint32_t)value;
	memcpy(ret, &word, sizeof(word));
	return true;
}

bool
reader_i64le(struct reader *r, int64_t *ret)
{
	uint64_t value;

	if (!read_le(r, 8, &value))
		return false;
	memcpy(ret, &value, sizeof(value));
	return true;
}

bool
reader_f32le(struct reader *r, float *ret)
{
	uint64_t value;
	uint32_t word;

	if (!read_le(r, 4, &value))
		return false;
	word = (uint32_t)value;
	memcpy(ret, &word, sizeof(word));
	return true;
}

bool
reader_f64le(struct reader *r, double *ret)
{
	uint64_t value;

	if (!read_le(r, 8, &value))
		return false;
	memcpy(ret, &value, sizeof(value));
	return true;
}

bool
reader_f64be(struct reader *r, double *ret)
{
	uint64_t value;

	if (!read_be(r, 8, &value))
		return false;
	memcpy(ret, &value, sizeof(value));
	return true;
}

bool
reader_varint(struct reader *r, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 10 && i < reader_left(r); i++) {
		uint8_t byte = r->in.data[r->pos + i];

		if (i == 9 && byte > 1)
			return false; /* more than 64 bits */
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0) {
			r->pos += i + 1;
			*ret = value;
			return true;
		}
	}
	return false;
}

bool
reader_str32le(struct reader *r, struct bytes *ret)
{
	struct reader copy = *r;
	uint32_t len;

	if (!reader_u32le(&copy, &len) || !reader_bytes(&copy, len, ret))
		return false;
	*r = copy;
	return true;
}

bool
reader_str64le(struct reader *r, struct bytes *ret)
{
	struct reader copy = *r;
	uint64_t len;

	if (!reader_u64le(&copy, &len) || !reader_bytes(&copy, len, ret))
		return false;
	*r = copy;
	return true;
}

bool
reader_line(struct reader *r, struct bytes *ret)
{
	const uint8_t *start, *newline;

	if (reader_left(r) == 0)
		return false;
	start = r->in.data + r->pos;
	newline = memchr(start, '\n', reader_left(r));
	if (newline == NULL)
		return false;
	*ret = bytes_of(start, (size_t)(newline - start));
	r->pos += ret->len + 1;
	return true;
}

bool
reader_count(const struct reader *r, uint64_t n, size_t each)
{
	return n <= reader_left(r) / (each == 0 ? 1 : each);
}
