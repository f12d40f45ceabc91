/* The sink: what it could not keep is told. */
#include "config.h"

#include "core/limits.h"
#include "core/sink.h"
#include "tests/tap.h"

static void
test_room_for_findings(void)
{
	struct sink *sink = sink_new(LIMIT_ARENA);
	size_t n;

	for (int i = 0; i < LIMIT_FINDINGS; i++)
		sink_finding(sink, "x/a", (uint64_t)i, 0, NULL, "one of many");
	ok(sink_untold(sink) == NULL, "as many findings of a check as there is room for");
	sink_finding(sink, "x/b", 0, 0, NULL, "another check");
	ok(sink_untold(sink) == NULL, "others have room of their own");
	sink_finding(sink, "x/a", 0, 0, NULL, "one too many");
	(void)sink_findings(sink, &n);
	ok(n == LIMIT_FINDINGS + 1 && sink_untold(sink) != NULL, "what is dropped is told");
	sink_reset(sink);
	ok(sink_untold(sink) == NULL, "of this member only");
	sink_free(sink);
}

static void
test_room_for_text(void)
{
	struct sink *sink = sink_new(100000);

	for (int i = 0; i < 10000 && sink_untold(sink) == NULL; i++)
		sink_text(sink, SPAN_VALUE, "", bytes_of_string("text"), (uint64_t)i);
	ok(sink_untold(sink) != NULL && sink_status(sink)->code == STATUS_LIMIT,
	    "spans that memory has no room for are told");
	sink_free(sink);
	sink = sink_new(LIMIT_ARENA);
	sink_trouble(sink, STATUS_MALFORMED, "x/a", 0, "broken");
	ok(sink_untold(sink) == NULL && sink_status(sink)->code == STATUS_MALFORMED,
	    "trouble is a finding already");
	sink_free(sink);
}

int
main(void)
{
	test_room_for_findings();
	test_room_for_text();
	return done_testing();
}
