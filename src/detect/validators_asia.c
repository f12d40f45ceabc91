/* Numbers of Asia and their check digits: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

#include <stdio.h>

static bool
check_verhoeff(const char *n, size_t len)
{
	return validator_by_name("verhoeff")->check(n, len);
}

/* Unique Identification Authority of India: no leading 0 or 1, no palindrome. */
static bool
check_aadhaar(const char *n, size_t len)
{
	bool palindrome = true;

	if (len != 12 || !all_digits(n, 0, 12) || n[0] < '2')
		return false;
	for (size_t i = 0; i < 6; i++)
		palindrome = palindrome && n[i] == n[11 - i];
	return !palindrome && check_verhoeff(n, 12);
}

static bool
check_vid(const char *n, size_t len)
{
	bool palindrome = true;

	if (len != 16 || !all_digits(n, 0, 16) || n[0] < '2')
		return false;
	for (size_t i = 0; i < 8; i++)
		palindrome = palindrome && n[i] == n[15 - i];
	return !palindrome && check_verhoeff(n, 16);
}

/* Income Tax Department: the fourth letter is the kind of holder. */
static bool
check_pan(const char *n, size_t len)
{
	return len == 10 && all_letters(n, 0, 5) && strchr("ABCEFGHJKLPT", n[3]) != NULL &&
	    all_digits(n, 5, 4) && isupper((unsigned char)n[9]) && strncmp(n + 5, "0000", 4) != 0;
}

/* Luhn in base 36 over all 15 characters. */
static bool
check_gstin(const char *n, size_t len)
{
	unsigned sum = 0, state;

	if (len != 15 || !all_digits(n, 0, 2) || !check_pan(n + 2, 10) || n[12] == '0' ||
	    n[13] != 'Z')
		return false;
	state = (unsigned)number_at(n, 0, 2);
	for (size_t i = 0; i < 15; i++) {
		unsigned d = value_of(n[14 - i]);

		if (i % 2 == 1)
			d = d * 2 / 36 + d * 2 % 36;
		sum += d;
	}
	return state >= 1 && (state <= 38 || state == 97) && sum % 36 == 0;
}

/* The form of it: state, PAN, entity, Z, check character. */
static bool
check_gstin_form(const char *n, size_t len)
{
	return len == 15 && number_at(n, 0, 2) >= 1 && number_at(n, 0, 2) <= 37 && n[13] == 'Z';
}

static bool
check_epic(const char *n, size_t len)
{
	return len == 10 && all_letters(n, 0, 3) && luhn(n + 3, 7);
}

/* GB 11643-1999: region, date of birth, ISO 7064 mod 11-2. */
static bool
check_ric(const char *n, size_t len)
{
	return len == 18 && all_digits(n, 0, 17) && n[0] >= '1' && n[0] <= '8' &&
	    number_at(n, 6, 4) >= 1850 && number_at(n, 6, 4) < 2100 &&
	    is_date((unsigned)number_at(n, 6, 4), (unsigned)number_at(n, 10, 2),
		(unsigned)number_at(n, 12, 2)) &&
	    validator_by_name("iso7064-mod_11_2")->check(n, 18);
}

/* GB 32100-2015: base 31 without I, O, S, V, Z. */
static bool
check_uscc(const char *n, size_t len)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	static const unsigned weights[] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10,
		30, 28 };
	unsigned sum = 0;

	if (len != 18 || !all_digits(n, 2, 6))
		return false;
	for (size_t i = 0; i < 17; i++) {
		const char *at = strchr(alphabet, n[i]);

		if (at == NULL)
			return false;
		sum += weights[i] * (unsigned)(at - alphabet);
	}
	return alphabet[(31 - sum % 31) % 31] == n[17];
}

static bool
check_jp_cn(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len != 13 || !all_digits(n, 0, 13))
		return false;
	for (size_t i = 0; i < 12; i++)
		sum += digit_at(n, 12 - i) * (i % 2 == 0 ? 1 : 2);
	return 9 - sum % 9 == digit_at(n, 0);
}

