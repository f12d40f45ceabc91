/* Markdown for a pull request or a job summary: short, and nothing of the bundle is markup in it.
 */
#include "config.h"

#include "report/markup.h"
#include "report/report.h"

#include <stdlib.h>

#define ROWS_MAX 50 /* a comment has 65,536 characters at most */

static void
write_place(FILE *file, const struct result_finding *finding)
{
	markup_markdown(file, *finding->member == '\0' ? "the bundle" : finding->member);
	if (finding->line > 0)
		fprintf(file, " line %ju", (uintmax_t)finding->line);
}

static void
write_findings(const struct report_input *input, FILE *file)
{
	size_t n, nshown = 0;
	const struct result_finding **list = report_order(input->result, REPORT_COUNTING, &n);

	if (n > 0)
		fputs("\n| | severity | check | where | what |\n|---|---|---|---|---|\n", file);
	for (; nshown < n && nshown < ROWS_MAX; nshown++) {
		const struct result_finding *finding = list[nshown];

		fprintf(file, "| %s | %s | ",
		    finding->effect == EFFECT_NONE ? "" : report_effect_name(finding),
		    severity_name(finding->severity));
		markup_markdown(file, finding->check->id);
		fputs(" | ", file);
		write_place(file, finding);
		fputs(" | ", file);
		markup_markdown(file, finding->message);
		fputs(" |\n", file);
	}
	if (n > nshown)
		fprintf(file, "\n%zu findings more are in the JSON report.\n", n - nshown);
	free(list);
}

/* Was the check of list[i] named before? */
static bool
is_repeated(const struct result_finding *const *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list[k]->check == list[i]->check)
			return true;
	return false;
}

/* What to do, once a check; the catalog's text may hold code spans. */
static void
write_remedies(const struct report_input *input, FILE *file)
{
	size_t n;
	const struct result_finding **list = report_order(input->result, REPORT_COUNTING, &n);
	bool is_open = false;

	for (size_t i = 0; i < n && i < ROWS_MAX && list[i]->effect != EFFECT_NONE; i++) {
		if (is_repeated(list, i))
			continue;
		fputs(is_open ? "- " : "\n<details><summary>What to do</summary>\n\n- ", file);
		markup_markdown(file, list[i]->check->id);
		fprintf(file, ": %s\n", list[i]->check->fix);
		is_open = true;
	}
	if (is_open)
		fputs("\n</details>\n", file);
	free(list);
}

static void
write_skipped(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	if (result->nskipped > 0)
		fputs("\nNot looked at:\n\n", file);
	for (size_t i = 0; i < result->nskipped && i < ROWS_MAX; i++) {
		fputs("- ", file);
		markup_markdown(file, result->skipped[i].member);
		fputs(": ", file);
		markup_markdown(file, result->skipped[i].reason);
		fputc('\n', file);
	}
	if (result->nskipped > ROWS_MAX)
		fprintf(file, "- and %zu more\n", result->nskipped - ROWS_MAX);
}

static void
write_provenance(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	if (result->nprovenance > 0)
		fputs("\n| claim | status | signer | covers | |\n|---|---|---|---|---|\n", file);
	for (size_t i = 0; i < result->nprovenance && i < ROWS_MAX; i++) {
		const struct provenance *row = &result->provenance[i];

		fputs("| ", file);
		markup_markdown(file, row->path);
		fprintf(file, " | %s | ", provenance_status_name(row->status));
		markup_markdown(file, row->signer);
		fprintf(file, " | %ju | ", (uintmax_t)row->covers);
		markup_markdown(file, row->why);
		fputs(" |\n", file);
	}
}

static void
write(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	const struct decision *decision = input->decision;

	fprintf(file, "### assay: %s\n\n", report_verdict_word(decision->verdict));
	markup_markdown(file, decision->why);
	fputs("\n", file);
	write_findings(input, file);
	write_remedies(input, file);
	write_skipped(input, file);
	write_provenance(input, file);
	fputs("\n", file);
	for (size_t i = 0; i < result->ntargets; i++) {
		fputs("Target ", file);
		markup_markdown(file, result->targets[i].path);
		fputs(", SHA-256 ", file);
		markup_markdown(file, result->targets[i].sha256);
		fputs(".  \n", file);
	}
	fputs("Policy ", file);
	markup_markdown(file, input->policy->name);
	fprintf(file, " (%.12s), assay ", input->policy->sha256);
	markup_markdown(file, input->version);
	fprintf(file, "; looked at %ju of %zu members; %zu findings waived, %zu in the baseline.\n",
	    (uintmax_t)result->analyzed, result->nmembers, decision->nwaived, decision->nknown);
}

const struct report_format report_markdown = {
	.name = "markdown",
	.media_type = "text/markdown",
	.suffix = "md",
	.write = write,
};
