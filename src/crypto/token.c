/* Keys in PKCS#11 tokens: see crypto/token.h. */
#include "config.h"

#include "crypto/token.h"

#include "core/limits.h"
#include "crypto/digest.h"
#include "crypto/token_uri.h"

#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The part of the Cryptoki interface that signing needs (OASIS PKCS #11 v2.40, sections 3 to 5).
 * Functions stand in a table of fixed order; those between are placeholders.
 */
typedef unsigned long ck_ulong;
typedef void (*ck_unused)(void);

struct ck_attribute {
	ck_ulong type;
	void *value;
	ck_ulong len;
};

struct ck_mechanism {
	ck_ulong mechanism;
	void *parameter;
	ck_ulong len;
};

struct ck_functions {
	unsigned char major, minor;
	ck_ulong (*initialize)(void *);
	ck_ulong (*finalize)(void *);
	ck_unused before_slots[2];
	ck_ulong (*get_slot_list)(unsigned char present, ck_ulong *slots, ck_ulong *n);
	ck_unused slot_info;
	ck_ulong (*get_token_info)(ck_ulong slot, void *info);
	ck_unused before_session[5];
	ck_ulong (*open_session)(ck_ulong slot, ck_ulong flags, void *, void *, ck_ulong *session);
	ck_ulong (*close_session)(ck_ulong session);
	ck_unused before_login[4];
	ck_ulong (*login)(ck_ulong session, ck_ulong user, const char *pin, ck_ulong len);
	ck_unused before_attributes[5];
	ck_ulong (*get_attributes)(
	    ck_ulong session, ck_ulong object, struct ck_attribute *, ck_ulong n);
	ck_unused set_attributes;
	ck_ulong (*find_start)(ck_ulong session, struct ck_attribute *, ck_ulong n);
	ck_ulong (*find)(ck_ulong session, ck_ulong *objects, ck_ulong max, ck_ulong *n);
	ck_ulong (*find_end)(ck_ulong session);
	ck_unused before_sign[13];
	ck_ulong (*sign_start)(ck_ulong session, struct ck_mechanism *, ck_ulong key);
	ck_ulong (*sign)(ck_ulong session, const uint8_t *data, ck_ulong len, uint8_t *signature,
	    ck_ulong *signature_len);
};

enum {
	CKO_PUBLIC_KEY = 2,
	CKO_PRIVATE_KEY = 3,
	CKK_EC = 3,
	CKA_CLASS = 0,
	CKA_LABEL = 3,
	CKA_KEY_TYPE = 0x100,
	CKA_ID = 0x102,
	CKA_EC_PARAMS = 0x180,
	CKA_EC_POINT = 0x181,
	CKM_ECDSA = 0x1041,
	CKF_SERIAL_SESSION = 4,
	CKU_USER = 1,
	CKR_ALREADY_INITIALIZED = 0x191,
	CKR_ALREADY_LOGGED_IN = 0x100,
};

#define MAX_SLOTS 64
#define TOKEN_INFO_SIZE 512 /* CK_TOKEN_INFO takes about 200; its label comes first, 32 bytes */
#define LABEL_LEN 32

struct token {
	void *module;
	struct ck_functions *functions;
	ck_ulong session, private_key;
	bool has_session;
	struct key *public_key;
};

static bool
load(struct token *token, const char *path, struct status *status)
{
	ck_ulong (*get_functions)(struct ck_functions **);
	void *symbol;
	ck_ulong rv;

	token->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	symbol = token->module == NULL ? NULL : dlsym(token->module, "C_GetFunctionList");
	if (symbol == NULL)
		return status_set(status, STATUS_USAGE, "%s is no PKCS#11 module: %s", path,
		    token->module == NULL ? dlerror() : "it has no C_GetFunctionList");
	memcpy(&get_functions, &symbol, sizeof(symbol)); /* POSIX, dlsym: the way round ISO C */
	if (get_functions(&token->functions) != 0 || token->functions == NULL)
		return status_set(status, STATUS_USAGE, "%s has no functions", path);
	rv = token->functions->initialize(NULL);
	if (rv == 0 || rv == CKR_ALREADY_INITIALIZED)
		return true;
	token->functions = NULL;
	return status_set(status, STATUS_USAGE, "%s cannot be initialized (error 0x%lx)", path, rv);
}

