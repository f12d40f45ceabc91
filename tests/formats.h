/* Runs formats on made-up members, for unit tests: every format that claims one analyzes it. */
#ifndef TESTS_FORMATS_H
#define TESTS_FORMATS_H

#include "bundle/member.h"
#include "core/limits.h"
#include "core/sink.h"
#include "format/format.h"

#include <stdio.h>
#include <stdlib.h>

static struct sink *sink;

/* The names of the formats that claim BYTES under NAME, with spaces between; their analyses end up
 * in the sink. */
static inline const char *
claims(const char *name, struct bytes bytes)
{
	static char names[200];
	struct member member = { .path = name, .name = name, .bytes = bytes };

	if (sink == NULL)
		sink = sink_new(LIMIT_ARENA);
	if (sink == NULL)
		abort();
	sink_reset(sink);
	names[0] = '\0';
	for (size_t i = 0; formats[i] != NULL; i++) {
		size_t n = strlen(names);

		if (formats[i]->probe(&member) == 0)
			continue;
		snprintf(names + n, sizeof(names) - n, "%s%s", n > 0 ? " " : "", formats[i]->name);
		formats[i]->analyze(&member, NULL, sink);
	}
	return names;
}

static inline const char *
claims_text(const char *name, const char *text)
{
	return claims(name, bytes_of_string(text));
}

/* The text of the first span with that key, as a string; "none" where there is none. */
static inline const char *
span_text(const char *key)
{
	size_t n;
	const struct span *spans = sink_spans(sink, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(spans[i].key, key) == 0)
			return arena_string_of(sink_arena(sink), spans[i].text);
	return "none";
}

static inline size_t
span_count(enum span_kind kind)
{
	size_t n, count = 0;
	const struct span *spans = sink_spans(sink, &n);

	for (size_t i = 0; i < n; i++)
		count += spans[i].kind == kind;
	return count;
}

/* The ids of all findings, with spaces between. */
static inline const char *
findings(void)
{
	static char ids[2000];
	size_t n, len = 0;
	const struct finding *list = sink_findings(sink, &n);

	ids[0] = '\0';
	for (size_t i = 0; i < n && len < sizeof(ids); i++)
		len += (size_t)snprintf(
		    ids + len, sizeof(ids) - len, "%s%s", i > 0 ? " " : "", list[i].check);
	return ids;
}

static inline const char *
fact(const char *key)
{
	const char *value = sink_fact_value(sink, key);

	return value == NULL ? "none" : value;
}

#endif
