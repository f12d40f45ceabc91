/* Numbers of Central and Southern Europe: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

/* Bundeszentralamt für Steuern: one digit stands two or three times in the first ten. */
static bool
check_idnr(const char *n, size_t len)
{
	unsigned counts[10] = { 0 }, repeated = 0;

	if (len != 11 || n[0] == '0' || !mod_11_10(n, 11))
		return false;
	for (size_t i = 0; i < 10; i++)
		counts[digit_at(n, i)]++;
	for (size_t i = 0; i < 10; i++) {
		if (counts[i] > 3)
			return false;
		repeated += counts[i] > 1;
	}
	return repeated == 1;
}

/* The same without that one digit must repeat: numbers in examples and tests often do not. */
static bool
check_idnr_loose(const char *n, size_t len)
{
	unsigned counts[10] = { 0 };

	if (len != 11 || n[0] == '0' || !mod_11_10(n, 11))
		return false;
	for (size_t i = 0; i < 10; i++)
		if (++counts[digit_at(n, i)] > 3)
			return false;
	return true;
}

static bool
check_vat_de(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'D' && n[1] == 'E')
		n += 2, len -= 2;
	return len == 9 && n[0] != '0' && mod_11_10(n, 9);
}

/* Weights 7, 3, 1 over the serial number of documents (ICAO 9303 part 3). */
static bool
check_icao(const char *n, size_t len)
{
	static const unsigned weights[] = { 7, 3, 1 };
	unsigned sum = 0;

	if (len < 2 || !isdigit((unsigned char)n[len - 1]))
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += weights[i % 3] * value_of(n[i]);
	return sum % 10 == digit_at(n, len - 1);
}

/* A letter's place in the alphabet as two digits. */
static void
two_digits(char *ret, char letter)
{
	ret[0] = (char)('0' + (letter - 'A' + 1) / 10);
	ret[1] = (char)('0' + (letter - 'A' + 1) % 10);
}

static unsigned
sum_of_digits(unsigned n)
{
	return n / 10 + n % 10;
}

/* Deutsche Rentenversicherung, VKVV section 4. */
static bool
check_rvnr(const char *n, size_t len)
{
	static const unsigned weights[] = { 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1 };
	char digits[12];
	unsigned sum = 0, day;

	if (len != 12 || !all_digits(n, 0, 8) || !isupper((unsigned char)n[8]) ||
	    !all_digits(n, 9, 3))
		return false;
	memcpy(digits, n, 8);
	two_digits(digits + 8, n[8]);
	memcpy(digits + 10, n + 9, 2);
	for (size_t i = 0; i < 12; i++)
		sum += sum_of_digits(weights[i] * digit_at(digits, i));
	day = (unsigned)number_at(n, 2, 2);
	day = day > 50 ? day - 50 : day;
	return sum % 10 == digit_at(n, 11) && day >= 1 && day <= 31 && number_at(n, 4, 2) >= 1 &&
	    number_at(n, 4, 2) <= 12;
}

/* GKV-Spitzenverband: the letter as two digits, weights 1 and 2. */
static bool
check_kvnr(const char *n, size_t len)
{
	char digits[10];
	unsigned sum = 0;

	if (len != 10 || !isupper((unsigned char)n[0]) || !all_digits(n, 1, 9))
		return false;
	two_digits(digits, n[0]);
	memcpy(digits + 2, n + 1, 8);
	for (size_t i = 0; i < 10; i++)
		sum += sum_of_digits((i % 2 + 1) * digit_at(digits, i));
	return sum % 10 == digit_at(n, 9);
}

/* Kassenärztliche Bundesvereinigung: weights 4 and 9, then the field of work. */
static bool
check_lanr(const char *n, size_t len)
{
	static const unsigned weights[] = { 4, 9, 4, 9, 4, 9 };

	return len == 9 && all_digits(n, 0, 9) &&
	    (10 - weighted(n, 0, weights, 6) % 10) % 10 == digit_at(n, 6);
}

static bool
check_bsnr(const char *n, size_t len)
{
	return len == 9 && all_digits(n, 0, 9) && !all_same(n, 9) && number_at(n, 0, 2) > 0;
}

static bool
check_plz(const char *n, size_t len)
{
	return len == 5 && all_digits(n, 0, 5) && number_at(n, 0, 5) > 1000 &&
	    number_at(n, 0, 5) < 99999;
}

