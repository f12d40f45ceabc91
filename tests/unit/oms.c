/*
 * Model signatures: what is signed verifies, and no bit of the signature, no byte of the model can
 * change. The signature is made here, with a key of its own.
 */
#include "config.h"

#include "crypto/digest.h"
#include "crypto/dsse.h"
#include "provenance/provenance.h"
#include "tests/tap.h"

#include <stdlib.h>

#define NFILES 3

extern const struct verifier verifier_sigstore;

static const char *const names[NFILES] = { "a/config.json", "a/weights.bin", "b.txt" };

/* A model of three files and a signature over it. */
struct model {
	char contents[NFILES][64];
	struct tree_digest digests[NFILES];
	char hex[NFILES][65];
	struct tree_entry entries[NFILES];
	struct tree tree;
};

static void
fill(struct model *model)
{
	for (size_t i = 0; i < NFILES; i++) {
		uint8_t digest[SHA256_LEN];
		size_t len = strlen(model->contents[i]);

		if (!digest_sha256(bytes_of(model->contents[i], len), digest))
			abort();
		hex_encode(bytes_of(digest, sizeof(digest)), model->hex[i]);
		model->digests[i] = (struct tree_digest){ "sha256", 0, len, model->hex[i] };
		model->entries[i] = (struct tree_entry){ .path = names[i],
			.kind = TREE_FILE,
			.size = len,
			.ndigests = 1,
			.digests = &model->digests[i] };
	}
	model->tree = (struct tree){ "model", false, NFILES, model->entries };
}

static void
make_model(struct model *model)
{
	for (size_t i = 0; i < NFILES; i++)
		snprintf(model->contents[i], sizeof(model->contents[i]), "content of file %zu", i);
	fill(model);
}

/* A statement with EXTRA before the resources. */
static void
add_statement(struct buffer *out, const struct model *model, const char *serialization)
{
	uint8_t raw[NFILES * SHA256_LEN], root[SHA256_LEN];
	char hex[65];

	for (size_t i = 0; i < NFILES; i++)
		if (!hex_decode(bytes_of_string(model->hex[i]), raw + i * SHA256_LEN, SHA256_LEN))
			abort();
	if (!digest_sha256(bytes_of(raw, sizeof(raw)), root))
		abort();
	hex_encode(bytes_of(root, sizeof(root)), hex);
	buffer_add_format(out,
	    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"model\","
	    "\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":"
	    "\"https://model_signing/signature/v1.0\",\"predicate\":{\"serialization\":%s,"
	    "\"resources\":[",
	    hex, serialization);
	for (size_t i = 0; i < NFILES; i++)
		buffer_add_format(out,
		    "%s{\"name\":\"%s\",\"algorithm\":\"sha256\",\"digest\":\"%s\"}",
		    i == 0 ? "" : ",", names[i], model->hex[i]);
	buffer_add_string(out, "]}}");
}

static const char plain[] =
    "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}";

static void
sign(const struct model *model, const char *serialization, const struct key *key,
    struct buffer *bundle)
{
	struct buffer statement = buffer_up_to(1 << 16);
	struct status status = { 0 };
	struct json_object *envelope;
	char hint[65];

	add_statement(&statement, model, serialization);
	envelope = dsse_sign(DSSE_IN_TOTO, buffer_bytes(&statement), key, NULL, &status);
	if (envelope == NULL || !key_pem_fingerprint(key, hint))
		abort();
	buffer_add_format(bundle,
	    "{\"mediaType\": \"application/vnd.dev.sigstore.bundle.v0.3+json\", "
	    "\"verificationMaterial\": {\"publicKey\": {\"hint\": \"%s\"}, \"tlogEntries\": []}, "
	    "\"dsseEnvelope\": %s}\n",
	    hint, json_object_to_json_string(envelope));
	json_object_put(envelope);
	buffer_free(&statement);
}

/* The status, and how many findings of CHECK there were. */
static enum provenance_status
judge(struct bytes bundle, const struct model *model, struct trust *trust, const char *check,
    unsigned *ret_found)
{
	struct claim claim = {
		.path = "model.sig", .root = "", .is_explicit = true, .bytes = bundle
	};
	struct sink *sink = sink_new((size_t)64 << 20);
	struct provenance row = { .kind = "", .path = "model.sig" };
	size_t n;
	const struct finding *findings;

	if (sink == NULL)
		abort();
	verifier_sigstore.verify(&claim, &model->tree, trust, sink, &row);
	findings = sink_findings(sink, &n);
	*ret_found = 0;
	for (size_t i = 0; i < n; i++)
		*ret_found += check != NULL && strcmp(findings[i].check, check) == 0;
	sink_free(sink);
	return row.status;
}

