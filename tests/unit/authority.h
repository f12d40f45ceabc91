/*
 * A Sigstore of our own for tests: a certificate authority as Fulcio is one, a certificate
 * transparency log, a Rekor, and the trusted root that names them. Keys are made anew each time.
 */
#ifndef TESTS_UNIT_AUTHORITY_H
#define TESTS_UNIT_AUTHORITY_H

#include "core/buffer.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/key.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#define AUTHORITY_NOW 1700000000 /* when things are signed: 2023-11-14T22:13:20Z */
#define AUTHORITY_IDENTITY "signer@example.com"
#define AUTHORITY_ISSUER "https://accounts.example.com"
#define OID_SCT_LIST "1.3.6.1.4.1.11129.2.4.2"
#define OID_ISSUER "1.3.6.1.4.1.57264.1.8"

struct authority {
	struct key *ca, *ctlog, *rekor;
	X509 *ca_certificate;
};

/* What of the world is wrong; all false: nothing. */
struct authority_faults {
	bool no_sct, no_code_signing, expired;
};

static inline void
must(bool done)
{
	if (!done)
		abort();
}

static inline void
add_extension(X509 *certificate, X509 *issuer, const char *name, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf(NULL, &context, name, value);
	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static inline void
add_raw_extension(X509 *certificate, const char *oid, struct bytes value)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(octets != NULL && ASN1_OCTET_STRING_set(octets, value.data, (int)value.len) == 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(object);
}

static inline X509 *
new_certificate(const struct key *key, int64_t from, int64_t to)
{
	X509 *certificate = X509_new();

	must(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)to) != NULL &&
	    X509_set_pubkey(certificate, key_evp(key)) == 1);
	return certificate;
}

static inline void
authority_open(struct authority *authority)
{
	struct status status = { 0 };
	X509_NAME *name = X509_NAME_new();

	authority->ca = key_generate(KEY_P256, &status);
	authority->ctlog = key_generate(KEY_P256, &status);
	authority->rekor = key_generate(KEY_P256, &status);
	must(status.code == STATUS_OK &&
	    X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const unsigned char *)"authority", -1, -1, 0) == 1);
	authority->ca_certificate =
	    new_certificate(authority->ca, AUTHORITY_NOW - 86400, AUTHORITY_NOW + 86400);
	must(X509_set_subject_name(authority->ca_certificate, name) == 1 &&
	    X509_set_issuer_name(authority->ca_certificate, name) == 1);
	add_extension(authority->ca_certificate, authority->ca_certificate, "basicConstraints",
	    "critical,CA:TRUE");
	add_extension(authority->ca_certificate, authority->ca_certificate, "keyUsage",
	    "critical,keyCertSign");
	must(X509_sign(authority->ca_certificate, key_evp(authority->ca), EVP_sha256()) > 0);
	X509_NAME_free(name);
}

static inline void
authority_close(struct authority *authority)
{
	X509_free(authority->ca_certificate);
	key_free(authority->ca);
	key_free(authority->ctlog);
	key_free(authority->rekor);
}

static inline void
key_id(const struct key *key, uint8_t ret[SHA256_LEN])
{
	struct buffer der = buffer_up_to(4096);

	must(key_add_public_der(key, &der) && digest_sha256(buffer_bytes(&der), ret));
	buffer_free(&der);
}

/* The list with one signed certificate timestamp (RFC 6962, sections 3.2 and 3.3). */
static inline void
add_sct(const struct authority *authority, X509 *certificate)
{
	struct buffer text = buffer_up_to(1 << 16), signature = buffer_up_to(1024),
		      list = buffer_up_to(4096);
	struct status status = { 0 };
	uint8_t issuer[SHA256_LEN], log[SHA256_LEN], *tbs = NULL;
	uint64_t time = (uint64_t)(AUTHORITY_NOW - 60) * 1000;
	size_t sct;
	int len;

	/* Signing first fills in the algorithm, which is part of what the log signs. */
	must(X509_sign(certificate, key_evp(authority->ca), EVP_sha256()) > 0);
	len = i2d_re_X509_tbs(certificate, &tbs);
	must(len > 0);
	key_id(authority->ca, issuer);
	key_id(authority->ctlog, log);
	buffer_add_u16be(&text, 0);
	buffer_add_u64be(&text, time);
	buffer_add_u16be(&text, 1);
	buffer_add(&text, bytes_of(issuer, sizeof(issuer)));
	buffer_add_u8(&text, 0);
	buffer_add_u16be(&text, (uint16_t)len);
	buffer_add(&text, bytes_of(tbs, (size_t)len));
	buffer_add_u16be(&text, 0);
	must(key_sign(authority->ctlog, buffer_bytes(&text), &signature, &status));
	sct = 1 + SHA256_LEN + 8 + 2 + 4 + signature.len;
	buffer_add_u8(&list, 0x04); /* an OCTET STRING in the extension's */
	buffer_add_u8(&list, 0x81);
	buffer_add_u8(&list, (uint8_t)(sct + 4));
	buffer_add_u16be(&list, (uint16_t)(sct + 2));
	buffer_add_u16be(&list, (uint16_t)sct);
	buffer_add_u8(&list, 0);
	buffer_add(&list, bytes_of(log, sizeof(log)));
	buffer_add_u64be(&list, time);
	buffer_add_u16be(&list, 0);
	buffer_add_u16be(&list, 0x0403); /* SHA-256, ECDSA */
	buffer_add_u16be(&list, (uint16_t)signature.len);
	buffer_add(&list, buffer_bytes(&signature));
	must(buffer_ok(&list));
	add_raw_extension(certificate, OID_SCT_LIST, buffer_bytes(&list));
	OPENSSL_free(tbs);
	buffer_free(&text);
	buffer_free(&signature);
	buffer_free(&list);
}

