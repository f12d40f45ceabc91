/* Fuzz target: a certificate that came in a bundle, as leaf, as issuer and as authority. */
#include "config.h"

#include "crypto/fulcio.h"
#include "crypto/x509.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	struct fulcio_authority authority = { &b, 1 };
	struct bytes pem = bytes_of_string("-----BEGIN CERTIFICATE-----\n");
	struct x509_request chain = { .certificates = &b,
		.ncertificates = 1,
		.roots = &pem,
		.nroots = 1,
		.now = 1700000000 };
	struct status status = { .code = STATUS_OK };
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct key *key = fulcio_key(b, &status);
	const char *subject;

	if (arena == NULL)
		abort();
	key_free(key);
	(void)fulcio_verify(b, &authority, 1700000000);
	(void)fulcio_may_sign(b);
	(void)fulcio_is_self_issued(b);
	(void)fulcio_same(b, b);
	(void)fulcio_identities(b, arena);
	(void)fulcio_issuer(b, arena);
	if (fulcio_is_listed(b, b, NULL, 0))
		abort(); /* no log is known */
	key = x509_verify(&chain, arena, &subject, &status);
	if (key != NULL)
		abort(); /* no root is known */
	arena_free(arena);
	return 0;
}
