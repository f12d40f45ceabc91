/* Hash lists, layouts and stores: what holds is covered, everything else is found. */
#include "config.h"

#include "crypto/digest.h"
#include "tests/tap.h"
#include "tests/unit/claims.h"

static struct claim_test t;

static void
start(void)
{
	claim_test_start(&t);
	claim_test_file(&t, "a.bin", "weights");
	claim_test_file(&t, "sub/b c.json", "{}\n");
}

static const char *
hex_of(const char *algorithm, const char *content)
{
	static char hex[HASH_HEX_MAX];
	struct member member = { .bytes = bytes_of_string(content) };

	return hash_range(&member, algorithm, 0, strlen(content), hex) ? hex : "";
}

/* TEXT with the digest of a.bin in the place of '@'. */
static const char *
list(const char *text, const char *algorithm)
{
	size_t at = strcspn(text, "@");

	return arena_format(t.arena, "%.*s%s%s", (int)at, text, hex_of(algorithm, "weights"),
	    text[at] == '@' ? text + at + 1 : "");
}

/* Is the list called NAME, made of LINE with the digest of a.bin, judged as STATUS? */
static bool
judged(const char *name, const char *line, const char *algorithm, enum provenance_status status)
{
	const char *text = list(line, algorithm);
	const char *verifier = claim_test_judge(&t, name, text);

	if (verifier == NULL || strcmp(verifier, "hash-list") != 0 || t.result.status != status) {
		printf("# %s: %s, %s (%s)\n", name, verifier == NULL ? "no claim" : verifier,
		    provenance_status_name(t.result.status), t.result.why);
		return false;
	}
	return true;
}

static void
test_forms(void)
{
	start();
	ok(judged("SHA256SUMS", "@  a.bin\n", "sha256", PROVENANCE_VERIFIED) &&
		t.result.covers == 1,
	    "GNU");
	ok(sink_has(t.sink, "hash/uncovered-member"), "what it does not list is said");
	ok(judged("SHA256SUMS", "@ *./a.bin", "sha256", PROVENANCE_VERIFIED), "binary, no newline");
	ok(judged("SHA256SUMS", "\\@  a.bin\r\n", "sha256", PROVENANCE_VERIFIED), "escaped, CRLF");
	ok(judged("CHECKSUMS", "# x\n\nSHA256 (a.bin) = @\n", "sha256", PROVENANCE_VERIFIED),
	    "BSD");
	ok(judged("sums.sha256", "SHA2-256(a.bin)= @\n", "sha256", PROVENANCE_VERIFIED), "OpenSSL");
	ok(judged("a.bin.sha256", "@\n", "sha256", PROVENANCE_VERIFIED) &&
		!sink_has(t.sink, "hash/uncovered-member"),
	    "a sidecar claims one file only");
	ok(judged("B2SUMS", "@  a.bin\n", "blake2b", PROVENANCE_VERIFIED),
	    "BLAKE2b by the list's name");
	ok(judged("a.bin.b3", "@  a.bin\n", "blake3", PROVENANCE_VERIFIED), "BLAKE3");
	ok(judged("SHA512SUMS", "@  a.bin\n", "sha512", PROVENANCE_VERIFIED), "SHA-512");
	ok(judged("checksums.txt", "SHA3-256 (a.bin) = @\n", "sha3-256", PROVENANCE_VERIFIED),
	    "SHA-3");
	ok(judged("MD5SUMS", "@  a.bin\n", "md5", PROVENANCE_UNTRUSTED) && t.result.covers == 0 &&
		sink_has(t.sink, "hash/weak-algorithm"),
	    "MD5 holds, and binds nothing");
	claim_test_end(&t);
}

static void
test_refused(void)
{
	start();
	ok(judged("SHA256SUMS", "@  sub/b c.json\n", "sha256", PROVENANCE_FAILED) &&
		sink_has(t.sink, "hash/mismatch"),
	    "another file's digest");
	ok(judged("SHA256SUMS", "@  gone\n", "sha256", PROVENANCE_FAILED) &&
		sink_has(t.sink, "hash/missing-member"),
	    "a file that is not there");
	ok(judged("SHA256SUMS", "@  ../a.bin\n", "sha256", PROVENANCE_FAILED) &&
		sink_has(t.sink, "hash/unsafe-name"),
	    "a name that climbs");
	ok(judged("SHA256SUMS", "@  /a.bin\n", "sha256", PROVENANCE_FAILED) &&
		sink_has(t.sink, "hash/unsafe-name"),
	    "an absolute name");
	ok(judged("SHA256SUMS", "RMD160 (a.bin) = @\n", "sha1", PROVENANCE_INCOMPLETE),
	    "an algorithm that nobody computes");
	ok(judged("SHA256SUMS", "@  a.bin\nnonsense\n", "sha256", PROVENANCE_VERIFIED) &&
		sink_has(t.sink, "hash/malformed-line"),
	    "a line that is none");
	ok(claim_test_judge(&t, "notes.txt", list("@  a.bin\n", "sha256")) == NULL &&
		claim_test_judge(&t, "SHA256SUMS", "not a list\n") == NULL,
	    "texts that are no lists");
	claim_test_end(&t);
}

