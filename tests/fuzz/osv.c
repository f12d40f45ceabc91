/* Fuzz target: records of vulnerabilities, and versions. Their order is one. */
#include "config.h"

#include "detect/osv.h"
#include "detect/pep440.h"
#include "tests/fuzz/fuzz.h"

/* Two versions, a line each, compare both ways alike, and each with itself. */
static void
compare(struct bytes text)
{
	int64_t newline = bytes_find(text, bytes_of_string("\n"), 0);
	struct pep440 a, b;

	if (newline < 0 || !pep440_parse(bytes_slice(text, 0, (uint64_t)newline), &a) ||
	    !pep440_parse(bytes_slice(text, (uint64_t)newline + 1, text.len), &b))
		return;
	if ((pep440_compare(&a, &b) < 0) != (pep440_compare(&b, &a) > 0) ||
	    pep440_compare(&a, &a) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct osv *osv = osv_new();
	struct arena *arena = arena_new(LIMIT_OSV_MEMORY);
	struct status status = { 0 };
	struct bytes bytes = bytes_of(data, size);
	size_t n;

	if (osv == NULL || arena == NULL)
		abort();
	compare(bytes);
	if (osv_add(osv, bytes, "record", &status)) {
		if (!osv_finish(osv, &status))
			abort();
		if (osv_find(osv, arena, bytes_of_string("numpy"), bytes_of_string("1.2.3"), &n) ==
			NULL ||
		    osv_find(osv, arena, bytes_of_string("numpy"), bytes_of_string("?"), &n) ==
			NULL)
			abort();
	} else if (status.code == STATUS_OK) {
		abort(); /* a refusal says why */
	}
	osv_free(osv);
	arena_free(arena);
	return 0;
}
