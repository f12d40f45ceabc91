/* The outline of a pattern: see detect/secret_outline.h. */
#include "config.h"

#include "detect/secret_outline.h"

#include "core/text.h"
#include "detect/secret_gate.h"
#include "detect/secret_set.h"

#include <stdlib.h>

#define MAX_PIECES 128 /* of one pattern; a longer one has no outline */
#define HINT_BYTES 32  /* that may stand before what must follow; of more a hint says little */
#define MAX_DEPTH 8    /* of groups */

struct pieces {
	struct outline_piece list[MAX_PIECES];
	size_t n;
};

struct parser {
	const char *at;
	bool ignores_case;
	unsigned depth;	 /* of groups */
	unsigned groups; /* that capture */
	size_t secret;	 /* pieces before the first one */
};

static bool read_alternatives(struct parser *, struct pieces *);

static bool
is_run_set(const uint8_t set[32])
{
	for (unsigned place = 0; place < 32; place++)
		for (unsigned bits = set[place]; bits != 0; bits &= bits - 1)
			if (!gate_is_run_byte(set_byte(place, (unsigned)__builtin_ctz(bits))))
				return false;
	return true;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* \d, \w, \s and their opposites, as PCRE2 has them without UTF. */
static bool
read_class_escape(char c, uint8_t set[32])
{
	uint8_t class[32] = { 0 };

	switch (text_lower((uint8_t)c)) {
	case 'w':
		set_add_range(class, 'a', 'z');
		set_add_range(class, 'A', 'Z');
		set_add(class, '_');
		set_add_range(class, '0', '9');
		break;
	case 'd':
		set_add_range(class, '0', '9');
		break;
	case 's':
		set_add_range(class, '\t', '\r');
		set_add(class, ' ');
		break;
	default:
		return false;
	}
	if (c >= 'A' && c <= 'Z')
		set_invert(class);
	set_add_all(set, class);
	return true;
}

/* The byte that an escape stands for; -1 for what is none. */
static int
byte_of_escape(char c)
{
	bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return c == 'n'				      ? '\n'
	    : c == 'r'				      ? '\r'
	    : c == 't'				      ? '\t'
	    : c == '\0' || is_word || (c & 0x80) != 0 ? -1
						      : c;
}

/* One byte within brackets, or a class, for which *ret_byte is -1. */
static bool
read_member(struct parser *p, uint8_t set[32], int *ret_byte)
{
	char c = *p->at++;

	*ret_byte = (uint8_t)c;
	if (c == '\0' || (c == '[' && (*p->at == ':' || *p->at == '.' || *p->at == '=')))
		return false;
	if (c != '\\')
		return true;
	c = *p->at++;
	*ret_byte = byte_of_escape(c);
	return *ret_byte >= 0 || (c != '\0' && read_class_escape(c, set));
}

static bool
read_set(struct parser *p, uint8_t set[32])
{
	bool is_negative = *p->at == '^';
	const char *first;

	p->at += is_negative;
	first = p->at;
	while (*p->at != ']' || p->at == first) {
		int from, to;

		if (!read_member(p, set, &from))
			return false;
		to = from;
		if (from >= 0 && p->at[0] == '-' && p->at[1] != ']') {
			p->at++;
			if (!read_member(p, set, &to) || to < from)
				return false;
		}
		if (from >= 0)
			set_add_range(set, (unsigned)from, (unsigned)to);
	}
	p->at++;
	if (p->ignores_case)
		set_fold_case(set);
	if (is_negative)
		set_invert(set);
	return true;
}

/* A number of a quantifier. */
static uint16_t
read_number(struct parser *p)
{
	char *end;
	unsigned long n = strtoul(p->at, &end, 10);

	p->at = end;
	return n >= OUTLINE_INFINITE ? OUTLINE_INFINITE - 1 : (uint16_t)n;
}

/* A quantifier, if there is one, as how often the piece may stand. */
static bool
read_quantifier(struct parser *p, uint16_t *min, uint16_t *max)
{
	*min = *max = 1;
	if (*p->at == '?' || *p->at == '*' || *p->at == '+') {
		*min = *p->at == '+';
		*max = *p->at == '?' ? 1 : OUTLINE_INFINITE;
		p->at++;
	} else if (*p->at == '{') {
		p->at++;
		if (*p->at < '0' || *p->at > '9')
			return false;
		*min = *max = read_number(p);
		if (*p->at == ',') {
			p->at++;
			*max = *p->at == '}' ? OUTLINE_INFINITE : read_number(p);
		}
		if (*p->at++ != '}')
			return false;
	} else {
		return true;
	}
	/* How much it takes first does not say whether there is a match at all. */
	p->at += *p->at == '?' || *p->at == '+';
	return true;
}

static uint16_t
times(uint16_t a, uint16_t b)
{
	uint32_t product = (uint32_t)a * b;

	if (a == 0 || b == 0)
		return 0;
	return a == OUTLINE_INFINITE || b == OUTLINE_INFINITE || product >= OUTLINE_INFINITE
	    ? OUTLINE_INFINITE
	    : (uint16_t)product;
}

static uint16_t
plus(uint16_t a, uint16_t b)
{
	return OUTLINE_INFINITE - a <= b ? OUTLINE_INFINITE : (uint16_t)(a + b);
}

/* Less than infinitely many are needed: what is long enough to overflow is merely long. */
static uint16_t
finite(uint16_t n)
{
	return n == OUTLINE_INFINITE ? OUTLINE_INFINITE - 1 : n;
}

/* The longest row of bytes of tokens that all matches of LIST hold, and where it can begin. */
static size_t
run_of(const struct outline_piece *list, size_t n, size_t enough, size_t *ret_start)
{
	size_t best = 0, run = 0, start = 0, end = 0;

	for (size_t i = 0; i < n && best < enough; i++) {
		end = plus((uint16_t)end, list[i].max);
		if (list[i].run > best) {
			best = list[i].run;
			*ret_start = end;
		}
		if (is_run_set(list[i].set)) {
			run += list[i].min;
		} else {
			run = 0;
			start = end;
		}
		if (run > best) {
			best = run;
			*ret_start = start;
		}
	}
	return best;
}

/* Makes one piece of LIST, one of several alternatives, and of what PIECE holds of the others. */
static void
add_alternative(struct outline_piece *piece, const struct pieces *list, bool is_first)
{
	uint16_t min = 0, max = 0;
	size_t start, run = run_of(list->list, list->n, SIZE_MAX, &start);

	for (size_t i = 0; i < list->n; i++) {
		set_add_all(piece->set, list->list[i].set);
		min = finite(plus(min, list->list[i].min));
		max = plus(max, list->list[i].max);
	}
	piece->min = is_first || min < piece->min ? min : piece->min;
	piece->max = is_first || max > piece->max ? max : piece->max;
	piece->run = is_first || run < piece->run ? (uint16_t)run : piece->run;
}

/* What stands behind "(?": 0 a group, 1 an assertion, which only takes matches away, -1 neither. */
static int
read_group_kind(struct parser *p)
{
	static const char *const assertions[] = { "=", "!", "<=", "<!" };

	for (size_t i = 0; i < ARRAY_LEN(assertions); i++)
		if (strncmp(p->at, assertions[i], strlen(assertions[i])) == 0) {
			p->at += strlen(assertions[i]);
			return 1;
		}
	for (; *p->at == 'i' || *p->at == 's'; p->at++)
		p->ignores_case = p->ignores_case || *p->at == 'i';
	if (*p->at != ':')
		return -1;
	p->at++;
	return 0;
}

static bool
add_piece(struct pieces *out, const struct outline_piece *piece)
{
	if (out->n == MAX_PIECES)
		return false;
	out->list[out->n++] = *piece;
	return true;
}

static bool
read_group(struct parser *p, struct pieces *out)
{
	struct pieces *inner = malloc(sizeof(*inner)); /* written before it is read */
	const char *from = p->at;
	bool ignored_case = p->ignores_case, done = inner != NULL && p->depth < MAX_DEPTH;
	struct outline_piece whole = { 0 };
	uint16_t min, max;
	int kind = 0;

	if (*p->at != '?' && p->groups++ == 0 && p->depth == 0)
		p->secret = out->n;
	p->depth++;
	if (done && *p->at == '?') {
		p->at++;
		kind = read_group_kind(p);
		done = kind >= 0;
	}
	done = done && read_alternatives(p, inner) && *p->at == ')';
	p->depth--;
	p->ignores_case = ignored_case;
	if (done) {
		p->at++;
		done = read_quantifier(p, &min, &max);
	}
	if (done && kind == 0 && min == 1 && max == 1) {
		for (size_t i = 0; done && i < inner->n; i++)
			done = add_piece(out, &inner->list[i]);
	} else if (done && kind == 0) {
		add_alternative(&whole, inner, true);
		whole.min = finite(times(whole.min, min));
		whole.max = times(whole.max, max);
		whole.run = min == 0 ? 0 : whole.run;
		whole.from = from;
		whole.to = p->at;
		done = add_piece(out, &whole);
	}
	free(inner);
	return done;
}

/* A set, a byte, or a point. */
static bool
read_atom(struct parser *p, struct outline_piece *piece)
{
	char c = *p->at++;
	int byte = (uint8_t)c;

	if (c == '[')
		return read_set(p, piece->set);
	if (c == '.') {
		set_invert(piece->set);
		return true;
	}
	if (c == '\\') {
		c = *p->at++;
		if (c == '\0')
			return false;
		if (read_class_escape(c, piece->set))
			return true;
		byte = byte_of_escape(c);
		if (byte < 0)
			return false;
	} else if (strchr("^$*+?{", c) != NULL || (c & 0x80) != 0) {
		return false;
	}
	set_add(piece->set, (unsigned)byte);
	if (p->ignores_case)
		set_fold_case(piece->set);
	return true;
}

static bool
read_sequence(struct parser *p, struct pieces *out)
{
	while (*p->at != '\0' && *p->at != '|' && *p->at != ')') {
		struct outline_piece piece = { .from = p->at };

		if (*p->at == '(') {
			p->at++;
			if (!read_group(p, out))
				return false;
			continue;
		}
		if (p->at[0] == '\\' && (p->at[1] == 'b' || p->at[1] == 'B')) {
			p->at += 2;
			continue;
		}
		if (!read_atom(p, &piece) || !read_quantifier(p, &piece.min, &piece.max))
			return false;
		piece.to = p->at;
		if (!add_piece(out, &piece))
			return false;
	}
	return true;
}

/* One alternative as its pieces, several as one piece. */
static bool
read_alternatives(struct parser *p, struct pieces *out)
{
	struct outline_piece whole = { .from = p->at };
	bool is_first = true;

	for (;;) {
		out->n = 0;
		if (!read_sequence(p, out))
			return false;
		if (is_first && *p->at != '|')
			return true;
		add_alternative(&whole, out, is_first);
		is_first = false;
		if (*p->at != '|')
			break;
		p->at++;
	}
	whole.to = p->at;
	out->n = 0;
	return add_piece(out, &whole);
}

bool
outline_read(struct outline *outline, struct arena *arena, const char *pattern)
{
	struct pieces *pieces = malloc(sizeof(*pieces));
	struct parser p = { .at = pattern };
	struct outline_piece *list = NULL;

	*outline = (struct outline){ 0 };
	if (pieces == NULL)
		return false;
	if (p.at[0] == '(' && p.at[1] == '?') {
		const char *flag = p.at + 2;

		while (*flag == 'i' || *flag == 's')
			flag++;
		if (*flag == ')' && flag > p.at + 2) {
			p.ignores_case = memchr(p.at, 'i', (size_t)(flag - p.at)) != NULL;
			p.at = flag + 1;
		}
	}
	outline->is_known = read_alternatives(&p, pieces) && *p.at == '\0';
	outline->n = outline->is_known ? pieces->n : 0;
	/* Several alternatives became one piece. */
	outline->secret = p.secret < outline->n ? p.secret : 0;
	list = arena_array(arena, outline->n + 1, sizeof(*list));
	if (list != NULL && outline->n > 0)
		memcpy(list, pieces->list, outline->n * sizeof(*list));
	outline->pieces = list;
	free(pieces);
	return list != NULL;
}

/* ---- asking -------------------------------------------------------------------------------- */

/* Is KEYWORD one of the alternatives of the group PIECE, word for word? */
static bool
is_alternative(const struct outline_piece *piece, const char *keyword)
{
	size_t len = strlen(keyword);

	for (const char *at = piece->from; at + len <= piece->to; at++)
		if ((at == piece->from || memchr("|:(", at[-1], 3) != NULL) &&
		    memchr("|)", at[len], 2) != NULL &&
		    text_equal_ignoring_case(bytes_of(at, len), keyword))
			return true;
	return false;
}

/* Is PIECE the byte C and no other, but for its case? */
static bool
is_byte(const struct outline_piece *piece, uint8_t c)
{
	uint8_t others[32];

	memcpy(others, piece->set, sizeof(others));
	set_add(others, c);
	if (piece->min != 1 || piece->max != 1 || memcmp(others, piece->set, 32) != 0)
		return false;
	memset(others, 0, sizeof(others));
	set_add(others, c);
	set_fold_case(others);
	set_add_all(others, piece->set);
	for (unsigned i = 0; i < 256; i++)
		if (set_has(others, (uint8_t)i) && text_lower((uint8_t)i) != text_lower(c))
			return false;
	return true;
}

static bool
is_keyword_at(const struct outline *outline, size_t i, const char *keyword)
{
	size_t len = strlen(keyword);

	if (len > outline->n - i)
		return false;
	for (size_t k = 0; k < len; k++) {
		uint8_t c = (uint8_t)keyword[k], other = c >= 'a' && c <= 'z' ? c - 32 : c;

		if (!is_byte(&outline->pieces[i + k], c) &&
		    !is_byte(&outline->pieces[i + k], other))
			return false;
	}
	return true;
}

size_t
outline_behind(const struct outline *outline, const char *keyword)
{
	size_t found = SIZE_MAX, next;

	for (size_t i = 0; i < outline->n && outline->n > 1; i++) {
		if (is_keyword_at(outline, i, keyword))
			next = i + strlen(keyword);
		else if (is_alternative(&outline->pieces[i], keyword))
			next = i + 1;
		else
			continue;
		if (found != SIZE_MAX)
			return SIZE_MAX;
		found = next;
	}
	return found;
}

size_t
outline_opening(const struct outline *outline, const char *keyword)
{
	size_t len = strlen(keyword);

	for (size_t i = 0; i < len; i++) {
		const struct outline_piece *piece = &outline->pieces[i];
		uint8_t set[32] = { 0 };

		set_add(set, (uint8_t)keyword[i]);
		set_fold_case(set);
		if (i == outline->n || piece->min != 1 || piece->max != 1 ||
		    !set_holds_all(piece->set, set))
			return 0;
	}
	return len;
}

/* Is it seldom met where words are? */
static bool
is_seldom(const uint8_t set[32])
{
	uint8_t others[32] = { 0 };

	set_add_range(others, '0', '9');
	set_add_range(others, 'a', 'z');
	set_add_range(others, 'A', 'Z');
	set_add_range(others, '\t', '\r');
	set_add(others, ' ');
	set_add(others, '.');
	return !set_meets(set, others);
}

bool
outline_hint_read(const struct outline *outline, size_t first, struct outline_hint *hint)
{
	uint8_t before[32] = { 0 };
	unsigned least = 0, most = 0;
	bool found = false, is_bounded = false;

	/* The last piece that has to come within reach: the more are before it, the more it asks.
	 */
	for (size_t i = first; i < outline->n && set_count(before) < 256; i++) {
		const struct outline_piece *piece = &outline->pieces[i];
		bool is_near = most < 32 && set_count(before) <= HINT_BYTES;

		if (piece->min > 0 && most > least &&
		    (is_near || (!is_bounded && is_seldom(piece->set)))) {
			*hint = (struct outline_hint){ .least = is_near ? (uint8_t)least : 0,
				.most = is_near ? (uint8_t)most : OUTLINE_ANYWHERE };
			memcpy(hint->before, before, sizeof(before));
			memcpy(hint->then, piece->set, sizeof(hint->then));
			found = true;
			is_bounded = is_near;
		}
		set_add_all(before, piece->set);
		least += piece->min;
		most += piece->max;
	}
	return found;
}

bool
outline_has_run(const struct outline *outline, size_t first, size_t least, size_t reach)
{
	size_t start = 0;

	return outline->is_known &&
	    run_of(outline->pieces + first, outline->n - first, least, &start) >= least &&
	    start <= reach;
}
