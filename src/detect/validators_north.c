/* Numbers of Northern Europe and the British Isles: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

/* Digital and Population Data Services Agency: the sign of the century may have been a separator,
 * which a compact number has not. */
static bool
check_hetu(const char *n, size_t len)
{
	char digits[10];
	unsigned number;

	if ((len != 10 && len != 11) || !all_digits(n, 0, 6) || !all_digits(n, len - 4, 3) ||
	    (len == 11 && strchr("ABCDEFUVWXY", n[6]) == NULL))
		return false;
	memcpy(digits, n, 6);
	memcpy(digits + 6, n + len - 4, 3);
	number = (unsigned)number_at(digits, 6, 3);
	return is_date(2000 + (unsigned)number_at(n, 4, 2), (unsigned)number_at(n, 2, 2),
		   (unsigned)number_at(n, 0, 2)) &&
	    number >= 2 &&
	    "0123456789ABCDEFHJKLMNPRSTUVWXY"[number_at(digits, 0, 9) % 31] == n[len - 1];
}

static bool
check_ytunnus(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 9, 10, 5, 8, 4, 2, 1 };

	return len == 8 && all_digits(n, 0, 8) && weighted(n, 0, weights, 8) % 11 == 0;
}

/* Skatteverket, SKV 704: coordination numbers add 60 to the day. */
static bool
check_personnummer(const char *n, size_t len)
{
	const char *ten = len == 12 ? n + 2 : n;
	unsigned year, day;

	if ((len != 10 && len != 12) || !all_digits(n, 0, len) || !luhn(ten, 10))
		return false;
	year = len == 12 ? (unsigned)number_at(n, 0, 4) : 2000 + (unsigned)number_at(n, 0, 2);
	day = (unsigned)number_at(ten, 4, 2);
	return year >= 1850 && year < 2100 &&
	    is_date(year, (unsigned)number_at(ten, 2, 2), day > 60 ? day - 60 : day);
}

static bool
check_orgnr_se(const char *n, size_t len)
{
	return len == 10 && luhn(n, 10);
}

/* Organizations have 20 or more where persons have the month. */
static bool
check_organisationsnummer(const char *n, size_t len)
{
	return check_orgnr_se(n, len) && number_at(n, 2, 2) >= 20;
}

static bool
check_vat_se(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'S' && n[1] == 'E')
		n += 2, len -= 2;
	return len == 12 && n[10] == '0' && n[11] == '1' && luhn(n, 10);
}

/* Skatteetaten: two check digits; D numbers add 40 to the day, H and synthetic ones to the month.
 */
static bool
check_fodselsnummer(const char *n, size_t len)
{
	static const unsigned first[] = { 3, 7, 6, 1, 8, 9, 4, 5, 2 },
			      second[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	unsigned day, month;

	if (len != 11 || !all_digits(n, 0, 11))
		return false;
	day = (unsigned)number_at(n, 0, 2) % 40;
	month = (unsigned)number_at(n, 2, 2) % 40;
	return is_date(2000 + (unsigned)number_at(n, 4, 2), month, day) &&
	    (11 - weighted(n, 0, first, 9) % 11) % 11 == digit_at(n, 9) &&
	    (11 - weighted(n, 0, second, 10) % 11) % 11 == digit_at(n, 10);
}

static bool
check_orgnr_no(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 2, 7, 6, 5, 4, 3, 2, 1 };

	return len == 9 && all_digits(n, 0, 9) && weighted(n, 0, weights, 9) % 11 == 0;
}

static bool
check_mva(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'N' && n[1] == 'O')
		n += 2, len -= 2;
	return len == 12 && strcmp(n + 9, "MVA") == 0 && check_orgnr_no(n, 9);
}

/* Det Centrale Personregister: the seventh digit says the century. The check digit is no longer
 * kept to since 2007. */
