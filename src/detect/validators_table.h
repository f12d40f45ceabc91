/* What the files of validators share; private to them. */
#ifndef DETECT_VALIDATORS_TABLE_H
#define DETECT_VALIDATORS_TABLE_H

#include "detect/validators.h"

#include <ctype.h>

/* Not isdigit(): locales have no say here, and this is quicker. */
static inline bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* The value of a digit or letter in a number of base 36. */
static inline unsigned
value_of(char c)
{
	return is_digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
}

static inline unsigned
digit_at(const char *n, size_t i)
{
	return (unsigned)(n[i] - '0');
}

bool all_digits(const char *n, size_t from, size_t len);
bool all_letters(const char *n, size_t from, size_t len);
bool all_same(const char *n, size_t len);
/* LEN digits from FROM on as a number. */
unsigned long long number_at(const char *n, size_t from, size_t len);
bool is_date(unsigned year, unsigned month, unsigned day);
/* A date of six digits from FROM on, YYMMDD, in whatever century. */
bool is_short_date(const char *n, size_t from);
/* The digits from FROM on, times WEIGHTS (COUNT of them), added up. */
unsigned weighted(const char *n, size_t from, const unsigned *weights, size_t count);
bool luhn(const char *n, size_t len);
/* ISO/IEC 7064: mod 97-10 over digits and letters, mod 11-10 over digits. */
unsigned mod_97(const char *n, size_t len);
bool mod_11_10(const char *n, size_t len);

extern const struct validator validators_algorithms[], validators_america[], validators_asia[],
    validators_central[], validators_dates[], validators_east[], validators_finance[],
    validators_north[], validators_south[];

#endif
