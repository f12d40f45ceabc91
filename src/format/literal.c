/* Python literals: see format/literal.h. */
#include "config.h"

#include "format/literal.h"

#include "core/reader.h"

#define DEPTH_MAX 16 /* structured types nest a little; NumPy's reader has its own limit */

struct walk {
	struct reader r;
	bool (*visit)(const struct literal_token *, void *);
	void *context;
	struct literal_error *error;
	char closing[DEPTH_MAX]; /* what ends each open container */
	unsigned depth;
	struct bytes key;
};

static bool
refuse(struct walk *walk, const char *text)
{
	walk->error->offset = walk->r.pos;
	walk->error->text = text;
	return false;
}

static void
skip_space(struct walk *walk)
{
	while (walk->r.pos < walk->r.in.len &&
	    memchr(" \t\r\n\f", walk->r.in.data[walk->r.pos], 5) != NULL)
		walk->r.pos++;
}

/* The next byte, or 0 at the end. */
static uint8_t
next(const struct walk *walk)
{
	return walk->r.pos < walk->r.in.len ? walk->r.in.data[walk->r.pos] : 0;
}

static bool
read_text(struct walk *walk, struct bytes *ret)
{
	uint8_t quote = next(walk);
	size_t start = walk->r.pos + 1;

	for (size_t i = start; i < walk->r.in.len; i++) {
		if (walk->r.in.data[i] == '\\') {
			i++;
			continue;
		}
		if (walk->r.in.data[i] == '\n')
			break;
		if (walk->r.in.data[i] == quote) {
			*ret = bytes_slice(walk->r.in, start, i - start);
			walk->r.pos = i + 1;
			return true;
		}
	}
	return refuse(walk, "a text has no end");
}

static bool
is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_';
}

/* True, False, None, or a number from 0 on. */
static bool
read_word(struct walk *walk, struct literal_token *token)
{
	static const char *const names[] = { "True", "False", "None" };
	size_t start = walk->r.pos;

	while (is_word(next(walk)))
		walk->r.pos++;
	token->text = bytes_slice(walk->r.in, start, walk->r.pos - start);
	token->kind = LITERAL_NAME;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (bytes_equal_string(token->text, names[i]))
			return true;
	token->kind = LITERAL_INT;
	if (token->text.len > 1 && token->text.data[token->text.len - 1] == 'L')
		token->text.len--;
	if (token->text.len == 0 || token->text.len > 19)
		return refuse(walk, "something stands there that is no literal");
	for (size_t i = 0; i < token->text.len; i++) {
		if (token->text.data[i] < '0' || token->text.data[i] > '9')
			return refuse(walk, "something stands there that is no literal");
		token->number = token->number * 10 + (uint64_t)(token->text.data[i] - '0');
	}
	return true;
}

static bool
open_container(struct walk *walk, uint8_t c)
{
	if (walk->depth == DEPTH_MAX)
		return refuse(walk, "it is nested too deep");
	walk->closing[walk->depth++] = c == '{' ? '}' : c == '[' ? ']' : ')';
	walk->r.pos++;
	return true;
}

static bool
emit(struct walk *walk, struct literal_token *token)
{
	token->key = walk->key;
	if (!walk->visit(token, walk->context))
		return refuse(walk, "a number is absurd");
	return true;
}

/* One value, key or opening; false where something else stands there. */
static bool
read_value(struct walk *walk, bool may_be_key)
{
	struct literal_token token = { .depth = walk->depth };
	uint8_t c = next(walk);

	if ((c == 'u' || c == 'b') && walk->r.pos + 1 < walk->r.in.len &&
	    (walk->r.in.data[walk->r.pos + 1] == '\'' || walk->r.in.data[walk->r.pos + 1] == '"')) {
		walk->r.pos++;
		c = next(walk);
	}
	if (c == '{' || c == '[' || c == '(') {
		token.kind = LITERAL_OPEN;
		return emit(walk, &token) && open_container(walk, c);
	}
	if (c == '\'' || c == '"') {
		token.kind = LITERAL_TEXT;
		if (!read_text(walk, &token.text))
			return false;
		skip_space(walk);
		if (may_be_key && next(walk) == ':' && walk->depth > 0 &&
		    walk->closing[walk->depth - 1] == '}') {
			walk->r.pos++;
			if (walk->depth == 1)
				walk->key = token.text;
			skip_space(walk);
			return read_value(walk, false);
		}
		return emit(walk, &token);
	}
	return read_word(walk, &token) && emit(walk, &token);
}

/* What may follow a value: closings, then a comma or the end. */
static bool
read_closings(struct walk *walk, bool *ret_comma)
{
	*ret_comma = false;
	for (;;) {
		skip_space(walk);
		if (walk->depth > 0 && next(walk) == (uint8_t)walk->closing[walk->depth - 1]) {
			struct literal_token token = { .kind = LITERAL_CLOSE,
				.depth = --walk->depth };

			walk->r.pos++;
			*ret_comma = false;
			if (!emit(walk, &token))
				return false;
			continue;
		}
		if (next(walk) != ',' || walk->depth == 0 || *ret_comma)
			return true;
		walk->r.pos++;
		*ret_comma = true;
	}
}

bool
literal_walk(struct bytes b, bool (*visit)(const struct literal_token *, void *), void *context,
    struct literal_error *ret_error)
{
	struct walk walk = {
		.r = reader_over(b), .visit = visit, .context = context, .error = ret_error
	};
	bool comma = true;

	do {
		unsigned depth = walk.depth;

		skip_space(&walk);
		if (!comma)
			return refuse(&walk, "a comma is missing");
		if (!read_value(&walk, true))
			return false;
		/* Behind an opening the first value needs no comma. */
		if (walk.depth > depth) {
			skip_space(&walk);
			if (next(&walk) != (uint8_t)walk.closing[walk.depth - 1])
				continue;
		}
		if (!read_closings(&walk, &comma))
			return false;
	} while (walk.depth > 0);
	skip_space(&walk);
	return walk.r.pos == b.len || refuse(&walk, "something follows the literal");
}
