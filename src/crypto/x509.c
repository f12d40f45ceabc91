/* Certificate chains: see crypto/x509.h. */
#include "config.h"

#include "crypto/x509.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/x509_private.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define MAX_ROOTS 1000 /* of all files together; system bundles have 150 */
#define MAX_DEPTH 16

X509 *
x509_parse(struct bytes der)
{
	const unsigned char *data = der.data;
	X509 *certificate = der.len == 0 || der.len > ((size_t)1 << 20)
	    ? NULL
	    : d2i_X509(NULL, &data, (long)der.len);

	if (certificate != NULL && data != der.data + der.len) {
		X509_free(certificate);
		certificate = NULL;
	}
	ERR_clear_error();
	return certificate;
}

STACK_OF(X509) * x509_parse_list(const struct bytes *certificates, size_t n)
{
	STACK_OF(X509) *list = sk_X509_new_null();

	for (size_t i = 0; list != NULL && i < n; i++) {
		X509 *one = x509_parse(certificates[i]);

		if (one == NULL || sk_X509_push(list, one) <= 0) {
			X509_free(one);
			sk_X509_pop_free(list, X509_free);
			return NULL;
		}
	}
	return list;
}

static bool
add_roots(X509_STORE *store, struct bytes pem, size_t *count)
{
	BIO *bio = pem.len > ((size_t)8 << 20) ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
	X509 *root;

	if (bio == NULL)
		return false;
	while (*count < MAX_ROOTS && (root = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		(void)X509_STORE_add_cert(store, root);
		X509_free(root);
		(*count)++;
	}
	BIO_free(bio);
	ERR_clear_error();
	return true;
}

/* May this certificate's key sign content? */
static bool
may_sign(X509 *leaf)
{
	uint32_t usage = X509_get_key_usage(leaf), extended = X509_get_extended_key_usage(leaf);
	bool has_usage = (X509_get_extension_flags(leaf) & EXFLAG_KUSAGE) != 0,
	     has_extended = (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0;

	if (has_usage && (usage & KU_DIGITAL_SIGNATURE))
		return true;
	return !has_usage && has_extended && (extended & XKU_CODE_SIGN);
}

static const char *
describe(X509 *leaf, struct arena *arena)
{
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	char *data = NULL;
	unsigned n = 0;
	const char *text = NULL;
	long len;

	if (bio == NULL)
		return NULL;
	(void)X509_NAME_print_ex(
	    bio, X509_get_subject_name(leaf), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(bio, &data);
	if (X509_digest(leaf, EVP_sha256(), digest, &n) == 1)
		hex_encode(bytes_of(digest, n), hex);
	if (len >= 0)
		text = arena_format(arena, "%s (certificate sha256:%s)",
		    text_safe(arena, bytes_of(data, (size_t)len), 400), hex);
	BIO_free(bio);
	return text;
}

/* The time at which the chain is judged. */
static time_t
time_of(const struct x509_request *request, X509 *leaf)
{
	struct tm tm;

	if (request->allow_expired && ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &tm) == 1)
		return timegm(&tm);
	return (time_t)request->now;
}

/* Is every certificate that came along part of the chain that was found? One that is not would be
 * bytes that nothing binds. */
static bool
all_used(STACK_OF(X509) * chain, STACK_OF(X509) * others)
{
	for (int i = 0; i < sk_X509_num(others); i++) {
		bool used = false;

		for (int k = 0; k < sk_X509_num(chain) && !used; k++)
			used = X509_cmp(sk_X509_value(others, i), sk_X509_value(chain, k)) == 0;
		if (!used)
			return false;
	}
	return true;
}

static bool
verify(X509_STORE *store, X509 *leaf, STACK_OF(X509) * others, time_t at, struct status *status)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *parameters;
	bool done = false;

	if (context == NULL || X509_STORE_CTX_init(context, store, leaf, others) != 1) {
		X509_STORE_CTX_free(context);
		return status_set(status, STATUS_MEMORY, "no memory to verify a certificate");
	}
	parameters = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(parameters, at);
	X509_VERIFY_PARAM_set_depth(parameters, MAX_DEPTH);
	if (X509_verify_cert(context) == 1)
		done = all_used(X509_STORE_CTX_get0_chain(context), others) ||
		    status_set(status, STATUS_MALFORMED,
			"a certificate came along that is no part of the chain");
	else
		status_set(status, STATUS_MALFORMED, "the certificate is not to be trusted: %s",
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return done;
}

static struct key *
leaf_key(X509 *leaf, struct status *status)
{
	EVP_PKEY *pkey = X509_get_pubkey(leaf);

	if (pkey == NULL) {
		status_set(status, STATUS_MALFORMED, "the certificate's key cannot be read");
		return NULL;
	}
	return key_take(pkey, status);
}

struct key *
x509_verify(const struct x509_request *request, struct arena *arena, const char **ret_subject,
    struct status *status)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = NULL;
	X509 *leaf = request->ncertificates > 0 ? x509_parse(request->certificates[0]) : NULL;
	struct key *key = NULL;
	size_t nroots = 0;

	if (leaf != NULL)
		others = x509_parse_list(request->certificates + 1, request->ncertificates - 1);
	if (store == NULL) {
		status_set(status, STATUS_MEMORY, "no memory to verify a certificate");
		goto out;
	}
	for (size_t i = 0; i < request->nroots; i++)
		if (!add_roots(store, request->roots[i], &nroots))
			goto out;
	if (nroots == 0)
		status_set(status, STATUS_USAGE,
		    "the file of trusted certificates holds none: PEM texts that start with "
		    "-----BEGIN CERTIFICATE----- are needed");
	else if (others == NULL)
		status_set(status, STATUS_MALFORMED, "a certificate of the chain is malformed");
	else if (!may_sign(leaf))
		status_set(status, STATUS_MALFORMED,
		    "the certificate was not issued for signing: it needs the key usage "
		    "digitalSignature, or the extended key usage codeSigning");
	else if (verify(store, leaf, others, time_of(request, leaf), status)) {
		*ret_subject = describe(leaf, arena);
		key = leaf_key(leaf, status);
	}
out:
	X509_free(leaf);
	sk_X509_pop_free(others, X509_free);
	X509_STORE_free(store);
	ERR_clear_error();
	return key;
}
