/* Numbers of South and Central America, of Africa and Oceania: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

#include <stdio.h>

/* Receita Federal: two check digits, modulo 11. */
static bool
check_cpf(const char *n, size_t len)
{
	if (len != 11 || !all_digits(n, 0, 11) || all_same(n, 11))
		return false;
	for (size_t k = 9; k < 11; k++) {
		unsigned sum = 0;

		for (size_t i = 0; i < k; i++)
			sum += (unsigned)(k + 1 - i) * digit_at(n, i);
		if (sum * 10 % 11 % 10 != digit_at(n, k))
			return false;
	}
	return true;
}

/* The same; from July 2026 on with letters, whose value is that of ASCII less 48. */
static bool
check_cnpj(const char *n, size_t len)
{
	static const unsigned weights[] = { 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2 };

	if (len != 14 || !all_digits(n, 12, 2) || strncmp(n, "000000000000", 12) == 0)
		return false;
	for (size_t k = 12; k < 14; k++) {
		unsigned sum = 0;

		for (size_t i = 0; i < k; i++)
			sum += weights[13 - k + i] * (unsigned)(n[i] - '0');
		if (sum * 10 % 11 % 10 != digit_at(n, k))
			return false;
	}
	return true;
}

static bool
check_cuit(const char *n, size_t len)
{
	static const unsigned weights[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	static const char kinds[] = "20 23 24 27 30 33 34 50 51 55 ";
	bool known = false;

	if (len != 11 || !all_digits(n, 0, 11))
		return false;
	for (size_t i = 0; i + 3 < sizeof(kinds); i += 3)
		known = known || strncmp(n, kinds + i, 2) == 0;
	return known && "012345678990"[11 - weighted(n, 0, weights, 10) % 11] == n[10];
}

/* Banco Central de la República Argentina: two blocks, each with its digit. */
static bool
check_cbu(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3 };

	if (len != 22 || !all_digits(n, 0, 22))
		return false;
	return (weighted(n, 0, weights + 2, 7) + digit_at(n, 7) * 1) % 10 == 0 &&
	    (weighted(n, 8, weights, 13) + digit_at(n, 21)) % 10 == 0;
}

static bool
check_rut(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len > 2 && n[0] == 'C' && n[1] == 'L')
		n += 2, len -= 2;
	if ((len != 8 && len != 9) || !all_digits(n, 0, len - 1))
		return false;
	for (size_t i = 0; i < len - 1; i++)
		sum += digit_at(n, len - 2 - i) * (unsigned)(4 + (5 - i % 6) % 6);
	return "0123456789K"[sum % 11] == n[len - 1];
}

static bool
check_nit_co(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67,
		71 };
	unsigned sum = 0;

	if (len < 8 || len > 16 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += weights[i] * digit_at(n, len - 2 - i);
	return "01987654321"[sum % 11] == n[len - 1];
}