static bool
check_cpr(const char *n, size_t len)
{
	unsigned year, century = 1900;

	if (len != 10 || !all_digits(n, 0, 10))
		return false;
	year = (unsigned)number_at(n, 4, 2);
	if (strchr("5678", n[6]) != NULL)
		century = year >= 58 ? 1800 : 2000;
	else if (strchr("49", n[6]) != NULL && year <= 36)
		century = 2000;
	return century + year < 2050 && /* nobody is born yet */
	    is_date(century + year, (unsigned)number_at(n, 2, 2), (unsigned)number_at(n, 0, 2));
}

static bool
check_cvr(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 7, 6, 5, 4, 3, 2, 1 };

	if (len > 2 && n[0] == 'D' && n[1] == 'K')
		n += 2, len -= 2;
	return len == 8 && all_digits(n, 0, 8) && n[0] != '0' &&
	    weighted(n, 0, weights, 8) % 11 == 0;
}

/* Þjóðskrá: companies add 40 to the day, the last digit is the century. */
static bool
check_kennitala(const char *n, size_t len)
{
	static const unsigned weights[] = { 3, 2, 7, 6, 5, 4, 3, 2, 1 };

	return len == 10 && all_digits(n, 0, 10) && (n[9] == '0' || n[9] == '9') &&
	    is_date(2000 + (unsigned)number_at(n, 4, 2), (unsigned)number_at(n, 2, 2),
		(unsigned)number_at(n, 0, 2) % 40) &&
	    weighted(n, 0, weights, 9) % 11 == 0;
}

/* The personal codes of Estonia and Lithuania have one check digit of two rounds. */
static bool
check_baltic(const char *n, size_t len)
{
	static const unsigned first[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1 },
			      second[] = { 3, 4, 5, 6, 7, 8, 9, 1, 2, 3 };
	unsigned check;

	if (len != 11 || !all_digits(n, 0, 11) || n[0] == '0')
		return false;
	check = weighted(n, 0, first, 10) % 11;
	if (check == 10)
		check = weighted(n, 0, second, 10) % 11 % 10;
	return check == digit_at(n, 10);
}

static bool
check_ik(const char *n, size_t len)
{
	unsigned century = len == 11 ? (digit_at(n, 0) + 1) / 2 : 0;

	return check_baltic(n, len) && n[0] <= '8' &&
	    is_date((17 + century) * 100 + (unsigned)number_at(n, 1, 2),
		(unsigned)number_at(n, 3, 2), (unsigned)number_at(n, 5, 2));
}

static bool
check_asmens(const char *n, size_t len)
{
	return check_baltic(n, len) && (n[0] == '9' || check_ik(n, len));
}

static bool
check_registrikood(const char *n, size_t len)
{
	static const unsigned first[] = { 1, 2, 3, 4, 5, 6, 7 }, second[] = { 3, 4, 5, 6, 7, 8, 9 };
	unsigned check;

	if (len != 8 || !all_digits(n, 0, 8) || strchr("1789", n[0]) == NULL)
		return false;
	check = weighted(n, 0, first, 7) % 11;
	if (check == 10)
		check = weighted(n, 0, second, 7) % 11 % 10;
	return check == digit_at(n, 7);
}

static bool
check_nhs(const char *n, size_t len)
{
	static const unsigned weights[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 };

	return len == 10 && all_digits(n, 0, 10) && weighted(n, 0, weights, 10) % 11 == 0;
}

static bool
check_utr(const char *n, size_t len)
{
	static const unsigned weights[] = { 6, 7, 8, 9, 10, 5, 4, 3, 2 };

	if (len == 11 && n[10] == 'K')
		len = 10;
	return len == 10 && all_digits(n, 0, 10) &&
	    "21987654321"[weighted(n, 1, weights, 9) % 11] == n[0];
}

/* HM Revenue and Customs, NIM39110: prefixes that are not given out. */
static bool
check_nino(const char *n, size_t len)
{
	static const char barred[] = "BG GB NK KN NT TN ZZ ";

	if (len != 9 || !all_letters(n, 0, 2) || !all_digits(n, 2, 6) || n[8] < 'A' || n[8] > 'D' ||
	    strchr("DFIQUV", n[0]) != NULL || strchr("DFIQUVO", n[1]) != NULL)
		return false;
	for (size_t i = 0; i + 3 < sizeof(barred); i += 3)
		if (strncmp(n, barred + i, 2) == 0)
			return false;
	return true;
}

