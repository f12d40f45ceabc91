/* JSON as a tree of json-c, and JSON written: see core/json.h. */
#include "config.h"

#include "core/json.h"

#include "core/limits.h"
#include "core/text.h"

#include <errno.h>
#include <stdlib.h>

/* What json-c would change in silence: integers that it clips, keys that end at a zero byte. */
static bool
check_token(const struct json_token *token, void *context)
{
	struct status *status = context;
	char number[24];

	if (token->event == JSON_KEY && token->has_escapes &&
	    bytes_find(token->text, bytes_of_string("\\u0000"), 0) >= 0)
		return status_set(status, STATUS_MALFORMED,
		    "JSON at offset %ju: a key holds \\u0000", (uintmax_t)token->offset);
	if (token->event != JSON_NUMBER || memchr(token->text.data, '.', token->text.len) != NULL ||
	    memchr(token->text.data, 'e', token->text.len) != NULL ||
	    memchr(token->text.data, 'E', token->text.len) != NULL)
		return true;
	if (token->text.len < sizeof(number)) {
		memcpy(number, token->text.data, token->text.len);
		number[token->text.len] = '\0';
		errno = 0;
		if (*number == '-')
			(void)strtoll(number, NULL, 10);
		else
			(void)strtoull(number, NULL, 10);
		if (errno == 0)
			return true;
	}
	return status_set(status, STATUS_MALFORMED,
	    "JSON at offset %ju: an integer that needs more than 64 bits",
	    (uintmax_t)token->offset);
}

struct json_object *
json_parse(struct bytes b, struct status *status)
{
	struct status refused = { .code = STATUS_OK };
	struct json_tokener *tokener;
	struct json_object *object;
	struct json_error error;

	if (!json_walk(b, check_token, &refused, &error)) {
		if (refused.code != STATUS_OK)
			status_set(status, refused.code, "%s", refused.text);
		else
			status_set(status,
			    error.fault == JSON_FAULT_LIMIT || error.fault == JSON_FAULT_DEPTH
				? STATUS_LIMIT
				: STATUS_MALFORMED,
			    "JSON at offset %ju: %s", (uintmax_t)error.offset, error.text);
		return NULL;
	}
	tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 2);
	if (tokener == NULL) {
		status_set(status, STATUS_MEMORY, "no memory to read JSON");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, (const char *)b.data, (int)b.len);
	/* A number at the very end needs to be told that nothing follows. */
	if (object == NULL && json_tokener_get_error(tokener) == json_tokener_continue)
		object = json_tokener_parse_ex(tokener, "", 1);
	if (object == NULL && json_tokener_get_error(tokener) != json_tokener_success)
		status_set(status, STATUS_INTERNAL, "JSON that was found valid cannot be read: %s",
		    json_tokener_error_desc(json_tokener_get_error(tokener)));
	else if (object == NULL)
		status_set(status, STATUS_MALFORMED, "JSON: nothing but null");
	json_tokener_free(tokener);
	return object;
}

bool
json_get(struct json_object *object, const char *key, enum json_type type, struct json_object **ret)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return false;
	*ret = value;
	return true;
}

bool
json_get_string(struct json_object *object, const char *key, const char **ret)
{
	struct json_object *value;
	const char *text;

	if (!json_get(object, key, json_type_string, &value))
		return false;
	text = json_object_get_string(value);
	/* A string with a zero byte inside is none that C code could compare. */
	if (text == NULL || strlen(text) != (size_t)json_object_get_string_len(value))
		return false;
	*ret = text;
	return true;
}

bool
json_get_int64(struct json_object *object, const char *key, int64_t *ret)
{
	struct json_object *value;
	const char *text;
	char *end;
	long long number;

	if (json_get(object, key, json_type_int, &value)) {
		/* json-c clips unsigned values that do not fit. */
		if (json_object_get_uint64(value) > INT64_MAX && json_object_get_int64(value) > 0)
			return false;
		*ret = json_object_get_int64(value);
		return true;
	}
	if (!json_get_string(object, key, &text))
		return false;
	if (!(*text >= '0' && *text <= '9') && !(*text == '-' && text[1] >= '0' && text[1] <= '9'))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return false;
	*ret = number;
	return true;
}

bool
json_get_bool(struct json_object *object, const char *key, bool *ret)
{
	struct json_object *value;

	if (!json_get(object, key, json_type_boolean, &value))
		return false;
	*ret = json_object_get_boolean(value) != 0;
	return true;
}

bool
json_only_fields(struct json_object *object, const char *const *list)
{
	if (!json_object_is_type(object, json_type_object))
		return false;
	json_object_object_foreach(object, key, value)
	{
		size_t i = 0;

		(void)value;
		while (list[i] != NULL && strcmp(list[i], key) != 0)
			i++;
		if (list[i] == NULL)
			return false;
	}
	return true;
}

/* Appends S with everything that is not UTF-8 replaced; ESCAPED as between the quotes of JSON. */
static void
add_valid(struct buffer *out, struct bytes s, bool escaped)
{
	size_t pos = 0;

	while (pos < s.len) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(s, pos, 4), &code);

		if (len == 0) {
			text_encode_utf8(out, 0xfffd);
			pos++;
			continue;
		}
		if (escaped && (code == '"' || code == '\\'))
			buffer_add_format(out, "\\%c", (int)code);
		else if (escaped && (code < 0x20 || code == 0x7f))
			buffer_add_format(out, "\\u%04x", code);
		else
			buffer_add(out, bytes_slice(s, pos, len));
		pos += len;
	}
}

void
json_add_string(struct buffer *out, struct bytes s)
{
	buffer_add_u8(out, '"');
	add_valid(out, s, true);
	buffer_add_u8(out, '"');
}

struct json_object *
json_string_of(const char *s)
{
	struct buffer valid = buffer_up_to(LIMIT_ARENA);
	struct json_object *object;

	if (text_is_utf8(bytes_of_string(s)))
		return json_object_new_string(s);
	add_valid(&valid, bytes_of_string(s), false);
	object = json_object_new_string_len((const char *)valid.data, (int)valid.len);
	buffer_free(&valid);
	return object;
}
