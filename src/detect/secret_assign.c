/* Assignments in any language: see detect/secret_assign.h. */
#include "config.h"

#include "detect/secret_assign.h"

#include "core/compiler.h"
#include "core/text.h"

#define NAME_MAX_LEN 64	  /* characters on either side of the keyword */
#define VALUE_MAX_LEN 512 /* longer values are documents */
#define SPACES_MAX 64	  /* between the parts */

/* A text and a place in it; past the end there are zeros. */
struct walk {
	struct bytes text;
	size_t pos;
};

static ALWAYS_INLINE int
peek(const struct walk *w, size_t ahead)
{
	return w->text.len - w->pos > ahead ? w->text.data[w->pos + ahead] : 0;
}

/* What a character is; names are looked at behind every "password" of a text. */
enum { LETTER = 1, OF_NAME = 2, QUOTE = 4, FOLLOWS_NAME = 8 };

static const uint8_t kinds[256] = {
	['a' ... 'z'] = LETTER | OF_NAME | FOLLOWS_NAME,
	['A' ... 'Z'] = LETTER | OF_NAME | FOLLOWS_NAME,
	['0' ... '9'] = OF_NAME | FOLLOWS_NAME,
	['_'] = OF_NAME | FOLLOWS_NAME,
	['-'] = OF_NAME | FOLLOWS_NAME,
	['"'] = QUOTE | FOLLOWS_NAME,
	['\''] = QUOTE | FOLLOWS_NAME,
	['`'] = QUOTE | FOLLOWS_NAME,
	['\\'] = FOLLOWS_NAME,
	[']'] = FOLLOWS_NAME,
	['='] = FOLLOWS_NAME,
	[':'] = FOLLOWS_NAME,
	['>'] = FOLLOWS_NAME,
	['?'] = FOLLOWS_NAME,
	['|'] = FOLLOWS_NAME,
	['+'] = FOLLOWS_NAME,
};

static ALWAYS_INLINE bool
is_letter(int c)
{
	return (kinds[c] & LETTER) != 0;
}

static ALWAYS_INLINE bool
is_name(int c)
{
	return (kinds[c] & OF_NAME) != 0;
}

static ALWAYS_INLINE bool
is_quote(int c)
{
	return (kinds[c] & QUOTE) != 0;
}

static bool
skip_spaces(struct walk *w, bool with_newlines)
{
	size_t start = w->pos;

	while (w->pos - start < SPACES_MAX &&
	    (peek(w, 0) == ' ' || peek(w, 0) == '\t' ||
		(with_newlines && (peek(w, 0) == '\n' || peek(w, 0) == '\r'))))
		w->pos++;
	return w->pos > start;
}

/* What ends a name: `name"`, `name\"`, `name']`. */
static bool
skip_closing(struct walk *w)
{
	size_t start = w->pos;

	while (
	    w->pos - start < 4 && (is_quote(peek(w, 0)) || peek(w, 0) == '\\' || peek(w, 0) == ']'))
		w->pos++;
	return w->pos > start;
}

/* `string` in `name string = ...`, `: str` in `name: str = ...`. */
static void
skip_type(struct walk *w)
{
	struct walk ahead = *w;

	if (peek(&ahead, 0) == ':') {
		ahead.pos++;
		skip_spaces(&ahead, false);
	}
	for (unsigned n = 0; n < 16 && is_letter(peek(&ahead, 0)); n++)
		ahead.pos++;
	if (ahead.pos == w->pos || !skip_spaces(&ahead, false))
		return;
	if (peek(&ahead, 0) == '=' && peek(&ahead, 1) != '>')
		*w = ahead;
}

/* Any run of operator characters that can mean "is". */
static bool
skip_operator(struct walk *w, bool was_quoted)
{
	size_t start = w->pos;
	bool is_set = false;

	if (peek(w, 0) == ',' && was_quoted) {
		w->pos++;
		return true;
	}
	if (peek(w, 0) == '(' && is_quote(peek(w, 1))) {
		w->pos++;
		return true;
	}
	while (w->pos - start < 5) {
		int c = peek(w, 0);

		if (c == '=' || c == ':' || c == '>')
			is_set = true;
		else if (c != '?' && c != '|' && c != '.' && c != '+' && c != '-' && c != '!')
			break;
		w->pos++;
	}
	if (is_set || (w->pos - start == 1 && w->text.data[start] == '-'))
		return true;
	w->pos = start;
	return false;
}

/* "Bearer ", "Basic ", "token ": how, not what. */
static void
skip_scheme(struct bytes *value, size_t *pos)
{
	static const char *const schemes[] = { "bearer ", "basic ", "token ", "apikey ", "key " };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (value->len > len &&
		    text_equal_ignoring_case(bytes_slice(*value, 0, len), schemes[i])) {
			*value = bytes_slice(*value, len, value->len);
			*pos += len;
			return;
		}
	}
}

