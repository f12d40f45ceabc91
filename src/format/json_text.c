/* The text inside JSON: see format/json_text.h. */
#include "config.h"

#include "format/json_text.h"

#include "core/scan.h"
#include "core/text.h"

#define PATH_KEYS 12	  /* a path shows so many keys at most */
#define PATH_KEY 64	  /* and so many bytes of each */
#define RUN_MIN 8	  /* shorter runs are punctuation */
#define KEY_MIN 8	  /* shorter keys are no statement */
#define LONG_NUMBER 7	  /* digits from which on a number may identify somebody */
#define VOCABULARY_MIN 64 /* entries that map to numbers make a vocabulary */
#define LINES_MAX (16 * MIB)

const char *
json_text_path(struct json_text *json, unsigned depth)
{
	char path[PATH_KEYS * (PATH_KEY + 3) + 1];
	size_t n = 0;
	const char *copy;

	for (unsigned d = 1; d <= depth && d <= PATH_KEYS; d++) {
		struct bytes key = bytes_slice(json->keys[d], 0, PATH_KEY);

		if (key.data == NULL) {
			memcpy(path + n, "[]", 2);
			n += 2;
			continue;
		}
		if (n > 0)
			path[n++] = '.';
		if (key.len > 0)
			memcpy(path + n, key.data, key.len);
		n += key.len;
	}
	/* Strings with escapes stand under the same key in row after row. */
	if (json->path != NULL && strlen(json->path) == n && memcmp(json->path, path, n) == 0)
		return json->path;
	copy = arena_string_of(sink_arena(json->sink), bytes_of(path, n));
	json->path = copy;
	return copy == NULL ? "" : copy;
}

static bool
in_vocabulary(const struct json_text *json)
{
	return json->is_vocabulary || json->vocabulary_depth > 0;
}

/* What lies between the last span and UP_TO, offsets in the document. */
static void
flush_run(struct json_text *json, uint64_t up_to)
{
	uint64_t start = json->run;

	if (up_to > start && up_to - start >= RUN_MIN)
		sink_text(json->sink, in_vocabulary(json) ? SPAN_VOCABULARY : SPAN_VALUE, "",
		    bytes_slice(json->text, start, up_to - start), json->offset + start);
	json->run = up_to;
}

static void
flush_lines(struct json_text *json, unsigned depth)
{
	const char *path;
	char *copy;

	if (json->lines.len == 0)
		return;
	copy = buffer_ok(&json->lines)
	    ? arena_string_of(sink_arena(json->sink), buffer_bytes(&json->lines))
	    : NULL;
	path = json_text_path(json, depth);
	if (copy == NULL)
		sink_trouble(json->sink, STATUS_LIMIT, "scan/limit", json->lines_offset,
		    "a cell of more than %d MiB is not searched", (int)(LINES_MAX / MIB));
	else
		sink_text(json->sink, strstr(path, "source") != NULL ? SPAN_SOURCE : SPAN_PROSE,
		    path, bytes_of(copy, json->lines.len), json->lines_offset);
	buffer_reset(&json->lines);
}

/* A string that becomes a span of its own; its quotes belong to no run. */
static void
keyed_string(struct json_text *json, const struct json_token *token, unsigned depth)
{
	struct bytes plain = token->text;

	flush_run(json, token->offset);
	json->run = token->offset + token->text.len + 2;
	if (token->has_escapes && !json_unescape(sink_arena(json->sink), token, &plain)) {
		sink_trouble(json->sink, STATUS_LIMIT, "scan/limit", json->offset + token->offset,
		    "no memory to decode a string of %zu bytes", token->text.len);
		return;
	}
	if (json->is_notebook && depth > 0 && json->keys[depth].data == NULL) {
		if (json->lines.len == 0)
			json->lines_offset = json->offset + token->offset + 1;
		buffer_add(&json->lines, plain);
		return;
	}
	sink_text(json->sink, SPAN_VALUE, json_text_path(json, depth), plain,
	    json->offset + token->offset + 1);
}

static void
visit_string(struct json_text *json, const struct json_token *token)
{
	if (in_vocabulary(json))
		return;
	if (json->value != NULL)
		json->value(json, token);
	if (json->keyed_left == 0 && !token->has_escapes && !json->is_notebook)
		return;
	keyed_string(json, token, token->depth);
	if (json->keyed_left > 0)
		json->keyed_left--;
}

/* While strings get spans of their own, keys do only where they may say something of somebody. */
static bool
is_statement(struct bytes key)
{
	if (key.len < KEY_MIN)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (key.data[i] == '@' || (key.data[i] >= '0' && key.data[i] <= '9'))
			return true;
	return false;
}

