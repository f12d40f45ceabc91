/* Addresses of Bitcoin: see detect/pii_find.h. */
#include "config.h"

#include "detect/pii_find.h"

#include <openssl/evp.h>

#define WALLET_MAX 90 /* BIP 173 */
#define BECH32_MIN 14
#define BASE58_MIN 26
#define BASE58_MAX 35

static bool
is_base58check(struct bytes address)
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	unsigned char number[25] = { 0 }, once[EVP_MAX_MD_SIZE], twice[EVP_MAX_MD_SIZE];

	if (address.len < BASE58_MIN || address.len > BASE58_MAX)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		const char *at = strchr(alphabet, address.data[i]);
		unsigned carry = at == NULL ? 0 : (unsigned)(at - alphabet);

		if (at == NULL || *at == '\0')
			return false;
		for (size_t k = sizeof(number); k-- > 0;) {
			carry += number[k] * 58u;
			number[k] = carry & 0xff;
			carry >>= 8;
		}
		if (carry != 0)
			return false;
	}
	return (number[0] == 0 || number[0] == 5) &&
	    EVP_Digest(number, 21, once, NULL, EVP_sha256(), NULL) == 1 &&
	    EVP_Digest(once, 32, twice, NULL, EVP_sha256(), NULL) == 1 &&
	    memcmp(twice, number + 21, 4) == 0;
}

static uint32_t
polymod(uint32_t check, unsigned value)
{
	static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
		0x2a1462b3 };
	uint32_t top = check >> 25;

	check = (check & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		if (top >> i & 1)
			check ^= generator[i];
	return check;
}

/* BIP 173 or BIP 350, whichever fits: older wallets write later versions as BIP 173 did. All of
 * one case. */
static bool
is_bech32(struct bytes address)
{
	static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	static const unsigned char prefix[] = { 3, 3, 0, 2, 3 }; /* "bc", expanded */
	bool upper = address.len > 0 && address.data[0] == 'B';
	uint32_t check = 1;

	if (address.len < BECH32_MIN || address.len > WALLET_MAX)
		return false;
	for (size_t i = 0; i < sizeof(prefix); i++)
		check = polymod(check, prefix[i]);
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = address.data[i];
		const char *at;

		if ((c >= 'a' && c <= 'z' && upper) || (c >= 'A' && c <= 'Z' && !upper))
			return false;
		c = c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
		if (i < 3) {
			if (c != (unsigned char)"bc1"[i])
				return false;
			continue;
		}
		at = strchr(alphabet, c);
		if (at == NULL || *at == '\0')
			return false;
		check = polymod(check, (unsigned)(at - alphabet));
	}
	return check == 1 || check == 0x2bc830a3u;
}

bool
pii_is_wallet(struct bytes address)
{
	return is_base58check(address) || is_bech32(address);
}

struct pii_found
pii_find_wallet(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, pos, 0, false };
	unsigned char first = pii_at(text, pos);
	bool is_digest = true; /* hexadecimal: no wallet has so few letters */
	size_t shortest = first == '1' || first == '3' ? BASE58_MIN : BECH32_MIN;

	if (shortest == BECH32_MIN && (first | 32) != 'b')
		return found;
	while (found.end < text.len && found.end - pos <= WALLET_MAX &&
	    pii_is_alnum(text.data[found.end])) {
		is_digest = is_digest && pii_is_hex(text.data[found.end]);
		found.end++;
	}
	if (found.end - pos < shortest || is_digest)
		return found;
	if (pii_is_wallet(bytes_slice(text, pos, found.end - pos)))
		found.confidence = 90; /* 32 bits of checksum */
	return found;
}

struct pii_found
pii_find_iban(struct bytes text, size_t pos)
{
	static const struct validator *iban;
	struct pii_found found = { pos, pos, 0, false };
	char number[VALIDATOR_MAX + 1];
	size_t n = 0;
	bool upper = false, lower = false;

	if (iban == NULL)
		iban = validator_by_name("iban");
	for (size_t i = pos; i < text.len && n < 34; i++) {
		unsigned char c = text.data[i];

		if ((c == ' ' || c == '-') && n >= 4 && pii_is_alnum(pii_at(text, i + 1)))
			continue;
		if (!pii_is_alnum(c))
			break;
		upper = upper || (c >= 'A' && c <= 'Z');
		lower = lower || (c >= 'a' && c <= 'z');
		number[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
		number[n] = '\0';
		if (n < 15 || pii_is_alnum(pii_at(text, i + 1)) || !iban->check(number, n))
			continue;
		if (upper && lower)
			break;
		found.end = i + 1;
		found.confidence = 90;
	}
	return found;
}
