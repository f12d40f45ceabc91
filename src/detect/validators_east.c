/* Numbers of Eastern Europe and Turkey: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

#include <stdio.h>

/* The month says the century, too: plus 80, 20, 40, 60 for 1800, 2000, 2100, 2200. */
static bool
check_pesel(const char *n, size_t len)
{
	static const unsigned weights[] = { 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1 };
	static const unsigned centuries[] = { 1900, 2000, 2100, 2200, 1800 };
	unsigned month;

	if (len != 11 || !all_digits(n, 0, 11))
		return false;
	month = (unsigned)number_at(n, 2, 2);
	return is_date(centuries[month / 20] + (unsigned)number_at(n, 0, 2), month % 20,
		   (unsigned)number_at(n, 4, 2)) &&
	    weighted(n, 0, weights, 11) % 10 == 0;
}

static bool
check_nip(const char *n, size_t len)
{
	static const unsigned weights[] = { 6, 5, 7, 2, 3, 4, 5, 6, 7 };

	if (len > 2 && n[0] == 'P' && n[1] == 'L')
		n += 2, len -= 2;
	return len == 10 && all_digits(n, 0, 10) &&
	    weighted(n, 0, weights, 9) % 11 == digit_at(n, 9);
}

static bool
check_regon(const char *n, size_t len)
{
	static const unsigned nine[] = { 8, 9, 2, 3, 4, 5, 6, 7 },
			      fourteen[] = { 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8 };

	if ((len != 9 && len != 14) || !all_digits(n, 0, len))
		return false;
	return weighted(n, 0, nine, 8) % 11 % 10 == digit_at(n, 8) &&
	    (len == 9 || weighted(n, 0, fourteen, 13) % 11 % 10 == digit_at(n, 13));
}

/* Rodné číslo: women add 50 to the month, busy days 20; from 1954 on with a check digit. */
static bool
check_rc(const char *n, size_t len)
{
	unsigned year, check;

	if ((len != 9 && len != 10) || !all_digits(n, 0, len))
		return false;
	year = 1900 + (unsigned)number_at(n, 0, 2);
	if (len == 9 && year >= 1980)
		year -= 100;
	if (len == 9 && year > 1953)
		return false;
	if (len == 10 && year < 1954)
		year += 100;
	if (!is_date(year, (unsigned)number_at(n, 2, 2) % 50 % 20, (unsigned)number_at(n, 4, 2)))
		return false;
	check = (unsigned)(number_at(n, 0, 9) % 11);
	if (year < 1985)
		check %= 10;
	return len == 9 || check == digit_at(n, 9);
}

static bool
check_ico(const char *n, size_t len)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2 };

	return len == 8 && all_digits(n, 0, 8) &&
	    (11 - weighted(n, 0, weights, 7) % 11) % 10 == digit_at(n, 7);
}

static bool
check_anum(const char *n, size_t len)
{
	static const unsigned weights[] = { 9, 7, 3, 1, 9, 7, 3, 1 };

	if (len > 2 && n[0] == 'H' && n[1] == 'U')
		n += 2, len -= 2;
	return len == 8 && all_digits(n, 0, 8) && weighted(n, 0, weights, 8) % 10 == 0;
}

static bool
check_cnp(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9 };
	static const unsigned centuries[] = { 1900, 1900, 1800, 1800, 2000, 2000, 2000, 2000,
		1900 };
	unsigned check, county;

	if (len != 13 || !all_digits(n, 0, 13) || n[0] == '0')
		return false;
	if (!is_date(centuries[digit_at(n, 0) - 1] + (unsigned)number_at(n, 1, 2),
		(unsigned)number_at(n, 3, 2), (unsigned)number_at(n, 5, 2)))
		return false;
	county = (unsigned)number_at(n, 7, 2);
	check = weighted(n, 0, weights, 12) % 11;
	return county >= 1 && (county <= 52 || county == 70 || (county >= 80 && county <= 83)) &&
	    (check == 10 ? 1 : check) == digit_at(n, 12);
}

static bool
check_cui(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 5, 3, 2, 1, 7, 5, 3, 2 };
	char padded[11];

	if (len > 2 && n[0] == 'R' && n[1] == 'O')
		n += 2, len -= 2;
	if (len < 2 || len > 10 || !all_digits(n, 0, len) || n[0] == '0')
		return false;
	snprintf(padded, sizeof(padded), "%010llu", number_at(n, 0, len));
	return 10 * weighted(padded, 0, weights, 9) % 11 % 10 == digit_at(padded, 9);
}

static bool
check_egn(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 4, 8, 5, 10, 9, 7, 3, 6 };
	unsigned month, century = 1900;

	if (len != 10 || !all_digits(n, 0, 10))
		return false;
	month = (unsigned)number_at(n, 2, 2);
	if (month > 40)
		month -= 40, century = 2000;
	else if (month > 20)
		month -= 20, century = 1800;
	return is_date(
		   century + (unsigned)number_at(n, 0, 2), month, (unsigned)number_at(n, 4, 2)) &&
	    weighted(n, 0, weights, 9) % 11 % 10 == digit_at(n, 9);
}

static bool
check_oib(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'H' && n[1] == 'R')
		n += 2, len -= 2;
	return len == 11 && mod_11_10(n, 11);
}

