/* The strict reader of JSON: see core/json.h. One pass, no recursion, no tree. */
#include "config.h"

#include "core/json.h"

#include "core/json_escape.h"
#include "core/json_keys.h"
#include "core/limits.h"
#include "core/scan.h"
#include "core/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define UTF8_AHEAD \
	32768 /* bytes that are checked at once, and are in the cache when they are read */

struct walk {
	struct bytes b;
	size_t pos;
	size_t utf8; /* up to here it is UTF-8 */
	unsigned depth;
	bool (*visit)(const struct json_token *, void *);
	void *context;
	bool skip;	     /* nothing is told ... */
	unsigned skip_depth; /* ... before the container that is this deep ends */
	struct json_error *error;
	struct json_keys keys;
	uint64_t nkeys;
	bool is_object[LIMIT_JSON_DEPTH + 1]; /* of each open container */
	size_t first_key[LIMIT_JSON_DEPTH + 1];
};

static bool fail(struct walk *, enum json_fault, uint64_t offset, const char *format, ...)
    PRINTF_LIKE(4, 5);

static bool
fail(struct walk *walk, enum json_fault fault, uint64_t offset, const char *format, ...)
{
	va_list args;

	walk->error->fault = fault;
	walk->error->offset = offset;
	va_start(args, format);
	vsnprintf(walk->error->text, sizeof(walk->error->text), format, args);
	va_end(args);
	return false;
}

static ALWAYS_INLINE bool
tell(struct walk *walk, enum json_event event, size_t offset, struct bytes text, bool has_escapes)
{
	struct json_token token = { event, walk->depth, offset, text, has_escapes, &walk->skip };

	if (walk->visit == NULL || walk->skip || walk->visit(&token, walk->context))
		return true;
	return fail(walk, JSON_FAULT_STOPPED, offset, "not read any further");
}

static ALWAYS_INLINE void
skip_space(struct walk *walk)
{
	/* Mostly there is none, or one blank. */
	if (walk->pos < walk->b.len && walk->b.data[walk->pos] == ' ')
		walk->pos++;
	if (walk->pos < walk->b.len && walk->b.data[walk->pos] <= ' ')
		walk->pos = scan_space(walk->b, walk->pos);
}

/* What stands at the position, for a message. */
static bool
unexpected(struct walk *walk, const char *wanted)
{
	uint8_t c;

	if (walk->pos >= walk->b.len)
		return fail(
		    walk, JSON_FAULT_SYNTAX, walk->pos, "it ends where %s should follow", wanted);
	c = walk->b.data[walk->pos];
	if (c >= 0x20 && c < 0x7f)
		return fail(
		    walk, JSON_FAULT_SYNTAX, walk->pos, "'%c' where %s should stand", c, wanted);
	return fail(
	    walk, JSON_FAULT_SYNTAX, walk->pos, "byte 0x%02x where %s should stand", c, wanted);
}

/* Is the document UTF-8 up to END, in a string? It was so far. */
static bool
check_utf8(struct walk *walk, size_t end)
{
	while (walk->utf8 < end) {
		struct bytes next = bytes_slice(walk->b, walk->utf8, UTF8_AHEAD);
		size_t run = utf8_run(next);

		walk->utf8 += run;
		/* The last character of what is checked at once may be cut. */
		if (run + 4 <= next.len || next.len < UTF8_AHEAD)
			break;
	}
	return walk->utf8 >= end ||
	    fail(walk, JSON_FAULT_UTF8, walk->utf8, "a string that is not UTF-8 (0x%02x)",
		walk->b.data[walk->utf8]);
}

static ALWAYS_INLINE bool
at(const struct walk *walk, uint8_t c)
{
	return walk->pos < walk->b.len && walk->b.data[walk->pos] == c;
}

/* At a backslash and more of them, or what else ended a plain run in a string that starts at
 * START. */
