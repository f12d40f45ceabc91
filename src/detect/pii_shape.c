/*
 * Shapes of numbers: see detect/pii_rules.h. A form is read character by character:
 *
 *   9   a digit                       A  a letter              X  a letter or digit
 *   [.] one of these, with ranges     {n} {m,n}  the last thing n, or m to n times
 *   |   the separator, the same at each place     ~  perhaps a separator
 *   anything else is itself
 */
#include "config.h"

#include "detect/pii_rules.h"

#include <ctype.h>

static void
set_add(struct pii_step *step, unsigned char c)
{
	c = (unsigned char)toupper(c);
	step->set[c / 64] |= (uint64_t)1 << (c % 64);
}

static bool
set_has(const struct pii_step *step, unsigned char c)
{
	if (c >= 0x80)
		return false;
	if (c >= 'a' && c <= 'z')
		c = (unsigned char)(c - 'a' + 'A');
	return step->set[c / 64] >> (c % 64) & 1;
}

static void
set_range(struct pii_step *step, unsigned char from, unsigned char to)
{
	for (unsigned c = from; c <= to; c++)
		set_add(step, (unsigned char)c);
}

/* Reads "[...]"; returns what follows, NULL where it has no end. */
static const char *
parse_set(struct pii_step *step, const char *p)
{
	for (p++; *p != '\0' && *p != ']'; p++) {
		if ((unsigned char)*p >= 0x80)
			return NULL;
		if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
			set_range(step, (unsigned char)p[0], (unsigned char)p[2]);
			p += 2;
		} else {
			set_add(step, (unsigned char)*p);
		}
	}
	return *p == ']' ? p + 1 : NULL;
}

static const char *
parse_times(struct pii_step *step, const char *p)
{
	unsigned numbers[2] = { 0, 0 }, i = 0;

	for (p++; *p != '}'; p++) {
		if (*p == ',' && i == 0)
			i = 1;
		else if (isdigit((unsigned char)*p))
			numbers[i] = numbers[i] * 10 + (unsigned)(*p - '0');
		else
			return NULL;
		if (numbers[i] > 64)
			return NULL;
	}
	step->min = (unsigned char)numbers[0];
	step->max = (unsigned char)numbers[i];
	return step->max == 0 || step->min > step->max ? NULL : p + 1;
}

static const char *
parse_atom(struct pii_step *step, const char *p)
{
	*step = (struct pii_step){ STEP_SET, 1, 1, { 0, 0 } };
	switch (*p) {
	case '|':
		step->kind = STEP_SEPARATOR;
		return p + 1;
	case '~':
		step->kind = STEP_MAYBE;
		return p + 1;
	case '[':
		return parse_set(step, p);
	case 'X':
		set_range(step, 'A', 'Z');
		set_range(step, '0', '9');
		return p + 1;
	case 'A':
		set_range(step, 'A', 'Z');
		return p + 1;
	case '9':
		set_range(step, '0', '9');
		return p + 1;
	default:
		if ((unsigned char)*p >= 0x80)
			return NULL;
		set_add(step, (unsigned char)*p);
		return p + 1;
	}
}

bool
pii_shape_parse(struct pii_shape *shape, const char *form, const char *separators)
{
	shape->nsteps = 0;
	if (strlen(separators) >= sizeof(shape->separators))
		return false;
	memcpy(shape->separators, separators, strlen(separators) + 1);
	for (const char *p = form; *p != '\0';) {
		struct pii_step *step = &shape->steps[shape->nsteps];

		if (shape->nsteps == PII_STEPS)
			return false;
		p = parse_atom(step, p);
		if (p != NULL && *p == '{')
			p = parse_times(step, p);
		if (p == NULL || (step->kind != STEP_SET && *separators == '\0'))
			return false;
		shape->nsteps++;
	}
	return shape->nsteps > 0 && shape->steps[0].kind == STEP_SET;
}

/* SEPARATOR is the one seen so far, or 0. Backtracks over runs only, which are short. */
static size_t
match_from(const struct pii_shape *shape, size_t s, struct bytes text, size_t pos, char separator)
{
	for (; s < shape->nsteps; s++) {
		const struct pii_step *step = &shape->steps[s];
		size_t n = 0;

		if (step->kind != STEP_SET) {
			char c = pos < text.len ? (char)text.data[pos] : '\0';
			bool is_one = c != '\0' && strchr(shape->separators, c) != NULL;

			if (step->kind == STEP_SEPARATOR &&
			    (!is_one || (separator != 0 && separator != c)))
				return 0;
			if (step->kind == STEP_SEPARATOR)
				separator = c;
			pos += is_one;
			continue;
		}
		while (n < step->max && pos + n < text.len && set_has(step, text.data[pos + n]))
			n++;
		if (n < step->min)
			return 0;
		for (; n > step->min; n--) {
			size_t end = match_from(shape, s + 1, text, pos + n, separator);

			if (end > 0)
				return end;
		}
		pos += n;
	}
	return pos;
}

size_t
pii_shape_match(const struct pii_shape *shape, struct bytes text, size_t pos)
{
	return match_from(shape, 0, text, pos, 0);
}

/* Letters and digits, in upper case, of a set of ASCII. */
static const uint64_t word_set[2] = { 0x03ff000000000000u, 0x07fffffeu };

static bool
has_word(const struct pii_step *step)
{
	return (step->set[0] & word_set[0]) != 0 || (step->set[1] & word_set[1]) != 0;
}

static bool
has_other(const struct pii_step *step)
{
	return (step->set[0] & ~word_set[0]) != 0 || (step->set[1] & ~word_set[1]) != 0;
}

/* LENGTHS are possible where a character of STEP follows. */
static void
note_ends(const struct pii_shape *shape, const struct pii_step *step, uint64_t lengths,
    uint64_t ret_lengths[PII_AFTER])
{
	for (unsigned c = 1; c < 0x80; c++) {
		bool may_follow = step->kind == STEP_SET
		    ? set_has(step, (unsigned char)c)
		    : strchr(shape->separators, (int)c) != NULL;

		if (may_follow && !isalnum((int)c))
			ret_lengths[pii_after((unsigned char)c)] |= lengths;
	}
}

void
pii_shape_start(const struct pii_shape *shape, uint64_t first[2], uint64_t ret_lengths[PII_AFTER])
{
	uint64_t lengths = 1;
	bool at_first = true;

	first[0] = first[1] = 0;
	memset(ret_lengths, 0, PII_AFTER * sizeof(*ret_lengths));
	for (size_t s = 0; s < shape->nsteps; s++) {
		const struct pii_step *step = &shape->steps[s];
		uint64_t next = 0;

		if (step->kind != STEP_SET || has_other(step))
			note_ends(shape, step, lengths, ret_lengths);
		if (step->kind == STEP_MAYBE)
			continue;
		if (step->kind == STEP_SEPARATOR || !has_word(step)) {
			if (step->kind == STEP_SEPARATOR || step->min > 0)
				lengths = 0;
			continue;
		}
		if (at_first && lengths != 0) {
			first[0] |= step->set[0] & word_set[0];
			first[1] |= step->set[1] & word_set[1];
			at_first = step->min == 0;
		}
		for (unsigned k = step->min; k <= step->max && k < 64; k++)
			next |= lengths << k;
		lengths = next;
	}
	for (unsigned i = 0; i < PII_AFTER; i++) /* what ends here may be followed by anything */
		ret_lengths[i] = (ret_lengths[i] | lengths) & ~(uint64_t)1;
}
