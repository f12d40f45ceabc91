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

/* Characters of words, in upper case, as sets of ASCII. */
static const uint64_t digit_set[2] = { 0x03ff000000000000u, 0 };
static const uint64_t letter_set[2] = { 0, 0x07fffffeu };
static const uint64_t word_set[2] = { 0x03ff000000000000u, 0x07fffffeu };

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

static bool
is_digits(const struct pii_step *step)
{
	return step->kind == STEP_SET && step->set[0] == digit_set[0] && step->set[1] == 0;
}

/* Is it of digits, but for one character at its start perhaps? */
static bool
is_plain(const struct pii_shape *shape)
{
	for (size_t s = 0; s < shape->nsteps; s++)
		if (!is_digits(&shape->steps[s]) &&
		    (s > 0 || shape->steps[s].kind != STEP_SET || shape->steps[s].max > 1 ||
			shape->steps[s].min < 1))
			return false;
	return true;
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
	shape->is_plain = is_plain(shape);
	return shape->nsteps > 0 && shape->steps[0].kind == STEP_SET;
}

/* How many characters at POS are of STEP's set. */
static size_t
run_of(const struct pii_step *step, struct bytes text, size_t pos)
{
	size_t most = pos + step->max < text.len ? step->max : text.len - pos, n = 0;

	if (is_digits(step))
		while (n < most && (uint8_t)(text.data[pos + n] - '0') < 10)
			n++;
	else
		while (n < most && set_has(step, text.data[pos + n]))
			n++;
	return n;
}

