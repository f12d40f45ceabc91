/* Words with digits, and what may begin at one: see detect/pii.c. */
#include "config.h"

#include "detect/pii_scan.h"

#define LETTERS_BEFORE 5 /* letters of a word that a number may begin with, "MIL EF 1234" */
#define WALLET_MIN 14	 /* characters of the shortest wallet */
#define DIALLED_MIN 8	 /* digits of a telephone number in one group */
#define DIALLED_MAX 12
#define FARTHEST (PII_WINDOW_BEFORE + 16) /* bytes before it: some words of letters, too */
#define LONGEST_TAIL 64			  /* bytes of the longest number after its first word */

/* Where a shape may begin. */
struct start {
	size_t pos;
	bool is_glued; /* in the middle of a word */
	const struct pii_start *begin;
	struct pii_lengths wanted; /* what follows the word */
	size_t plain_end;	   /* the end of it where it is of digits and may be all, or 0 */
};

/* May a number begin at START? Not inside a word, a decimal, an identifier, a path. */
static bool
begins(struct bytes text, size_t start)
{
	unsigned char before = start > 0 ? text.data[start - 1] : ' ', second;

	second = start > 1 ? text.data[start - 2] : ' ';
	if (pii_is_alnum(before) || before == '_' || before == '$' || before == '%')
		return false;
	if (before == '.' || before == '-' || before == '/' || before == '\\')
		return !pii_is_alnum(second);
	if (before == ',')
		return !pii_is_digit(second);
	/* Letters of Latin, Greek, Cyrillic; other scripts set no space between words. */
	return before < 0x80 || second < 0xc3 || second > 0xdf;
}

static bool
ends(struct bytes text, size_t end)
{
	unsigned char after = pii_at(text, end), next = pii_at(text, end + 1);

	if (pii_is_alnum(after) || after == '_' || after == '%')
		return false;
	if (after == '.' || after == '-' || after == ',' || after == '/' || after == ':')
		return !pii_is_digit(next);
	return after != '@' && after != '(';
}

void
pii_consider_found(struct pii_pass *pass, enum pii_finder finder, struct pii_found found)
{
	struct pii_candidate candidate = { .start = found.start,
		.end = found.end,
		.base = found.confidence,
		.is_fixed = found.is_fixed };

	if (found.confidence == 0 || found.end <= found.start || pass->rules->finders[finder] < 0)
		return;
	candidate.entity = (unsigned)pass->rules->finders[finder];
	pii_consider(pass, &candidate, 1);
}

/* The characters of the word at POS, so many as tables know of. */
static size_t
word_length(struct bytes text, size_t pos)
{
	size_t n = 0;

	while (n <= PII_WORD && pii_is_alnum(pii_at(text, pos + n)))
		n++;
	return n;
}

static size_t
digits_at(struct bytes text, size_t pos)
{
	size_t n = 0;

	while (pii_is_digit(pii_at(text, pos + n)))
		n++;
	return n;
}

static size_t
letters_at(struct bytes text, size_t pos)
{
	size_t n = 0;

	while (pii_is_letter(pii_at(text, pos + n)))
		n++;
	return n;
}

/* What follows a word that ends at END, one bit in each: shapes that begin with it have one of them
 * in common with that. */
static struct pii_lengths
lengths_after(const struct pii_rules *rules, struct bytes text, size_t end)
{
	struct pii_lengths wanted = { .last = ends(text, end) ? PII_ENDS : 0 };
	unsigned char after;
	size_t n;

	if (pii_after(pii_at(text, end)) == 0 && !rules->has_other_dividers)
		return wanted;
	n = word_length(text, end + 1);
	wanted.more = n == 0 ? PII_ANY : (uint32_t)1 << n;
	wanted.last |= wanted.more;
	after = pii_at(text, end + 1 + n);
	if (after <= ' ' && after != ' ')
		wanted.more = 0;
	return wanted;
}

static bool
has_common(struct pii_lengths a, struct pii_lengths b)
{
	return (a.last & b.last) != 0 || (a.more & b.more) != 0;
}

/* The entities whose context stands near the word that is looked at: more than pii_report.c will
 * find for one candidate, never less. */
