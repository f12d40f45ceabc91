/* Digests of files beyond SHA-256: see scan/hash.h. */
#include "config.h"

#include "scan/hash.h"

#include "core/limits.h"
#include "crypto/blake3.h"
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

#define HASH_BLOCK (4 * MIB)

/* Names as verifiers use them and as OpenSSL does. */
static const struct {
	const char *name, *openssl;
} algorithms[] = {
	{ "sha256", "SHA256" }, { "sha384", "SHA384" }, { "sha512", "SHA512" },
	{ "sha224", "SHA224" }, { "sha1", "SHA1" }, { "md5", "MD5" }, { "blake2b", "BLAKE2b512" },
	{ "sha512-256", "SHA512-256" }, { "sha3-256", "SHA3-256" }, { "sha3-384", "SHA3-384" },
	{ "sha3-512", "SHA3-512" }, { "blake2s", "BLAKE2s256" },
	{ "git-sha1", "SHA1" }, /* after the header "blob SIZE\0" */
};

static void
hash_blake3(const struct member *member, uint64_t start, uint64_t end, char hex[HASH_HEX_MAX])
{
	uint8_t digest[BLAKE3_LEN];
	struct blake3 state;

	blake3_start(&state);
	for (uint64_t pos = start; pos < end; pos += HASH_BLOCK) {
		struct bytes block = bytes_slice(
		    member->bytes, pos, end - pos < HASH_BLOCK ? end - pos : HASH_BLOCK);

		blake3_add(&state, block);
		member_release(member, pos, block.len);
	}
	blake3_digest(&state, digest);
	hex_encode(bytes_of(digest, BLAKE3_LEN), hex);
}

bool
hash_range(const struct member *member, const char *algorithm, uint64_t start, uint64_t end,
    char hex[HASH_HEX_MAX])
{
	EVP_MD_CTX *context;
	unsigned char digest[EVP_MAX_MD_SIZE];
	const EVP_MD *md = NULL;
	unsigned len = 0;
	bool done;

	if (strcmp(algorithm, "blake3") == 0) {
		hash_blake3(member, start, end, hex);
		return true;
	}
	context = EVP_MD_CTX_new();
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i].name, algorithm) == 0)
			md = EVP_get_digestbyname(algorithms[i].openssl);
	done = context != NULL && md != NULL && EVP_DigestInit_ex(context, md, NULL) == 1;
	if (done && strcmp(algorithm, "git-sha1") == 0) {
		char header[40];
		int n = snprintf(header, sizeof(header), "blob %ju", (uintmax_t)(end - start));

		done = EVP_DigestUpdate(context, header, (size_t)n + 1) == 1;
	}
	for (uint64_t pos = start; done && pos < end; pos += HASH_BLOCK) {
		struct bytes block = bytes_slice(
		    member->bytes, pos, end - pos < HASH_BLOCK ? end - pos : HASH_BLOCK);

		done = EVP_DigestUpdate(context, block.data, block.len) == 1;
		member_release(member, pos, block.len);
	}
	done = done && EVP_DigestFinal_ex(context, digest, &len) == 1;
	for (unsigned i = 0; done && i < len; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(context);
	return done;
}