/* Driver and Vehicle Licensing Agency: surname padded with 9, date of birth (women add 50 to the
 * month), initials. */
static bool
check_gb_driving(const char *n, size_t len)
{
	unsigned month;
	size_t letters = 0;

	if (len != 16 || !all_digits(n, 5, 6) || !all_letters(n, 14, 2))
		return false;
	while (letters < 5 && isupper((unsigned char)n[letters]))
		letters++;
	for (size_t i = letters; i < 5; i++)
		if (n[i] != '9')
			return false;
	month = (unsigned)number_at(n, 6, 2);
	month = month > 50 ? month - 50 : month;
	return letters > 0 && month >= 1 && month <= 12 && number_at(n, 8, 2) >= 1 &&
	    number_at(n, 8, 2) <= 31;
}

/* Plates since 2001: 02 to 29 from March, 51 to 79 from September; before, a letter and a number of
 * one to three digits. */
static bool
check_gb_plate(const char *n, size_t len)
{
	unsigned age;

	if (len != 7 || !all_letters(n, 0, 2) || !all_digits(n, 2, 2))
		return len >= 5 && len <= 7;
	age = (unsigned)number_at(n, 2, 2);
	return (age >= 2 && age <= 29) || (age >= 51 && age <= 79);
}

static bool
check_gb_vat(const char *n, size_t len)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2, 10, 1 };
	unsigned rest;

	if (len > 2 && (strncmp(n, "GB", 2) == 0 || strncmp(n, "XI", 2) == 0))
		n += 2, len -= 2;
	if (len == 5)
		return all_digits(n, 2, 3) &&
		    ((strncmp(n, "GD", 2) == 0 && n[2] < '5') ||
			(strncmp(n, "HA", 2) == 0 && n[2] >= '5'));
	if ((len != 9 && len != 12) || !all_digits(n, 0, len))
		return false;
	rest = weighted(n, 0, weights, 9) % 97;
	return number_at(n, 0, 3) >= 100 ? rest == 0 || rest == 42 || rest == 55 : rest == 0;
}

static char
pps_check(const char *digits, char extra)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2 };
	unsigned sum = weighted(digits, 0, weights, 7);

	if (extra >= 'A' && extra <= 'I')
		sum += 9 * (unsigned)(extra - 'A' + 1);
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

static bool
check_pps(const char *n, size_t len)
{
	if ((len != 8 && len != 9) || !all_digits(n, 0, 7) || !all_letters(n, 7, len - 7))
		return false;
	if (len == 9 && strchr("ABHWTX", n[8]) == NULL)
		return false;
	return pps_check(n, len == 9 ? n[8] : 'W') == n[7];
}

const struct validator validators_north[] = {
	{ "dk-cpr", check_cpr },
	{ "dk-cvr", check_cvr },
	{ "ee-ik", check_ik },
	{ "ee-registrikood", check_registrikood },
	{ "fi-hetu", check_hetu },
	{ "fi-ytunnus", check_ytunnus },
	{ "gb-driving-licence", check_gb_driving },
	{ "gb-nhs", check_nhs },
	{ "gb-nino", check_nino },
	{ "gb-plate", check_gb_plate },
	{ "gb-utr", check_utr },
	{ "gb-vat", check_gb_vat },
	{ "ie-pps", check_pps },
	{ "is-kennitala", check_kennitala },
	{ "lt-asmens", check_asmens },
	{ "no-fodselsnummer", check_fodselsnummer },
	{ "no-mva", check_mva },
	{ "no-orgnr", check_orgnr_no },
	{ "se-organisationsnummer", check_organisationsnummer },
	{ "se-orgnr", check_orgnr_se },
	{ "se-personnummer", check_personnummer },
	{ "se-vat", check_vat_se },
	{ NULL, NULL },
};