static const struct pii_set *
context_around(struct pii_pass *pass)
{
	size_t end = pass->word_end, from;

	if (pass->has_around)
		return &pass->around;
	pass->has_around = true;
	pass->around = pii_span_key(pass)->context;
	/* Nothing goes on after a comma, a quote, the end of a line. */
	if (pii_after(pii_at(pass->text, end)) != 0)
		end += LONGEST_TAIL;
	from = pass->word > FARTHEST ? pass->word - FARTHEST : 0;
	if (from > pass->nearby.to || from < pass->nearby.from)
		from = pii_window_start(pass->text, pass->word, FARTHEST);
	pii_context_near(
	    pass->rules, pass->text, &pass->nearby, from, end + PII_WINDOW_AFTER, &pass->around);
	return &pass->around;
}

/* Could what has this shape and begins at START be told of? */
static bool
may_matter(struct pii_pass *pass, const struct pii_entry *entry, size_t start)
{
	if (pass->is_short || entry->is_strong)
		return true;
	if (entry->is_record && pii_may_be_record(pass, start))
		return true;
	return pii_set_has(context_around(pass), pass->rules->shapes[entry->shape].entity);
}

static bool
is_valid(struct pii_pass *pass, const struct pii_shape *shape, size_t start, size_t end)
{
	bool valid;

	if (shape->validator == NULL)
		return true;
	if (pass->compact_start != start || pass->compact_end != end) {
		pass->compact_end = 0;
		if (!validator_compact(bytes_slice(pass->text, start, end - start), pass->compact,
			&pass->compact_len))
			return false;
		pass->compact_start = start;
		pass->compact_end = end;
	}
	valid = shape->validator->check(pass->compact, pass->compact_len);
	pii_note_try(pass, shape->entity, end - start, valid);
	return valid;
}

/* Where the match of ENTRY's shape ends that begins at START and that nothing goes on from; 0 where
 * there is none. PLAIN_END: all of it is digits up to there, or 0. */
static size_t
match_end(
    const struct pii_pass *pass, const struct pii_entry *entry, size_t start, size_t plain_end)
{
	const struct pii_shape *shape = &pass->rules->shapes[entry->shape];
	size_t end = plain_end;

	if (plain_end == 0 || !shape->is_plain || !(entry->seconds.last & PII_ENDS)) {
		end = pii_shape_match(shape, pass->text, start);
		if (end == 0 || !ends(pass->text, end))
			return 0;
	}
	return shape->is_alone && end + 1 < pass->text.len ? 0 : end;
}

/* Of shapes of which LEFT are left, those that begin at START. */
static size_t
match_entries(
    struct pii_pass *pass, const struct pii_entry *entry, size_t left, const struct start *start)
{
	size_t n = 0;

	for (; left > 0 && n < PII_CANDIDATES; entry++, left--) {
		const struct pii_shape *shape = &pass->rules->shapes[entry->shape];
		size_t end;

		if (!has_common(entry->seconds, start->wanted) ||
		    (start->is_glued && !shape->is_glued) || (shape->is_alone && start->pos > 0) ||
		    !may_matter(pass, entry, start->pos))
			continue;
		end = match_end(pass, entry, start->pos, start->plain_end);
		if (end == 0 || !is_valid(pass, shape, start->pos, end))
			continue;
		pass->candidates[n++] = (struct pii_candidate){ .entity = shape->entity,
			.base = shape->base,
			.start = start->pos,
			.end = end };
	}
	return n;
}

/* The shapes that begin at START. */
static size_t
match_shapes(struct pii_pass *pass, const struct start *start)
{
	const struct pii_rules *rules = pass->rules;
	const struct pii_start *begin = start->begin;

	if (!pass->is_short && pii_set_is_empty(context_around(pass)))
		return match_entries(
		    pass, &rules->noted[begin[0].noted], begin[1].noted - begin[0].noted, start);
	return match_entries(
	    pass, &rules->entries[begin[0].entries], begin[1].entries - begin[0].entries, start);
}

