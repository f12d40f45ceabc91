/* assay_report_show(), assay_report_diff(): reports that were written before. */
#include "config.h"

#include "api/session.h"
#include "report/diff.h"
#include "report/folder.h"
#include "report/load.h"

enum assay_exit
assay_report_show(const struct assay_settings *settings, const struct assay_show *show, FILE *out,
    struct assay_error *error)
{
	/* Whoever names formats wants those, and no text beside them. */
	struct outputs_request wanted = { show->formats, NULL, show->formats[0] != NULL };
	struct status status = { 0 };
	struct loaded_report *report = NULL;
	struct session session;
	struct outputs outputs;
	enum assay_exit code = ASSAY_PASS;

	if (!session_open(&session, settings, NULL, error))
		return error->exit;
	if (outputs_check(&wanted, &status))
		report = report_load(show->report, session.catalog, &status);
	if (report != NULL) {
		report->input.color = show->color;
		report->input.width = show->width;
	}
	if (report == NULL || !outputs_write(&wanted, &report->input, out, &outputs, &status))
		code = session_fail(error, &status);
	else
		outputs_free(&outputs);
	report_unload(report);
	session_close(&session);
	return code;
}

enum assay_exit
assay_report_diff(const struct assay_settings *settings, const char *before, const char *after,
    FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct loaded_report *a = NULL, *b = NULL;
	struct session session;
	enum assay_exit code = ASSAY_PASS;

	if (!session_open(&session, settings, NULL, error))
		return error->exit;
	a = report_load(before, session.catalog, &status);
	if (a != NULL)
		b = report_load(after, session.catalog, &status);
	if (b == NULL)
		code = session_fail(error, &status);
	else if (!report_diff(&a->input, &b->input, out))
		code = ASSAY_FAIL;
	report_unload(b);
	report_unload(a);
	session_close(&session);
	return code;
}
