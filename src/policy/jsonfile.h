/* A JSON file of the user: a report, read back. */
#ifndef POLICY_JSONFILE_H
#define POLICY_JSONFILE_H

#include "core/compiler.h"
#include "core/status.h"

#include <json-c/json.h>

/* WHAT is for messages ("baseline"). NULL and a status on failure; the caller puts the object. */
MUST_USE struct json_object *jsonfile_read(
    const char *path, const char *what, char ret_sha256[65], struct status *);
/* The members of an object, type-checked: NULL, or FALLBACK, where absent or of another type. */
const char *jsonfile_string(struct json_object *, const char *key);
uint64_t jsonfile_number(struct json_object *, const char *key, uint64_t fallback);
struct json_object *jsonfile_list(struct json_object *, const char *key);
struct json_object *jsonfile_object(struct json_object *, const char *key);

#endif
