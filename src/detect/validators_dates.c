/* Dates and small forms that are no numbers with check digits: see detect/validators.h. */
#include "config.h"

#include "detect/validators_table.h"

static const char months[] = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC ";

static unsigned
month_of(const char *n)
{
	for (unsigned i = 0; i < 12; i++)
		if (strncmp(n, months + 4 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* Day and month by name in either order, and perhaps a year: 05MAY, MAY5, 5MAY2021. */
static bool
check_named_date(const char *n, size_t len)
{
	size_t i = 0, start;
	unsigned month;

	while (i < len && isdigit((unsigned char)n[i]))
		i++;
	start = i;
	while (i < len && isupper((unsigned char)n[i]))
		i++;
	if (i - start < 3)
		return false;
	month = month_of(n + start);
	if (month == 0 || start > 4 || len - i > 6)
		return false;
	return start == 0 || start == 4 || is_date(2000, month, (unsigned)number_at(n, 0, start));
}

static bool
has_date(const char *n, size_t y, size_t year, size_t m, size_t d)
{
	unsigned value = (unsigned)number_at(n, y, year);

	return is_date(year == 2 ? 2000 + value : value, (unsigned)number_at(n, m, 2),
	    (unsigned)number_at(n, d, 2));
}

/* Eight or six digits in the orders that are in use. */
static bool
check_date(const char *n, size_t len)
{
	if (!all_digits(n, 0, len))
		return false;
	if (len == 8)
		return has_date(n, 0, 4, 4, 6) || has_date(n, 4, 4, 0, 2) ||
		    has_date(n, 4, 4, 2, 0);
	return len == 6 &&
	    (has_date(n, 0, 2, 2, 4) || has_date(n, 4, 2, 0, 2) || has_date(n, 4, 2, 2, 0));
}

/* ISO 8601: date and time, then perhaps fractions and a zone. */
static bool
check_timestamp(const char *n, size_t len)
{
	return len >= 13 && all_digits(n, 0, 8) && has_date(n, 0, 4, 4, 6) &&
	    number_at(n, n[8] == 'T' ? 9 : 8, 2) <= 24;
}

const struct validator validators_dates[] = {
	{ "date", check_date },
	{ "named-date", check_named_date },
	{ "timestamp", check_timestamp },
	{ NULL, NULL },
};
