/* The audit log and signed reports: they grow, they prove, and no byte of them can be changed
 * unseen. */
#include "config.h"

#include "audit/signed.h"
#include "tests/tap.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENTRIES 260 /* one full tile and a partial one */

static char folder[64];

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

static struct log *
open_log(bool writes)
{
	struct status status = { 0 };
	struct log *log = log_open(folder, bytes_of(NULL, 0), writes, &status);

	if (log == NULL)
		printf("# %s\n", status.text);
	return log;
}

static void
test_grows(void)
{
	struct status status = { 0 };
	struct log *log;
	struct log_proof proof;
	unsigned wrong = 0;

	ok(log_create(folder, "example.com/test", &status) && log_exists(folder), "a log is made");
	ok(!log_create(folder, NULL, &status) && status.code == STATUS_USAGE,
	    "a log is not made over another");
	log = open_log(true);
	for (unsigned i = 0; log != NULL && i < ENTRIES; i++) {
		struct status trouble = { 0 };
		struct merkle_hash leaf;
		char entry[32];

		snprintf(entry, sizeof(entry), "entry %u", i);
		if (!log_append(log, bytes_of_string(entry), &proof, &trouble) ||
		    !merkle_leaf(bytes_of_string(entry), &leaf) || proof.index != i ||
		    !merkle_verify_inclusion(
			i, proof.size, &leaf, proof.hashes, proof.n, &proof.root))
			wrong++;
	}
	eq_u64(wrong, 0, "every entry is proven when it is appended");
	eq_u64(log == NULL ? 0 : log_size(log), ENTRIES, "the log has all of them");
	log_close(log);
}

/* Verifies the log, against EARLIER where that is not empty. */
static bool
holds(struct bytes earlier)
{
	struct status status = { 0 };
	struct log *log = log_open(folder, bytes_of(NULL, 0), false, &status);
	bool done = log != NULL && log_verify(log, earlier, &status);

	log_close(log);
	return done;
}

/* Changes byte AT of the log's file NAME by XOR with MASK. */
static void
flip(const char *name, long at, int mask)
{
	char path[200];
	FILE *file;
	int c;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r+b");
	if (file == NULL || fseek(file, at, SEEK_SET) != 0 || (c = fgetc(file)) == EOF ||
	    fseek(file, at, SEEK_SET) != 0 || fputc(c ^ mask, file) == EOF)
		abort();
	fclose(file);
}

static void
test_changes_are_seen(void)
{
	static const char *const files[] = { "tile/entries/000", "tile/entries/001.p/4",
		"tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1", "checkpoint", "log.vkey" };
	unsigned unseen = 0, tried = 0;

	ok(holds(bytes_of(NULL, 0)), "the log holds");
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		for (long at = 0; at < 32; at += 5, tried++) {
			flip(files[i], at, 1);
			unseen += holds(bytes_of(NULL, 0));
			flip(files[i], at, 1);
		}
	eq_u64(unseen, 0, "a changed byte of any file of the log is seen");
	ok(tried >= 49 && holds(bytes_of(NULL, 0)), "and the log holds again afterwards");
}

static void
test_earlier_checkpoint(void)
{
	struct status status = { 0 };
	struct buffer kept = buffer_up_to(65536), other = buffer_up_to(65536);
	struct log *log = open_log(true);
	struct log_proof proof;

	if (log == NULL)
		abort();
	buffer_add(&kept, log_checkpoint(log));
	ok(log_append(log, bytes_of_string("one more"), &proof, &status), "one entry more");
	buffer_add(&other, log_checkpoint(log));
	log_close(log);
	ok(holds(buffer_bytes(&kept)), "the log continues a checkpoint that was kept");
	/* Put the old checkpoint back: the log was cut. */
	{
		char path[200];
		FILE *file;

		snprintf(path, sizeof(path), "%s/checkpoint", folder);
		file = fopen(path, "wb");
		if (file == NULL || fwrite(kept.data, 1, kept.len, file) != kept.len)
			abort();
		fclose(file);
	}
	ok(!holds(buffer_bytes(&other)), "a log that was cut back does not continue it");
	buffer_free(&kept);
	buffer_free(&other);
}

static const char statement[] =
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[],\"predicateType\":"
    "\"https://slsa.dev/verification_summary/v1\",\"predicate\":{\"verificationResult\":\"PASSED\","
    "\"timeVerified\":\"2026-01-01T00:00:00Z\",\"inputAttestations\":[],\"policy\":{\"digest\":"
    "{\"sha256\":\"00\"}},\"urn:assay:summary:1\":{\"verdict\":\"pass\",\"policy\":\"ci\",\"log\":"
    "\"%.*s\"}}}";

static bool
verifies(struct bytes bundle, const struct key *key, struct bytes vkey)
{
	struct arena *arena = arena_new((size_t)1 << 20);
	struct signed_report report;
	struct status status = { 0 };
	bool done = signed_verify(bundle, key, vkey, arena, &report, &status);

	if (done)
		statement_close(&report.statement);
	arena_free(arena);
	return done;
}

static void
test_signed_report(void)
{
	struct status status = { 0 };
	struct key *key = key_generate(KEY_P256, &status), *other = key_generate(KEY_P256, &status);
	struct buffer bundle = buffer_up_to(1 << 20), text = buffer_up_to(4096);
	struct log *log = NULL;
	unsigned unseen = 0;
	char again[80];

	snprintf(again, sizeof(again), "%s/second", folder);
	if (!log_create(again, NULL, &status))
		abort();
	log = log_open(again, bytes_of(NULL, 0), true, &status);
	if (log == NULL)
		abort();
	buffer_add_format(&text, statement, (int)log_vkey(log).len, log_vkey(log).data);
	ok(signed_write(buffer_bytes(&text), key, log, &bundle, &status), "a report is signed");
	ok(verifies(buffer_bytes(&bundle), key, bytes_of(NULL, 0)), "it verifies");
	ok(verifies(buffer_bytes(&bundle), key, log_vkey(log)), "with the log's key pinned too");
	ok(!verifies(buffer_bytes(&bundle), other, bytes_of(NULL, 0)), "another key refuses it");
	for (size_t i = 0; i < bundle.len; i++)
		for (int bit = (int)(i % 3); bit < 8; bit += 3) {
			bundle.data[i] ^= (uint8_t)(1 << bit);
			unseen += verifies(buffer_bytes(&bundle), key, bytes_of(NULL, 0));
			bundle.data[i] ^= (uint8_t)(1 << bit);
		}
	eq_u64(unseen, 0, "no byte of a signed report can be changed unseen");
	buffer_reset(&bundle);
	ok(signed_write(buffer_bytes(&text), key, NULL, &bundle, &status) &&
		!verifies(buffer_bytes(&bundle), key, bytes_of(NULL, 0)),
	    "a report that names a log, but carries no proof, is refused");
	log_close(log);
	key_free(key);
	key_free(other);
	buffer_free(&bundle);
	buffer_free(&text);
}

int
main(void)
{
	snprintf(folder, sizeof(folder), "/tmp/assay-audit-%ld", (long)getpid());
	test_grows();
	test_changes_are_seen();
	test_earlier_checkpoint();
	test_signed_report();
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return done_testing();
}