static bool
read_quoted(struct walk *w, struct assignment *ret)
{
	bool is_escaped = peek(w, 0) == '\\';
	int quote = peek(w, is_escaped ? 1 : 0);
	size_t start = w->pos + 1 + is_escaped, end;

	while (is_escaped && peek(w, 1) == '\\' && start < w->text.len) {
		w->pos++;
		quote = peek(w, 1);
		start++;
	}
	if (!is_quote(quote))
		return false;
	for (end = start; end < w->text.len && end - start < VALUE_MAX_LEN; end++) {
		int c = w->text.data[end];

		if (c == quote || c == '\n' || (is_escaped && c == '\\'))
			break;
		end += !is_escaped && c == '\\' && end + 1 < w->text.len;
	}
	if (end >= w->text.len || w->text.data[end] == '\n' || end - start >= VALUE_MAX_LEN)
		return false;
	ret->value = bytes_slice(w->text, start, end - start);
	ret->pos = start;
	ret->is_quoted = true;
	return true;
}

static bool
read_bare(struct walk *w, struct assignment *ret)
{
	size_t start = w->pos, end = start;

	while (end < w->text.len && end - start < VALUE_MAX_LEN && w->text.data[end] > ' ' &&
	    memchr("\"'`,;<>\\|{}", w->text.data[end], 11) == NULL)
		end++;
	ret->value = bytes_slice(w->text, start, end - start);
	ret->pos = start;
	ret->is_quoted = false;
	/* `name = call(...)`, `name = list[...]`: an expression. */
	return end > start && end - start < VALUE_MAX_LEN;
}

/* Is the name at START that of a command's option? */
static bool
is_option(struct bytes text, size_t start)
{
	size_t first = start;

	while (first > 0 && start - first < NAME_MAX_LEN && is_name(text.data[first - 1]))
		first--;
	return text.data[first] == '-';
}

/* Behind a name and a space: does a word follow that is neither a type nor begins a text? */
static bool
is_word_of_prose(struct walk *w)
{
	unsigned n = 0;

	skip_spaces(w, false);
	while (n < 17 && is_letter(peek(w, n)))
		n++;
	if (n == 0 || is_quote(peek(w, n)))
		return false;
	w->pos += n;
	skip_spaces(w, false);
	return peek(w, 0) != '=';
}

bool
assignment_may_follow(struct bytes text, size_t start, size_t end)
{
	struct walk w = { text, end };
	int c;

	while (is_name(peek(&w, 0)) && w.pos - end < NAME_MAX_LEN)
		w.pos++;
	c = peek(&w, 0);
	switch (c) {
	case ' ':
	case '\t':
		return !is_word_of_prose(&w) || is_option(text, start);
	case '(':
		return is_quote(peek(&w, 1));
	case '.':
		return peek(&w, 1) != 0 && memchr("=:>?|.+-!", peek(&w, 1), 9) != NULL;
	default:
		return (kinds[c] & FOLLOWS_NAME) != 0;
	}
}

static void
read_name(struct bytes text, size_t start, size_t end, struct walk *w, struct assignment *ret)
{
	size_t first = start;

	while (first > 0 && start - first < NAME_MAX_LEN && is_name(text.data[first - 1]))
		first--;
	while (is_name(peek(w, 0)) && w->pos - end < NAME_MAX_LEN)
		w->pos++;
	ret->name = bytes_slice(text, first, w->pos - first);
	ret->suffix = bytes_slice(text, end, w->pos - end);
}

bool
assignment_read(struct bytes text, size_t start, size_t end, struct assignment *ret)
{
	struct walk w = { text, end };
	bool was_quoted, is_spaced;

	read_name(text, start, end, &w, ret);
	was_quoted = skip_closing(&w);
	is_spaced = skip_spaces(&w, false);
	skip_type(&w);
	ret->is_joined = skip_operator(&w, was_quoted);
	if (!ret->is_joined && !is_spaced)
		return false;
	skip_spaces(&w, ret->is_joined && w.text.data[w.pos - 1] == '>');
	/* b"...", r'...', @"...", new String("..."). */
	for (unsigned n = 0; n < 2 && peek(&w, 0) != 0; n++)
		if ((is_letter(peek(&w, 0)) || peek(&w, 0) == '@') && is_quote(peek(&w, 1)))
			w.pos++;
	if (is_quote(peek(&w, 0)) || (peek(&w, 0) == '\\' && peek(&w, 1) != 'n')) {
		if (!read_quoted(&w, ret))
			return false;
		skip_scheme(&ret->value, &ret->pos);
		return true;
	}
	for (unsigned n = 0; n < 8 && is_letter(peek(&w, n)); n++)
		if (peek(&w, n + 1) == ' ') {
			struct bytes rest = bytes_slice(text, w.pos, VALUE_MAX_LEN);

			skip_scheme(&rest, &w.pos);
			break;
		}
	return read_bare(&w, ret);
}
