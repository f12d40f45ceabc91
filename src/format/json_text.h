/*
 * The text inside JSON as spans for the detectors. The first JSON_TEXT_KEYED strings of a member,
 * the long numbers among them and every string with escapes are spans of their own, with the path
 * of their key
 * ("cells[].source") and without escapes. What lies between those is handed on as it stands, as
 * long runs with keys and quotes: millions of small spans would cost more than searching them.
 * Vocabularies and merges of tokenizers become SPAN_VOCABULARY.
 */
#ifndef FORMAT_JSON_TEXT_H
#define FORMAT_JSON_TEXT_H

#include "core/json.h"
#include "core/limits.h"
#include "core/sink.h"

#define JSON_TEXT_KEYED 512
#define JSON_TEXT_NUMBERS 4096 /* long numbers that get a span each; after them no string does */

/* A JSON document on its way to spans. */
struct json_text {
	struct sink *sink;
	struct bytes text;   /* the document */
	uint64_t offset;     /* of it in the member */
	bool is_vocabulary;  /* all of it */
	bool is_notebook;    /* arrays of strings are lines of one text */
	unsigned keyed_left; /* how many more strings get a span each; kept over documents */
	unsigned numbers;    /* that got a span each; kept over documents */
	/* Called for every string and `true` outside of vocabularies; may be NULL. */
	void (*value)(struct json_text *, const struct json_token *);
	void *context;
	/* Private: */
	struct bytes keys[LIMIT_JSON_DEPTH + 2]; /* at each depth; data is NULL in an array */
	unsigned vocabulary_depth;		 /* inside one, where not 0 */
	uint64_t run;				 /* start of the run not handed on yet */
	const char *path;			 /* the last one made */
	struct buffer lines;			 /* of a notebook's cell */
	uint64_t lines_offset;
};

/* Hands on the spans of TEXT->text. False where it is no strict JSON; all spans are there then
 * too: what follows the fault is one run. */
MUST_USE bool json_text_walk(struct json_text *, struct json_error *);
/* "a.b[].c" of the value that is visited, in the arena; "" at the top. */
const char *json_text_path(struct json_text *, unsigned depth);

#endif