static void
visit_key(struct json_text *json, const struct json_token *token)
{
	bool keyed = json->keyed_left > 0 || json->is_notebook;

	json->keys[token->depth] = token->text;
	if (in_vocabulary(json))
		return;
	if (token->has_escapes || (keyed && is_statement(token->text)))
		keyed_string(json, token, token->depth - 1);
	else if (keyed)
		json->run = token->offset + token->text.len + 2;
}

static void
visit_number(struct json_text *json, const struct json_token *token)
{
	if (json->keyed_left == 0 || in_vocabulary(json))
		return;
	if (token->text.len >= LONG_NUMBER) {
		sink_text(json->sink, SPAN_VALUE, json_text_path(json, token->depth), token->text,
		    json->offset + token->offset);
		/* Measurements by the million are no statements. */
		if (++json->numbers == JSON_TEXT_NUMBERS)
			json->keyed_left = 0;
	}
	json->run = token->offset + token->text.len;
}

/* An object or array that begins: is it a vocabulary? */
static void
enter(struct json_text *json, const struct json_token *token)
{
	struct bytes key = json->keys[token->depth];

	json->keys[token->depth + 1] = bytes_of(NULL, 0);
	*token->ret_skip = json->is_vocabulary;
	if (json->vocabulary_depth > 0 || token->depth == 0 || token->depth > 2 || key.len == 0)
		return;
	if (bytes_equal_string(key, "vocab") || bytes_equal_string(key, "merges") ||
	    bytes_equal_string(key, "encoder")) {
		flush_run(json, token->offset);
		json->vocabulary_depth = token->depth;
		*token->ret_skip = true;
	}
}

static void
leave(struct json_text *json, const struct json_token *token)
{
	if (json->vocabulary_depth > 0 && token->depth == json->vocabulary_depth) {
		flush_run(json, token->offset);
		json->vocabulary_depth = 0;
	}
	if (token->event == JSON_ARRAY_END && json->is_notebook)
		flush_lines(json, token->depth);
}

static bool
visit(const struct json_token *token, void *context)
{
	struct json_text *json = context;

	switch (token->event) {
	case JSON_OBJECT_BEGIN:
	case JSON_ARRAY_BEGIN:
		enter(json, token);
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		leave(json, token);
		break;
	case JSON_KEY:
		visit_key(json, token);
		break;
	case JSON_STRING:
		visit_string(json, token);
		break;
	case JSON_NUMBER:
		visit_number(json, token);
		break;
	case JSON_TRUE:
		if (json->value != NULL && !in_vocabulary(json))
			json->value(json, token);
		break;
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return true;
}

/* Counts members of the outermost object that map words to numbers, until one is none. */
static bool
count_numbers(const struct json_token *token, void *context)
{
	size_t *n = context;

	if (token->event == JSON_NUMBER && token->depth == 1)
		return ++*n < VOCABULARY_MIN;
	return token->event == JSON_KEY || (token->event == JSON_OBJECT_BEGIN && token->depth == 0);
}

/* What stands at POS behind white space; 0 at the end. POS is moved to it. */
static uint8_t
next_of(struct bytes text, size_t *pos)
{
	*pos = scan_space(text, *pos);
	return *pos < text.len ? text.data[*pos] : 0;
}

/*
 * Could the document map words to numbers? A quick look at as many entries as a vocabulary has at
 * least; what is no entry is found by the walk that counts.
 */
static bool
may_be_vocabulary(struct bytes text)
{
	size_t pos = 0;

	if (next_of(text, &pos) != '{')
		return false;
	for (unsigned i = 0; i < VOCABULARY_MIN; i++) {
		uint8_t c;

		pos++;
		if (next_of(text, &pos) != '"')
			return false;
		pos = scan_string(text, pos + 1);
		if (pos < text.len && text.data[pos] == '\\')
			return true;
		pos += pos < text.len;
		if (next_of(text, &pos) != ':')
			return false;
		pos++;
		c = next_of(text, &pos);
		if (c != '-' && (c < '0' || c > '9'))
			return false;
		pos = scan_any(text, pos, ',', '}', '"');
		if (i + 1 < VOCABULARY_MIN && (pos == text.len || text.data[pos] != ','))
			return false;
	}
	return true;
}

bool
json_text_walk(struct json_text *json, struct json_error *error)
{
	size_t numbers = 0;
	bool done;

	json->run = 0;
	json->vocabulary_depth = 0;
	json->lines = buffer_up_to(LINES_MAX);
	if (may_be_vocabulary(json->text) &&
	    !json_walk(json->text, count_numbers, &numbers, error) && numbers == VOCABULARY_MIN)
		json->is_vocabulary = true;
	done = json_walk(json->text, visit, json, error);
	flush_lines(json, 0);
	buffer_free(&json->lines);
	if (!done || json->keyed_left == 0 || in_vocabulary(json))
		flush_run(json, json->text.len);
	return done;
}
