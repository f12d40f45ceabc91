/* PKCS#11 URIs (RFC 7512), the attributes that choose a private key. */
#ifndef CRYPTO_TOKEN_URI_H
#define CRYPTO_TOKEN_URI_H

#include "core/status.h"

#include <stddef.h>

#define TOKEN_URI_MAX 1024

struct token_uri {
	char token[TOKEN_URI_MAX], object[TOKEN_URI_MAX], module[TOKEN_URI_MAX];
	unsigned char id[TOKEN_URI_MAX];
	size_t id_len; /* 0: any */
	char pin[TOKEN_URI_MAX], pin_source[TOKEN_URI_MAX];
	bool has_pin;
};

/* Percent-decodes. Attributes that are not listed above are passed over, except in doubt: a part
 * without "=" is an error. */
MUST_USE bool token_uri_parse(const char *uri, struct token_uri *ret, struct status *);

#endif
