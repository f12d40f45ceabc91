/* Certificates of Fulcio: see crypto/fulcio.h. */
#include "config.h"

#include "crypto/fulcio.h"

#include "core/reader.h"
#include "crypto/digest.h"
#include "crypto/x509_private.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define MAX_NAMES 64
#define OID_ISSUER_V1 "1.3.6.1.4.1.57264.1.1"
#define OID_ISSUER_V2 "1.3.6.1.4.1.57264.1.8"
#define OID_OTHER_NAME "1.3.6.1.4.1.57264.1.7"

bool
fulcio_verify(struct bytes leaf, const struct fulcio_authority *authority, int64_t at)
{
	X509 *certificate = x509_parse(leaf),
	     *anchor =
		 authority->n == 0 ? NULL : x509_parse(authority->certificates[authority->n - 1]);
	STACK_OF(X509) *others =
	    authority->n == 0 ? NULL : x509_parse_list(authority->certificates, authority->n - 1);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool done = certificate != NULL && anchor != NULL && others != NULL && store != NULL &&
	    context != NULL && X509_STORE_add_cert(store, anchor) == 1 &&
	    X509_STORE_CTX_init(context, store, certificate, others) == 1;

	if (done) {
		X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);

		X509_VERIFY_PARAM_set_time(parameters, (time_t)at);
		/* The trusted certificate may be an intermediate one. */
		(void)X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
		done = X509_verify_cert(context) == 1;
	}
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	sk_X509_pop_free(others, X509_free);
	X509_free(anchor);
	X509_free(certificate);
	ERR_clear_error();
	return done;
}

bool
fulcio_may_sign(struct bytes leaf)
{
	X509 *certificate = x509_parse(leaf);
	bool may = certificate != NULL &&
	    (X509_get_extension_flags(certificate) & (EXFLAG_KUSAGE | EXFLAG_XKUSAGE)) ==
		(EXFLAG_KUSAGE | EXFLAG_XKUSAGE) &&
	    (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0 &&
	    (X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0;

	X509_free(certificate);
	return may;
}

bool
fulcio_is_self_issued(struct bytes der)
{
	X509 *certificate = x509_parse(der);
	bool is = certificate == NULL ||
	    X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) ==
		0;

	X509_free(certificate);
	return is;
}

struct key *
fulcio_key(struct bytes leaf, struct status *status)
{
	X509 *certificate = x509_parse(leaf);
	EVP_PKEY *pkey = certificate == NULL ? NULL : X509_get_pubkey(certificate);

	X509_free(certificate);
	if (pkey == NULL) {
		status_set(status, STATUS_MALFORMED, "the certificate's key cannot be read");
		return NULL;
	}
	return key_take(pkey, status);
}

bool
fulcio_same(struct bytes pem_or_der, struct bytes leaf)
{
	X509 *a, *b;
	BIO *bio;
	bool same;

	if (!bytes_starts(pem_or_der, "-----"))
		return bytes_equal(pem_or_der, leaf);
	bio = BIO_new_mem_buf(pem_or_der.data, (int)pem_or_der.len);
	a = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	b = x509_parse(leaf);
	same = a != NULL && b != NULL && X509_cmp(a, b) == 0;
	BIO_free(bio);
	X509_free(a);
	X509_free(b);
	ERR_clear_error();
	return same;
}

bool
fulcio_from_pem(struct bytes pem, struct arena *arena, struct bytes *ret)
{
	BIO *bio = pem.len > INT_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
	X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	uint8_t *der = NULL;
	int len = certificate == NULL ? 0 : i2d_X509(certificate, &der);
	const char *copy = len <= 0 ? NULL : arena_string_of(arena, bytes_of(der, (size_t)len));

	if (copy != NULL)
		*ret = bytes_of(copy, (size_t)len);
	OPENSSL_free(der);
	X509_free(certificate);
	BIO_free(bio);
	ERR_clear_error();
	return copy != NULL;
}

bool
fulcio_add_pem(struct bytes der, struct buffer *out)
{
	X509 *certificate = x509_parse(der);
	BIO *bio = BIO_new(BIO_s_mem());
	bool done = certificate != NULL && bio != NULL && PEM_write_bio_X509(bio, certificate) == 1;
	char *text = NULL;
	long len = done ? BIO_get_mem_data(bio, &text) : 0;

	if (len > 0)
		buffer_add(out, bytes_of(text, (size_t)len));
	BIO_free(bio);
	X509_free(certificate);
	return done && buffer_ok(out);
}

/* The value of the extension OID; false where there is none. Borrowed from the certificate. */
static bool
extension(X509 *certificate, const char *oid, struct bytes *ret)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int at = object == NULL ? -1 : X509_get_ext_by_OBJ(certificate, object, -1);
	ASN1_OCTET_STRING *value;

	ASN1_OBJECT_free(object);
	if (at < 0)
		return false;
	value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
	*ret = bytes_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	return true;
}

