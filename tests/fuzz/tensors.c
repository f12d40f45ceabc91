/* Fuzz target: the names of the tensors in files of weights. */
#include "config.h"

#include "core/reader.h"
#include "format/tensor_names.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct member member = { .path = "a", .name = "a", .bytes = bytes_of(data, size) };
	struct buffer names = buffer_up_to(LIMIT_MESSAGE);
	struct arena *arena = arena_new(LIMIT_ARENA);

	if (arena == NULL)
		abort();
	if (tensor_names(&member, arena, &names)) {
		struct reader r = reader_over(buffer_bytes(&names));
		struct bytes name;

		while (reader_str32le(&r, &name))
			;
		if (reader_left(&r) > 0)
			abort();
	}
	buffer_free(&names);
	arena_free(arena);
	return 0;
}
