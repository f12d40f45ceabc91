/* The table of report formats and what they share. */
#include "config.h"

#include "report/report.h"

#include <stdlib.h>
#include <time.h>

extern const struct report_format report_html, report_json, report_junit, report_markdown,
    report_sarif, report_text;

const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
	&report_sarif,
	&report_junit,
	&report_markdown,
	&report_html,
	NULL,
};

const struct report_format *
report_format_by_name(const char *name)
{
	for (size_t i = 0; report_formats[i] != NULL; i++)
		if (strcmp(report_formats[i]->name, name) == 0)
			return report_formats[i];
	return NULL;
}

int
report_exit(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return 0;
	case VERDICT_FAIL:
		return 1;
	case VERDICT_INCOMPLETE:
		return 3;
	case VERDICT_REVIEW:
		return 5;
	}
	return 4;
}

void
report_time(int64_t seconds, char text[32])
{
	time_t when = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&when, &parts) == NULL ||
	    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, 32, "1970-01-01T00:00:00Z");
}

const char *
report_effect_name(const struct result_finding *finding)
{
	static const char *const names[] = { [EFFECT_NONE] = "none",
		[EFFECT_REVIEW] = "review",
		[EFFECT_INCOMPLETE] = "incomplete",
		[EFFECT_FAIL] = "fail" };

	return names[finding->effect];
}

const char *
report_verdict_word(enum verdict verdict)
{
	static const char *const words[] = { [VERDICT_PASS] = "PASS",
		[VERDICT_REVIEW] = "REVIEW",
		[VERDICT_INCOMPLETE] = "INCOMPLETE",
		[VERDICT_FAIL] = "FAIL" };

	return words[verdict];
}

static int
compare(const void *a, const void *b)
{
	const struct result_finding *x = *(const struct result_finding *const *)a,
				    *y = *(const struct result_finding *const *)b;

	if (x->effect != y->effect)
		return x->effect > y->effect ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->check != y->check)
		return strcmp(x->check->id, y->check->id);
	return x < y ? -1 : 1; /* both in the result's sorted list */
}

const struct result_finding **
report_order(const struct result *result, enum report_which which, size_t *ret_n)
{
	const struct result_finding **list = calloc(result->nfindings + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list != NULL && i < result->nfindings; i++)
		if (which == REPORT_ALL ||
		    (result->findings[i].waived == NULL && result->findings[i].is_new))
			list[n++] = &result->findings[i];
	if (n > 1)
		qsort(list, n, sizeof(const struct result_finding *), compare);
	*ret_n = n;
	return list;
}

bool
report_is_group(const struct result_finding *a, const struct result_finding *b)
{
	return a->effect == b->effect && a->severity == b->severity && a->check == b->check;
}
