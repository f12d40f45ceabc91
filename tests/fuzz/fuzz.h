/* What every fuzz target shares: one entry point, and formats run on bytes of exactly that size. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "bundle/member.h"
#include "core/limits.h"
#include "core/sink.h"
#include "format/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Probes and analyzes DATA as a member called NAME. RULES may be NULL for formats that need none.
 * The analyzer runs even where its probe says no: it must stay calm on anything.
 */
static inline void
fuzz_format(const struct format *format, const char *name, const struct rules *rules,
    const uint8_t *data, size_t size)
{
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct member member = { .path = name, .name = name, .bytes = bytes_of(data, size) };

	if (sink == NULL)
		abort();
	(void)format->probe(&member);
	format->analyze(&member, rules, sink);
	sink_free(sink);
}

/* The project's own rules, from $top_srcdir/rules; opened once. Aborts where they cannot be read.
 */
const struct rules *fuzz_rules(void);

#endif