/* My Number: modulo 11 over eleven digits. */
static bool
check_jp_in(const char *n, size_t len)
{
	static const unsigned weights[] = { 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	unsigned rest;

	if (len != 12 || !all_digits(n, 0, 12) || all_same(n, 12))
		return false;
	rest = weighted(n, 0, weights, 11) % 11;
	return (rest <= 1 ? 0 : 11 - rest) == digit_at(n, 11);
}

static bool
has_kr_birth(const char *n, size_t len)
{
	return len == 13 && all_digits(n, 0, 13) && is_short_date(n, 0);
}

static unsigned
kr_check(const char *n)
{
	static const unsigned weights[] = { 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5 };

	return weighted(n, 0, weights, 12);
}

static bool
check_rrn(const char *n, size_t len)
{
	return has_kr_birth(n, len) && number_at(n, 7, 2) <= 96 &&
	    (11 - kr_check(n) % 11) % 10 == digit_at(n, 12);
}

/* Numbers given since October 2020 have no check digit and no region. */
static bool
check_rrn_form(const char *n, size_t len)
{
	return has_kr_birth(n, len) && n[6] >= '1' && n[6] <= '4';
}

static bool
check_frn_form(const char *n, size_t len)
{
	return has_kr_birth(n, len) && n[6] >= '5' && n[6] <= '8';
}

/* The office, the kind of business, a serial number. */
static bool
check_brn_form(const char *n, size_t len)
{
	return len == 10 && all_digits(n, 0, 10) && number_at(n, 0, 3) >= 101 &&
	    number_at(n, 3, 2) > 0 && number_at(n, 5, 4) > 0;
}

/* With the check digit, which a few old numbers have wrong. */
static bool
check_brn(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 3, 7, 1, 3, 7, 1, 3, 5 };

	return check_brn_form(n, len) &&
	    (10 - (weighted(n, 0, weights, 9) + digit_at(n, 8) * 5 / 10) % 10) % 10 ==
	    digit_at(n, 9);
}

/* Korean National Police Agency: the region that issued it. */
static bool
check_kr_license(const char *n, size_t len)
{
	return len == 12 && all_digits(n, 0, 12) && number_at(n, 0, 2) >= 11 &&
	    number_at(n, 0, 2) <= 28;
}

static bool
sg_business(const char *n)
{
	static const unsigned weights[] = { 10, 4, 9, 3, 8, 2, 7, 1 };

	return all_digits(n, 0, 8) && "XMKECAWLJDB"[weighted(n, 0, weights, 8) % 11] == n[8];
}

static bool
sg_local(const char *n)
{
	static const unsigned weights[] = { 10, 8, 6, 4, 9, 7, 5, 3, 1 };

	return all_digits(n, 0, 9) && "ZKCMDNERGWH"[weighted(n, 0, weights, 9) % 11] == n[9];
}

static bool
sg_other(const char *n)
{
	static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
	static const unsigned weights[] = { 4, 3, 5, 3, 10, 2, 2, 5, 7 };
	unsigned sum = 0;

	if (strchr("RST", n[0]) == NULL || !all_digits(n, 1, 2) || !all_letters(n, 3, 2) ||
	    !all_digits(n, 5, 4))
		return false;
	for (size_t i = 0; i < 9; i++) {
		const char *at = strchr(alphabet, n[i]);

		if (at == NULL)
			return false;
		sum += weights[i] * (unsigned)(at - alphabet);
	}
	return alphabet[(sum + 11 * 32 - 5) % 11] == n[9];
}

/* Accounting and Corporate Regulatory Authority: businesses, local companies, others. */
static bool
check_uen(const char *n, size_t len)
{
	return len == 9 ? sg_business(n) : len == 10 && (sg_local(n) || sg_other(n));
}

static bool
check_nric(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 7, 6, 5, 4, 3, 2 };
	unsigned sum;

	if (len != 9 || !all_digits(n, 1, 7))
		return false;
	sum = weighted(n, 1, weights, 7);
	switch (n[0]) {
	case 'S':
		return "JZIHGFEDCBA"[sum % 11] == n[8];
	case 'T':
		return "JZIHGFEDCBA"[(sum + 4) % 11] == n[8];
	case 'F':
		return "XWUTRQPNMLK"[sum % 11] == n[8];
	case 'G':
		return "XWUTRQPNMLK"[(sum + 4) % 11] == n[8];
	case 'M':
		return "XWUTRQPNJLK"[10 - (sum + 3) % 11] == n[8];
	default:
		return false;
	}
}

static bool
check_th_pin(const char *n, size_t len)
{
	static const unsigned weights[] = { 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 };

	return len == 13 && all_digits(n, 0, 13) && n[0] != '0' && n[0] != '9' &&
	    (11 - weighted(n, 0, weights, 12) % 11) % 10 == digit_at(n, 12);
}

/* The same, and provinces that exist: Department of Provincial Administration. */
static bool
check_th_tnin(const char *n, size_t len)
{
	unsigned province;

	if (len != 13 || !all_digits(n, 0, 13) || n[0] == '0' || n[0] == '9')
		return false;
	province = (unsigned)number_at(n, 1, 2);
	return (province == 10 || (province >= 11 && province <= 19) ||
		   (province >= 20 && province <= 27) || (province >= 30 && province <= 49) ||
		   (province >= 50 && province <= 58) || (province >= 60 && province <= 67) ||
		   (province >= 70 && province <= 77) || (province >= 80 && province <= 86) ||
		   (province >= 90 && province <= 96)) &&
	    check_th_pin(n, 13);
}

static bool
check_th_moa(const char *n, size_t len)
{
	static const unsigned weights[] = { 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 };

	return len == 13 && all_digits(n, 0, 13) && n[0] == '0' &&
	    (11 - weighted(n, 0, weights, 12) % 11) % 10 == digit_at(n, 12);
}