static bool
read_escapes(struct walk *walk, size_t start)
{
	if (walk->pos >= walk->b.len)
		return fail(walk, JSON_FAULT_SYNTAX, start - 1, "a string without its end");
	if (walk->b.data[walk->pos] < 0x20)
		return fail(walk, JSON_FAULT_SYNTAX, walk->pos,
		    "a control character (0x%02x) inside a string", walk->b.data[walk->pos]);
	do {
		struct bytes rest = bytes_slice(walk->b, walk->pos, walk->b.len);
		uint32_t code;
		bool lone;
		size_t len = json_escape(rest, &code, &lone);

		if (len == 0)
			return fail(walk, lone ? JSON_FAULT_UTF8 : JSON_FAULT_SYNTAX, walk->pos,
			    "%s",
			    lone ? "an escape of half a surrogate pair"
				 : "a backslash that starts no escape");
		walk->pos += len;
	} while (at(walk, '\\'));
	return true;
}

/* At the opening quote. */
static ALWAYS_INLINE bool
read_string(struct walk *walk, struct bytes *ret, bool *ret_has_escapes)
{
	size_t start = ++walk->pos;

	*ret_has_escapes = false;
	for (;;) {
		walk->pos = scan_string(walk->b, walk->pos);
		if (walk->pos > walk->utf8 && !check_utf8(walk, walk->pos))
			return false;
		if (walk->pos < walk->b.len && walk->b.data[walk->pos] == '"')
			break;
		if (!read_escapes(walk, start))
			return false;
		*ret_has_escapes = true;
	}
	*ret = bytes_of(walk->b.data + start, walk->pos - start);
	walk->pos++;
	return true;
}

static ALWAYS_INLINE size_t
digits(struct walk *walk)
{
	size_t start = walk->pos;

	while (walk->pos < walk->b.len && (uint8_t)(walk->b.data[walk->pos] - '0') <= 9)
		walk->pos++;
	return walk->pos - start;
}

static ALWAYS_INLINE bool
accept(struct walk *walk, uint8_t c)
{
	if (!at(walk, c))
		return false;
	walk->pos++;
	return true;
}

/* Is the number TEXT, valid by its grammar and with an exponent or long, finite as a double? */
static bool
is_finite(struct bytes text)
{
	char *copy;
	bool finite;

	if (text.len > 4096)
		return false; /* nobody writes numbers so */
	copy = strndup((const char *)text.data, text.len);
	finite = copy != NULL && isfinite(strtod(copy, NULL));
	free(copy);
	return finite;
}

/* number = [ "-" ] ( "0" / 1-9 digits ) [ "." digits ] [ e [ sign ] digits ] */
static ALWAYS_INLINE bool
read_number(struct walk *walk)
{
	size_t start = walk->pos, len;
	bool has_exponent;
	struct bytes text;

	(void)accept(walk, '-');
	len = digits(walk);
	if (len == 0)
		return unexpected(walk, "a value");
	if (len > 1 && walk->b.data[walk->pos - len] == '0')
		return fail(walk, JSON_FAULT_SYNTAX, start, "a number with a leading zero");
	if (accept(walk, '.')) {
		/* Measurements have many. */
		len = scan_digits(walk->b, walk->pos) - walk->pos;
		walk->pos += len;
		if (len == 0)
			return unexpected(walk, "a digit");
	}
	has_exponent = accept(walk, 'e') || accept(walk, 'E');
	if (has_exponent) {
		if (!accept(walk, '+'))
			(void)accept(walk, '-');
		if (digits(walk) == 0)
			return unexpected(walk, "an exponent");
	}
	text = bytes_of(walk->b.data + start, walk->pos - start);
	/* Without an exponent a double holds 308 digits. */
	if ((has_exponent || text.len >= 300) && !is_finite(text))
		return fail(walk, JSON_FAULT_NUMBER, start, "a number out of range");
	return tell(walk, JSON_NUMBER, start, text, false);
}

static bool
read_word(struct walk *walk, const char *word, enum json_event event)
{
	size_t start = walk->pos;

	if (!bytes_starts(bytes_slice(walk->b, start, strlen(word)), word))
		return unexpected(walk, "a value");
	walk->pos += strlen(word);
	return tell(walk, event, start, bytes_of(NULL, 0), false);
}

static bool
open_container(struct walk *walk, bool is_object)
{
	bool was_told = !walk->skip;

	if (!tell(walk, is_object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN, walk->pos,
		bytes_of(NULL, 0), false))
		return false;
	if (walk->depth == LIMIT_JSON_DEPTH)
		return fail(walk, JSON_FAULT_DEPTH, walk->pos, "nested more than %d levels deep",
		    LIMIT_JSON_DEPTH);
	if (was_told)
		walk->skip_depth = walk->depth;
	walk->depth++;
	walk->is_object[walk->depth] = is_object;
	walk->first_key[walk->depth] = walk->keys.n;
	walk->pos++;
	return true;
}

