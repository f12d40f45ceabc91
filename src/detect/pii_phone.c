/* Telephone numbers: see detect/pii_find.h. */
#include "config.h"

#include "detect/pii_find.h"

#define PHONE_DIGITS 15 /* ITU-T E.164, section 6.2.1 */
#define PHONE_GROUPS 8
#define CONTEXT_ONLY 5 /* the form alone says nothing */

/* A number as written: groups of digits between separators. */
struct dialled {
	unsigned groups[PHONE_GROUPS];
	char separators[PHONE_GROUPS]; /* before each group */
	unsigned ngroups, ndigits;
	char digits[PHONE_DIGITS + 1];
	bool is_international, has_parentheses;
	size_t end;
};

static bool
is_separator(unsigned char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/';
}

/* The separators before a group, as one; false where they are none of a number. */
static bool
read_gap(struct bytes text, size_t *pos, struct dialled *d, char *ret)
{
	size_t i = *pos;

	*ret = 0;
	while (is_separator(pii_at(text, i)) && i - *pos < 3) {
		if (text.data[i] == '(' || text.data[i] == ')')
			d->has_parentheses = true;
		else
			*ret = (char)text.data[i];
		i++;
	}
	if (i == *pos || !pii_is_digit(pii_at(text, i)))
		return false;
	*pos = i;
	return true;
}

static bool
read_dialled(struct bytes text, size_t pos, struct dialled *d)
{
	size_t i = pos;
	char separator = 0;

	if (pii_at(text, i) == '+') {
		d->is_international = true;
		i++;
	}
	if (pii_at(text, i) == '(') {
		d->has_parentheses = true;
		i++;
	}
	for (;;) {
		unsigned n = 0;

		while (pii_is_digit(pii_at(text, i)) && d->ndigits < PHONE_DIGITS) {
			d->digits[d->ndigits++] = (char)text.data[i++];
			n++;
		}
		if (n == 0 || d->ngroups == PHONE_GROUPS || pii_is_digit(pii_at(text, i)))
			return false;
		d->separators[d->ngroups] = separator;
		d->groups[d->ngroups++] = n;
		d->end = i;
		if (!read_gap(text, &i, d, &separator))
			return true;
	}
}

/* North American Numbering Plan: area and exchange start with 2 to 9. */
static bool
is_nanp(const char *digits, size_t n)
{
	if (n == 11 && digits[0] == '1')
		digits++, n--;
	return n == 10 && digits[0] >= '2' && digits[3] >= '2' && !(digits[1] == '9') &&
	    strncmp(digits + 1, "11", 2) != 0 && strncmp(digits + 4, "11", 2) != 0;
}

static bool
has_groups(const struct dialled *d, const unsigned *groups, unsigned n)
{
	return d->ngroups == n && memcmp(d->groups, groups, n * sizeof(*groups)) == 0;
}

/* Forms that are something else: dates, social security numbers, addresses of machines. */
static bool
is_other(const struct dialled *d)
{
	static const unsigned ssn[] = { 3, 2, 4 }, date[] = { 4, 2, 2 }, date2[] = { 2, 2, 4 },
			      time[] = { 4, 2, 2, 2 }, card[] = { 4, 4, 4, 4 },
			      aadhaar[] = { 4, 4, 4 }, range[] = { 4, 4 };
	bool quad = d->ngroups == 4;

	if (d->ngroups > 1 && d->separators[1] == '/' && d->groups[0] < 3)
		return true;

	for (unsigned i = 1; i < d->ngroups; i++)
		quad = quad && d->separators[i] == '.' && d->groups[i] <= 3;
	return quad || has_groups(d, ssn, 3) || has_groups(d, date, 3) ||
	    (has_groups(d, date2, 3) && d->separators[1] != ' ') ||
	    (has_groups(d, time, 4) && d->separators[1] == '-') || has_groups(d, card, 4) ||
	    has_groups(d, aadhaar, 3) || (has_groups(d, range, 2) && d->separators[1] == '-');
}

/* How sure without any context. */
static unsigned
judge(const struct dialled *d)
{
	bool small = false, large = false;

	for (unsigned i = 0; i < d->ngroups; i++) {
		large = large || (d->groups[i] > 4 && d->ngroups > 2);
		small = small || (d->groups[i] < 2 && i + 1 == d->ngroups);
	}
	if (d->is_international)
		return d->ndigits >= 8 && d->digits[0] != '0' ? 45 : 0;
	if (d->ngroups == 1)
		return d->ndigits >= 8 && d->ndigits <= 12 ? CONTEXT_ONLY : 0;
	if (is_other(d) || small || d->ndigits < 7 || d->ndigits > 14)
		return 0;
	if (is_nanp(d->digits, d->ndigits) && d->ngroups >= 3 && d->groups[d->ngroups - 1] == 4 &&
	    d->groups[d->ngroups - 2] == 3)
		return 40;
	if (strncmp(d->digits, "00", 2) == 0 && d->ndigits >= 10)
		return 30;
	if (large || d->ndigits > 12 ||
	    (d->ngroups == 2 && !d->has_parentheses && d->groups[0] > 4))
		return 0;
	if (d->ngroups == 2 && !d->has_parentheses && d->ndigits <= 8)
		return CONTEXT_ONLY;
	return d->digits[0] == '0' || d->has_parentheses ? 25 : 15;
}

struct pii_found
pii_find_phone(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, 0, 0, false };
	struct dialled d = { .ngroups = 0 };
	unsigned char before;

	if (found.start > 0 && text.data[found.start - 1] == '(')
		found.start--;
	if (found.start > 0 && text.data[found.start - 1] == '+')
		found.start--;
	before = found.start > 0 ? text.data[found.start - 1] : 0;
	if (pii_is_alnum(before) || before >= 0x80 ||
	    (before != 0 && strchr("_.-/$#%=+@&", before)) || !read_dialled(text, found.start, &d))
		return found;
	found.end = d.end;
	/* An extension: x459. */
	if (pii_at(text, found.end) == 'x' && pii_is_digit(pii_at(text, found.end + 1)))
		for (found.end++; pii_is_digit(pii_at(text, found.end));)
			found.end++;
	if (pii_is_alnum(pii_at(text, found.end)) || pii_at(text, found.end) == '_' ||
	    pii_at(text, found.end) == ':' || pii_at(text, found.end) == '%' ||
	    (pii_at(text, found.end) == '.' && pii_is_digit(pii_at(text, found.end + 1))))
		return found;
	found.confidence = judge(&d);
	return found;
}