/* JMBG of the countries that were Yugoslavia; EMŠO in Slovenia. */
static bool
check_emso(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	unsigned year;

	if (len != 13 || !all_digits(n, 0, 13))
		return false;
	year = (unsigned)number_at(n, 4, 3);
	return is_date(year + (year < 800 ? 2000 : 1000), (unsigned)number_at(n, 2, 2),
		   (unsigned)number_at(n, 0, 2)) &&
	    (11 - weighted(n, 0, weights, 12) % 11) % 11 % 10 == digit_at(n, 12);
}

static bool
check_pib_rs(const char *n, size_t len)
{
	return len == 9 && mod_11_10(n, 9);
}

static bool
check_pib_me(const char *n, size_t len)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2 };

	return len == 8 && all_digits(n, 0, 8) &&
	    (11 - weighted(n, 0, weights, 7) % 11) % 11 % 10 == digit_at(n, 7);
}

static bool
check_edb(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };

	if (len > 2 && n[0] == 'M' && n[1] == 'K')
		n += 2, len -= 2;
	return len == 13 && all_digits(n, 0, 13) &&
	    (11 - weighted(n, 0, weights, 12) % 11) % 11 % 10 == digit_at(n, 12);
}

static bool
check_edrpou(const char *n, size_t len)
{
	static const unsigned low[] = { 1, 2, 3, 4, 5, 6, 7 }, high[] = { 7, 1, 2, 3, 4, 5, 6 };
	const unsigned *weights = len > 0 && strchr("345", n[0]) != NULL ? high : low;
	unsigned sum = 0, check;

	if (len != 8 || !all_digits(n, 0, 8))
		return false;
	check = weighted(n, 0, weights, 7) % 11;
	for (size_t i = 0; check == 10 && i < 7; i++)
		sum += (weights[i] + 2) * digit_at(n, i);
	return (check < 10 ? check : sum % 11 % 10) == digit_at(n, 7);
}

static bool
check_rntrc(const char *n, size_t len)
{
	static const unsigned weights[] = { 10, 5, 7, 9, 4, 6, 10, 5, 7 }; /* -1 is 10 modulo 11 */

	return len == 10 && all_digits(n, 0, 10) &&
	    weighted(n, 0, weights, 9) % 11 % 10 == digit_at(n, 9);
}

static bool
check_inn(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8 };

	if ((len != 10 && len != 12) || !all_digits(n, 0, len))
		return false;
	if (len == 10)
		return weighted(n, 0, weights + 2, 9) % 11 % 10 == digit_at(n, 9);
	return weighted(n, 0, weights + 1, 10) % 11 % 10 == digit_at(n, 10) &&
	    weighted(n, 0, weights, 11) % 11 % 10 == digit_at(n, 11);
}

static bool
check_ogrn(const char *n, size_t len)
{
	if (!((len == 13 || len == 15) && all_digits(n, 0, len)))
		return false;
	return number_at(n, 0, len - 1) % (len - 2) % 10 == digit_at(n, len - 1);
}

static bool
check_idno(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1 };

	return len == 13 && all_digits(n, 0, 13) &&
	    weighted(n, 0, weights, 12) % 10 == digit_at(n, 12);
}

static bool
check_tckimlik(const char *n, size_t len)
{
	unsigned odd = 0, even = 0;

	if (len != 11 || !all_digits(n, 0, 11) || n[0] == '0')
		return false;
	for (size_t i = 0; i < 9; i += 2)
		odd += digit_at(n, i);
	for (size_t i = 1; i < 8; i += 2)
		even += digit_at(n, i);
	return (odd * 7 + even * 9) % 10 == digit_at(n, 9) &&
	    (odd + even + digit_at(n, 9)) % 10 == digit_at(n, 10);
}

static bool
check_vkn(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len != 10 || !all_digits(n, 0, 10))
		return false;
	for (unsigned i = 1; i <= 9; i++) {
		unsigned c = (digit_at(n, 9 - i) + i) % 10, product = (c << i) % 9;

		if (c != 0)
			sum += product == 0 ? 9 : product;
	}
	return (10 - sum % 10) % 10 == digit_at(n, 9);
}

const struct validator validators_east[] = {
	{ "bg-egn", check_egn },
	{ "cz-ico", check_ico },
	{ "cz-rc", check_rc },
	{ "hr-oib", check_oib },
	{ "hu-anum", check_anum },
	{ "md-idno", check_idno },
	{ "me-pib", check_pib_me },
	{ "mk-edb", check_edb },
	{ "pl-nip", check_nip },
	{ "pl-pesel", check_pesel },
	{ "pl-regon", check_regon },
	{ "ro-cnp", check_cnp },
	{ "ro-cui", check_cui },
	{ "rs-pib", check_pib_rs },
	{ "ru-inn", check_inn },
	{ "ru-ogrn", check_ogrn },
	{ "si-emso", check_emso },
	{ "sk-ico", check_ico },
	{ "sk-rc", check_rc },
	{ "tr-tckimlik", check_tckimlik },
	{ "tr-vkn", check_vkn },
	{ "ua-edrpou", check_edrpou },
	{ "ua-rntrc", check_rntrc },
	{ NULL, NULL },
};
