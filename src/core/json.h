/*
 * JSON (RFC 8259), read strictly: duplicate keys, bytes after the value, bad UTF-8, comments,
 * single quotes, NaN, lone surrogates, depth and number range are refused before json-c sees
 * a byte, since json-c accepts all of them even in its strict mode.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

#include <json-c/json.h>

enum json_event {
	JSON_OBJECT_BEGIN,
	JSON_OBJECT_END,
	JSON_ARRAY_BEGIN,
	JSON_ARRAY_END,
	JSON_KEY,    /* text: between the quotes, escapes as written */
	JSON_STRING, /* likewise */
	JSON_NUMBER, /* text: as written */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json_token {
	enum json_event event;
	unsigned depth;	   /* 0 for the outermost value */
	uint64_t offset;   /* of the token's first byte */
	struct bytes text; /* keys, strings and numbers; empty otherwise */
	bool has_escapes;  /* text holds backslashes: use json_unescape() */
	bool *ret_skip; /* set it at the beginning of an object or array to hear next of its end */
};

/* What json_walk() found wrong, beside the sentence in the status. */
enum json_fault {
	JSON_FAULT_NONE,
	JSON_FAULT_SYNTAX,
	JSON_FAULT_DUPLICATE_KEY,
	JSON_FAULT_TRAILING,
	JSON_FAULT_UTF8, /* bad UTF-8, or an escape that makes a lone surrogate */
	JSON_FAULT_DEPTH,
	JSON_FAULT_NUMBER, /* cannot be represented as a finite double */
	JSON_FAULT_LIMIT,
	JSON_FAULT_STOPPED, /* the visitor returned false */
};

struct json_error {
	enum json_fault fault;
	uint64_t offset;
	char text[200]; /* one sentence, safe to print */
};

/*
 * Visits every token of the one value in B in document order, in one pass and without building
 * a tree. VISIT may be NULL (then it only validates) and stops the walk by returning false.
 * False where B is not one strict JSON value; ret_error says why and where.
 */
MUST_USE bool json_walk(struct bytes b, bool (*visit)(const struct json_token *, void *),
    void *context, struct json_error *ret_error);
/* The text of a key or string token as UTF-8, in the arena where it had escapes. */
MUST_USE bool json_unescape(struct arena *, const struct json_token *, struct bytes *ret);
/* Validates with json_walk(), then parses. NULL on failure; the caller puts the object. */
MUST_USE struct json_object *json_parse(struct bytes, struct status *);

/* Members of an object, type-checked: false (and nothing written) where KEY is absent or of another
 * type. */
MUST_USE bool json_get(
    struct json_object *, const char *key, enum json_type, struct json_object **ret);
MUST_USE bool json_get_string(struct json_object *, const char *key, const char **ret);
/* An int64 that may be written as a number or, as protobuf JSON does, as a string. */
MUST_USE bool json_get_int64(struct json_object *, const char *key, int64_t *ret);
MUST_USE bool json_get_bool(struct json_object *, const char *key, bool *ret);

/* Has OBJECT no field but those of LIST (NULL-terminated)? */
MUST_USE bool json_only_fields(struct json_object *, const char *const *list);

/* Appends S as a JSON string with its quotes; what is not UTF-8 becomes U+FFFD. */
void json_add_string(struct buffer *, struct bytes s);
/* A new json-c string from bytes that may be hostile: always valid UTF-8. */
MUST_USE struct json_object *json_string_of(const char *);

#endif