static bool
check_uid_at(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len > 2 && n[0] == 'A' && n[1] == 'T')
		n += 2, len -= 2;
	if (len != 9 || n[0] != 'U' || !all_digits(n, 1, 8))
		return false;
	for (size_t i = 1; i < 8; i++)
		sum += sum_of_digits(digit_at(n, i) * (i % 2 == 0 ? 2 : 1));
	return (96 - sum) % 10 == digit_at(n, 8);
}

static bool
check_ssn_ch(const char *n, size_t len)
{
	return len == 13 && strncmp(n, "756", 3) == 0 && validator_by_name("ean")->check(n, 13);
}

static bool
check_uid_ch(const char *n, size_t len)
{
	static const unsigned weights[] = { 5, 4, 3, 2, 7, 6, 5, 4 };

	if (len > 3 && strncmp(n, "CHE", 3) == 0)
		n += 3, len -= 3;
	return len == 9 && all_digits(n, 0, 9) &&
	    (11 - weighted(n, 0, weights, 8) % 11) % 11 == digit_at(n, 8);
}

static bool
check_bsn(const char *n, size_t len)
{
	unsigned sum = 0;

	if ((len != 8 && len != 9) || !all_digits(n, 0, len) || number_at(n, 0, len) == 0)
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += (unsigned)(len - i) * digit_at(n, i);
	return sum % 11 == digit_at(n, len - 1);
}

static bool
check_vat_be(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'B' && n[1] == 'E')
		n += 2, len -= 2;
	if ((len != 9 && (len != 10 || n[0] > '1')) || !all_digits(n, 0, len))
		return false; /* older numbers have no leading zero */
	return number_at(n, 0, len) > 0 &&
	    (number_at(n, 0, len - 2) + number_at(n, len - 2, 2)) % 97 == 0;
}

/* Rijksregister: born from 2000 on, a 2 stands before the number; BIS numbers add to the month. */
static bool
check_ssn_be(const char *n, size_t len)
{
	unsigned month;
	unsigned long long check;

	if (len != 11 || !all_digits(n, 0, 11))
		return false;
	month = (unsigned)number_at(n, 2, 2) % 20;
	check = 97 - number_at(n, 9, 2);
	return month <= 12 && number_at(n, 4, 2) <= 31 &&
	    (number_at(n, 0, 9) % 97 == check ||
		(2000000000ULL + number_at(n, 0, 9)) % 97 == check);
}

/* INSEE: Corsica has letters in the department. */
static bool
check_nir(const char *n, size_t len)
{
	char digits[16];

	if (len != 15 || !all_digits(n, 0, 5) || !all_digits(n, 7, 8) || n[0] == '0')
		return false;
	memcpy(digits, n, 16);
	if (n[5] == '2' && (n[6] == 'A' || n[6] == 'B')) {
		digits[5] = '1';
		digits[6] = n[6] == 'A' ? '9' : '8';
	}
	return all_digits(digits, 5, 2) &&
	    97 - number_at(digits, 0, 13) % 97 == number_at(n, 13, 2);
}

static bool
check_siren(const char *n, size_t len)
{
	return len == 9 && luhn(n, 9);
}

/* Establishments of La Poste have a rule of their own. */
static bool
check_siret(const char *n, size_t len)
{
	unsigned sum = 0;

	if (len != 14 || !all_digits(n, 0, 14))
		return false;
	for (size_t i = 0; i < 14; i++)
		sum += digit_at(n, i);
	if (strncmp(n, "356000000", 9) == 0 && strcmp(n, "35600000000048") != 0)
		return sum % 5 == 0;
	return luhn(n, 14) && luhn(n, 9);
}

static bool
check_nif_fr(const char *n, size_t len)
{
	return len == 13 && all_digits(n, 0, 13) && n[0] <= '3' &&
	    number_at(n, 0, 10) % 511 == number_at(n, 10, 3);
}

static bool
check_iva_it(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'I' && n[1] == 'T')
		n += 2, len -= 2;
	return len == 11 && all_digits(n, 0, 11) && number_at(n, 0, 7) > 0 && luhn(n, 11);
}

/* Decreto 12 marzo 1974, n. 2227: odd places have a table of their own; letters may stand for
 * digits where two persons would have the same code. */