/* TEXT as a string; NULL where it holds a zero byte, which would hide what follows. */
static const char *
plain(struct bytes text, struct arena *arena)
{
	return memchr(text.data, '\0', text.len) != NULL ? NULL : arena_string_of(arena, text);
}

const char *
fulcio_issuer(struct bytes leaf, struct arena *arena)
{
	X509 *certificate = x509_parse(leaf);
	const char *issuer = NULL;
	struct bytes value;

	if (certificate != NULL && extension(certificate, OID_ISSUER_V2, &value)) {
		const unsigned char *data = value.data;
		ASN1_UTF8STRING *text = d2i_ASN1_UTF8STRING(NULL, &data, (long)value.len);

		if (text != NULL && data == value.data + value.len)
			issuer = plain(
			    bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)),
			    arena);
		ASN1_UTF8STRING_free(text);
	} else if (certificate != NULL && extension(certificate, OID_ISSUER_V1, &value)) {
		issuer = plain(value, arena);
	}
	X509_free(certificate);
	ERR_clear_error();
	return issuer;
}

/* The text of one name; NULL where it is of another kind. */
static const char *
name_of(const GENERAL_NAME *name, struct arena *arena)
{
	const ASN1_STRING *text = NULL;
	char oid[80];

	if (name->type == GEN_EMAIL || name->type == GEN_URI) {
		text = name->d.ia5;
	} else if (name->type == GEN_OTHERNAME) {
		OBJ_obj2txt(oid, sizeof(oid), name->d.otherName->type_id, 1);
		if (strcmp(oid, OID_OTHER_NAME) == 0 &&
		    name->d.otherName->value->type == V_ASN1_UTF8STRING)
			text = name->d.otherName->value->value.utf8string;
	}
	if (text == NULL)
		return NULL;
	return plain(
	    bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)), arena);
}

const char *const *
fulcio_identities(struct bytes leaf, struct arena *arena)
{
	X509 *certificate = x509_parse(leaf);
	GENERAL_NAMES *names = certificate == NULL
	    ? NULL
	    : X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	const char **list = arena_array(arena, MAX_NAMES + 1, sizeof(*list));
	size_t n = 0;

	for (int i = 0; list != NULL && names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const char *name = name_of(sk_GENERAL_NAME_value(names, i), arena);

		if (name != NULL && n < MAX_NAMES)
			list[n++] = name;
	}
	GENERAL_NAMES_free(names);
	X509_free(certificate);
	ERR_clear_error();
	return n == 0 ? NULL : list;
}

/* What a log signs (RFC 6962, section 3.2) for the certificate: its body without the promises. */
struct listing {
	uint8_t issuer[SHA256_LEN]; /* SHA-256 of the issuer's key */
	uint8_t *body;
	size_t len;
};

static bool
make_listing(X509 *leaf, X509 *issuer, struct listing *ret)
{
	X509 *copy = X509_dup(leaf);
	unsigned char *spki = NULL, *body = NULL;
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);
	int at = copy == NULL ? -1 : X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1), len = -1;

	if (at >= 0) {
		X509_EXTENSION_free(X509_delete_ext(copy, at));
		len = i2d_re_X509_tbs(copy, &body);
	}
	X509_free(copy);
	if (spki_len > 0 && len > 0 &&
	    digest_sha256(bytes_of(spki, (size_t)spki_len), ret->issuer)) {
		ret->body = body;
		ret->len = (size_t)len;
		body = NULL;
	}
	OPENSSL_free(spki);
	OPENSSL_free(body);
	return ret->body != NULL;
}

