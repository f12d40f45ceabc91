/* Digests by name: see crypto/digest.h. */
#include "config.h"

#include "crypto/digest.h"

#include <openssl/evp.h>

bool
digest_of(const char *algorithm, struct bytes b, struct digest *ret)
{
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm, NULL);
	unsigned len = 0;
	bool done = md != NULL && EVP_MD_get_size(md) <= DIGEST_MAX &&
	    EVP_Digest(b.len == 0 ? "" : (const void *)b.data, b.len, ret->data, &len, md, NULL) ==
		1;

	EVP_MD_free(md);
	if (done)
		ret->len = len;
	return done;
}

bool
digest_sha256(struct bytes b, uint8_t ret[SHA256_LEN])
{
	struct digest digest;

	if (!digest_of("sha256", b, &digest))
		return false;
	memcpy(ret, digest.data, SHA256_LEN);
	return true;
}

void
hex_encode(struct bytes b, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < b.len; i++) {
		*hex++ = digits[b.data[i] >> 4];
		*hex++ = digits[b.data[i] & 15];
	}
	*hex = '\0';
}

static int
nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(struct bytes hex, uint8_t *ret, size_t len)
{
	if (hex.len / 2 != len || hex.len % 2 != 0)
		return false;
	for (size_t i = 0; i < hex.len; i++)
		if (nibble(hex.data[i]) < 0)
			return false;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(nibble(hex.data[2 * i]) << 4 | nibble(hex.data[2 * i + 1]));
	return true;
}
