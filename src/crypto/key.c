/* Keys over OpenSSL's EVP: see crypto/key.h. */
#include "config.h"

#include "crypto/key.h"

#include "crypto/digest.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define MIN_RSA_BITS 2048 /* NIST SP 800-131A */
#define MAX_KEY_TEXT 65536
#define MAX_SIGNATURE 2048 /* RSA of 16384 bits */

struct key {
	EVP_PKEY *pkey;
	enum key_kind kind;
};

const char *
key_kind_name(enum key_kind kind)
{
	switch (kind) {
	case KEY_P256:
		return "ECDSA P-256";
	case KEY_P384:
		return "ECDSA P-384";
	case KEY_P521:
		return "ECDSA P-521";
	case KEY_ED25519:
		return "Ed25519";
	case KEY_RSA:
		return "RSA";
	}
	return "unknown";
}

const char *
key_algorithm(const struct key *key, struct arena *arena)
{
	const char *rsa;

	switch (key->kind) {
	case KEY_P256:
		return "ecdsa-p256-sha256";
	case KEY_P384:
		return "ecdsa-p384-sha384";
	case KEY_P521:
		return "ecdsa-p521-sha512";
	case KEY_ED25519:
		return "ed25519";
	case KEY_RSA:
		rsa = arena_format(arena, "rsa-%d-sha256", EVP_PKEY_get_bits(key->pkey));
		return rsa == NULL ? "" : rsa;
	}
	return "";
}

enum key_kind
key_kind_of(const struct key *key)
{
	return key->kind;
}

EVP_PKEY *
key_evp(const struct key *key)
{
	return key->pkey;
}

void
key_free(struct key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

static bool
find_kind(EVP_PKEY *pkey, enum key_kind *ret)
{
	char group[64] = "";

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_ED25519:
		*ret = KEY_ED25519;
		return true;
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		*ret = KEY_RSA;
		return EVP_PKEY_get_bits(pkey) >= MIN_RSA_BITS;
	case EVP_PKEY_EC:
		break;
	default:
		return false;
	}
	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1)
		return false;
	if (strcmp(group, "prime256v1") == 0)
		*ret = KEY_P256;
	else if (strcmp(group, "secp384r1") == 0)
		*ret = KEY_P384;
	else if (strcmp(group, "secp521r1") == 0)
		*ret = KEY_P521;
	else
		return false;
	return true;
}

struct key *
key_take(EVP_PKEY *pkey, struct status *status)
{
	struct key *key = calloc(1, sizeof(*key));

	ERR_clear_error();
	if (key == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for a key");
		EVP_PKEY_free(pkey);
		return NULL;
	}
	key->pkey = pkey;
	if (find_kind(pkey, &key->kind))
		return key;
	status_set(status, STATUS_UNSUPPORTED,
	    "the key is of a kind that is not accepted; use ECDSA P-256, P-384 or P-521, Ed25519, "
	    "or RSA of %d bits or more",
	    MIN_RSA_BITS);
	key_free(key);
	return NULL;
}

static BIO *
bio_over(struct bytes b)
{
	return b.len > MAX_KEY_TEXT ? NULL : BIO_new_mem_buf(b.data, (int)b.len);
}

struct key *
key_public_from_pem(struct bytes pem, struct status *status)
{
	BIO *bio = bio_over(pem);
	EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

	BIO_free(bio);
	ERR_clear_error();
	if (pkey != NULL)
		return key_take(pkey, status);
	if (bytes_find(pem, bytes_of_string("PRIVATE KEY"), 0) >= 0)
		status_set(status, STATUS_MALFORMED,
		    "this is a private key; give the public one (NAME.pub.pem)");
	else
		status_set(status, STATUS_MALFORMED,
		    "not a public key: a PEM text that starts with -----BEGIN PUBLIC KEY----- is "
		    "needed");
	return NULL;
}

struct key *
key_public_from_der(struct bytes spki, struct status *status)
{
	const unsigned char *data = spki.data;
	EVP_PKEY *pkey = spki.len == 0 || spki.len > MAX_KEY_TEXT
	    ? NULL
	    : d2i_PUBKEY(NULL, &data, (long)spki.len);

	ERR_clear_error();
	if (pkey != NULL && data == spki.data + spki.len)
		return key_take(pkey, status);
	EVP_PKEY_free(pkey);
	status_set(status, STATUS_MALFORMED, "not a public key (SubjectPublicKeyInfo in DER)");
	return NULL;
}

/* Never asks at a terminal. */
static int
no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

