/*
 * The bundles that cosign wrote before Sigstore's own: judged by the certificate, the log and the
 * identity, and by nothing less. The authority is one of our own.
 */
#include "config.h"

#include "provenance/bundle.h"
#include "tests/tap.h"
#include "tests/unit/authority.h"
#include "tests/unit/claims.h"

#define CONTENT "the weights"
#define NAME "model.bin"
#define CLAIM "model.bin.bundle"

/* How a bundle is made: what the log says, when, about which content. */
struct making {
	struct authority_faults faults;
	const char *signed_content, *logged_content;
	int64_t time;
	bool no_log, bare_pem, no_last_newline;
};

static const struct making good = {
	.signed_content = CONTENT, .logged_content = CONTENT, .time = AUTHORITY_NOW
};

struct world {
	struct authority authority;
	struct key *key;
	struct buffer root;
};

static char *
in_base64(struct bytes b)
{
	struct buffer text = buffer_up_to(1 << 16);
	char *string;

	base64_add(&text, b);
	string = buffer_take_string(&text);
	must(string != NULL);
	return string;
}

/* The entry of kind hashedrekord 0.0.1 (sigstore/rekor, pkg/types/hashedrekord), in base64. */
static char *
make_body(const struct making *making, const char *signature, struct bytes pem)
{
	struct buffer body = buffer_up_to(1 << 16);
	char *signer = in_base64(pem), *text, hex[2 * SHA256_LEN + 1];
	uint8_t digest[SHA256_LEN];

	must(digest_sha256(bytes_of_string(making->logged_content), digest));
	hex_encode(bytes_of(digest, sizeof(digest)), hex);
	buffer_add_format(&body,
	    "{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{\"data\":{\"hash\":"
	    "{\"algorithm\":\"sha256\",\"value\":\"%s\"}},\"signature\":{\"content\":\"%s\","
	    "\"publicKey\":{\"content\":\"%s\"}}}}",
	    hex, signature, signer);
	text = in_base64(buffer_bytes(&body));
	buffer_free(&body);
	free(signer);
	return text;
}

/* SIGNER is the PEM of a certificate or of a key. */
static void
make_bundle(
    const struct world *world, const struct making *making, struct bytes pem, struct buffer *out)
{
	struct buffer raw = buffer_up_to(1024), promise = buffer_up_to(1024);
	struct status status = { 0 };
	char log[2 * SHA256_LEN + 1], *signature, *body, *set, *signer;

	must(key_sign(world->key, bytes_of_string(making->signed_content), &raw, &status));
	signature = in_base64(buffer_bytes(&raw));
	body = make_body(making, signature, pem);
	authority_promise(&world->authority, body, making->time, log, &promise);
	set = in_base64(buffer_bytes(&promise));
	if (making->no_last_newline)
		pem.len--;
	signer = in_base64(pem);
	buffer_add_format(out, "{\"base64Signature\":\"%s\",\"cert\":\"", signature);
	if (making->bare_pem)
		for (size_t i = 0; i < pem.len; i++)
			buffer_add_format(out, pem.data[i] == '\n' ? "\\n" : "%c", pem.data[i]);
	else
		buffer_add_string(out, signer);
	buffer_add_string(out, "\",\"rekorBundle\":");
	if (making->no_log)
		buffer_add_string(out, "null}");
	else
		buffer_add_format(out,
		    "{\"SignedEntryTimestamp\":\"%s\",\"Payload\":{\"body\":\"%s\","
		    "\"integratedTime\":%jd,\"logIndex\":42,\"logID\":\"%s\"}}}",
		    set, body, (intmax_t)making->time, log);
	free(signature);
	free(body);
	free(set);
	free(signer);
	buffer_free(&raw);
	buffer_free(&promise);
}

static void
make_certified(const struct world *world, const struct making *making, struct buffer *out)
{
	struct buffer pem = buffer_up_to(1 << 14);

	authority_issue(&world->authority, world->key, &making->faults, &pem);
	make_bundle(world, making, buffer_bytes(&pem), out);
	buffer_free(&pem);
}

static struct trust
trust_in(const struct world *world)
{
	return (struct trust){ .trusted_root = buffer_bytes(&world->root),
		.identity = AUTHORITY_IDENTITY,
		.issuer = AUTHORITY_ISSUER };
}