static bool
fail_twice(struct walk *walk)
{
	struct bytes text = walk->keys.twice;
	char shown[64];
	size_t n = 0;

	for (; n < text.len && n < sizeof(shown) - 1; n++)
		shown[n] = text.data[n] >= 0x20 && text.data[n] < 0x7f ? (char)text.data[n] : '?';
	shown[n] = '\0';
	return fail(walk, JSON_FAULT_DUPLICATE_KEY, (size_t)(text.data - walk->b.data) - 1,
	    "the key \"%s\" stands twice in one object", shown);
}

static bool
close_container(struct walk *walk)
{
	bool is_object = walk->is_object[walk->depth];

	if (!json_keys_leave(&walk->keys, walk->first_key[walk->depth]))
		return fail_twice(walk);
	walk->depth--;
	walk->pos++;
	if (walk->depth == walk->skip_depth)
		walk->skip = false;
	return tell(walk, is_object ? JSON_OBJECT_END : JSON_ARRAY_END, walk->pos - 1,
	    bytes_of(NULL, 0), false);
}

/* Enters a key, whose quote is at START, among those of its object. */
static ALWAYS_INLINE bool
add_key(struct walk *walk, size_t start, struct bytes text, bool has_escapes)
{
	if (++walk->nkeys > LIMIT_JSON_KEYS)
		return fail(walk, JSON_FAULT_LIMIT, start, "more than %d keys", LIMIT_JSON_KEYS);
	switch (json_keys_add(&walk->keys, walk->first_key[walk->depth], text, has_escapes)) {
	case JSON_KEYS_NEW:
		break;
	case JSON_KEYS_DUPLICATE:
		return fail_twice(walk);
	case JSON_KEYS_MEMORY:
		return fail(walk, JSON_FAULT_LIMIT, start, "no memory for its keys");
	}
	return true;
}

/* The key of an object's member and its colon. */
static bool
read_key(struct walk *walk)
{
	size_t start = walk->pos;
	struct bytes text;
	bool has_escapes;

	if (walk->pos >= walk->b.len || walk->b.data[walk->pos] != '"')
		return unexpected(walk, "a key in double quotes");
	if (!read_string(walk, &text, &has_escapes) || !add_key(walk, start, text, has_escapes) ||
	    !tell(walk, JSON_KEY, start, text, has_escapes))
		return false;
	skip_space(walk);
	if (!accept(walk, ':'))
		return unexpected(walk, "a colon");
	skip_space(walk);
	return true;
}

/* ---- what vocabularies are made of, where nothing of it is told ------------------------------ */

/* A string without escapes at *POS, which moves behind it. */
static ALWAYS_INLINE bool
plain_string(struct walk *walk, size_t *pos, struct bytes *ret)
{
	size_t start = *pos + 1, end;

	if (*pos >= walk->b.len || walk->b.data[*pos] != '"')
		return false;
	end = scan_string(walk->b, start);
	if (end >= walk->b.len || walk->b.data[end] != '"' ||
	    (end > walk->utf8 && !check_utf8(walk, end)))
		return false;
	*ret = bytes_of(walk->b.data + start, end - start);
	*pos = end + 1;
	return true;
}

/* A number of digits alone at *POS; what follows it is not looked at. */
static ALWAYS_INLINE bool
plain_number(const struct walk *walk, size_t *pos)
{
	size_t start = *pos, end = start;

	while (end < walk->b.len && (uint8_t)(walk->b.data[end] - '0') <= 9)
		end++;
	*pos = end;
	return end == start + 1 || (end > start && end - start < 300 && walk->b.data[start] != '0');
}

/* MARK and perhaps a blank at *POS, with something behind them. */
static ALWAYS_INLINE bool
plain_mark(const struct walk *walk, size_t *pos, uint8_t mark)
{
	if (walk->b.len - *pos < 3 || walk->b.data[*pos] != mark)
		return false;
	*pos += walk->b.data[*pos + 1] == ' ' ? 2 : 1;
	return true;
}

/*
 * Passes over strings, or keys and their strings and numbers, up to what is written otherwise or
 * comes last: that is read with all care, and judged if something is wrong with it. False where
 * the keys are.
 */
