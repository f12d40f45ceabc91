/* Escapes in JSON strings: see core/json_escape.h. */
#include "config.h"

#include "core/json_escape.h"

#include "core/scan.h"

/* One more than the value of a hexadecimal digit; 0 where it is none. */
static const uint8_t digits[256] = { ['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16 };

/* Without a branch for each digit: text past ASCII may be nothing else. */
static ALWAYS_INLINE bool
hex4(struct bytes b, size_t pos, uint32_t *ret)
{
	uint32_t w, x, y, z;

	if (b.len < pos + 4)
		return false;
	w = digits[b.data[pos]] - 1u;
	x = digits[b.data[pos + 1]] - 1u;
	y = digits[b.data[pos + 2]] - 1u;
	z = digits[b.data[pos + 3]] - 1u;
	*ret = w << 12 | x << 8 | y << 4 | z;
	return (w | x | y | z) < 16;
}

static ALWAYS_INLINE size_t
unicode_escape(struct bytes b, uint32_t *ret_code, bool *ret_lone)
{
	uint32_t high, low;

	if (!hex4(b, 2, &high))
		return 0;
	if (high < 0xd800 || high > 0xdfff) {
		*ret_code = high;
		return 6;
	}
	if (high > 0xdbff || b.len < 12 || b.data[6] != '\\' || b.data[7] != 'u' ||
	    !hex4(b, 8, &low) || low < 0xdc00 || low > 0xdfff) {
		*ret_lone = true;
		return 0;
	}
	*ret_code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

/* What a backslash before a byte stands for; 0 where it is no escape of two bytes. */
static const uint8_t short_escapes[256] = { ['"'] = '"',
	['\\'] = '\\',
	['/'] = '/',
	['b'] = '\b',
	['f'] = '\f',
	['n'] = '\n',
	['r'] = '\r',
	['t'] = '\t' };

size_t
json_escape(struct bytes b, uint32_t *ret_code, bool *ret_lone)
{
	uint8_t short_one;

	*ret_lone = false;
	if (b.len < 2 || b.data[0] != '\\')
		return 0;
	if (b.data[1] == 'u')
		return unicode_escape(b, ret_code, ret_lone);
	short_one = short_escapes[b.data[1]];
	if (short_one == 0)
		return 0;
	*ret_code = short_one;
	return 2;
}

static ALWAYS_INLINE size_t
put_utf8(uint32_t code, uint8_t *out)
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (uint8_t)(0xc0 | code >> 6);
		out[1] = (uint8_t)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (uint8_t)(0xe0 | code >> 12);
		out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | code >> 18);
	out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (code & 0x3f));
	return 4;
}

size_t
json_decode_escapes(struct bytes text, uint8_t *out)
{
	size_t pos = 0, n = 0;

	while (pos < text.len) {
		uint32_t code = 0xfffd;
		size_t len;
		bool lone;

		if (text.data[pos] != '\\') {
			len = scan_any(text, pos, '\\', '\\', '\\') - pos;
			memcpy(out + n, text.data + pos, len);
			n += len;
			pos += len;
			continue;
		}
		len = json_escape(bytes_slice(text, pos, text.len), &code, &lone);
		if (len == 0) /* not a valid string: keep the bytes */
			out[n++] = text.data[pos++];
		else
			n += put_utf8(code, out + n);
		pos += len;
	}
	return n;
}
