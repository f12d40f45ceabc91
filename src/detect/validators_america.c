/* Numbers of North America and their check digits: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

/* Social Security Administration, POMS RM 10201.035: what was never issued; three numbers that
 * advertisements showed. */
static bool
check_ssn(const char *n, size_t len)
{
	static const char *const shown[] = { "078051120", "457555462", "219099999" };

	if (len != 9 || !all_digits(n, 0, 9) || all_same(n, 9))
		return false;
	if (n[0] == '9' || strncmp(n, "000", 3) == 0 || strncmp(n, "666", 3) == 0)
		return false;
	if (strncmp(n + 3, "00", 2) == 0 || strncmp(n + 5, "0000", 4) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		if (strcmp(n, shown[i]) == 0)
			return false;
	return true;
}

/* IRS Internal Revenue Manual 3.21.263: the groups in use. */
static bool
check_itin(const char *n, size_t len)
{
	unsigned group;

	if (len != 9 || !all_digits(n, 0, 9) || n[0] != '9')
		return false;
	group = (unsigned)number_at(n, 3, 2);
	return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
	    (group >= 90 && group <= 92) || (group >= 94 && group <= 99);
}

/* Prefixes that the IRS assigns to its campuses and to internet applications. */
static bool
check_ein(const char *n, size_t len)
{
	static const char absent[] = "00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97 ";

	if (len != 9 || !all_digits(n, 0, 9))
		return false;
	for (size_t i = 0; i + 2 < sizeof(absent); i += 3)
		if (strncmp(n, absent + i, 2) == 0)
			return false;
	return true;
}

static bool
check_ptin(const char *n, size_t len)
{
	return len == 9 && n[0] == 'P' && all_digits(n, 1, 8);
}

/* American Bankers Association: weights 3, 7, 1. */
static bool
check_rtn(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 7, 1, 3, 7, 1, 3, 7, 1 };
	unsigned sum;

	if (len != 9 || !all_digits(n, 0, 9))
		return false;
	sum = weighted(n, 0, weights, 9);
	return sum > 0 && sum % 10 == 0;
}

/* 45 CFR 162.406: Luhn with 80840 put before it. */
static bool
check_npi(const char *n, size_t len)
{
	char full[16] = "80840";

	if (len != 10 || (n[0] != '1' && n[0] != '2') || !all_digits(n, 0, 10))
		return false;
	memcpy(full + 5, n, 10);
	return luhn(full, 15);
}

static bool
check_dea(const char *n, size_t len)
{
	unsigned sum;

	if (len != 9 || !isupper((unsigned char)n[0]) || !all_digits(n, 2, 7) ||
	    !(isupper((unsigned char)n[1]) || n[1] == '9') || strchr("INOQVWYZ", n[0]) != NULL)
		return false;
	sum = digit_at(n, 2) + digit_at(n, 4) + digit_at(n, 6) +
	    2 * (digit_at(n, 3) + digit_at(n, 5) + digit_at(n, 7));
	return sum % 10 == digit_at(n, 8);
}

/* Centers for Medicare and Medicaid Services: letters without S, L, O, I, B, Z. */
static bool
check_mbi(const char *n, size_t len)
{
	static const char kinds[] = "1ax9ax9aa99"; /* a letter, x letter or digit */

	if (len != 11 || n[0] == '0')
		return false;
	for (size_t i = 0; i < 11; i++) {
		bool digit = isdigit((unsigned char)n[i]);

		if (!digit && strchr("SLOIBZ", n[i]) != NULL)
			return false;
		if (kinds[i] == 'a' ? digit : kinds[i] != 'x' && !digit)
			return false;
	}
	return true;
}

static bool
check_sin(const char *n, size_t len)
{
	return len == 9 && n[0] != '0' && n[0] != '8' && !all_same(n, 9) && luhn(n, 9);
}

static bool
check_bn(const char *n, size_t len)
{
	if (len != 9 && len != 15)
		return false;
	return luhn(n, 9) && (len == 9 || (all_letters(n, 9, 2) && all_digits(n, 11, 4)));
}

static bool
check_bc_phn(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 4, 8, 5, 10, 9, 7, 3 };
	unsigned check = 0;

	if (len != 10 || n[0] != '9' || !all_digits(n, 0, 10))
		return false;
	for (size_t i = 0; i < 8; i++)
		check += weights[i] * digit_at(n, i + 1) % 11;
	check = (11 - check % 11) % 11;
	return check == digit_at(n, 9);
}

/* Registro Nacional de Población: date of birth, sex, state and a check digit. */
static bool
check_curp(const char *n, size_t len)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ"; /* & for Ñ */
	static const char states[] = "AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT "
				     "OC PL QR QT SL SP SR TC TL TS VZ YN ZS ";
	unsigned sum = 0;
	bool known = false;

	if (len != 18 || !all_letters(n, 0, 4) || !all_digits(n, 4, 6) || !is_short_date(n, 4) ||
	    strchr("HMX", n[10]) == NULL || !all_letters(n, 11, 5) ||
	    !isdigit((unsigned char)n[17]))
		return false;
	for (size_t i = 0; i + 3 < sizeof(states); i += 3)
		known = known || strncmp(n + 11, states + i, 2) == 0;
	for (size_t i = 0; i < 17; i++)
		sum += (unsigned)(strchr(alphabet, n[i]) - alphabet) * (unsigned)(18 - i);
	return known && (10 - sum % 10) % 10 == digit_at(n, 17);
}

/* Servicio de Administración Tributaria: persons 10 or 13 characters, companies 12. The check
 * character is not kept to by all that issue numbers. & and Ñ are no letters here, so one or two
 * may be missing. */
static bool
check_rfc(const char *n, size_t len)
{
	size_t letters = 0;

	while (letters < 4 && isupper((unsigned char)n[letters]))
		letters++;
	if (letters < 2 || len < letters + 6 || (len != letters + 6 && len != letters + 9) ||
	    !all_digits(n, letters, 6) || !is_short_date(n, letters))
		return false;
	return len == letters + 6 || n[len - 1] == 'A' || isdigit((unsigned char)n[len - 1]);
}

const struct validator validators_america[] = {
	{ "ca-bc_phn", check_bc_phn },
	{ "ca-bn", check_bn },
	{ "ca-sin", check_sin },
	{ "mx-curp", check_curp },
	{ "mx-rfc", check_rfc },
	{ "us-dea", check_dea },
	{ "us-ein", check_ein },
	{ "us-itin", check_itin },
	{ "us-mbi", check_mbi },
	{ "us-npi", check_npi },
	{ "us-ptin", check_ptin },
	{ "us-rtn", check_rtn },
	{ "us-ssn", check_ssn },
	{ NULL, NULL },
};