static enum provenance_status
judge(struct bytes bundle, const struct trust *trust)
{
	struct claim_test test;
	enum provenance_status status;

	claim_test_start(&test);
	claim_test_file(&test, NAME, CONTENT);
	status = claim_test_judge_bytes(&test, CLAIM, bundle, trust) == NULL ? PROVENANCE_INCOMPLETE
									     : test.result.status;
	must(status != PROVENANCE_VERIFIED || test.result.covers == 1);
	claim_test_end(&test);
	return status;
}

static enum provenance_status
judge_made(const struct world *world, const struct making *making, const struct trust *trust)
{
	struct buffer bundle = buffer_up_to(1 << 16);
	enum provenance_status status;

	make_certified(world, making, &bundle);
	status = judge(buffer_bytes(&bundle), trust);
	buffer_free(&bundle);
	return status;
}

static void
test_what_holds(const struct world *world)
{
	struct buffer bundle = buffer_up_to(1 << 16);
	struct trust trust = trust_in(world);
	struct making making = good;
	struct claim_test test;

	make_certified(world, &good, &bundle);
	claim_test_start(&test);
	claim_test_file(&test, NAME, CONTENT);
	eq_str(claim_test_judge_bytes(&test, CLAIM, buffer_bytes(&bundle), &trust), "cosign-bundle",
	    "cosign's old bundle is recognized");
	ok(test.result.status == PROVENANCE_VERIFIED, "and verified by its certificate");
	eq_str(test.result.signer, AUTHORITY_IDENTITY, "it says who signed");
	eq_str(test.result.time, "2023-11-14T22:13:20Z", "and when, by the log");
	claim_test_end(&test);
	claim_test_start(&test);
	claim_test_file(&test, "a.bin", "another file");
	claim_test_file(&test, NAME, CONTENT);
	ok(claim_test_judge_bytes(&test, "cosign.bundle", buffer_bytes(&bundle), &trust) != NULL &&
		test.result.status == PROVENANCE_VERIFIED,
	    "under another name the log's digest says which file it is about");
	claim_test_end(&test);
	making.bare_pem = true;
	ok(judge_made(world, &making, &trust) == PROVENANCE_VERIFIED,
	    "the certificate may be PEM itself");
	making.bare_pem = false;
	making.no_last_newline = true;
	ok(judge_made(world, &making, &trust) == PROVENANCE_VERIFIED,
	    "or end without its last newline");
	buffer_free(&bundle);
}

static void
test_who_is_trusted(const struct world *world)
{
	struct trust trust = trust_in(world);
	struct authority other;
	struct buffer root = buffer_up_to(1 << 16);

	trust.identity = "other@example.com";
	ok(judge_made(world, &good, &trust) == PROVENANCE_FAILED, "another identity is refused");
	trust = trust_in(world);
	trust.issuer = "https://other.example.com";
	ok(judge_made(world, &good, &trust) == PROVENANCE_FAILED, "another issuer is refused");
	trust = trust_in(world);
	trust.identity = NULL;
	ok(judge_made(world, &good, &trust) == PROVENANCE_UNTRUSTED,
	    "without an identity nobody is trusted");
	trust = (struct trust){ 0 };
	ok(judge_made(world, &good, &trust) == PROVENANCE_UNTRUSTED, "nor without a root");
	authority_open(&other);
	authority_add_root(&other, &root);
	trust = trust_in(world);
	trust.trusted_root = buffer_bytes(&root);
	ok(judge_made(world, &good, &trust) == PROVENANCE_FAILED, "another root is refused");
	buffer_free(&root);
	authority_close(&other);
}

static void
test_what_does_not_hold(const struct world *world)
{
	static const struct {
		struct making making;
		const char *what;
	} cases[] = {
		{ { .signed_content = "other", .logged_content = CONTENT, .time = AUTHORITY_NOW },
		    "a signature over other content" },
		{ { .signed_content = CONTENT, .logged_content = "other", .time = AUTHORITY_NOW },
		    "an entry about other content" },
		{ { .signed_content = CONTENT,
		      .logged_content = CONTENT,
		      .time = AUTHORITY_NOW + 3600 },
		    "a signature after the certificate's end" },
		{ { .signed_content = CONTENT,
		      .logged_content = CONTENT,
		      .time = AUTHORITY_NOW,
		      .faults = { .expired = true } },
		    "a certificate that had expired" },
		{ { .signed_content = CONTENT,
		      .logged_content = CONTENT,
		      .time = AUTHORITY_NOW,
		      .faults = { .no_sct = true } },
		    "a certificate that no log lists" },
		{ { .signed_content = CONTENT,
		      .logged_content = CONTENT,
		      .time = AUTHORITY_NOW,
		      .faults = { .no_code_signing = true } },
		    "a certificate for other purposes" },
		{ { .signed_content = CONTENT,
		      .logged_content = CONTENT,
		      .time = AUTHORITY_NOW,
		      .no_log = true },
		    "a bundle without an entry of the log" },
	};
	struct trust trust = trust_in(world);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(judge_made(world, &cases[i].making, &trust) == PROVENANCE_FAILED, cases[i].what);
}

