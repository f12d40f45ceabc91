/* Fuzz target: the strict JSON reader. What it lets through, json-c must read. */
#include "config.h"

#include "core/json.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_error error;
	struct status status = { .code = STATUS_OK };
	struct json_object *object = json_parse(bytes_of(data, size), &status);

	if (status.code == STATUS_INTERNAL)
		abort();
	if (object != NULL && !json_walk(bytes_of(data, size), NULL, NULL, &error))
		abort();
	json_object_put(object);
	return 0;
}