static bool
check_ci_ec(const char *n, size_t len)
{
	unsigned sum = 0, province;

	if (len != 10 || !all_digits(n, 0, 10) || n[2] > '6')
		return false;
	province = (unsigned)number_at(n, 0, 2);
	if ((province < 1 || province > 24) && province != 30 && province != 50)
		return false;
	for (size_t i = 0; i < 10; i++) {
		unsigned d = digit_at(n, i) * (i % 2 == 0 ? 2 : 1);

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

static bool
check_ruc_pe(const char *n, size_t len)
{
	static const unsigned weights[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	static const char kinds[] = "10 15 16 17 20 ";
	bool known = false;

	if (len != 11 || !all_digits(n, 0, 11))
		return false;
	for (size_t i = 0; i + 3 < sizeof(kinds); i += 3)
		known = known || strncmp(n, kinds + i, 2) == 0;
	return known && (11 - weighted(n, 0, weights, 10) % 11) % 10 == digit_at(n, 10);
}

static bool
check_cui_pe(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 2, 7, 6, 5, 4, 3, 2 };
	unsigned rest;

	if ((len != 8 && len != 9) || !all_digits(n, 0, 8))
		return false;
	rest = weighted(n, 0, weights, 8) % 11;
	return len == 8 || n[8] == "65432110987"[rest] || n[8] == "KJIHGFEDCBA"[rest];
}

static bool
check_rut_uy(const char *n, size_t len)
{
	static const unsigned weights[] = { 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned first, check;

	if (len > 2 && n[0] == 'U' && n[1] == 'Y')
		n += 2, len -= 2;
	if (len != 12 || !all_digits(n, 0, 12))
		return false;
	first = (unsigned)number_at(n, 0, 2);
	check = (11 - weighted(n, 0, weights, 11) % 11) % 11;
	return first >= 1 && first <= 22 && strncmp(n + 2, "000000", 6) != 0 &&
	    strncmp(n + 8, "001", 3) == 0 && check == digit_at(n, 11);
}

static bool
check_ruc_py(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len < 5 || len > 9 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += (unsigned)(i + 2) * digit_at(n, len - 2 - i);
	return (11 - sum % 11) % 11 % 10 == digit_at(n, len - 1);
}

static bool
check_rif(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 2, 7, 6, 5, 4, 3, 2 };
	static const char kinds[] = "VEJPG";
	static const unsigned values[] = { 4, 8, 12, 16, 20 };
	const char *kind = len == 10 ? strchr(kinds, n[0]) : NULL;

	if (kind == NULL || !all_digits(n, 1, 9))
		return false;
	return "00987654321"[(values[kind - kinds] + weighted(n, 1, weights, 8)) % 11] == n[9];
}

static bool
check_rnc(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 9, 8, 6, 5, 4, 3, 2 };

	if (len != 9 || !all_digits(n, 0, 9))
		return false;
	return (10 - weighted(n, 0, weights, 8) % 11) % 9 + 1 == digit_at(n, 8);
}

static bool
check_nit_gt(const char *n, size_t len)
{
	unsigned sum = 0, check;

	if (len < 2 || len > 12 || !all_digits(n, 0, len - 1))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += (unsigned)(i + 2) * digit_at(n, len - 2 - i);
	check = (11 - sum % 11) % 11;
	return n[len - 1] == "0123456789K"[check];
}

static bool
check_nit_sv(const char *n, size_t len)
{
	static const unsigned old[] = { 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 },
			      new[] = { 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };

	if (len > 2 && n[0] == 'S' && n[1] == 'V')
		n += 2, len -= 2;
	if (len != 14 || !all_digits(n, 0, 14) || (n[0] != '0' && n[0] != '1' && n[0] != '9'))
		return false;
	if (strncmp(n + 10, "100", 3) <= 0)
		return weighted(n, 0, old, 13) % 11 % 10 == digit_at(n, 13);
	return (11 - weighted(n, 0, new, 13) % 11) % 11 % 10 == digit_at(n, 13);
}

/* South African Revenue Service and Department of Home Affairs. */
static bool
check_id_za(const char *n, size_t len)
{
	return len == 13 && all_digits(n, 0, 13) && is_short_date(n, 0) && n[10] <= '2' &&
	    luhn(n, 13);
}

static bool
check_tin_za(const char *n, size_t len)
{
	return len == 10 && strchr("01239", n[0]) != NULL && luhn(n, 10);
}

static bool
check_abn(const char *n, size_t len)
{
	static const unsigned weights[] = { 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 };

	return len == 11 && all_digits(n, 0, 11) && n[0] != '0' &&
	    (weighted(n, 0, weights, 11) - 10) % 89 == 0;
}

static bool
check_acn(const char *n, size_t len)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2, 1 };

	return len == 9 && all_digits(n, 0, 9) &&
	    (10 - weighted(n, 0, weights, 8) % 10) % 10 == digit_at(n, 8);
}

static bool
check_tfn(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 4, 3, 7, 5, 8, 6, 9, 10 };

	return (len == 8 || len == 9) && all_digits(n, 0, len) && !all_same(n, len) &&
	    weighted(n, 0, weights, len) % 11 == 0;
}

static bool
check_medicare(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 3, 7, 9, 1, 3, 7, 9 };

	return (len == 10 || len == 11) && all_digits(n, 0, len) && n[0] >= '2' && n[0] <= '6' &&
	    weighted(n, 0, weights, 8) % 10 == digit_at(n, 8);
}

static bool
check_ird(const char *n, size_t len)
{
	static const unsigned first[] = { 3, 2, 7, 6, 5, 4, 3, 2 },
			      second[] = { 7, 4, 3, 2, 5, 2, 7, 6 };
	char padded[10];
	unsigned check;

	if (len > 2 && n[0] == 'N' && n[1] == 'Z')
		n += 2, len -= 2;
	if ((len != 8 && len != 9) || !all_digits(n, 0, len) || number_at(n, 0, len) < 10000000 ||
	    number_at(n, 0, len) > 150000000)
		return false;
	snprintf(padded, sizeof(padded), "%09llu", number_at(n, 0, len));
	check = (11 - weighted(padded, 0, first, 8) % 11) % 11;
	if (check == 10)
		check = (11 - weighted(padded, 0, second, 8) % 11) % 11;
	return check == digit_at(padded, 8);
}

const struct validator validators_south[] = {
	{ "ar-cbu", check_cbu },
	{ "ar-cuit", check_cuit },
	{ "au-abn", check_abn },
	{ "au-acn", check_acn },
	{ "au-medicare", check_medicare },
	{ "au-tfn", check_tfn },
	{ "br-cnpj", check_cnpj },
	{ "br-cpf", check_cpf },
	{ "cl-rut", check_rut },
	{ "co-nit", check_nit_co },
	{ "do-rnc", check_rnc },
	{ "ec-ci", check_ci_ec },
	{ "gt-nit", check_nit_gt },
	{ "nz-ird", check_ird },
	{ "pe-cui", check_cui_pe },
	{ "pe-ruc", check_ruc_pe },
	{ "py-ruc", check_ruc_py },
	{ "sv-nit", check_nit_sv },
	{ "uy-rut", check_rut_uy },
	{ "ve-rif", check_rif },
	{ "za-idnr", check_id_za },
	{ "za-tin", check_tin_za },
	{ NULL, NULL },
};