static void
test_sweeps(struct model *model, struct trust *trust, struct buffer *bundle)
{
	unsigned accepted = 0, found;

	for (size_t i = 0; i < bundle->len * 8; i++) {
		bundle->data[i / 8] ^= (uint8_t)(1u << i % 8);
		accepted +=
		    judge(buffer_bytes(bundle), model, trust, NULL, &found) == PROVENANCE_VERIFIED;
		bundle->data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	eq_u64(accepted, 0, "no signature with a flipped bit is accepted");
	accepted = 0;
	for (size_t file = 0; file < NFILES; file++)
		for (size_t at = 0; model->contents[file][at] != '\0'; at++) {
			model->contents[file][at] ^= 1;
			fill(model);
			accepted += judge(buffer_bytes(bundle), model, trust,
					"signature/modified-member", &found) != PROVENANCE_FAILED ||
			    found != 1;
			model->contents[file][at] ^= 1;
		}
	fill(model);
	eq_u64(accepted, 0, "no changed byte of the model is accepted");
	ok(judge(buffer_bytes(bundle), model, trust, NULL, &found) == PROVENANCE_VERIFIED,
	    "and unchanged it verifies again");
}

static void
test_trees(struct model *model, struct trust *trust, struct buffer *bundle)
{
	static const char *const ignore[] = { "b.txt", NULL };
	struct model other = *model;
	unsigned found;

	fill(&other);
	other.entries[2].path = "c.txt";
	ok(judge(buffer_bytes(bundle), &other, trust, "signature/missing-member", &found) ==
		    PROVENANCE_FAILED &&
		found == 1,
	    "a file that is missing");
	ok(judge(buffer_bytes(bundle), &other, trust, "signature/unsigned-member", &found) ==
		    PROVENANCE_FAILED &&
		found == 1,
	    "a file that was added");
	fill(&other);
	other.entries[1].kind = TREE_SYMLINK;
	other.entries[1].target = "../b.txt";
	ok(judge(buffer_bytes(bundle), &other, trust, "signature/link", &found) ==
		    PROVENANCE_FAILED &&
		found == 1,
	    "a link where a file was");
	fill(&other);
	other.tree.n = 2;
	trust->ignore = ignore;
	ok(judge(buffer_bytes(bundle), &other, trust, NULL, &found) == PROVENANCE_FAILED,
	    "--ignore does not excuse a signed file that is missing");
	trust->ignore = NULL;
}

static void
test_holes(struct model *model, struct trust *trust, const struct key *key)
{
	static const char leaves_out[] =
	    "{\"method\":\"files\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,"
	    "\"ignore_paths\":[\"tmp\",\"../out\",\"/etc\"]}";
	struct buffer bundle = buffer_up_to(1 << 16);
	struct tree_digest digest = { "sha256", 0, 4, model->hex[0] };
	struct tree_entry entries[NFILES + 1];
	struct model other = *model;
	unsigned found;

	sign(model, leaves_out, key, &bundle);
	fill(&other);
	memcpy(entries, other.entries, sizeof(other.entries));
	entries[NFILES] = (struct tree_entry){ .path = "tmp/evil.pkl",
		.kind = TREE_FILE,
		.size = 4,
		.ndigests = 1,
		.digests = &digest };
	other.tree = (struct tree){ "model", false, NFILES + 1, entries };
	ok(judge(buffer_bytes(&bundle), &other, trust, "signature/hole", &found) ==
		    PROVENANCE_VERIFIED &&
		found == 1,
	    "a file where the signer left everything out is told");
	buffer_free(&bundle);
}

static void
test_statements(struct model *model, struct trust *trust, const struct key *key)
{
	static const char *const wrong[] = {
		"{\"method\":\"files\",\"hash_type\":\"md5\",\"allow_symlinks\":false}",
		"{\"method\":\"trees\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}",
		"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false}",
		"{\"method\":\"shards\",\"hash_type\":\"sha256\",\"shard_size\":0.5}",
		"{\"hash_type\":\"sha256\"}",
		"[]",
	};
	unsigned found;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct buffer bundle = buffer_up_to(1 << 16);

		sign(model, wrong[i], key, &bundle);
		ok(judge(buffer_bytes(&bundle), model, trust, "signature/invalid", &found) ==
			    PROVENANCE_FAILED &&
			found == 1,
		    "a statement that says nothing sound is refused, though it is signed");
		buffer_free(&bundle);
	}
}

int
main(void)
{
	struct status status = { 0 };
	struct key *key = key_generate(KEY_P256, &status), *other = key_generate(KEY_P256, &status);
	struct buffer pem = buffer_up_to(4096), other_pem = buffer_up_to(4096),
		      bundle = buffer_up_to(1 << 16);
	struct bytes keys[1];
	struct trust trust = { .public_keys = keys, .npublic_keys = 1 };
	struct model model;
	unsigned found;

	if (key == NULL || other == NULL || !key_add_public_pem(key, &pem) ||
	    !key_add_public_pem(other, &other_pem))
		abort();
	make_model(&model);
	sign(&model, plain, key, &bundle);
	keys[0] = buffer_bytes(&pem);
	ok(judge(buffer_bytes(&bundle), &model, &trust, NULL, &found) == PROVENANCE_VERIFIED,
	    "a signed model verifies");
	test_sweeps(&model, &trust, &bundle);
	test_trees(&model, &trust, &bundle);
	test_holes(&model, &trust, key);
	test_statements(&model, &trust, key);
	keys[0] = buffer_bytes(&other_pem);
	ok(judge(buffer_bytes(&bundle), &model, &trust, "signature/invalid", &found) ==
		    PROVENANCE_FAILED &&
		found == 1,
	    "another key does not verify it");
	trust.npublic_keys = 0;
	ok(judge(buffer_bytes(&bundle), &model, &trust, "signature/untrusted", &found) ==
		    PROVENANCE_UNTRUSTED &&
		found == 1,
	    "without a key nobody is trusted");
	key_free(key);
	key_free(other);
	buffer_free(&pem);
	buffer_free(&other_pem);
	buffer_free(&bundle);
	return done_testing();
}
