/* The table of report formats and what they share. */
#include "config.h"

#include "report/report.h"

#include <time.h>

extern const struct report_format report_json, report_text;

const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
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
