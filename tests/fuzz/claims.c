/*
 * Fuzz target: every verifier of hash lists and layouts, on any bytes under any name that it might
 * claim. The first byte chooses the name.
 */
#include "config.h"

#include "provenance/provenance.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = { "SHA256SUMS", "a.sha256", "B2SUMS", "x.dist-info/RECORD",
	".cache/huggingface/download/a.metadata", "index.json", "manifest.json",
	"manifests/h/n/m/t", "blobs/sha256/x", "m.safetensors.index.json", "MLmodel",
	"p.intoto.jsonl", "w.bin", "a.minisig", "a.sig", "a.p7s", "a.bundle" };

/* Trusts nobody, but is a root, so that certificates are looked at. */
static const char root[] =
    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",\"tlogs\":[],"
    "\"ctlogs\":[],\"certificateAuthorities\":[],\"timestampAuthorities\":[]}";

static void
judge(const struct verifier *verifier, const struct claim *claim)
{
	static struct tree_digest digest = { "sha256", 0, 1,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" };
	static struct tree_entry entry = {
		.path = "a", .size = 1, .ndigests = 1, .digests = &digest
	};
	static const struct tree tree = { .name = "t", .n = 1, .entries = &entry };
	struct trust trust = {
		.trusted_root = bytes_of_string(root), .identity = "a", .issuer = "b"
	};
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct wants *wants = wants_new(&tree);
	struct provenance result = { .kind = verifier->name, .path = claim->path };

	struct claim whole = *claim;

	whole.content = bytes_of("x", 1);
	whole.has_content = true;
	if (sink == NULL || wants == NULL)
		abort();
	if (verifier->wants != NULL)
		verifier->wants(claim, wants);
	verifier->verify(&whole, &tree, &trust, sink, &result);
	if (result.why == NULL || result.signer == NULL)
		abort();
	wants_free(wants);
	sink_free(sink);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = size == 0 ? names[0] : names[data[0] % ARRAY_LEN(names)];
	struct member member = { .path = name,
		.name = name,
		.bytes = size == 0 ? bytes_of(data, 0) : bytes_of(data + 1, size - 1) };
	struct claim claim = { .path = name, .root = "", .bytes = member.bytes };

	for (size_t i = 0; verifiers[i] != NULL; i++) {
		(void)verifiers[i]->probe(&member);
		judge(verifiers[i], &claim);
	}
	return 0;
}
