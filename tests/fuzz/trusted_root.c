/* Fuzz target: the trusted root of Sigstore; the user gives it, but may have got it from anywhere.
 */
#include "config.h"

#include "provenance/trusted_root.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	struct status status = { .code = STATUS_OK };
	struct trusted_root root;
	char text[40];
	int64_t time;

	if (arena == NULL)
		abort();
	if (trusted_root_parse(bytes_of(data, size), arena, &root, &status))
		trusted_root_close(&root);
	snprintf(text, sizeof(text), "%.*s", size < 39 ? (int)size : 39, (const char *)data);
	if (!trusted_root_time(text, &time))
		time = 0;
	arena_free(arena);
	return 0;
}
