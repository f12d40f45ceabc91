/*
 * Detached CMS signatures (RFC 5652; PKCS#7), DER or PEM, as `openssl cms -sign -binary` writes
 * them. The chain must end in a certificate of --certificate-chain. The content may be of any size.
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "provenance/detached.h"

#include <limits.h>
#include <openssl/pem.h> /* before cms.h, which then declares its PEM forms */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

static int
probe(const struct member *member)
{
	/* SEQUENCE { OID 1.2.840.113549.1.7.2 ... */
	static const uint8_t signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x07, 0x02 };
	struct bytes head = bytes_slice(member->bytes, 0, 24);

	if (bytes_starts(member->bytes, "-----BEGIN CMS-----") ||
	    bytes_starts(member->bytes, "-----BEGIN PKCS7-----"))
		return 80;
	return member->bytes.len > 0 && member->bytes.data[0] == 0x30 &&
		bytes_find(head, bytes_of(signed_data, sizeof(signed_data)), 0) >= 0
	    ? 80
	    : 0;
}

static CMS_ContentInfo *
read_cms(struct bytes b)
{
	BIO *bio = b.len > INT_MAX ? NULL : BIO_new_mem_buf(b.data, (int)b.len);
	CMS_ContentInfo *cms = NULL;

	if (bio != NULL && bytes_starts(b, "-----"))
		cms = PEM_read_bio_CMS(bio, NULL, NULL, NULL);
	else if (bio != NULL)
		cms = d2i_CMS_bio(bio, NULL);
	BIO_free(bio);
	return cms;
}

/* ---- a BIO over bytes of any number: OpenSSL's own takes an int --------------------------------
 */

static int
source_read(BIO *bio, char *out, size_t room, size_t *ret_n)
{
	struct bytes *left = BIO_get_data(bio);
	size_t n = left->len < room ? left->len : room;

	if (n > 0)
		memcpy(out, left->data, n);
	*left = bytes_slice(*left, n, SIZE_MAX);
	*ret_n = n;
	return n > 0;
}

static long
source_control(BIO *bio, int command, long number, void *pointer)
{
	const struct bytes *left = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH || (command == BIO_CTRL_EOF && left->len == 0);
}

static BIO_METHOD *
source_method(void)
{
	/* No index of its own: OpenSSL has but 128 of them for a process. */
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "bytes");

	if (method != NULL &&
	    (BIO_meth_set_read_ex(method, source_read) != 1 ||
		BIO_meth_set_ctrl(method, source_control) != 1)) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

/* ---- who may sign ------------------------------------------------------------------------------
 */

static X509_STORE *
make_store(const struct trust *trust)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store == NULL ? NULL : X509_STORE_get0_param(store);

	for (size_t i = 0; store != NULL && i < trust->ncertificates; i++) {
		BIO *bio =
		    BIO_new_mem_buf(trust->certificates[i].data, (int)trust->certificates[i].len);
		X509 *certificate;

		while (bio != NULL &&
		    (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
			(void)X509_STORE_add_cert(store, certificate);
			X509_free(certificate);
		}
		BIO_free(bio);
	}
	if (param != NULL) {
		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
		X509_VERIFY_PARAM_set_time(param, (time_t)trust->now);
		if (trust->allow_expired)
			X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	}
	return store;
}

/* Subject and fingerprint of whoever signed first. */
static const char *
signer_of(CMS_ContentInfo *cms, struct arena *arena)
{
	STACK_OF(X509) *signers = CMS_get0_signers(cms);
	X509 *leaf = signers == NULL ? NULL : sk_X509_value(signers, 0);
	char *name = leaf == NULL ? NULL : X509_NAME_oneline(X509_get_subject_name(leaf), NULL, 0);
	const char *text = name == NULL ? "" : text_safe(arena, bytes_of_string(name), 500);

	OPENSSL_free(name);
	sk_X509_free(signers);
	return text;
}

/* OpenSSL reads the content in pieces from a source that is not its own. */
static void
judge(const struct detached *detached, CMS_ContentInfo *cms)
{
	struct bytes left = detached->claim->content;
	X509_STORE *store = make_store(detached->trust);
	BIO_METHOD *method = source_method();
	BIO *content = method == NULL ? NULL : BIO_new(method);

	if (store == NULL || content == NULL) {
		detached_unjudged(detached, "no memory to judge it");
	} else {
		BIO_set_data(content, &left);
		BIO_set_init(content, 1);
		if (CMS_verify(cms, NULL, store, content, NULL, CMS_BINARY | CMS_DETACHED) == 1 &&
		    left.len == 0)
			detached_verified(detached, signer_of(cms, sink_arena(detached->sink)),
			    "signed with a certificate under a trusted root");
		else
			detached_invalid(detached,
			    "the signature does not hold, or its certificate leads to no trusted "
			    "root");
	}
	BIO_free(content);
	BIO_meth_free(method);
	X509_STORE_free(store);
}

static void
wants(const struct claim *claim, struct wants *wants)
{
	detached_want(claim, wants);
}

static void
verify(const struct claim *claim, const struct tree *tree, const struct trust *trust,
    struct sink *sink, struct provenance *ret)
{
	struct detached detached = { claim, tree, trust, sink, ret };
	CMS_ContentInfo *cms = NULL;

	if (!detached_has_content(&detached))
		return;
	cms = read_cms(claim->bytes);
	if (cms == NULL || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
		detached_invalid(&detached, "it cannot be read as signed data of CMS");
	} else if (trust->ncertificates == 0) {
		detached_untrusted(&detached,
		    "it is signed with a certificate, and no root is trusted: give "
		    "--certificate-chain PEM");
	} else {
		judge(&detached, cms);
	}
	ERR_clear_error();
	CMS_ContentInfo_free(cms);
}

const struct verifier verifier_cms = {
	.name = "cms",
	.probe = probe,
	.wants = wants,
	.verify = verify,
};
