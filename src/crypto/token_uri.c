/* PKCS#11 URIs: see crypto/token_uri.h. */
#include "config.h"

#include "crypto/token_uri.h"

#include "core/bytes.h"
#include "crypto/digest.h"

/* Decodes VALUE into RET of SIZE bytes, with a zero behind it. */
static bool
decode(struct bytes value, char *ret, size_t size, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.data[i];

		if (n + 1 >= size)
			return false;
		if (c == '%') {
			if (!hex_decode(bytes_slice(value, i + 1, 2), &c, 1))
				return false;
			i += 2;
		}
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	*ret_len = n;
	return true;
}

static bool
take(struct token_uri *uri, struct bytes name, struct bytes value)
{
	const struct {
		const char *name;
		char *place;
	} places[] = { { "token", uri->token }, { "object", uri->object },
		{ "module-path", uri->module }, { "pin-value", uri->pin },
		{ "pin-source", uri->pin_source }, { "id", (char *)uri->id } };
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (!bytes_equal_string(name, places[i].name))
			continue;
		if (!decode(value, places[i].place, TOKEN_URI_MAX, &len))
			return false;
		if (places[i].place == (char *)uri->id)
			uri->id_len = len;
		uri->has_pin = uri->has_pin || places[i].place == uri->pin;
	}
	return true;
}

bool
token_uri_parse(const char *text, struct token_uri *ret, struct status *status)
{
	memset(ret, 0, sizeof(*ret));
	if (strncmp(text, "pkcs11:", 7) != 0)
		return status_set(
		    status, STATUS_USAGE, "a PKCS#11 URI begins with \"pkcs11:\" (RFC 7512)");
	for (text += 7; *text != '\0';) {
		size_t len = strcspn(text, ";?&"), name = strcspn(text, "=");

		if (len > 0 && name >= len)
			return status_set(status, STATUS_USAGE,
			    "a part of the PKCS#11 URI has no \"=\" (RFC 7512)");
		if (len > 0 &&
		    !take(ret, bytes_of(text, name), bytes_of(text + name + 1, len - name - 1)))
			return status_set(status, STATUS_USAGE,
			    "an attribute of the PKCS#11 URI is too long or badly escaped");
		text += len + (text[len] != '\0');
	}
	if (*ret->module == '\0')
		return status_set(status, STATUS_USAGE,
		    "the PKCS#11 URI names no module: add ?module-path=/path/to/module.so");
	return true;
}
