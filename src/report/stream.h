/*
 * JSON written as it comes: a report of a hundred thousand findings needs the memory of one. Lists
 * of a report hold one item a line, which json-c prints; the frame around them is ours.
 */
#ifndef REPORT_STREAM_H
#define REPORT_STREAM_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

struct stream {
	FILE *file;
	unsigned depth;
	int is_first; /* nothing was written at this level yet */
};

void stream_open(struct stream *, FILE *);
/* Opens an object ("{") or a list ("["); KEY is NULL in a list and for the outermost. */
void stream_begin(struct stream *, const char *key, char bracket);
void stream_end(struct stream *, char bracket);
/* Writes VALUE on a line of its own and puts it. */
void stream_put(struct stream *, const char *key, struct json_object *value);
void stream_string(struct stream *, const char *key, const char *value);
void stream_number(struct stream *, const char *key, uint64_t value);

/* Items: members of a json-c object. */
void item_string(struct json_object *, const char *key, const char *value);
void item_number(struct json_object *, const char *key, uint64_t value);

#endif