static void
test_keys(const struct world *world)
{
	struct buffer pem = buffer_up_to(4096), other_pem = buffer_up_to(4096),
		      bundle = buffer_up_to(1 << 16);
	struct status status = { 0 };
	struct key *other = key_generate(KEY_P256, &status);
	struct bytes keys[1];
	struct trust trust = { .public_keys = keys, .npublic_keys = 1 };

	must(other != NULL && key_add_public_pem(world->key, &pem) &&
	    key_add_public_pem(other, &other_pem));
	make_bundle(world, &good, buffer_bytes(&pem), &bundle);
	keys[0] = buffer_bytes(&pem);
	ok(judge(buffer_bytes(&bundle), &trust) == PROVENANCE_VERIFIED, "by its key alone");
	ok(judge_made(world, &good, &trust) == PROVENANCE_VERIFIED,
	    "by the key of its certificate");
	trust.trusted_root = buffer_bytes(&world->root);
	ok(judge(buffer_bytes(&bundle), &trust) == PROVENANCE_VERIFIED,
	    "by its key, and its entry under the root");
	keys[0] = buffer_bytes(&other_pem);
	ok(judge(buffer_bytes(&bundle), &trust) == PROVENANCE_FAILED, "another key is refused");
	trust.trusted_root = bytes_of(NULL, 0);
	ok(judge_made(world, &good, &trust) == PROVENANCE_FAILED,
	    "another key than the certificate's is refused");
	key_free(other);
	buffer_free(&pem);
	buffer_free(&other_pem);
	buffer_free(&bundle);
}

/* One bit of each byte, another one each time. */
static void
test_sweep(const struct world *world)
{
	struct buffer bundle = buffer_up_to(1 << 16);
	struct trust trust = trust_in(world);
	unsigned accepted = 0;

	make_certified(world, &good, &bundle);
	for (size_t i = 0; i < bundle.len; i++) {
		bundle.data[i] ^= (uint8_t)(1u << i % 8);
		accepted += judge(buffer_bytes(&bundle), &trust) == PROVENANCE_VERIFIED;
		bundle.data[i] ^= (uint8_t)(1u << i % 8);
	}
	eq_u64(accepted, 0, "no bundle with a flipped bit is accepted");
	ok(judge(buffer_bytes(&bundle), &trust) == PROVENANCE_VERIFIED,
	    "and unchanged it verifies again");
	buffer_free(&bundle);
}

/* What may be a bundle of Sigstore, which the documents with such claims are. */
static void
test_likely(void)
{
#define TYPE "\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\""
	ok(bundle_is_likely(bytes_of_string(" {\n\"a\":{\n}\n,\n" TYPE "}")),
	    "the type may stand in any line of a document");
	ok(bundle_is_likely(bytes_of_string("{" TYPE "}\n{}")), "or in the first of rows");
	ok(!bundle_is_likely(bytes_of_string("{\"a\":1}\n{" TYPE "}")),
	    "not in what follows an object");
	ok(!bundle_is_likely(bytes_of_string("[" TYPE "]")) &&
		!bundle_is_likely(bytes_of_string("{}")) && !bundle_is_likely(bytes_of("", 0)),
	    "nor in what is no object");
#undef TYPE
}

int
main(void)
{
	struct world world = { .root = buffer_up_to(1 << 16) };
	struct status status = { 0 };

	authority_open(&world.authority);
	authority_add_root(&world.authority, &world.root);
	world.key = key_generate(KEY_P256, &status);
	must(world.key != NULL);
	test_what_holds(&world);
	test_who_is_trusted(&world);
	test_what_does_not_hold(&world);
	test_keys(&world);
	test_sweep(&world);
	test_likely();
	key_free(world.key);
	authority_close(&world.authority);
	buffer_free(&world.root);
	return done_testing();
}
