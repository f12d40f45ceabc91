/*
 * JUnit XML, which every CI server shows: a test case for each finding that counts and for each
 * control. Fail and review are failures, what could not be judged is an error, what is waived, in
 * the baseline or not asked for is skipped.
 */
#include "config.h"

#include "report/markup.h"
#include "report/report.h"

#include <stdlib.h>

struct counts {
	size_t tests, failures, errors, skipped;
};

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_ERROR, OUTCOME_SKIPPED };

static enum outcome
outcome_of_finding(const struct result_finding *finding)
{
	if (finding->waived != NULL || !finding->is_new)
		return OUTCOME_SKIPPED;
	switch (finding->effect) {
	case EFFECT_FAIL:
	case EFFECT_REVIEW:
		return OUTCOME_FAILED;
	case EFFECT_INCOMPLETE:
		return OUTCOME_ERROR;
	case EFFECT_NONE:
		break;
	}
	return OUTCOME_PASSED;
}

static enum outcome
outcome_of_control(const struct control *control)
{
	switch (control->status) {
	case CONTROL_FAIL:
	case CONTROL_UNKNOWN:
		return OUTCOME_FAILED;
	case CONTROL_ERROR:
		return OUTCOME_ERROR;
	case CONTROL_NOT_APPLICABLE:
	case CONTROL_NOT_CHECKED:
	case CONTROL_WAIVED:
		return OUTCOME_SKIPPED;
	case CONTROL_PASS:
		break;
	}
	return OUTCOME_PASSED;
}

static void
count(struct counts *counts, enum outcome outcome)
{
	counts->tests++;
	counts->failures += outcome == OUTCOME_FAILED;
	counts->errors += outcome == OUTCOME_ERROR;
	counts->skipped += outcome == OUTCOME_SKIPPED;
}

static void
open_suite(FILE *file, const char *name, const struct counts *counts, const char *time)
{
	fprintf(file,
	    "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
	    "skipped=\"%zu\" time=\"0\" timestamp=\"%.19s\">\n",
	    name, counts->tests, counts->failures, counts->errors, counts->skipped, time);
}

static void
write_case(FILE *file, const char *class, const char *name, enum outcome outcome, const char *type,
    const char *message, const char *body)
{
	static const char *const tags[] = { [OUTCOME_FAILED] = "failure",
		[OUTCOME_ERROR] = "error",
		[OUTCOME_SKIPPED] = "skipped" };

	fputs("    <testcase classname=\"", file);
	markup_xml(file, class);
	fputs("\" name=\"", file);
	markup_xml(file, name);
	fputs("\" time=\"0\"", file);
	if (outcome == OUTCOME_PASSED) {
		fputs("/>\n", file);
		return;
	}
	fprintf(file, ">\n      <%s", tags[outcome]);
	if (outcome != OUTCOME_SKIPPED)
		fprintf(file, " type=\"%s\"", type);
	fputs(" message=\"", file);
	markup_xml(file, message);
	fputs("\"", file);
	if (outcome == OUTCOME_SKIPPED || body == NULL) {
		fputs("/>\n    </testcase>\n", file);
		return;
	}
	fputs(">", file);
	markup_xml(file, body);
	fprintf(file, "</%s>\n    </testcase>\n", tags[outcome]);
}

static void
write_findings(const struct report_input *input, FILE *file, const char *time)
{
	const struct result *result = input->result;
	struct counts counts = { 0 };

	for (size_t i = 0; i < result->nfindings; i++)
		count(&counts, outcome_of_finding(&result->findings[i]));
	open_suite(file, "findings", &counts, time);
	for (size_t i = 0; i < result->nfindings; i++) {
		const struct result_finding *finding = &result->findings[i];
		enum outcome outcome = outcome_of_finding(finding);
		char name[8192];

		snprintf(name, sizeof(name), "%s%s%s", finding->check->id,
		    *finding->member == '\0' ? "" : " ", finding->member);
		write_case(file, "assay.findings", name, outcome, report_effect_name(finding),
		    outcome != OUTCOME_SKIPPED	  ? finding->message
			: finding->waived != NULL ? finding->waived
						  : "in the baseline",
		    finding->check->fix);
	}
	fputs("  </testsuite>\n", file);
}

static void
write_controls(const struct report_input *input, FILE *file, const char *time)
{
	const struct decision *decision = input->decision;
	struct counts counts = { 0 };

	for (size_t i = 0; i < decision->ncontrols; i++)
		count(&counts, outcome_of_control(&decision->controls[i]));
	open_suite(file, "controls", &counts, time);
	for (size_t i = 0; i < decision->ncontrols; i++) {
		const struct control *control = &decision->controls[i];

		write_case(file, "assay.controls", control->id, outcome_of_control(control),
		    control_status_name(control->status), control->why, NULL);
	}
	fputs("  </testsuite>\n", file);
}

/* The verdict itself is a case, so that no way of reading the file takes a fail for a pass. */
static void
write_verdict(const struct report_input *input, FILE *file, const char *time)
{
	enum verdict verdict = input->decision->verdict;
	enum outcome outcome = verdict == VERDICT_PASS ? OUTCOME_PASSED
	    : verdict == VERDICT_INCOMPLETE	       ? OUTCOME_ERROR
						       : OUTCOME_FAILED;
	struct counts counts = { 0 };

	count(&counts, outcome);
	open_suite(file, "verdict", &counts, time);
	write_case(file, "assay", input->policy->name, outcome, verdict_name(verdict),
	    input->decision->why, NULL);
	fputs("  </testsuite>\n", file);
}

static void
write(const struct report_input *input, FILE *file)
{
	char time[32];

	report_time(input->result->started, time);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay\">\n", file);
	write_verdict(input, file, time);
	write_controls(input, file, time);
	write_findings(input, file, time);
	fputs("</testsuites>\n", file);
}

const struct report_format report_junit = {
	.name = "junit",
	.media_type = "application/xml",
	.suffix = "junit.xml",
	.write = write,
};
