/* What the unit tests of formats share: run an analyzer over bytes, ask what came out. */
#ifndef TESTS_UNIT_FORMAT_TEST_H
#define TESTS_UNIT_FORMAT_TEST_H

#include "core/limits.h"
#include "core/rules.h"
#include "format/format.h"
#include "tests/tap.h"

#include <stdlib.h>

/* A literal with its zero bytes. */
#define RAW(literal)                                            \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

/* The project's own rules, from $top_srcdir/rules. */
static inline const struct rules *
test_rules(void)
{
	static struct rules *rules;
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder };

	if (rules == NULL) {
		snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
		rules = rules_open(folders, 1, &status);
	}
	if (rules == NULL) {
		printf("Bail out! %s\n", status.text);
		exit(1);
	}
	return rules;
}

/* Analyzes B as a member called NAME; the caller frees the sink. */
static inline struct sink *
analyze_as(const struct format *format, const char *name, struct bytes b)
{
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct member member = { .path = name, .name = name, .bytes = b };

	if (sink == NULL)
		exit(1);
	(void)format->probe(&member);
	format->analyze(&member, test_rules(), sink);
	return sink;
}

/* The checks of the sink, for a message. */
static inline void
show_findings(const struct sink *sink)
{
	size_t n;
	const struct finding *findings = sink_findings(sink, &n);

	for (size_t i = 0; i < n; i++)
		printf("# %s: %s\n", findings[i].check, findings[i].message);
}

struct format_case {
	const char *name;
	struct bytes bytes;
	const char *check; /* that must be reported; NULL: nothing may be */
};

/* Each case gives its check; a clean one gives nothing at all. */
static inline void
run_cases(const struct format *format, const char *file, const struct format_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sink *sink = analyze_as(format, file, cases[i].bytes);
		size_t count;

		(void)sink_findings(sink, &count);
		if (!ok(cases[i].check == NULL ? count == 0 : sink_has(sink, cases[i].check),
			cases[i].name))
			show_findings(sink);
		sink_free(sink);
	}
}

/* Every truncation of B must say that it could not be judged. */
static inline void
check_truncations(const struct format *format, const char *file, struct bytes b)
{
	bool all = true;

	for (size_t len = 1; len < b.len && all; len++) {
		uint8_t *exact = malloc(len);
		struct sink *sink;

		if (exact == NULL)
			exit(1);
		memcpy(exact, b.data, len);
		sink = analyze_as(format, file, bytes_of(exact, len));
		all = sink_status(sink)->code != STATUS_OK;
		if (!all)
			printf("# %zu of %zu bytes\n", len, b.len);
		sink_free(sink);
		free(exact);
	}
	ok(all, "every truncation is incomplete");
}

#endif