/* Every one-byte change of a list or of the listed file is refused, or is no change of meaning. */
static void
test_sweep(void)
{
	char *text;
	bool held = true;

	start();
	text = arena_string(t.arena, list("@  a.bin\n", "sha256"));
	for (size_t i = 0; i < 64; i++) {
		char old = text[i];

		text[i] = old == '0' ? '1' : '0';
		(void)claim_test_judge(&t, "SHA256SUMS", text);
		held = held && t.result.status == PROVENANCE_FAILED;
		text[i] = old;
	}
	ok(held, "every digit of a digest counts");
	held = true;
	for (size_t i = 0; i < strlen("weights"); i++) {
		struct claim_test other;
		char content[] = "weights";

		content[i] ^= 1;
		claim_test_start(&other);
		claim_test_file(&other, "a.bin", content);
		(void)claim_test_judge(&other, "SHA256SUMS", text);
		held = held && other.result.status == PROVENANCE_FAILED;
		claim_test_end(&other);
	}
	ok(held, "every byte of the file counts");
	claim_test_end(&t);
}

static void
test_record(void)
{
	start();
	ok(claim_test_judge(&t, "x-1.dist-info/RECORD", "a.bin,sha256=AAAA,7\n") != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "a wheel's RECORD with a wrong digest");
	ok(claim_test_judge(&t, "x-1.dist-info/RECORD", "a.bin,,8\n") != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "and with a wrong size");
	ok(claim_test_judge(&t, "x-1.dist-info/RECORD", "\"sub/b c.json\",,\n") != NULL &&
		t.result.status == PROVENANCE_UNTRUSTED,
	    "names in quotes; without digests nothing is bound");
	claim_test_end(&t);
}

static void
test_huggingface(void)
{
	static const char *const no_times[] = { "", "\n", "now\n", "1e9\n", "-1\n", "1.5.2\n",
		"1234567890123\n", ".5\n" };
	const char *commit = "0123456789abcdef0123456789abcdef01234567";

	start();
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\n%s\n1.0\n", commit, hex_of("sha256", "weights"))) !=
		    NULL &&
		t.result.status == PROVENANCE_VERIFIED && t.result.covers == 1,
	    "a download by SHA-256");
	ok(claim_test_judge(&t, ".cache/huggingface/download/sub/b c.json.metadata",
	       arena_format(t.arena, "%s\n%s\n1.0\n", commit, hex_of("git-sha1", "{}\n"))) !=
		    NULL &&
		t.result.status == PROVENANCE_VERIFIED,
	    "a download by git's blob id");
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\n%s\n1.0\n", commit, hex_of("sha256", "other"))) != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "a file that is not what was downloaded");
	ok(!sink_has(t.sink, "hash/changed-since-download"), "nor newer than its download");
	t.entries[0].modified = 3001;
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\n%s\n2.0009\n", commit, hex_of("sha256", "other"))) !=
		    NULL &&
		sink_has(t.sink, "hash/changed-since-download"),
	    "one that is, by more than a second");
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\n%s\n2.001\n", commit, hex_of("sha256", "other"))) !=
		    NULL &&
		!sink_has(t.sink, "hash/changed-since-download"),
	    "or by less");
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\n%s\n1\n", commit, hex_of("sha256", "weights"))) != NULL &&
		t.result.status == PROVENANCE_VERIFIED &&
		!sink_has(t.sink, "hash/changed-since-download"),
	    "a digest that holds says more than a time");
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
	       arena_format(t.arena, "%s\nW/\"mirror-1\"\n1.5\n", commit)) != NULL &&
		t.result.status == PROVENANCE_UNTRUSTED &&
		sink_has(t.sink, "hash/changed-since-download"),
	    "an ETag that is no digest leaves the time");
	for (size_t i = 0; i < ARRAY_LEN(no_times); i++)
		ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata",
		       arena_format(t.arena, "%s\n%s\n%s", commit, hex_of("sha256", "weights"),
			   no_times[i])) != NULL &&
			sink_has(t.sink, "hash/malformed"),
		    "a record without a time");
	ok(claim_test_judge(&t, ".cache/huggingface/download/a.bin.metadata", "x\ny\n") != NULL &&
		sink_has(t.sink, "hash/malformed"),
	    "a record that is none");
	claim_test_end(&t);
}