/* The word of LEN characters at POS, the first PURE of which are of the class of the first. */
static void
try_word(struct pii_pass *pass, size_t pos, size_t len, size_t pure, bool is_glued)
{
	struct bytes text = pass->text;
	struct start start = { .pos = pos, .is_glued = is_glued };

	if (len == 0 || len > PII_WORD)
		return;
	start.begin = &pass->rules->starts[pii_start_index(
	    text.data[pos], len, pure < len, pii_after(pii_at(text, pos + len)))];
	if (start.begin[0].entries == start.begin[1].entries ||
	    (is_glued ? !start.begin->has_glued : !begins(text, pos)))
		return;
	start.wanted = lengths_after(pass->rules, text, pos + len);
	if (!has_common(start.begin->seconds, start.wanted))
		return;
	if (pure == len && pii_is_digit(text.data[pos]) && (start.wanted.last & PII_ENDS))
		start.plain_end = pos + len;
	pii_consider(pass, pass->candidates, match_shapes(pass, &start));
}

/* The start of a word of few letters that ends just before START, after one separator; START where
 * there is none. */
static size_t
letters_before(struct bytes text, size_t start)
{
	size_t i = start;

	if (i < 2 || (text.data[i - 1] != ' ' && text.data[i - 1] != '-'))
		return start;
	i--;
	while (i > 0 && pii_is_letter(text.data[i - 1]) && start - i <= LETTERS_BEFORE)
		i--;
	if (i + 1 == start ||
	    (i > 0 && (pii_is_alnum(text.data[i - 1]) || text.data[i - 1] == '_')))
		return start;
	return i;
}

static void
try_mac(struct pii_pass *pass, size_t start, size_t len)
{
	struct bytes text = pass->text;
	unsigned char after = pii_at(text, start + len);
	size_t each = after == '.' ? 4 : 2, first = start;

	if (len != each || word_length(text, start + len + 1) != each)
		return;
	while (first > each && text.data[first - 1] == after && start - first < 12 &&
	    word_length(text, first - 1 - each) == each)
		first -= each + 1;
	pii_consider_found(pass, FIND_MAC, pii_find_mac(text, first));
}

/* What starts before TRIED was part of something that was looked at. */
static void
try_network(struct pii_pass *pass, size_t start, size_t end)
{
	struct bytes text = pass->text;
	unsigned char after = pii_at(text, end);

	if (start < pass->net_tried || (after != '.' && after != ':' && after != '-'))
		return;
	pass->net_tried = end;
	if (after == '.' && end - start <= 3 && pii_is_digit(text.data[start]) &&
	    word_length(text, end + 1) <= 3) {
		struct pii_found found = pii_find_ipv4(text, start);

		pii_consider_found(pass, FIND_IP, found);
		if (found.confidence > 0)
			pass->net_tried = found.end;
	}
	try_mac(pass, start, end - start);
	if (after == ':' && end - start <= 4 &&
	    (pii_at(text, end + 1) == ':' || word_length(text, end + 1) - 1 < 4))
		pii_consider_found(pass, FIND_IP, pii_find_ipv6(text, start));
}

/* N digits, a point and SECOND digits: local numbers are written so, and those with a zero before
 * them. All else is a decimal. */
static bool
may_dial_decimal(struct bytes text, size_t start, size_t n, size_t second)
{
	return (n == 3 && second == 4) || (n > 2 && second > 2 && text.data[start] == '0');
}

/* Could a telephone number begin with the digits at START? Groups of digits, or one long enough,
 * and no decimal. */
static bool
may_dial(struct bytes text, size_t start)
{
	unsigned char before = start > 0 ? text.data[start - 1] : 0, after;
	size_t n = digits_at(text, start), gap = 1, second;

	after = pii_at(text, start + n);
	if (before == '+' || before == '(')
		return true;
	if (after == 'x' || pii_after(after) == 0)
		return n >= DIALLED_MIN && n <= DIALLED_MAX;
	while (gap < 3 && pii_after(pii_at(text, start + n + gap)) != 0)
		gap++;
	second = digits_at(text, start + n + gap);
	if (second == 0)
		return n >= DIALLED_MIN && n <= DIALLED_MAX;
	return after != '.' || gap > 1 || may_dial_decimal(text, start, n, second) ||
	    pii_after(pii_at(text, start + n + gap + second)) != 0;
}

