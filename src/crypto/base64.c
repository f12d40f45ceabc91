/* Base64: see crypto/base64.h. OpenSSL's decoder takes white space and stray bits, so it is not
 * used. */
#include "config.h"

#include "crypto/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value_of(uint8_t c, bool any)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || (any && c == '-'))
		return 62;
	if (c == '/' || (any && c == '_'))
		return 63;
	return -1;
}

/* TEXT without padding. */
static bool
decode(struct arena *arena, struct bytes text, bool any, struct bytes *ret)
{
	uint8_t *out;
	uint32_t bits = 0;
	unsigned nbits = 0;
	size_t n = 0;

	if (text.len % 4 == 1)
		return false;
	out = arena_alloc(arena, text.len / 4 * 3 + 3);
	if (out == NULL)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int value = value_of(text.data[i], any);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		nbits += 6;
		if (nbits >= 8) {
			nbits -= 8;
			out[n++] = (uint8_t)(bits >> nbits);
			bits &= (1u << nbits) - 1;
		}
	}
	if (bits != 0)
		return false;
	*ret = bytes_of(out, n);
	return true;
}

static size_t
padding(struct bytes text)
{
	if (bytes_ends(text, "=="))
		return 2;
	return bytes_ends(text, "=") ? 1 : 0;
}

bool
base64_decode(struct arena *arena, struct bytes text, struct bytes *ret)
{
	if (text.len % 4 != 0)
		return false;
	return decode(arena, bytes_slice(text, 0, text.len - padding(text)), false, ret);
}

bool
base64_decode_any(struct arena *arena, struct bytes text, struct bytes *ret)
{
	size_t pad = padding(text);

	if (pad > 0 && text.len % 4 != 0)
		return false;
	return decode(arena, bytes_slice(text, 0, text.len - pad), true, ret);
}

void
base64_add(struct buffer *out, struct bytes b)
{
	for (size_t i = 0; i < b.len; i += 3) {
		size_t left = b.len - i;
		uint32_t bits = (uint32_t)b.data[i] << 16;

		if (left > 1)
			bits |= (uint32_t)b.data[i + 1] << 8;
		if (left > 2)
			bits |= b.data[i + 2];
		buffer_add_u8(out, (uint8_t)alphabet[bits >> 18]);
		buffer_add_u8(out, (uint8_t)alphabet[bits >> 12 & 63]);
		buffer_add_u8(out, left > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=');
		buffer_add_u8(out, left > 2 ? (uint8_t)alphabet[bits & 63] : '=');
	}
}