/* A short-lived certificate for KEY, as PEM. */
static inline void
authority_issue(const struct authority *authority, const struct key *key,
    const struct authority_faults *faults, struct buffer *pem)
{
	int64_t from = faults->expired ? AUTHORITY_NOW - 3600 : AUTHORITY_NOW - 300;
	X509 *leaf = new_certificate(key, from, from + 600);
	struct buffer issuer = buffer_up_to(256);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	must(X509_set_issuer_name(leaf, X509_get_subject_name(authority->ca_certificate)) == 1);
	add_extension(leaf, authority->ca_certificate, "keyUsage", "critical,digitalSignature");
	if (!faults->no_code_signing)
		add_extension(leaf, authority->ca_certificate, "extendedKeyUsage", "codeSigning");
	add_extension(leaf, authority->ca_certificate, "subjectAltName",
	    "critical,email:" AUTHORITY_IDENTITY);
	buffer_add_u8(&issuer, 0x0c); /* UTF8String */
	buffer_add_u8(&issuer, (uint8_t)strlen(AUTHORITY_ISSUER));
	buffer_add_string(&issuer, AUTHORITY_ISSUER);
	add_raw_extension(leaf, OID_ISSUER, buffer_bytes(&issuer));
	if (!faults->no_sct)
		add_sct(authority, leaf);
	must(X509_sign(leaf, key_evp(authority->ca), EVP_sha256()) > 0 &&
	    PEM_write_bio_X509(bio, leaf) == 1);
	len = BIO_get_mem_data(bio, &text);
	buffer_add(pem, bytes_of(text, (size_t)len));
	BIO_free(bio);
	buffer_free(&issuer);
	X509_free(leaf);
}

static inline void
add_log(struct buffer *out, const char *url, const struct key *key)
{
	struct buffer der = buffer_up_to(4096);
	uint8_t id[SHA256_LEN];

	key_id(key, id);
	must(key_add_public_der(key, &der));
	buffer_add_format(out,
	    "{\"baseUrl\":\"%s\",\"hashAlgorithm\":\"SHA2_256\",\"publicKey\":{\"keyDetails\":"
	    "\"PKIX_ECDSA_P256_SHA_256\",\"validFor\":{\"start\":\"2023-01-01T00:00:00Z\"},"
	    "\"rawBytes\":\"",
	    url);
	base64_add(out, buffer_bytes(&der));
	buffer_add_string(out, "\"},\"logId\":{\"keyId\":\"");
	base64_add(out, bytes_of(id, sizeof(id)));
	buffer_add_string(out, "\"}}");
	buffer_free(&der);
}

static inline void
authority_add_root(const struct authority *authority, struct buffer *out)
{
	uint8_t *der = NULL;
	int len = i2d_X509(authority->ca_certificate, &der);

	must(len > 0);
	buffer_add_string(out,
	    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\","
	    "\"tlogs\":[");
	add_log(out, "https://rekor.example.com", authority->rekor);
	buffer_add_string(out, "],\"ctlogs\":[");
	add_log(out, "https://ct.example.com", authority->ctlog);
	buffer_add_string(out,
	    "],\"certificateAuthorities\":[{\"uri\":\"https://ca.example.com\",\"validFor\":"
	    "{\"start\":\"2023-01-01T00:00:00Z\"},\"certChain\":{\"certificates\":[{\"rawBytes\":"
	    "\"");
	base64_add(out, bytes_of(der, (size_t)len));
	buffer_add_string(out, "\"}]}}],\"timestampAuthorities\":[]}");
	OPENSSL_free(der);
	must(buffer_ok(out));
}

/* Rekor's promise to include BODY (base64) at TIME: a signature over the canonical JSON. */
static inline void
authority_promise(const struct authority *authority, const char *body, int64_t time,
    char ret_log[2 * SHA256_LEN + 1], struct buffer *ret)
{
	struct buffer text = buffer_up_to(1 << 16);
	struct status status = { 0 };
	uint8_t id[SHA256_LEN];

	key_id(authority->rekor, id);
	hex_encode(bytes_of(id, sizeof(id)), ret_log);
	buffer_add_format(&text,
	    "{\"body\":\"%s\",\"integratedTime\":%jd,\"logID\":\"%s\",\"logIndex\":42}", body,
	    (intmax_t)time, ret_log);
	must(key_sign(authority->rekor, buffer_bytes(&text), ret, &status));
	buffer_free(&text);
}

#endif
