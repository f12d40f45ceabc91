/* Escapes in JSON strings: see core/json_escape.h. */
#include "config.h"

#include "core/json_escape.h"

#include "core/scan.h"

static bool
hex4(struct bytes b, size_t pos, uint32_t *ret)
{
	uint32_t value = 0;

	if (b.len < pos + 4)
		return false;
	for (size_t i = pos; i < pos + 4; i++) {
		uint8_t c = b.data[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value |= (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value |= (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

static size_t
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

/* What a backslash before C stands for; 0 where it is no escape of two bytes. */
static uint8_t
short_escape(uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	default:
		return 0;
	}
}

size_t
json_escape(struct bytes b, uint32_t *ret_code, bool *ret_lone)
{
	uint8_t short_one;

	*ret_lone = false;
	if (b.len < 2 || b.data[0] != '\\')
		return 0;
	if (b.data[1] == 'u')
		return unicode_escape(b, ret_code, ret_lone);
	short_one = short_escape(b.data[1]);
	if (short_one == 0)
		return 0;
	*ret_code = short_one;
	return 2;
}

static size_t
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
		size_t run = scan_any(text, pos, '\\', '\\', '\\') - pos, len;
		uint32_t code = 0xfffd;
		bool lone;

		memcpy(out + n, text.data + pos, run);
		n += run;
		pos += run;
		if (pos == text.len)
			break;
		len = json_escape(bytes_slice(text, pos, text.len), &code, &lone);
		if (len == 0) /* not a valid string: keep the bytes */
			out[n++] = text.data[pos++];
		else
			n += put_utf8(code, out + n);
		pos += len;
	}
	return n;
}
