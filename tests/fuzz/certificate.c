/* Fuzz target: a certificate that came in a bundle, as leaf, as issuer and as authority. */
#include "config.h"

#include "core/buffer.h"
#include "crypto/base64.h"
#include "crypto/fulcio.h"
#include "crypto/x509.h"
#include "tests/fuzz/fuzz.h"

/* The certificate as its own root, as a file of roots holds it. */
static struct bytes
as_root(struct bytes certificate, struct buffer *pem)
{
	buffer_add_string(pem, "-----BEGIN CERTIFICATE-----\n");
	base64_add(pem, certificate);
	buffer_add_string(pem, "\n-----END CERTIFICATE-----\n");
	return buffer_bytes(pem);
}

static void
verify(struct bytes leaf, struct bytes root, struct arena *arena)
{
	struct x509_request chain = { .certificates = &leaf,
		.ncertificates = 1,
		.roots = &root,
		.nroots = 1,
		.now = 1800000000 };
	struct status status = { .code = STATUS_OK };
	const char *subject;

	key_free(x509_verify(&chain, arena, &subject, &status));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	struct fulcio_authority authority = { &b, 1 };
	struct status status = { .code = STATUS_OK };
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct buffer pem = buffer_up_to(2 * size + 128);
	struct key *key = fulcio_key(b, &status);
	/* The log that the seed names; what it did not sign stays unlisted. */
	struct ct_log log = { .id = bytes_of_string("the log of the seed, 32 bytes..."),
		.key = key,
		.end = INT64_MAX };

	if (arena == NULL)
		abort();
	(void)fulcio_verify(b, &authority, 1800000000);
	(void)fulcio_may_sign(b);
	(void)fulcio_is_self_issued(b);
	(void)fulcio_same(b, b);
	(void)fulcio_identities(b, arena);
	(void)fulcio_issuer(b, arena);
	if (fulcio_is_listed(b, b, NULL, 0))
		abort(); /* no log is known */
	if (key != NULL && fulcio_is_listed(b, b, &log, 1))
		abort();
	key_free(key);
	verify(b, as_root(b, &pem), arena);
	buffer_free(&pem);
	arena_free(arena);
	return 0;
}