static void
test_stores(void)
{
	const char *hex, *manifest, *path;

	claim_test_start(&t);
	hex = arena_string(t.arena, hex_of("sha256", "weights"));
	path = arena_format(t.arena, "blobs/sha256/%s", hex);
	claim_test_file(&t, path, "weights");
	ok(claim_test_judge(&t, path, "") != NULL && t.result.status == PROVENANCE_VERIFIED,
	    "a blob has the digest that is its name");
	manifest = arena_format(t.arena,
	    "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:%s\",\"size\":7}]}", hex);
	ok(claim_test_judge(&t, "index.json", manifest) != NULL &&
		t.result.status == PROVENANCE_VERIFIED && t.result.covers == 1,
	    "an index binds its manifests");
	manifest = arena_format(t.arena,
	    "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:%s\",\"size\":8}]}", hex);
	ok(claim_test_judge(&t, "index.json", manifest) != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "and their sizes");
	ok(claim_test_judge(&t, "index.json",
	       "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:../../"
	       "x\",\"size\":8}]}") != NULL &&
		sink_has(t.sink, "hash/malformed"),
	    "a digest that is a path");
	claim_test_end(&t);
	claim_test_start(&t);
	claim_test_file(
	    &t, arena_format(t.arena, "models/blobs/sha256-%s", hex_of("sha256", "x")), "x");
	manifest = arena_format(t.arena,
	    "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:%s\",\"size\":1},\"layers\":[]}",
	    hex_of("sha256", "x"));
	ok(claim_test_judge(&t, "models/manifests/h/library/m/latest", manifest) != NULL &&
		t.result.status == PROVENANCE_VERIFIED && t.result.covers == 1,
	    "a manifest of Ollama");
	claim_test_end(&t);
}

static void
test_indexes(void)
{
	start();
	ok(claim_test_judge(&t, "model.safetensors.index.json",
	       "{\"metadata\":{\"total_size\":7},\"weight_map\":{\"x\":\"a.bin\",\"y\":\"a.bin\"}"
	       "}") != NULL &&
		t.result.status == PROVENANCE_INCOMPLETE && sink_has(t.sink, "hash/not-verified"),
	    "shards whose tensors cannot be listed");
	ok(claim_test_judge(&t, "model.safetensors.index.json",
	       "{\"weight_map\":{\"x\":\"a.bin\",\"y\":\"b.bin\"}}") != NULL &&
		t.result.status == PROVENANCE_FAILED && sink_has(t.sink, "hash/missing-member"),
	    "a missing shard");
	ok(claim_test_judge(&t, "model.safetensors.index.json",
	       "{\"metadata\":{\"total_size\":700},\"weight_map\":{\"x\":\"a.bin\"}}") != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "shards smaller than their tensors");
	ok(claim_test_judge(&t, "MLmodel", "flavors:\n  python_function:\n    data: sub\n") !=
		    NULL &&
		t.result.status == PROVENANCE_UNTRUSTED,
	    "an MLflow model with its files");
	ok(claim_test_judge(&t, "MLmodel", "flavors:\n  sklearn:\n    pickled_model: ../m.pkl\n") !=
		    NULL &&
		sink_has(t.sink, "hash/unsafe-name"),
	    "an MLflow model with a file elsewhere");
	ok(claim_test_judge(&t, "w.bin",
	       arena_format(t.arena,
		   "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n",
		   hex_of("sha256", "x"))) != NULL &&
		t.result.status == PROVENANCE_INCOMPLETE && sink_has(t.sink, "hash/lfs-pointer"),
	    "a git-lfs pointer is not the content");
	claim_test_end(&t);
}

static void
test_attestations(void)
{
	const char *statement;

	start();
	statement = arena_format(t.arena,
	    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a.bin\","
	    "\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":\"https://slsa.dev/provenance/v1\","
	    "\"predicate\":{}}",
	    hex_of("sha256", "weights"));
	ok(claim_test_judge(&t, "p.intoto.json", statement) != NULL &&
		t.result.status == PROVENANCE_VERIFIED && *t.result.signer == '\0',
	    "a bare statement is a hash list");
	statement = arena_format(t.arena,
	    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a.bin\","
	    "\"digest\":{\"sha256\":\"%s\"}}],\"predicate\":{}}",
	    hex_of("sha256", "other"));
	ok(claim_test_judge(&t, "p.intoto.jsonl", statement) != NULL &&
		t.result.status == PROVENANCE_FAILED,
	    "a subject that does not match");
	claim_test_end(&t);
}

int
main(void)
{
	test_forms();
	test_refused();
	test_sweep();
	test_record();
	test_huggingface();
	test_stores();
	test_indexes();
	test_attestations();
	return done_testing();
}