static void
try_phone(struct pii_pass *pass, size_t start)
{
	int entity = pass->rules->finders[FIND_PHONE];
	struct pii_found found;

	if (!pii_is_digit(pass->text.data[start]) || start < pass->phone_end || entity < 0 ||
	    !may_dial(pass->text, start))
		return;
	/* One group of digits needs context, which costs less to find. */
	if (!pass->is_short &&
	    pii_after(pii_at(pass->text, start + digits_at(pass->text, start))) == 0 &&
	    (start == 0 ||
		(pass->text.data[start - 1] != '+' && pass->text.data[start - 1] != '(')) &&
	    !pii_set_has(context_around(pass), (size_t)entity))
		return;
	found = pii_find_phone(pass->text, start);
	if (found.confidence == 0)
		return;
	pass->phone_end = found.end;
	if (pass->is_short || found.confidence >= PII_SEEN_FROM ||
	    pii_may_be_record(pass, found.start) ||
	    pii_set_has(context_around(pass), (size_t)entity))
		pii_consider_found(pass, FIND_PHONE, found);
}

/* Words of letters that end just before START. */
static void
try_before(struct pii_pass *pass, size_t start)
{
	size_t before = letters_before(pass->text, start), two, len;

	if (before == start)
		return;
	two = letters_before(pass->text, before);
	if (two < before && two >= pass->tried) {
		len = letters_at(pass->text, two);
		try_word(pass, two, len, len, false);
	}
	if (before >= pass->tried) {
		len = letters_at(pass->text, before);
		try_word(pass, before, len, len, false);
	}
}

/* Digits after a point that has digits before it: nothing begins there. */
static bool
is_fraction(struct bytes text, size_t start)
{
	return start > 1 && text.data[start - 1] == '.' && pii_is_digit(text.data[start - 2]);
}

/* Is the number of DIGITS digits at START, and of the rest that is WANTED, none that a shape begins
 * with? */
static bool
is_no_shape(const struct pii_pass *pass, size_t start, size_t digits, struct pii_lengths wanted)
{
	const struct pii_start *begin = &pass->rules->starts[pii_start_index(
	    pass->text.data[start], digits, false, pii_after(pii_at(pass->text, start + digits)))];

	return !has_common(begin->seconds, wanted);
}

/* Where the exponent at END ends; END where there is none. */
static size_t
exponent_end(struct bytes text, size_t end)
{
	size_t digits = end + 1;

	if ((pii_at(text, end) | 32) != 'e')
		return end;
	if (pii_at(text, digits) == '-' || pii_at(text, digits) == '+')
		digits++;
	return digits + digits_at(text, digits) > digits ? digits + digits_at(text, digits) : end;
}

/* Does a number that ends at END not go on, as a telephone number or an address may? */
static bool
is_end(struct bytes text, size_t end)
{
	unsigned char after = pii_at(text, end), next = pii_at(text, end + 1);

	if (pii_is_alnum(after) || after == '@' || after == '_')
		return false;
	if (pii_after(after) == 0)
		return true;
	return !pii_is_digit(next) && pii_after(next) == 0 &&
	    (after == ' ' || !pii_is_letter(next));
}

/* An integer that nothing goes on from: shapes and telephone numbers of one group. */
static size_t
try_integer(struct pii_pass *pass, size_t start, size_t n)
{
	pass->word = start;
	pass->word_end = start + n;
	pass->has_around = false;
	try_word(pass, start, n, n, false);
	if (n >= DIALLED_MIN && n <= DIALLED_MAX)
		try_phone(pass, start);
	pass->tried = start + 1;
	return start + n;
}

