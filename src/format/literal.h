/*
 * Python literals, as NumPy writes them into its headers: dictionaries, tuples and lists of texts,
 * numbers, True, False, None. Read in one pass under a limit of depth, nothing is built.
 */
#ifndef FORMAT_LITERAL_H
#define FORMAT_LITERAL_H

#include "core/bytes.h"
#include "core/compiler.h"

enum literal_kind {
	LITERAL_OPEN, /* of a dictionary, tuple or list */
	LITERAL_CLOSE,
	LITERAL_TEXT, /* text: between the quotes, escapes as written */
	LITERAL_INT,  /* number; a trailing L of Python 2 is dropped */
	LITERAL_NAME, /* True, False, None */
};

struct literal_token {
	enum literal_kind kind;
	unsigned depth; /* of the container it is in; 0 for the outermost value */
	struct bytes text;
	struct bytes
	    key; /* of the outermost dictionary, under which the token stands; empty elsewhere */
	uint64_t number;
};

struct literal_error {
	size_t offset;
	const char *text;
};

/*
 * Visits each token of the one literal in B but the keys of the outermost dictionary, in order.
 * VISIT stops the walk by returning false. False where B is no such literal.
 */
MUST_USE bool literal_walk(struct bytes b, bool (*visit)(const struct literal_token *, void *),
    void *context, struct literal_error *ret_error);

static inline bool
literal_key_is(const struct literal_token *token, const char *key)
{
	return bytes_equal_string(token->key, key);
}

#endif