/* SEPARATOR is the one seen so far, or 0. Backtracks over runs only, which are short. */
static size_t
match_from(const struct pii_shape *shape, size_t s, struct bytes text, size_t pos, char separator)
{
	for (; s < shape->nsteps; s++) {
		const struct pii_step *step = &shape->steps[s];
		size_t n;

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
		n = run_of(step, text, pos);
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

static bool
has_other(const struct pii_step *step)
{
	return (step->set[0] & ~word_set[0]) != 0 || (step->set[1] & ~word_set[1]) != 0;
}

/* What is known after some steps. The first of two is about first words of one class only, letters
 * or digits, the second about those of both. */
struct walk {
	const struct pii_shape *shape;
	const uint64_t *class, *other; /* of the first character, in upper case; and the other */
	uint64_t lengths[2];	       /* the first word may have so many characters, and goes on */
	/* The second word may have so many characters, and goes on; bit 0: none yet. */
	uint32_t second[2][PII_AFTER][PII_WORD + 1];
	bool has_second;
	struct pii_seconds *ended; /* of words that end */
};

static bool
set_meets(const struct pii_step *step, const uint64_t set[2])
{
	return (step->set[0] & set[0]) != 0 || (step->set[1] & set[1]) != 0;
}

/* The classes of what STEP may take that is no part of a word, as bits. */
static unsigned
dividers_of(const struct walk *walk, const struct pii_step *step)
{
	unsigned classes = 0;

	for (unsigned c = 1; c < 0x80; c++)
		if (!isalnum((int)c) && step->kind == STEP_SET && set_has(step, (unsigned char)c))
			classes |= 1u << pii_after((unsigned char)c);
	for (const char *p = walk->shape->separators; step->kind != STEP_SET && *p != '\0'; p++)
		classes |= 1u << pii_after((unsigned char)*p);
	return classes;
}

#define ANYTHING (UINT32_MAX & ~PII_ENDS)

/* What is known of a second word where something divides it from more. Two that divide in a row:
 * whatever comes. */
static void
end_second(struct walk *walk, unsigned kind, bool goes_on)
{
	if (!walk->has_second)
		return;
	for (unsigned after = 0; after < PII_AFTER; after++)
		for (unsigned n = 1; n <= PII_WORD; n++) {
			uint32_t *second = &walk->second[kind][after][n];
			struct pii_lengths *ended = &walk->ended[kind].lengths[after][n];

			ended->more |= *second & 1 ? ANYTHING : *second;
			if (*second & 1)
				ended->last |= ANYTHING;
			if (!goes_on)
				*second = 0;
		}
}

/* STEP takes a character between words. Where it may take those of words, too, or several, nothing
 * is known of what follows. */
static void
divide(struct walk *walk, const struct pii_step *step, unsigned kind)
{
	bool is_mixed = step->kind == STEP_SET && (set_meets(step, word_set) || step->max > 1),
	     goes_on =
		 is_mixed || step->kind == STEP_MAYBE || (step->kind == STEP_SET && step->min == 0);
	uint64_t lengths = walk->lengths[kind];
	unsigned classes = dividers_of(walk, step);

	for (unsigned k = 1; is_mixed && k < step->max; k++)
		lengths |= (walk->lengths[0] | walk->lengths[1]) << k;
	end_second(walk, kind, goes_on);
	for (unsigned after = 0; after < PII_AFTER; after++)
		for (unsigned n = 1; n <= PII_WORD; n++) {
			if (!(classes >> after & 1) || !(lengths >> n & 1))
				continue;
			walk->second[kind][after][n] |= 1;
			walk->has_second = true;
			if (is_mixed)
				walk->ended[kind].lengths[after][n] =
				    (struct pii_lengths){ ANYTHING, ANYTHING };
		}
	if (!goes_on)
		walk->lengths[kind] = 0;
}

/* STEP takes characters of the first word. */
static void
lengthen_first(struct walk *walk, const struct pii_step *step)
{
	bool has_class = set_meets(step, walk->class), has_other = set_meets(step, walk->other);
	uint64_t pure = 0, mixed = 0;

	for (unsigned k = step->min; k <= step->max && k < 64; k++) {
		if (k == 0 || has_class)
			pure |= walk->lengths[0] << k;
		if (k > 0 && has_other)
			mixed |= (walk->lengths[0] & ~(uint64_t)1) << k;
		if (k > 1 && has_class && has_other)
			mixed |= walk->lengths[0] << k;
		mixed |= walk->lengths[1] << k;
	}
	walk->lengths[0] = pure;
	walk->lengths[1] = mixed;
}

static uint32_t
longer(uint32_t lengths, const struct pii_step *step)
{
	uint32_t ret = 0;

	for (unsigned k = step->min; lengths != 0 && k <= step->max && k < 64; k++)
		for (unsigned n = 0; n <= PII_WORD + 1; n++)
			if (lengths >> n & 1)
				ret |= (uint32_t)1 << (n + k <= PII_WORD ? n + k : PII_WORD + 1);
	return ret;
}

static void
lengthen(struct walk *walk, const struct pii_step *step)
{
	lengthen_first(walk, step);
	if (!walk->has_second)
		return;
	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned after = 0; after < PII_AFTER; after++)
			for (unsigned n = 1; n <= PII_WORD; n++) {
				uint32_t *lengths = &walk->second[kind][after][n];

				*lengths = longer(*lengths, step);
			}
}

void
pii_shape_start(const struct pii_shape *shape, bool by_digit, uint64_t first[2],
    struct pii_seconds ret_seconds[2])
{
	struct walk walk = { .shape = shape,
		.class = by_digit ? digit_set : letter_set,
		.other = by_digit ? letter_set : digit_set,
		.lengths = { 1, 0 },
		.ended = ret_seconds };
	bool at_first = true;

	first[0] = first[1] = 0;
	memset(ret_seconds, 0, 2 * sizeof(*ret_seconds));
	for (size_t s = 0; s < shape->nsteps; s++) {
		const struct pii_step *step = &shape->steps[s];
		bool takes_word = step->kind == STEP_SET && set_meets(step, word_set);

		if (at_first && takes_word) {
			first[0] |= step->set[0] & walk.class[0];
			first[1] |= step->set[1] & walk.class[1];
			at_first = step->min == 0;
			if (!at_first && first[0] == 0 && first[1] == 0)
				return;
		}
		for (unsigned kind = 0; kind < 2; kind++)
			if (step->kind != STEP_SET || has_other(step))
				divide(&walk, step, kind);
		if (takes_word)
			lengthen(&walk, step);
	}
	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned after = 0; after < PII_AFTER; after++)
			for (unsigned n = 1; n <= PII_WORD; n++) {
				uint32_t second = walk.second[kind][after][n];
				uint32_t *last = &ret_seconds[kind].lengths[after][n].last;

				*last |= second & 1 ? ANYTHING : second;
				if (walk.lengths[kind] >> n & 1)
					*last |= PII_ENDS;
			}
}
