/* Fuzz target: Sigstore bundles and the statements of model signatures. */
#include "config.h"

#include "provenance/oms.h"
#include "tests/fuzz/fuzz.h"

extern const struct verifier verifier_sigstore;

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

	if (sink == NULL || wants == NULL)
		abort();
	verifier_sigstore.wants(&claim, wants);
	verifier_sigstore.verify(&claim, &tree, &trust, sink, &row);
	if (row.status == PROVENANCE_VERIFIED)
		abort();
	if (oms_parse(b, sink_arena(sink), &manifest, &status))
		oms_compare(&manifest, &claim, &tree, &trust, sink, &row);
	wants_free(wants);
	sink_free(sink);
	return 0;
}