/*
 * SCT v1: u8 version 0 | id[32] | u64 ms | u16-prefixed extensions | u8 hash, u8 signature
 * algorithm | u16-prefixed signature.
 */
static bool
check_promise(struct bytes sct, const struct listing *listing, const struct ct_log *logs, size_t n)
{
	struct reader r = reader_over(sct);
	struct bytes id, extensions, signature;
	struct buffer message;
	uint8_t version, hash, algorithm;
	uint64_t time;
	uint16_t len;
	bool done = false;

	if (!reader_u8(&r, &version) || version != 0 || !reader_bytes(&r, 32, &id) ||
	    !reader_u64be(&r, &time) || !reader_u16be(&r, &len) ||
	    !reader_bytes(&r, len, &extensions) || !reader_u8(&r, &hash) ||
	    !reader_u8(&r, &algorithm) || !reader_u16be(&r, &len) ||
	    !reader_bytes(&r, len, &signature) || reader_left(&r) != 0 || time > INT64_MAX)
		return false;
	message = buffer_up_to((size_t)1 << 20);
	buffer_add_u16be(&message, 0); /* v1, certificate_timestamp */
	buffer_add_u64be(&message, time);
	buffer_add_u16be(&message, 1); /* precert_entry */
	buffer_add(&message, bytes_of(listing->issuer, SHA256_LEN));
	buffer_add_u8(&message, (uint8_t)(listing->len >> 16));
	buffer_add_u16be(&message, (uint16_t)listing->len);
	buffer_add(&message, bytes_of(listing->body, listing->len));
	buffer_add_u16be(&message, (uint16_t)extensions.len);
	buffer_add(&message, extensions);
	for (size_t i = 0; buffer_ok(&message) && listing->len < 1 << 24 && i < n; i++)
		done = done ||
		    (bytes_equal(logs[i].id, id) && logs[i].key != NULL &&
			(int64_t)time >= logs[i].start && (int64_t)time <= logs[i].end &&
			key_verify_with(
			    logs[i].key, "sha256", false, buffer_bytes(&message), signature));
	buffer_free(&message);
	return done;
}

/* The list of promises: an OCTET STRING of u16-prefixed SCTs behind a u16 length. */
static bool
any_promise(struct bytes value, const struct listing *listing, const struct ct_log *logs, size_t n)
{
	const unsigned char *data = value.data;
	ASN1_OCTET_STRING *list = d2i_ASN1_OCTET_STRING(NULL, &data, (long)value.len);
	struct reader r;
	uint16_t len;
	bool found = false;

	if (list == NULL)
		return false;
	r = reader_over(bytes_of(ASN1_STRING_get0_data(list), (size_t)ASN1_STRING_length(list)));
	if (reader_u16be(&r, &len) && len == reader_left(&r))
		while (!found && reader_left(&r) > 0) {
			struct bytes sct;

			if (!reader_u16be(&r, &len) || !reader_bytes(&r, len, &sct))
				break;
			found = check_promise(sct, listing, logs, n);
		}
	ASN1_OCTET_STRING_free(list);
	return found;
}

bool
fulcio_is_listed(struct bytes leaf, struct bytes issuer, const struct ct_log *logs, size_t n)
{
	X509 *certificate = x509_parse(leaf), *authority = x509_parse(issuer);
	struct listing listing = { .body = NULL };
	struct bytes value;
	bool listed = certificate != NULL && authority != NULL &&
	    extension(certificate, "1.3.6.1.4.1.11129.2.4.2", &value) &&
	    make_listing(certificate, authority, &listing) && any_promise(value, &listing, logs, n);

	OPENSSL_free(listing.body);
	X509_free(certificate);
	X509_free(authority);
	ERR_clear_error();
	return listed;
}