size_t
pii_try_number(struct pii_pass *pass, size_t start)
{
	struct bytes text = pass->text;
	unsigned char before = start > 0 ? text.data[start - 1] : 0;
	size_t n = digits_at(text, start), end = start + n;

	/* A telephone number, or what goes on from letters. */
	if (n > PII_WORD || before == '+' || before == '(' ||
	    ((before == ' ' || before == '-') && pii_is_letter(pii_at(text, start - 2))))
		return start;
	if (pii_at(text, end) == '.' && pii_is_digit(pii_at(text, end + 1))) {
		size_t fraction = digits_at(text, end + 1), word = word_length(text, end + 1);
		struct pii_lengths wanted = { .last = (uint32_t)1 << word };

		end = exponent_end(text, end + 1 + fraction);
		if (end > start + n + 1 + word)
			wanted.more = wanted.last;
		return may_dial_decimal(text, start, n, fraction) ||
			!is_no_shape(pass, start, n, wanted) || !is_end(text, end)
		    ? start
		    : end;
	}
	if (!is_end(text, end))
		return start;
	if ((n >= DIALLED_MIN && n <= DIALLED_MAX) ||
	    !is_no_shape(pass, start, n, lengths_after(pass->rules, text, end)))
		return pii_after(pii_at(text, end)) == 0 && !is_fraction(text, start)
		    ? try_integer(pass, start, n)
		    : start;
	return end;
}

/* Does TEXT at POS look like FORM: '9' for digits, 'h' for hexadecimal ones, all else itself? */
static bool
looks_like(struct bytes text, size_t pos, const char *form)
{
	if (text.len - pos < strlen(form))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++) {
		unsigned char c = text.data[pos + i];

		if (form[i] == '9'	 ? !pii_is_digit(c)
			: form[i] == 'h' ? !pii_is_hex(c)
					 : c != (unsigned char)form[i])
			return false;
	}
	return true;
}

/* Where the date that starts at START ends, with the time after it; START where there is none. */
static size_t
time_end(struct bytes text, size_t start)
{
	size_t end = start + strlen("9999-99-99");
	unsigned char after;

	if (!looks_like(text, start, "9999-99-99"))
		return start;
	if (looks_like(text, end, "T99:99:99") || looks_like(text, end, " 99:99:99")) {
		end += strlen("T99:99:99");
		if (pii_at(text, end) == '.')
			end += 1 + digits_at(text, end + 1);
		end += pii_at(text, end) == 'Z';
	}
	after = pii_at(text, end);
	if (after == ' ' ? pii_is_digit(pii_at(text, end + 1)) : pii_after(after) != 0)
		return start;
	return pii_is_alnum(after) ? start : end;
}

/* Where the UUID or time ends that starts with the word from START to END, START where it is
 * none: the groups of these are nothing by themselves. A time is told of only where context is
 * near. */
static size_t
unit_end(struct pii_pass *pass, size_t start, size_t end)
{
	static const char uuid[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	struct bytes text = pass->text;

	if (pass->is_short || pii_at(text, end) != '-' || !begins(text, start))
		return start;
	if (end - start == 8 && looks_like(text, start, uuid) &&
	    !pii_is_alnum(pii_at(text, start + strlen(uuid))))
		return start + strlen(uuid);
	if (end - start == 4) {
		size_t last = time_end(text, start);

		if (last > start && pii_set_is_empty(context_around(pass)))
			return last;
	}
	return start;
}

size_t
pii_try_word(struct pii_pass *pass, size_t start, size_t end)
{
	struct bytes text = pass->text;
	size_t len = end - start, letters, unit;

	pass->word = start;
	pass->word_end = end;
	pass->has_around = false;
	unit = unit_end(pass, start, end);
	if (unit > start)
		return unit;
	if (len >= WALLET_MIN)
		pii_consider_found(pass, FIND_WALLET, pii_find_wallet(text, start));
	if (pii_is_digit(text.data[start])) {
		if (is_fraction(text, start))
			return end;
		try_network(pass, start, end);
		try_before(pass, start);
		try_word(pass, start, len, digits_at(text, start), false);
		try_phone(pass, start);
	} else {
		letters = letters_at(text, start);
		if (letters == 2 && len >= 4 && pii_is_digit(text.data[start + 3]) &&
		    begins(text, start))
			pii_consider_found(pass, FIND_IBAN, pii_find_iban(text, start));
		try_network(pass, start, end);
		try_before(pass, start);
		try_word(pass, start, len, letters, false);
		if (letters > 1)
			try_word(pass, start + letters, len - letters,
			    digits_at(text, start + letters), true);
	}
	pass->tried = start + 1;
	return end;
}
