/* What the form of a token says beyond its pattern: checksums, headers. See detect/secret_rules.h.
 */
#include "config.h"

#include "core/json.h"
#include "crypto/base64.h"
#include "detect/secret_rules.h"
#include "detect/secret_validate.h"

#include <zlib.h>

void
secret_checksum(struct bytes text, char ret[SECRET_CHECKSUM_LEN + 1])
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uLong crc = crc32(0, text.data, (uInt)text.len);

	for (size_t i = SECRET_CHECKSUM_LEN; i-- > 0; crc /= 62)
		ret[i] = digits[crc % 62];
	ret[SECRET_CHECKSUM_LEN] = '\0';
}

/*
 * GitHub's tokens since 2021, and npm's: a prefix up to '_', random characters, and the CRC-32 of
 * those in six digits of base 62 ("Behind GitHub's new authentication token formats").
 */
static enum secret_form
judge_github(struct bytes secret)
{
	int64_t mark = bytes_find(secret, bytes_of_string("_"), 0);
	char wanted[SECRET_CHECKSUM_LEN + 1];
	struct bytes rest;

	if (mark < 0 || secret.len - (size_t)mark - 1 <= SECRET_CHECKSUM_LEN)
		return SECRET_FORM_MALFORMED;
	rest = bytes_slice(secret, (uint64_t)mark + 1, secret.len);
	secret_checksum(bytes_slice(rest, 0, rest.len - SECRET_CHECKSUM_LEN), wanted);
	return bytes_ends(rest, wanted) ? SECRET_FORM_RIGHT : SECRET_FORM_MALFORMED;
}

/* RFC 7519: the first part is a JSON object in base64url, and names an algorithm (RFC 7515). */
static enum secret_form
judge_jwt(struct bytes secret)
{
	int64_t dot = bytes_find(secret, bytes_of_string("."), 0);
	struct arena *arena = arena_new((size_t)1 << 20);
	enum secret_form form = SECRET_FORM_WRONG;
	struct status ignored = { 0 };
	struct json_object *header = NULL;
	struct bytes decoded;
	const char *algorithm;

	if (arena != NULL && dot > 0 &&
	    base64_decode_any(arena, bytes_slice(secret, 0, (uint64_t)dot), &decoded))
		header = json_parse(decoded, &ignored);
	if (header != NULL)
		form = json_get_string(header, "alg", &algorithm) ? SECRET_FORM_RIGHT
								  : SECRET_FORM_MALFORMED;
	json_object_put(header);
	arena_free(arena);
	return form;
}

static const struct secret_validator validators[] = {
	{ "github", judge_github },
	{ "jwt", judge_jwt },
};

const struct secret_validator *
secret_validator_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(validators); i++)
		if (strcmp(validators[i].name, name) == 0)
			return &validators[i];
	return NULL;
}