/* Labels are padded with blanks. */
static bool
is_label(const char *padded, const char *label)
{
	size_t n = strlen(label);

	if (n > LABEL_LEN || memcmp(padded, label, n) != 0)
		return false;
	while (n < LABEL_LEN && padded[n] == ' ')
		n++;
	return n == LABEL_LEN;
}

static bool
open_session(struct token *token, const struct token_uri *uri, struct status *status)
{
	struct ck_functions *functions = token->functions;
	ck_ulong slots[MAX_SLOTS], n = MAX_SLOTS;
	ck_ulong rv = functions->get_slot_list(1, slots, &n);

	if (rv != 0)
		return status_set(
		    status, STATUS_USAGE, "the tokens cannot be listed (error 0x%lx)", rv);
	for (ck_ulong i = 0; i < n; i++) {
		char info[TOKEN_INFO_SIZE] = { 0 };

		if (functions->get_token_info(slots[i], info) != 0 ||
		    (*uri->token != '\0' && !is_label(info, uri->token)))
			continue;
		rv = functions->open_session(
		    slots[i], CKF_SERIAL_SESSION, NULL, NULL, &token->session);
		if (rv != 0)
			return status_set(
			    status, STATUS_USAGE, "the token cannot be opened (error 0x%lx)", rv);
		token->has_session = true;
		return true;
	}
	return status_set(status, STATUS_USAGE, "there is no token %s", uri->token);
}

static bool
log_in(struct token *token, struct token_uri *uri, struct status *status)
{
	ck_ulong rv;

	if (!uri->has_pin && *uri->pin_source != '\0') {
		const char *path = strncmp(uri->pin_source, "file:", 5) == 0 ? uri->pin_source + 5
									     : uri->pin_source;
		FILE *file = fopen(path, "re");

		uri->has_pin = file != NULL && fgets(uri->pin, sizeof(uri->pin), file) != NULL;
		if (file != NULL)
			fclose(file);
		if (!uri->has_pin)
			return status_set(
			    status, STATUS_USAGE, "the PIN cannot be read from %s", path);
		uri->pin[strcspn(uri->pin, "\r\n")] = '\0';
	}
	if (!uri->has_pin)
		return true;
	rv = token->functions->login(token->session, CKU_USER, uri->pin, strlen(uri->pin));
	if (rv == 0 || rv == CKR_ALREADY_LOGGED_IN)
		return true;
	return status_set(
	    status, STATUS_USAGE, "the token does not take the PIN (error 0x%lx)", rv);
}

/* The one EC key of CLASS that the URI means. */
static bool
find_key(struct token *token, const struct token_uri *uri, ck_ulong class, ck_ulong *ret)
{
	struct ck_functions *functions = token->functions;
	ck_ulong type = CKK_EC, objects[2], n = 0, nattributes = 2;
	struct ck_attribute attributes[4] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) } };

	if (*uri->object != '\0')
		attributes[nattributes++] = (struct ck_attribute){ CKA_LABEL,
			(void *)(uintptr_t)uri->object, strlen(uri->object) };
	if (uri->id_len > 0)
		attributes[nattributes++] =
		    (struct ck_attribute){ CKA_ID, (void *)(uintptr_t)uri->id, uri->id_len };
	if (functions->find_start(token->session, attributes, nattributes) != 0)
		return false;
	if (functions->find(token->session, objects, 2, &n) != 0)
		n = 0;
	(void)functions->find_end(token->session);
	*ret = objects[0];
	return n == 1;
}

/* CKA_EC_PARAMS is the OID of the curve, CKA_EC_POINT an OCTET STRING with the point (section 2.3
 * of the mechanisms), both DER. */
static EVP_PKEY *
make_public(const uint8_t *params, long params_len, const uint8_t *point, long point_len)
{
	ASN1_OBJECT *oid = d2i_ASN1_OBJECT(NULL, &params, params_len);
	ASN1_OCTET_STRING *octets = d2i_ASN1_OCTET_STRING(NULL, &point, point_len);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	const char *group = oid == NULL ? NULL : OBJ_nid2sn(OBJ_obj2nid(oid));
	EVP_PKEY *pkey = NULL;

	if (group != NULL && octets != NULL && context != NULL &&
	    EVP_PKEY_fromdata_init(context) == 1) {
		OSSL_PARAM list[] = {
			OSSL_PARAM_construct_utf8_string(
			    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)group, 0),
			OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
			    (void *)(uintptr_t)ASN1_STRING_get0_data(octets),
			    (size_t)ASN1_STRING_length(octets)),
			OSSL_PARAM_construct_end(),
		};

		if (EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, list) != 1)
			pkey = NULL;
	}
	EVP_PKEY_CTX_free(context);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(oid);
	return pkey;
}