struct key *
key_private_from_pem(struct bytes pem, struct status *status)
{
	BIO *bio = bio_over(pem);
	EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);

	BIO_free(bio);
	ERR_clear_error();
	if (pkey != NULL)
		return key_take(pkey, status);
	if (bytes_find(pem, bytes_of_string("ENCRYPTED"), 0) >= 0)
		status_set(status, STATUS_UNSUPPORTED,
		    "the private key is encrypted; decrypt it with `openssl pkey -in KEY -out "
		    "PLAIN`, or keep it on a PKCS#11 token");
	else
		status_set(status, STATUS_MALFORMED,
		    "not a private key: a PEM text that starts with -----BEGIN PRIVATE KEY----- "
		    "is needed (`assay keygen` makes one)");
	return NULL;
}

struct key *
key_generate(enum key_kind kind, struct status *status)
{
	EVP_PKEY *pkey = kind == KEY_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
					     : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	if (pkey == NULL) {
		ERR_clear_error();
		status_set(status, STATUS_INTERNAL, "OpenSSL could not make a key");
		return NULL;
	}
	return key_take(pkey, status);
}

bool
key_same(const struct key *a, const struct key *b)
{
	return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

/* Moves what BIO holds to OUT and frees it. */
static bool
take_bio(BIO *bio, bool written, struct buffer *out)
{
	char *data = NULL;
	long len = written ? BIO_get_mem_data(bio, &data) : 0;

	if (len > 0)
		buffer_add(out, bytes_of(data, (size_t)len));
	BIO_free(bio);
	return len > 0 && buffer_ok(out);
}

bool
key_add_public_pem(const struct key *key, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return bio != NULL && take_bio(bio, PEM_write_bio_PUBKEY(bio, key->pkey) == 1, out);
}

bool
key_add_private_pem(const struct key *key, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	return bio != NULL &&
	    take_bio(bio,
		PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1, out);
}

bool
key_add_public_der(const struct key *key, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->pkey, &der);

	if (len <= 0)
		return false;
	buffer_add(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buffer_ok(out);
}

static bool
fingerprint(const struct key *key, bool (*add)(const struct key *, struct buffer *), char hex[65])
{
	struct buffer text = buffer_up_to(MAX_KEY_TEXT);
	uint8_t digest[SHA256_LEN];
	bool done = add(key, &text) && digest_sha256(buffer_bytes(&text), digest);

	buffer_free(&text);
	if (done)
		hex_encode(bytes_of(digest, sizeof(digest)), hex);
	return done;
}

bool
key_fingerprint(const struct key *key, char hex[65])
{
	return fingerprint(key, key_add_public_der, hex);
}

bool
key_pem_fingerprint(const struct key *key, char hex[65])
{
	return fingerprint(key, key_add_public_pem, hex);
}

static const char *
hash_of(const struct key *key)
{
	switch (key->kind) {
	case KEY_P256:
	case KEY_RSA:
		return "sha256";
	case KEY_P384:
		return "sha384";
	case KEY_P521:
		return "sha512";
	case KEY_ED25519:
		return NULL;
	}
	return NULL;
}

bool
key_sign(
    const struct key *key, struct bytes message, struct buffer *signature, struct status *status)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t out[MAX_SIGNATURE];
	size_t len = sizeof(out);
	bool done = context != NULL &&
	    EVP_DigestSignInit_ex(context, NULL, hash_of(key), NULL, NULL, key->pkey, NULL) == 1 &&
	    EVP_DigestSign(context, out, &len, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	if (!done)
		return status_set(status, STATUS_INTERNAL, "OpenSSL could not sign with this key");
	buffer_add(signature, bytes_of(out, len));
	return buffer_ok(signature);
}

bool
key_verify_with(const struct key *key, const char *hash, bool is_pss, struct bytes message,
    struct bytes signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	bool done = context != NULL &&
	    EVP_DigestVerifyInit_ex(context, &parameters, key->kind == KEY_ED25519 ? NULL : hash,
		NULL, NULL, key->pkey, NULL) == 1;

	if (done && key->kind == KEY_RSA && is_pss)
		done = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_AUTO) == 1;
	done = done &&
	    EVP_DigestVerify(context, signature.data, signature.len, message.data, message.len) ==
		1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return done;
}

bool
key_verify(const struct key *key, struct bytes message, struct bytes signature)
{
	return key_verify_with(key, hash_of(key), false, message, signature);
}

bool
key_verify_digest(const struct key *key, struct bytes digest, struct bytes signature)
{
	EVP_PKEY_CTX *context =
	    key->kind == KEY_ED25519 ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool done = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
	    EVP_PKEY_verify(context, signature.data, signature.len, digest.data, digest.len) == 1;

	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return done;
}
