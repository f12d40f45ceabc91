/*
 * Fuzz target: Sigstore bundles and model signatures, as a bundle or as the parts that an attacker
 * can put into one: a trusted root, a certificate, a time stamp, a signed statement.
 */
#include "config.h"

#include "crypto/fulcio.h"
#include "crypto/tsa.h"
#include "provenance/oms.h"
#include "provenance/trusted_root.h"
#include "tests/fuzz/fuzz.h"

extern const struct verifier verifier_sigstore;

static void
certificate(struct bytes b, struct arena *arena)
{
	struct fulcio_authority authority = { &b, 1 };
	struct status status = { .code = STATUS_OK };
	struct tsa tsa = { &b, 1 };
	struct key *key = fulcio_key(b, &status);
	int64_t time;

	(void)fulcio_verify(b, &authority, 1700000000);
	(void)fulcio_may_sign(b);
	(void)fulcio_identities(b, arena);
	(void)fulcio_issuer(b, arena);
	(void)fulcio_is_listed(b, b, NULL, 0);
	if (tsa_time(b, &time) && tsa_verify(b, b, &tsa))
		abort(); /* nobody stamps a message that holds its own stamp */
	key_free(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	struct trust trust = { .trusted_root = b, .identity = "a", .issuer = "b" };
	struct tree_digest digest = { "sha256", 0, 1, "00" };
	struct tree_entry entry = {
		.path = "a", .kind = TREE_FILE, .size = 1, .ndigests = 1, .digests = &digest
	};
	struct tree tree = { "model", false, 1, &entry };
	struct claim claim = { .path = "model.sig", .root = "", .bytes = b };
	struct provenance row = { .kind = "", .path = "model.sig" };
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct wants *wants = wants_new(NULL);
	struct status status = { .code = STATUS_OK };
	struct oms_manifest manifest;
	struct trusted_root root;

	if (sink == NULL || wants == NULL)
		abort();
	verifier_sigstore.wants(&claim, wants);
	verifier_sigstore.verify(&claim, &tree, &trust, sink, &row);
	if (row.status == PROVENANCE_VERIFIED)
		abort();
	if (oms_parse(b, sink_arena(sink), &manifest, &status))
		oms_compare(&manifest, &claim, &tree, &trust, sink, &row);
	if (trusted_root_parse(b, sink_arena(sink), &root, &status))
		trusted_root_close(&root);
	certificate(b, sink_arena(sink));
	wants_free(wants);
	sink_free(sink);
	return 0;
}