static bool
find_keys(struct token *token, const struct token_uri *uri, struct status *status)
{
	uint8_t params[256], point[512];
	struct ck_attribute attributes[] = { { CKA_EC_PARAMS, params, sizeof(params) },
		{ CKA_EC_POINT, point, sizeof(point) } };
	ck_ulong public_key;
	EVP_PKEY *pkey;

	if (!find_key(token, uri, CKO_PRIVATE_KEY, &token->private_key))
		return status_set(status, STATUS_USAGE,
		    "the PKCS#11 URI does not name exactly one private EC key that the PIN opens");
	if (!find_key(token, uri, CKO_PUBLIC_KEY, &public_key) ||
	    token->functions->get_attributes(token->session, public_key, attributes, 2) != 0 ||
	    attributes[0].len > sizeof(params) || attributes[1].len > sizeof(point))
		return status_set(status, STATUS_USAGE,
		    "the token holds no public EC key beside the private one");
	pkey = make_public(params, (long)attributes[0].len, point, (long)attributes[1].len);
	if (pkey == NULL)
		return status_set(
		    status, STATUS_USAGE, "the token's public key is on no curve known here");
	token->public_key = key_take(pkey, status);
	return token->public_key != NULL;
}

struct token *
token_open(const char *text, struct status *status)
{
	struct token_uri uri;
	struct token *token = calloc(1, sizeof(*token));
	bool opened;

	if (token == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the token");
		return NULL;
	}
	opened = token_uri_parse(text, &uri, status) && load(token, uri.module, status) &&
	    open_session(token, &uri, status) && log_in(token, &uri, status) &&
	    find_keys(token, &uri, status);
	OPENSSL_cleanse(&uri, sizeof(uri));
	if (opened)
		return token;
	token_close(token);
	return NULL;
}

void
token_close(struct token *token)
{
	if (token == NULL)
		return;
	if (token->has_session)
		(void)token->functions->close_session(token->session);
	if (token->functions != NULL)
		(void)token->functions->finalize(NULL);
	/* The module stays mapped: some leave threads or exit handlers behind. */
	key_free(token->public_key);
	free(token);
}

const struct key *
token_public_key(const struct token *token)
{
	return token->public_key;
}

/* r || s of one length each becomes the SEQUENCE of RFC 3279, section 2.2.3. */
static bool
add_der(const uint8_t *raw, size_t len, struct buffer *signature)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, (int)(len / 2), NULL),
	       *s = BN_bin2bn(raw + len / 2, (int)(len / 2), NULL);
	uint8_t *der = NULL;
	int n = 0;

	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL; /* they belong to it now */
		n = i2d_ECDSA_SIG(sig, &der);
	}
	if (n > 0)
		buffer_add(signature, bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n > 0 && buffer_ok(signature);
}

bool
token_sign(
    struct token *token, struct bytes message, struct buffer *signature, struct status *status)
{
	struct ck_mechanism mechanism = { CKM_ECDSA, NULL, 0 };
	enum key_kind kind = key_kind_of(token->public_key);
	const char *hash = kind == KEY_P256 ? "sha256" : kind == KEY_P384 ? "sha384" : "sha512";
	struct digest digest;
	uint8_t raw[256];
	ck_ulong len = sizeof(raw), rv;

	if (!digest_of(hash, message, &digest))
		return status_set(status, STATUS_INTERNAL, "OpenSSL could not hash");
	rv = token->functions->sign_start(token->session, &mechanism, token->private_key);
	if (rv == 0)
		rv = token->functions->sign(token->session, digest.data, digest.len, raw, &len);
	if (rv != 0 || len < 2 || len > sizeof(raw) || len % 2 != 0)
		return status_set(
		    status, STATUS_USAGE, "the token does not sign (error 0x%lx)", rv);
	return add_der(raw, len, signature) ||
	    status_set(status, STATUS_INTERNAL, "the token's signature is none");
}
