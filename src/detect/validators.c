/* Algorithms of check digits, and the table of validators: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

bool
all_digits(const char *n, size_t from, size_t len)
{
	for (size_t i = from; i < from + len; i++)
		if (!is_digit(n[i]))
			return false;
	return true;
}

bool
all_letters(const char *n, size_t from, size_t len)
{
	for (size_t i = from; i < from + len; i++)
		if (n[i] < 'A' || n[i] > 'Z')
			return false;
	return true;
}

bool
all_same(const char *n, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (n[i] != n[0])
			return false;
	return true;
}

unsigned long long
number_at(const char *n, size_t from, size_t len)
{
	unsigned long long value = 0;

	for (size_t i = from; i < from + len; i++)
		value = value * 10 + digit_at(n, i);
	return value;
}

bool
is_date(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 &&
	    day <= days[month - 1] + (unsigned)(leap && month == 2);
}

bool
is_short_date(const char *n, size_t from)
{
	unsigned year = (unsigned)number_at(n, from, 2);

	return is_date(
	    2000 + year, (unsigned)number_at(n, from + 2, 2), (unsigned)number_at(n, from + 4, 2));
}

unsigned
weighted(const char *n, size_t from, const unsigned *weights, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * digit_at(n, from + i);
	return sum;
}

/* ISO/IEC 7812-1, annex B. */
bool
luhn(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len < 2 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned d = digit_at(n, len - 1 - i);

		if (i % 2 == 1)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

unsigned
mod_97(const char *n, size_t len)
{
	unsigned rest = 0;

	for (size_t i = 0; i < len; i++)
		rest = (rest * (is_digit(n[i]) ? 10 : 100) + value_of(n[i])) % 97;
	return rest;
}

bool
mod_11_10(const char *n, size_t len)
{
	unsigned check = 5;

	if (len < 2 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i < len; i++)
		check = ((check == 0 ? 10 : check) * 2 % 11 + digit_at(n, i)) % 10;
	return check == 1;
}

static bool
check_mod_97_10(const char *n, size_t len)
{
	return len > 2 && mod_97(n, len) == 1;
}

static bool
check_mod_11_2(const char *n, size_t len)
{
	unsigned check = 0;

	if (len < 2 || !all_digits(n, 0, len - 1))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		check = (check + digit_at(n, i)) * 2 % 11;
	check = (12 - check) % 11;
	return n[len - 1] == (check == 10 ? 'X' : (char)('0' + check));
}

static bool
check_mod_37_36(const char *n, size_t len)
{
	unsigned check = 18;

	if (len < 2)
		return false;
	for (size_t i = 0; i < len; i++)
		check = ((check == 0 ? 36 : check) * 2 % 37 + value_of(n[i])) % 36;
	return check == 1;
}

/* Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group of ten. */
static bool
check_verhoeff(const char *n, size_t len)
{
	static const char permutations[8][11] = { "0123456789", "1576283094", "5803796142",
		"8916043527", "9453126870", "4286573901", "2793806415", "7046913258" };
	static const char products[10][11] = { "0123456789", "1234067895", "2340178956",
		"3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104",
		"9876543210" };
	unsigned check = 0;

	if (len < 2 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned d = digit_at(n, len - 1 - i);

		check = (unsigned)(products[check][permutations[i % 8][d] - '0'] - '0');
	}
	return check == 0;
}

/* Damm, TASP: the quasigroup of his dissertation (2004). */
static bool
check_damm(const char *n, size_t len)
{
	static const char table[10][11] = { "0317598642", "7092154863", "4206871359", "1750983426",
		"6123045978", "3674209581", "5869720134", "8945362017", "9438617205",
		"2581436790" };
	unsigned check = 0;

	if (len < 2 || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i < len; i++)
		check = (unsigned)(table[check][digit_at(n, i)] - '0');
	return check == 0;
}

static bool
check_ean(const char *n, size_t len)
{
	unsigned sum = 0;

	if ((len != 8 && len != 12 && len != 13 && len != 14) || !all_digits(n, 0, len))
		return false;
	for (size_t i = 0; i < len; i++)
		sum += digit_at(n, len - 1 - i) * (i % 2 == 1 ? 3 : 1);
	return sum % 10 == 0;
}

const struct validator validators_algorithms[] = {
	{ "damm", check_damm },
	{ "ean", check_ean },
	{ "iso7064-mod_11_10", mod_11_10 },
	{ "iso7064-mod_11_2", check_mod_11_2 },
	{ "iso7064-mod_37_36", check_mod_37_36 },
	{ "iso7064-mod_97_10", check_mod_97_10 },
	{ "luhn", luhn },
	{ "verhoeff", check_verhoeff },
	{ NULL, NULL },
};

static const struct validator *const tables[] = { validators_algorithms, validators_america,
	validators_asia, validators_central, validators_dates, validators_east, validators_finance,
	validators_north, validators_south };

const struct validator *
validator_at(size_t i)
{
	static const struct validator none = { NULL, NULL };

	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t k = 0; tables[t][k].name != NULL; k++)
			if (i-- == 0)
				return &tables[t][k];
	return &none;
}

const struct validator *
validator_by_name(const char *name)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t k = 0; tables[t][k].name != NULL; k++)
			if (strcmp(tables[t][k].name, name) == 0)
				return &tables[t][k];
	return NULL;
}

bool
validator_compact(struct bytes text, char ret[VALIDATOR_MAX + 1], size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = text.data[i];

		if (!is_digit((char)c)) {
			c &= (unsigned char)~32;
			if (c < 'A' || c > 'Z')
				continue;
		}
		if (n == VALIDATOR_MAX)
			return false;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	*ret_len = n;
	return true;
}
