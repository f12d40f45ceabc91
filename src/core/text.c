/* Text that strangers wrote: see core/text.h. */
#include "config.h"

#include "core/text.h"

#include "core/utf8.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

size_t
text_decode_utf8(struct bytes b, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;
	uint32_t code;

	if (b.len == 0)
		return 0;
	if (b.data[0] < 0x80) {
		*ret = b.data[0];
		return 1;
	}
	if (b.data[0] >= 0xf8 || b.data[0] < 0xc2)
		return 0;
	len = b.data[0] < 0xe0 ? 2 : b.data[0] < 0xf0 ? 3 : 4;
	if (b.len < len)
		return 0;
	code = b.data[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((b.data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (b.data[i] & 0x3fu);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret = code;
	return len;
}

void
text_encode_utf8(struct buffer *out, uint32_t code)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	if (code < 0x80) {
		buffer_add_u8(out, (uint8_t)code);
	} else if (code < 0x800) {
		buffer_add_u8(out, (uint8_t)(0xc0 | code >> 6));
		buffer_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buffer_add_u8(out, (uint8_t)(0xe0 | code >> 12));
		buffer_add_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
		buffer_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	} else {
		buffer_add_u8(out, (uint8_t)(0xf0 | code >> 18));
		buffer_add_u8(out, (uint8_t)(0x80 | (code >> 12 & 0x3f)));
		buffer_add_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
		buffer_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
	}
}

bool
text_is_utf8(struct bytes b)
{
	return utf8_run(b) == b.len;
}

bool
text_is_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
	    code == 0x61c ||			  /* Arabic letter mark */
	    (code >= 0x200b && code <= 0x200f) || /* zero widths, left and right marks */
	    (code >= 0x2028 && code <= 0x202e) || /* separators, embeddings, overrides */
	    (code >= 0x2060 && code <= 0x206f) || /* joiners, isolates */
	    code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) ||
	    (code >= 0xe0000 && code <= 0xe0fff); /* tags */
}

void
text_add_safe(struct buffer *out, struct bytes b, size_t max)
{
	size_t pos = 0, start = out->len;

	while (pos < b.len) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(b, pos, 4), &code);

		if (out->len - start >= max) {
			buffer_add_string(out, "...");
			return;
		}
		if (len == 0)
			buffer_add_format(out, "\\x%02x", b.data[pos]);
		else if (!text_is_unsafe(code))
			buffer_add(out, bytes_slice(b, pos, len));
		else if (code < 0x100)
			buffer_add_format(out, "\\x%02x", code);
		else
			buffer_add_format(out, "\\u{%x}", code);
		pos += len == 0 ? 1 : len;
	}
}

const char *
text_safe(struct arena *arena, struct bytes b, size_t max)
{
	struct buffer out = buffer_up_to(max + 32);
	const char *s;

	text_add_safe(&out, b, max);
	s = arena_string_of(arena, buffer_bytes(&out));
	buffer_free(&out);
	return s == NULL ? "" : s;
}

void
text_print_safe(FILE *file, const char *s)
{
	struct buffer out = buffer_up_to(12 * strlen(s) + 16);

	text_add_safe(&out, bytes_of_string(s), 12 * strlen(s) + 1);
	if (out.len > 0)
		fwrite(out.data, 1, out.len, file);
	buffer_free(&out);
}

/* Evidence of the user's key; none where LEN is 0. */
static struct {
	uint8_t key[TEXT_MASK_KEY_MAX];
	size_t len;
} mask;

void
text_mask_set_key(struct bytes key)
{
	mask.len = key.len < sizeof(mask.key) ? key.len : sizeof(mask.key);
	if (mask.len > 0)
		memcpy(mask.key, key.data, mask.len);
}

/* A public key bounds what the hash tells by its length, a secret one by being secret. */
static void
add_mask_hash(struct buffer *out, struct bytes secret)
{
	static const uint8_t everybodys[] = "assay evidence";
	const uint8_t *key = mask.len > 0 ? mask.key : everybodys;
	size_t key_len = mask.len > 0 ? mask.len : sizeof(everybodys) - 1;
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (HMAC(EVP_sha256(), key, (int)key_len, secret.data, secret.len, digest, NULL) == NULL)
		return;
	buffer_add_string(out, "#");
	for (size_t i = 0; i < (mask.len > 0 ? 8u : 2u); i++)
		buffer_add_format(out, "%02x", digest[i]);
}

const char *
text_mask(struct arena *arena, struct bytes secret)
{
	size_t shown = secret.len >= 24 ? 4 : secret.len >= 12 ? 2 : 0;
	struct buffer out = buffer_up_to(256);
	const char *s;

	text_add_safe(&out, bytes_slice(secret, 0, shown), 40);
	buffer_add_format(&out, "****(%zu)****", secret.len);
	text_add_safe(&out, bytes_slice(secret, secret.len - shown / 2, shown / 2), 40);
	add_mask_hash(&out, secret);
	s = arena_string_of(arena, buffer_bytes(&out));
	buffer_free(&out);
	return s == NULL ? "****" : s;
}

int
text_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
text_equal_ignoring_case(struct bytes a, const char *b)
{
	if (a.len != strlen(b))
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (text_lower(a.data[i]) != text_lower((unsigned char)b[i]))
			return false;
	return true;
}

bool
text_glob(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;
	bool crosses = false;

	for (;;) {
		if (*pattern == '*') {
			crosses = pattern[1] == '*';
			pattern += crosses ? 2 : 1;
			star = pattern;
			retry = name;
		} else if (*name != '\0' &&
		    (*pattern == *name || (*pattern == '?' && *name != '/'))) {
			pattern++;
			name++;
		} else if (*name == '\0' && *pattern == '\0') {
			return true;
		} else if (star != NULL && *retry != '\0' && (crosses || *retry != '/')) {
			pattern = star;
			name = ++retry;
		} else {
			return false;
		}
	}
}