static bool
skip_entries(struct walk *walk)
{
	bool is_object = walk->is_object[walk->depth];

	for (;;) {
		size_t start = walk->pos, pos = start;
		struct bytes text, value;

		if (!plain_string(walk, &pos, &text))
			return true;
		if (is_object &&
		    (!plain_mark(walk, &pos, ':') ||
			!(walk->b.data[pos] == '"' ? plain_string(walk, &pos, &value)
						   : plain_number(walk, &pos))))
			return true;
		if (!plain_mark(walk, &pos, ',') || walk->b.data[pos] != '"')
			return true;
		if (is_object && !add_key(walk, start, text, false))
			return false;
		walk->pos = pos;
	}
}

/* One scalar, or the opening of a container. */
static bool
read_value(struct walk *walk)
{
	size_t start = walk->pos;
	struct bytes text;
	bool has_escapes;

	if (walk->pos >= walk->b.len)
		return unexpected(walk, "a value");
	switch (walk->b.data[walk->pos]) {
	case '{':
		return open_container(walk, true);
	case '[':
		return open_container(walk, false);
	case '"':
		return read_string(walk, &text, &has_escapes) &&
		    tell(walk, JSON_STRING, start, text, has_escapes);
	case 't':
		return read_word(walk, "true", JSON_TRUE);
	case 'f':
		return read_word(walk, "false", JSON_FALSE);
	case 'n':
		return read_word(walk, "null", JSON_NULL);
	default:
		return read_number(walk);
	}
}

static uint8_t
closer(const struct walk *walk)
{
	return walk->is_object[walk->depth] ? '}' : ']';
}

/*
 * Behind a value: closes what ends here, up to the comma before the next value. *ret_done at the
 * end of the outermost value.
 */
static bool
after_value(struct walk *walk, bool *ret_done)
{
	while (walk->depth > 0) {
		skip_space(walk);
		if (at(walk, closer(walk))) {
			if (!close_container(walk))
				return false;
			continue;
		}
		if (!accept(walk, ','))
			return unexpected(walk,
			    walk->is_object[walk->depth] ? "a comma or '}'" : "a comma or ']'");
		skip_space(walk);
		return true;
	}
	*ret_done = true;
	return true;
}

static bool
walk_document(struct walk *walk)
{
	bool done = false;

	skip_space(walk);
	while (!done) {
		unsigned depth = walk->depth;

		if (walk->skip && depth > 0 && !skip_entries(walk))
			return false;
		if (depth > 0 && walk->is_object[depth] && !read_key(walk))
			return false;
		if (!read_value(walk))
			return false;
		if (walk->depth > depth) {
			skip_space(walk);
			if (!at(walk, closer(walk)))
				continue;
		}
		if (!after_value(walk, &done))
			return false;
	}
	skip_space(walk);
	if (walk->pos < walk->b.len)
		return fail(walk, JSON_FAULT_TRAILING, walk->pos,
		    "%zu bytes after the end of the value", walk->b.len - walk->pos);
	return true;
}

bool
json_walk(struct bytes b, bool (*visit)(const struct json_token *, void *), void *context,
    struct json_error *error)
{
	struct walk walk = { .b = b, .visit = visit, .context = context, .error = error };
	bool done;

	*error = (struct json_error){ .fault = JSON_FAULT_NONE };
	if (b.len > LIMIT_JSON_BYTES)
		return fail(&walk, JSON_FAULT_LIMIT, LIMIT_JSON_BYTES,
		    "longer than %ju bytes, the limit for JSON", (uintmax_t)LIMIT_JSON_BYTES);
	if (bytes_starts(b, "\xef\xbb\xbf"))
		return fail(&walk, JSON_FAULT_SYNTAX, 0, "it starts with a byte order mark");
	json_keys_open(&walk.keys, b);
	done = walk_document(&walk);
	json_keys_close(&walk.keys);
	return done;
}

bool
json_unescape(struct arena *arena, const struct json_token *token, struct bytes *ret)
{
	uint8_t *decoded;

	if (!token->has_escapes) {
		*ret = token->text;
		return true;
	}
	decoded = arena_alloc(arena, token->text.len + 1);
	if (decoded == NULL)
		return false;
	*ret = bytes_of(decoded, json_decode_escapes(token->text, decoded));
	return true;
}