static bool
check_codicefiscale(const char *n, size_t len)
{
	static const unsigned char odd[] = { 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
		6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	static const char places[] = "aaaaaa99m99a999a", letters[] = "LMNPQRSTUV";
	unsigned sum = 0;

	if (len == 11)
		return check_iva_it(n, len);
	if (len != 16)
		return false;
	for (size_t i = 0; i < 16; i++) {
		bool digit = isdigit((unsigned char)n[i]);

		if (places[i] == '9' ? !digit && strchr(letters, n[i]) == NULL : digit)
			return false;
		if (places[i] == 'm' && strchr("ABCDEHLMPRST", n[i]) == NULL)
			return false;
	}
	for (size_t i = 0; i < 15; i++) {
		unsigned v = value_of(n[i]);

		v = v >= 10 ? v - 10 : v;
		sum += i % 2 == 0 ? odd[v] : v;
	}
	return (char)('A' + sum % 26) == n[15];
}

static char
dni_letter(unsigned long long number)
{
	return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
}

static bool
check_dni(const char *n, size_t len)
{
	return len == 9 && all_digits(n, 0, 8) && dni_letter(number_at(n, 0, 8)) == n[8];
}

/* Numbers as people write them: without the leading zero, too. */
static bool
check_dni_short(const char *n, size_t len)
{
	return (len == 8 || len == 9) && all_digits(n, 0, len - 1) &&
	    dni_letter(number_at(n, 0, len - 1)) == n[len - 1];
}

static bool
check_nie(const char *n, size_t len)
{
	if (len != 9 || n[0] < 'X' || n[0] > 'Z' || !all_digits(n, 1, 7))
		return false;
	return dni_letter((unsigned long long)(n[0] - 'X') * 10000000 + number_at(n, 1, 7)) == n[8];
}

static bool
check_cif(const char *n, size_t len)
{
	unsigned check;
	char full[9];

	if (len != 9 || strchr("ABCDEFGHJNPQRSUVW", n[0]) == NULL || !all_digits(n, 1, 7))
		return false;
	memcpy(full, n + 1, 7);
	for (check = 0; check < 10; check++) {
		full[7] = (char)('0' + check);
		if (luhn(full, 8))
			break;
	}
	if (strchr("PQSNWR", n[0]) != NULL)
		return n[8] == "JABCDEFGHI"[check];
	if (strchr("ABEH", n[0]) != NULL)
		return n[8] == (char)('0' + check);
	return n[8] == (char)('0' + check) || n[8] == "JABCDEFGHI"[check];
}

static bool
check_nif_es(const char *n, size_t len)
{
	if (len > 2 && n[0] == 'E' && n[1] == 'S')
		n += 2, len -= 2;
	if (len == 9 && strchr("KLM", n[0]) != NULL)
		return all_digits(n, 1, 7) && dni_letter(number_at(n, 1, 7)) == n[8];
	return check_dni(n, len) || check_nie(n, len) || check_cif(n, len);
}

static bool
check_nif_pt(const char *n, size_t len)
{
	static const unsigned weights[] = { 9, 8, 7, 6, 5, 4, 3, 2 };

	if (len > 2 && n[0] == 'P' && n[1] == 'T')
		n += 2, len -= 2;
	return len == 9 && all_digits(n, 0, 9) && n[0] != '0' &&
	    (11 - weighted(n, 0, weights, 8) % 11) % 11 % 10 == digit_at(n, 8);
}

static bool
check_amka(const char *n, size_t len)
{
	return len == 11 && luhn(n, 11) &&
	    is_date(2000 + (unsigned)number_at(n, 4, 2), (unsigned)number_at(n, 2, 2),
		(unsigned)number_at(n, 0, 2));
}

const struct validator validators_central[] = {
	{ "at-uid", check_uid_at },
	{ "be-ssn", check_ssn_be },
	{ "be-vat", check_vat_be },
	{ "ch-ssn", check_ssn_ch },
	{ "ch-uid", check_uid_ch },
	{ "de-bsnr", check_bsnr },
	{ "de-idnr", check_idnr },
	{ "de-idnr-loose", check_idnr_loose },
	{ "de-kvnr", check_kvnr },
	{ "de-lanr", check_lanr },
	{ "de-plz", check_plz },
	{ "de-rvnr", check_rvnr },
	{ "de-vat", check_vat_de },
	{ "es-cif", check_cif },
	{ "es-dni", check_dni },
	{ "es-dni-short", check_dni_short },
	{ "es-nie", check_nie },
	{ "es-nif", check_nif_es },
	{ "fr-nif", check_nif_fr },
	{ "fr-nir", check_nir },
	{ "fr-siren", check_siren },
	{ "fr-siret", check_siret },
	{ "gr-amka", check_amka },
	{ "icao-9303", check_icao },
	{ "it-codicefiscale", check_codicefiscale },
	{ "it-iva", check_iva_it },
	{ "nl-bsn", check_bsn },
	{ "pt-nif", check_nif_pt },
	{ NULL, NULL },
};
