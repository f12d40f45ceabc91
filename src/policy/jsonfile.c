/* A JSON file of the user: see policy/jsonfile.h. */
#include "config.h"

#include "policy/jsonfile.h"

#include "core/json.h"
#include "core/limits.h"
#include "policy/userfile.h"

struct json_object *
jsonfile_read(const char *path, const char *what, char ret_sha256[65], struct status *status)
{
	struct userfile file;
	struct status wrong = { 0 };
	struct json_object *root;

	if (!userfile_read(&file, path, LIMIT_JSON_BYTES, what, status))
		return NULL;
	root = json_parse(file.bytes, &wrong);
	memcpy(ret_sha256, file.sha256, sizeof(file.sha256));
	userfile_free(&file);
	if (root == NULL)
		status_set(
		    status, STATUS_USAGE, "the %s %s is no JSON: %s", what, path, wrong.text);
	return root;
}

static struct json_object *
get(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	return json_object_is_type(object, json_type_object) &&
		json_object_object_get_ex(object, key, &value) && json_object_is_type(value, type)
	    ? value
	    : NULL;
}

const char *
jsonfile_string(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key, json_type_string);

	return value == NULL ? NULL : json_object_get_string(value);
}

uint64_t
jsonfile_number(struct json_object *object, const char *key, uint64_t fallback)
{
	struct json_object *value = get(object, key, json_type_int);

	return value == NULL ? fallback : json_object_get_uint64(value);
}

struct json_object *
jsonfile_list(struct json_object *object, const char *key)
{
	return get(object, key, json_type_array);
}

struct json_object *
jsonfile_object(struct json_object *object, const char *key)
{
	return get(object, key, json_type_object);
}
