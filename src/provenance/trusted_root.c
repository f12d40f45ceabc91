/* The trusted root: see provenance/trusted_root.h. */
#include "config.h"

#include "provenance/trusted_root.h"

#include "core/json.h"
#include "crypto/base64.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

#define MAX_ITEMS 64 /* of each kind; Sigstore's own has two or three */
#define MAX_CHAIN 16

bool
trusted_root_time(const char *text, int64_t *ret)
{
	struct tm tm = { 0 };
	int n = 0, millis = 0, scale = 100, hours = 0, minutes = 0;
	int64_t seconds;
	char sign;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 6)
		return false;
	text += n;
	if (*text == '.') {
		for (text++; isdigit((unsigned char)*text); text++, scale /= 10)
			millis += (*text - '0') * scale;
	}
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = timegm(&tm);
	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &n) == 3 &&
	    (sign == '+' || sign == '-') && text[n] == '\0')
		seconds -= (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	else if (strcmp(text, "Z") != 0)
		return false;
	*ret = seconds * 1000 + millis;
	return true;
}

/* validFor: a missing end is open; a missing start is so only where NEEDS_START is false. */
static bool
read_range(struct json_object *object, bool needs_start, int64_t *start, int64_t *end)
{
	struct json_object *range;
	const char *text;

	*start = INT64_MIN;
	*end = INT64_MAX;
	if (!json_get(object, "validFor", json_type_object, &range))
		return !needs_start;
	if (json_get_string(range, "start", &text)) {
		if (!trusted_root_time(text, start))
			return false;
	} else if (needs_start) {
		return false;
	}
	return !json_get_string(range, "end", &text) || trusted_root_time(text, end);
}

static bool
get_base64(struct json_object *object, const char *key, struct arena *arena, struct bytes *ret)
{
	const char *text;

	return json_get_string(object, key, &text) &&
	    base64_decode_any(arena, bytes_of_string(text), ret);
}

/* The key of a log; NULL where it is of a kind that cannot be used: nothing verifies with it. */
static struct key *
read_key(struct bytes raw, const char *details)
{
	struct status ignored = { 0 };
	const unsigned char *data = raw.data;
	EVP_PKEY *pkey = NULL;

	if (strcmp(details, "PKIX_ED25519") == 0 && raw.len == 32)
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw.data, raw.len);
	else if (strncmp(details, "PKCS1_", 6) == 0)
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &data, (long)raw.len);
	if (pkey != NULL)
		return key_take(pkey, &ignored);
	return key_public_from_der(raw, &ignored);
}

/* What follows "://", without a slash at the end. */
static const char *
name_of_url(const char *url, struct arena *arena)
{
	const char *name = strstr(url, "://");
	size_t len;

	name = name == NULL ? url : name + 3;
	len = strlen(name);
	while (len > 0 && name[len - 1] == '/')
		len--;
	return arena_string_of(arena, bytes_of(name, len));
}

static bool
read_log(struct json_object *object, struct arena *arena, struct root_log *ret)
{
	struct json_object *key, *id;
	const char *url, *details;
	struct bytes raw;

	if (!json_get_string(object, "baseUrl", &url) ||
	    !json_get(object, "publicKey", json_type_object, &key) ||
	    !get_base64(key, "rawBytes", arena, &raw) ||
	    !json_get_string(key, "keyDetails", &details) ||
	    !read_range(key, true, &ret->start, &ret->end) ||
	    !json_get(object, "logId", json_type_object, &id) ||
	    !get_base64(id, "keyId", arena, &ret->id))
		return false;
	ret->key_id = ret->id;
	if (json_get(object, "checkpointKeyId", json_type_object, &id) &&
	    !get_base64(id, "keyId", arena, &ret->key_id))
		return false;
	ret->name = name_of_url(url, arena);
	ret->key = read_key(raw, details);
	return ret->key_id.len >= 4 && ret->name != NULL;
}

static bool
read_authority(struct json_object *object, struct arena *arena, struct root_authority *ret)
{
	struct json_object *chain, *list;

	if (!json_get(object, "certChain", json_type_object, &chain) ||
	    !json_get(chain, "certificates", json_type_array, &list) ||
	    !read_range(object, false, &ret->start, &ret->end))
		return false;
	ret->n = json_object_array_length(list);
	if (ret->n == 0 || ret->n > MAX_CHAIN)
		return false;
	ret->certificates = arena_array(arena, ret->n, sizeof(*ret->certificates));
	for (size_t i = 0; ret->certificates != NULL && i < ret->n; i++)
		if (!get_base64(json_object_array_get_idx(list, i), "rawBytes", arena,
			&ret->certificates[i]))
			return false;
	return ret->certificates != NULL;
}

static bool
read_logs(struct json_object *root, const char *key, struct arena *arena, struct root_log **ret,
    size_t *ret_n)
{
	struct json_object *list;
	size_t n;

	if (!json_get(root, key, json_type_array, &list))
		return true;
	n = json_object_array_length(list);
	*ret = n > MAX_ITEMS ? NULL : arena_array(arena, n + 1, sizeof(**ret));
	for (size_t i = 0; *ret != NULL && i < n; i++, (*ret_n)++)
		if (!read_log(json_object_array_get_idx(list, i), arena, &(*ret)[i])) {
			key_free((*ret)[i].key);
			return false;
		}
	return *ret != NULL;
}

static bool
read_authorities(struct json_object *root, const char *key, struct arena *arena,
    struct root_authority **ret, size_t *ret_n)
{
	struct json_object *list;
	size_t n;

	if (!json_get(root, key, json_type_array, &list))
		return true;
	n = json_object_array_length(list);
	*ret = n > MAX_ITEMS ? NULL : arena_array(arena, n + 1, sizeof(**ret));
	for (size_t i = 0; *ret != NULL && i < n; i++, (*ret_n)++)
		if (!read_authority(json_object_array_get_idx(list, i), arena, &(*ret)[i]))
			return false;
	return *ret != NULL;
}

static bool
has_media_type(struct json_object *root)
{
	static const char *const types[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json",
	};
	const char *type;

	if (!json_get_string(root, "mediaType", &type))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

bool
trusted_root_parse(
    struct bytes b, struct arena *arena, struct trusted_root *ret, struct status *status)
{
	struct json_object *root = json_parse(b, status);
	bool done;

	*ret = (struct trusted_root){ 0 };
	if (root == NULL)
		return false;
	done = has_media_type(root) && read_logs(root, "tlogs", arena, &ret->logs, &ret->nlogs) &&
	    read_logs(root, "ctlogs", arena, &ret->ctlogs, &ret->nctlogs) &&
	    read_authorities(root, "certificateAuthorities", arena, &ret->cas, &ret->ncas) &&
	    read_authorities(root, "timestampAuthorities", arena, &ret->tsas, &ret->ntsas);
	json_object_put(root);
	if (done)
		return true;
	trusted_root_close(ret);
	return status_set(status, STATUS_MALFORMED,
	    "the trusted root is not valid: each log needs its URL, key, id and the time from "
	    "which "
	    "its key was in use");
}

void
trusted_root_close(struct trusted_root *root)
{
	for (size_t i = 0; i < root->nlogs; i++)
		key_free(root->logs[i].key);
	for (size_t i = 0; i < root->nctlogs; i++)
		key_free(root->ctlogs[i].key);
	*root = (struct trusted_root){ 0 };
}