static bool
check_my_nric(const char *n, size_t len)
{
	static const char unused[] = "00 17 18 19 20 69 70 73 80 81 94 95 96 97 ";

	if (len != 12 || !all_digits(n, 0, 12) || !is_short_date(n, 0))
		return false;
	for (size_t i = 0; i + 3 < sizeof(unused); i += 3)
		if (strncmp(n + 6, unused + i, 2) == 0)
			return false;
	return true;
}

static bool
check_nik(const char *n, size_t len)
{
	unsigned day;

	if (len != 16 || !all_digits(n, 0, 16))
		return false;
	day = (unsigned)number_at(n, 6, 2);
	return is_date(2000 + (unsigned)number_at(n, 10, 2), (unsigned)number_at(n, 8, 2),
		   day > 40 ? day - 40 : day) &&
	    number_at(n, 0, 2) >= 11 && number_at(n, 0, 2) <= 96;
}

static bool
check_ubn(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 2, 1, 2, 1, 2, 4, 1 };
	unsigned sum = 0;

	if (len != 8 || !all_digits(n, 0, 8))
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned product = weights[i] * digit_at(n, i);

		sum += product / 10 + product % 10;
	}
	return sum % 5 == 0 || (n[6] == '7' && (sum + 1) % 5 == 0);
}

static bool
check_tw_id(const char *n, size_t len)
{
	static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2, 1, 1 };
	unsigned region;

	if (len != 10 || !isupper((unsigned char)n[0]) || !all_digits(n, 1, 9) ||
	    (n[1] != '1' && n[1] != '2' && n[1] != '8' && n[1] != '9'))
		return false;
	region = (unsigned)(strchr(alphabet, n[0]) - alphabet) + 10;
	return (region / 10 + region % 10 * 9 + weighted(n, 1, weights, 9)) % 10 == 0;
}

static bool
check_vn_mst(const char *n, size_t len)
{
	static const unsigned weights[] = { 31, 29, 23, 19, 17, 13, 7, 5, 3 };

	if ((len != 10 && len != 13) || !all_digits(n, 0, len) || number_at(n, 2, 7) == 0 ||
	    (len == 13 && number_at(n, 10, 3) == 0))
		return false;
	return 10 - weighted(n, 0, weights, 9) % 11 == digit_at(n, 9);
}

static bool
check_il_id(const char *n, size_t len)
{
	char padded[10];

	if (len < 5 || len > 9 || !all_digits(n, 0, len) || number_at(n, 0, len) == 0)
		return false;
	snprintf(padded, sizeof(padded), "%09llu", number_at(n, 0, len));
	return luhn(padded, 9);
}

static bool
check_il_hp(const char *n, size_t len)
{
	return len == 9 && n[0] == '5' && luhn(n, 9);
}

static bool
check_cnic(const char *n, size_t len)
{
	return len == 13 && all_digits(n, 0, 13) && n[0] >= '1' && n[0] <= '7' && n[12] != '0';
}

/* Bureau of Internal Revenue: weights 9 to 2, modulo 11; a branch of three digits may follow. */
static bool
check_ph_tin(const char *n, size_t len)
{
	static const unsigned weights[] = { 9, 8, 7, 6, 5, 4, 3, 2 };

	return (len == 9 || len == 12) && all_digits(n, 0, len) && !all_same(n, 9) &&
	    weighted(n, 0, weights, 8) % 11 == digit_at(n, 8);
}

const struct validator validators_asia[] = {
	{ "cn-ric", check_ric },
	{ "cn-uscc", check_uscc },
	{ "id-nik", check_nik },
	{ "il-hp", check_il_hp },
	{ "il-idnr", check_il_id },
	{ "in-aadhaar", check_aadhaar },
	{ "in-epic", check_epic },
	{ "in-gstin", check_gstin },
	{ "in-gstin-form", check_gstin_form },
	{ "in-pan", check_pan },
	{ "in-vid", check_vid },
	{ "jp-cn", check_jp_cn },
	{ "jp-in", check_jp_in },
	{ "kr-brn", check_brn_form },
	{ "kr-brn-digit", check_brn },
	{ "kr-driver-license", check_kr_license },
	{ "kr-frn-form", check_frn_form },
	{ "kr-rrn", check_rrn },
	{ "kr-rrn-form", check_rrn_form },
	{ "my-nric", check_my_nric },
	{ "ph-tin", check_ph_tin },
	{ "pk-cnic", check_cnic },
	{ "sg-nric", check_nric },
	{ "sg-uen", check_uen },
	{ "th-moa", check_th_moa },
	{ "th-pin", check_th_pin },
	{ "th-tnin", check_th_tnin },
	{ "tw-id", check_tw_id },
	{ "tw-ubn", check_ubn },
	{ "vn-mst", check_vn_mst },
	{ NULL, NULL },
};
