/* Examples of the rules of secrets: see detect/secret_example.h. */
#include "config.h"

#include "detect/secret_example.h"

#include "detect/secret_validate.h"

#include <string.h>

#define MAX_CHARACTERS 4096 /* of one part; the longest tokens have some 1,000 */

/* Where a template is being read, and the stream of random numbers, seeded by the template. */
struct filling {
	struct bytes text;
	size_t pos;
	uint64_t state;
	struct buffer *out;
	size_t last; /* where the last part begins in OUT */
};

static unsigned
next_random(struct filling *filling)
{
	/* xorshift64* (Marsaglia, Vigna). */
	filling->state ^= filling->state >> 12;
	filling->state ^= filling->state << 25;
	filling->state ^= filling->state >> 27;
	return (unsigned)(filling->state * 0x2545f4914f6cdd1du >> 33);
}

/* The characters of "0-9A-F_-" in SET; their number. */
static size_t
read_set(struct bytes spec, char set[256])
{
	bool is_in[256] = { false };
	size_t n = 0;

	for (size_t i = 0; i < spec.len; i++) {
		unsigned to = spec.data[i];

		if (i + 2 < spec.len && spec.data[i + 1] == '-' && spec.data[i + 2] >= to)
			to = spec.data[i + 2];
		for (unsigned c = spec.data[i]; c <= to; c++)
			is_in[c] = true;
		i += to > spec.data[i] ? 2 : 0;
	}
	for (unsigned c = 0; c < 256; c++)
		if (is_in[c])
			set[n++] = (char)c;
	return n;
}

/* `36:0-9A-Za-z` */
static bool
fill_random(struct filling *filling, struct bytes part)
{
	char set[256];
	size_t i = 0, count = 0, n;

	while (i < part.len && part.data[i] >= '0' && part.data[i] <= '9' && count < MAX_CHARACTERS)
		count = count * 10 + (size_t)(part.data[i++] - '0');
	if (i == 0 || i >= part.len || part.data[i] != ':' || count > MAX_CHARACTERS)
		return false;
	n = read_set(bytes_slice(part, i + 1, part.len), set);
	if (n == 0)
		return false;
	filling->last = filling->out->len;
	while (count-- > 0)
		buffer_add_u8(filling->out, (uint8_t)set[next_random(filling) % n]);
	return true;
}

static bool
fill_part(struct filling *filling, struct bytes part)
{
	char checksum[SECRET_CHECKSUM_LEN + 1];
	struct bytes before = buffer_bytes(filling->out);

	if (!bytes_equal_string(part, "crc32-base62"))
		return fill_random(filling, part);
	secret_checksum(bytes_slice(before, filling->last, before.len), checksum);
	buffer_add_string(filling->out, checksum);
	return true;
}

void
secret_example_fill(struct buffer *out, struct bytes text)
{
	struct filling filling = { text, 0, 0xcbf29ce484222325u, out, out->len };

	/* FNV-1a: each template has a stream of its own. */
	for (size_t i = 0; i < text.len; i++)
		filling.state = (filling.state ^ text.data[i]) * 0x100000001b3u;
	filling.state |= 1;
	while (filling.pos < text.len) {
		int64_t end = bytes_find(text, bytes_of_string("}}"), filling.pos);

		if (end >= 0 && text.data[filling.pos] == '{' && filling.pos + 2 < (size_t)end &&
		    text.data[filling.pos + 1] == '{' &&
		    fill_part(&filling,
			bytes_slice(text, filling.pos + 2, (size_t)end - filling.pos - 2)))
			filling.pos = (size_t)end + 2;
		else
			buffer_add_u8(out, text.data[filling.pos++]);
	}
}

void
secret_example_drop(struct buffer *out, struct bytes yaml)
{
	bool is_example = false;

	for (size_t pos = 0; pos < yaml.len;) {
		int64_t mark = bytes_find(yaml, bytes_of_string("\n"), pos);
		size_t end = mark < 0 ? yaml.len : (size_t)mark + 1;
		struct bytes line = bytes_slice(yaml, pos, end - pos);

		if (!bytes_starts(line, "   ") && !bytes_starts(line, "  - "))
			is_example = bytes_starts(line, "  examples:") ||
			    bytes_starts(line, "  counter-examples:");
		if (is_example)
			buffer_add_u8(out, '\n');
		else
			buffer_add(out, line);
		pos = end;
	}
}
