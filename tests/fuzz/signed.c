/* Fuzz target: signed reports, notes and verifier keys, as an auditor gets them from strangers. */
#include "config.h"

#include "audit/signed.h"
#include "tests/fuzz/fuzz.h"

static const char vkey[] = "example.com/log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key *key;
	struct status status = { .code = STATUS_OK };
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct signed_report report;
	struct checkpoint checkpoint;
	struct key *parsed = NULL;
	const char *name;

	if (key == NULL)
		key = key_generate(KEY_P256, &status);
	if (arena == NULL || key == NULL)
		abort();
	if (signed_verify(
		bytes_of(data, size), key, bytes_of_string(vkey), arena, &report, &status))
		abort(); /* nobody signed it */
	if (note_parse_vkey(arena, bytes_of(data, size), &name, &parsed, &status)) {
		struct note_key trusted = { .name = name, .key = parsed };
		struct bytes text;
		size_t by;

		if (note_open(bytes_of(data, size), &trusted, 1, &text, &by, &status))
			abort();
	}
	key_free(parsed);
	if (checkpoint_parse(bytes_of(data, size), &checkpoint) && checkpoint.origin.len == 0)
		abort();
	arena_free(arena);
	return 0;
}
