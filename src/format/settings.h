/*
 * Settings of models that decide what a loader does: code to run, files to open, templates to
 * fill in. Found in JSON and YAML by their keys, whatever file they stand in.
 */
#ifndef FORMAT_SETTINGS_H
#define FORMAT_SETTINGS_H

#include "bundle/member.h"
#include "format/json_text.h"

struct settings {
	const struct member *member;
};

/* Judges one setting: KEY is the last key of its path, VALUE a string. */
void settings_judge(
    struct sink *, const char *path, struct bytes key, struct bytes value, uint64_t offset);
/* The same as a visitor of JSON values; its context is a struct settings. */
void settings_value(struct json_text *, const struct json_token *);

#endif
