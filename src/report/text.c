/*
 * The report for a person at a terminal: what was judged, what was found and what to do about it,
 * what was not looked at, and the verdict as the last line. Findings of one check stand together,
 * the worst first.
 */
#include "config.h"

#include "core/text.h"
#include "policy/baseline.h"
#include "report/report.h"

#include <stdlib.h>

#define SHOWN 8		  /* places of one check; the other formats list them all */
#define WIDTH_DEFAULT 100 /* of what is not a terminal */
#define WIDTH_LEAST 40

enum style { STYLE_BAD, STYLE_WARN, STYLE_LOST, STYLE_GOOD, STYLE_STRONG, STYLE_FAINT };

static void
styled(const struct report_input *input, FILE *file, enum style style, const char *text)
{
	static const char *const codes[] = { [STYLE_BAD] = "1;31",
		[STYLE_WARN] = "1;33",
		[STYLE_LOST] = "1;35",
		[STYLE_GOOD] = "1;32",
		[STYLE_STRONG] = "1",
		[STYLE_FAINT] = "2" };

	if (input->color)
		fprintf(file, "\033[%sm", codes[style]);
	text_print_safe(file, text);
	if (input->color)
		fputs("\033[0m", file);
}

/* TEXT in lines of the terminal's width, the first after FIRST, the others after INDENT blanks. */
static void
wrapped(
    const struct report_input *input, FILE *file, const char *first, int indent, const char *text)
{
	size_t width = input->width == 0 ? WIDTH_DEFAULT
	    : input->width < WIDTH_LEAST ? WIDTH_LEAST
					 : input->width;
	struct buffer safe = buffer_up_to(strlen(text) * 4 + 64);
	size_t column = strlen(first), len;
	bool is_fresh = true; /* nothing stands on this line yet, or a blank does */
	char *words;

	text_add_safe(&safe, bytes_of_string(text), strlen(text) * 4 + 64);
	words = buffer_take_string(&safe);
	fputs(first, file);
	for (const char *p = words; p != NULL && *p != '\0'; p += len + strspn(p + len, " ")) {
		len = strcspn(p, " ");
		if (!is_fresh && column + 1 + len > width) {
			fprintf(file, "\n%*s", indent, "");
			column = (size_t)indent;
		} else if (!is_fresh) {
			fputc(' ', file);
			column++;
		}
		(void)fwrite(p, 1, len, file);
		column += len;
		is_fresh = false;
	}
	fputc('\n', file);
	free(words);
}

static void
print_bytes(FILE *file, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB", "TB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1000 && unit + 1 < ARRAY_LEN(units)) {
		size /= 1000;
		unit++;
	}
	fprintf(file, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

static void
print_head(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	for (size_t i = 0; i < result->ntargets; i++) {
		styled(input, file, STYLE_STRONG, result->targets[i].path);
		fprintf(file, "  %s, ", result->targets[i].kind);
		print_bytes(file, result->targets[i].bytes);
		if (*result->targets[i].sha256 != '\0')
			fprintf(file, ", sha256 %.16s...", result->targets[i].sha256);
		fputc('\n', file);
	}
	fprintf(file, "assay %s, policy %s, rules %.12s, workers confined by %s\n", input->version,
	    input->policy->name, result->rules_digest, result->sandbox);
}

/* ---- findings ------------------------------------------------------------------------------- */

static enum style
style_of(const struct result_finding *finding)
{
	switch (finding->effect) {
	case EFFECT_FAIL:
		return STYLE_BAD;
	case EFFECT_INCOMPLETE:
		return STYLE_LOST;
	case EFFECT_REVIEW:
		return STYLE_WARN;
	case EFFECT_NONE:
		break;
	}
	return STYLE_FAINT;
}

static void
print_place(const struct report_input *input, FILE *file, const struct result_finding *finding)
{
	fputs("  ", file);
	if (*finding->member != '\0') {
		styled(input, file, STYLE_STRONG, finding->member);
		if (finding->line > 0)
			fprintf(file, ":%ju", (uintmax_t)finding->line);
		else if (finding->offset > 0)
			fprintf(file, " at byte %ju", (uintmax_t)finding->offset);
		fputc('\n', file);
		wrapped(input, file, "      ", 6, finding->message);
	} else {
		wrapped(input, file, "", 2, finding->message);
	}
	if (finding->more > 0)
		fprintf(
		    file, "      (and %ju times more in this member)\n", (uintmax_t)finding->more);
}

static void
print_group(const struct report_input *input, FILE *file,
    const struct result_finding *const *findings, size_t n)
{
	const struct check *check = findings[0]->check;
	char label[40];

	snprintf(label, sizeof(label), "%s (%s)", report_effect_name(findings[0]),
	    severity_name(findings[0]->severity));
	fputc('\n', file);
	styled(input, file, style_of(findings[0]), label);
	fprintf(file, "  %s  [%s]\n", check->title, check->id);
	for (size_t i = 0; i < n && i < SHOWN; i++)
		print_place(input, file, findings[i]);
	if (n > SHOWN)
		fprintf(file, "  and %zu places more; --format json lists them all\n", n - SHOWN);
	wrapped(input, file, "  What to do: ", 14, check->fix);
}

/* What has no effect on the verdict: a line a check. */
static void
print_noted(const struct report_input *input, FILE *file,
    const struct result_finding *const *findings, size_t n)
{
	fputs("\nnoted, without effect on the verdict:\n", file);
	for (size_t i = 0, end; i < n; i = end) {
		char line[200];

		for (end = i + 1; end < n && report_is_group(findings[i], findings[end]); end++)
			;
		snprintf(line, sizeof(line), "  %-8s  %s  [%s]",
		    severity_name(findings[i]->severity), findings[i]->check->title,
		    findings[i]->check->id);
		fputs(line, file);
		if (end - i > 1)
			fprintf(file, "  %zu times", end - i);
		else if (*findings[i]->member != '\0') {
			fputs("  ", file);
			styled(input, file, STYLE_FAINT, findings[i]->member);
		}
		fputc('\n', file);
	}
}

static void
print_findings(const struct report_input *input, FILE *file)
{
	size_t n, end;
	const struct result_finding **list = report_order(input->result, REPORT_COUNTING, &n);

	for (size_t i = 0; i < n; i = end) {
		if (list[i]->effect == EFFECT_NONE) {
			print_noted(input, file, list + i, n - i);
			break;
		}
		for (end = i + 1; end < n && report_is_group(list[i], list[end]); end++)
			;
		print_group(input, file, list + i, end - i);
	}
	free(list);
}

static void
print_waived(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	size_t nshown = 0;

	if (input->decision->nwaived > 0)
		fputs("\nwaived:\n", file);
	for (size_t i = 0; i < result->nfindings; i++) {
		const struct result_finding *finding = &result->findings[i];

		if (finding->waived == NULL || nshown++ >= SHOWN)
			continue;
		fprintf(file, "  %s  ", finding->check->id);
		styled(input, file, STYLE_STRONG, finding->member);
		fputc('\n', file);
		wrapped(input, file, "      ", 6, finding->waived);
	}
	if (nshown > SHOWN)
		fprintf(file, "  and %zu more\n", nshown - SHOWN);
	if (input->decision->nknown > 0)
		fprintf(file, "\n%zu findings are in the baseline and do not count\n",
		    input->decision->nknown);
}

/* ---- coverage, claims, duties --------------------------------------------------------------- */

static void
print_skipped(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	if (result->nskipped > 0)
		fputs("\nnot looked at:\n", file);
	for (size_t i = 0; i < result->nskipped && i < SHOWN; i++) {
		fputs("  ", file);
		styled(input, file, STYLE_STRONG, result->skipped[i].member);
		fputs(": ", file);
		text_print_safe(file, result->skipped[i].reason);
		fputc('\n', file);
	}
	if (result->nskipped > SHOWN)
		fprintf(file, "  and %zu more\n", result->nskipped - SHOWN);
}

static void
print_provenance(const struct report_input *input, FILE *file)
{
	static const enum style styles[] = { [PROVENANCE_VERIFIED] = STYLE_GOOD,
		[PROVENANCE_FAILED] = STYLE_BAD,
		[PROVENANCE_UNTRUSTED] = STYLE_WARN,
		[PROVENANCE_INCOMPLETE] = STYLE_LOST };
	const struct result *result = input->result;

	if (result->nprovenance > 0)
		fputs("\nclaims:\n", file);
	for (size_t i = 0; i < result->nprovenance; i++) {
		const struct provenance *row = &result->provenance[i];

		fputs("  ", file);
		styled(input, file, styles[row->status], provenance_status_name(row->status));
		fprintf(file, "  %s  ", row->kind);
		styled(input, file, STYLE_STRONG, row->path);
		if (row->status == PROVENANCE_VERIFIED)
			fprintf(file, "  covers %ju", (uintmax_t)row->covers);
		if (*row->signer != '\0')
			fprintf(file, "\n      signed by %s", row->signer);
		if (*row->time != '\0')
			fprintf(file, " at %s", row->time);
		fputc('\n', file);
		if (*row->why != '\0')
			wrapped(input, file, "      ", 6, row->why);
	}
}

static void
print_summary(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	const struct decision *decision = input->decision;
	size_t nfindings = 0;

	fputc('\n', file);
	for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--) {
		if (decision->counts[severity] == 0)
			continue;
		fprintf(file, "%s%zu %s", nfindings == 0 ? "findings: " : ", ",
		    decision->counts[severity], severity_name((enum severity)severity));
		nfindings += decision->counts[severity];
	}
	fputs(nfindings == 0 ? "no findings" : "", file);
	if (decision->nwaived > 0)
		fprintf(file, ", %zu waived", decision->nwaived);
	if (input->inspects)
		fprintf(file, "; looked at %ju of %zu members, ", (uintmax_t)result->analyzed,
		    result->nmembers);
	else
		fprintf(file, "; hashed %zu members, ", result->nmembers);
	print_bytes(file, result->bytes);
	if (result->unidentified > 0 && input->inspects)
		fprintf(file, ", %ju of no known format", (uintmax_t)result->unidentified);
	fputc('\n', file);
}

static void
write(const struct report_input *input, FILE *file)
{
	static const enum style styles[] = { [VERDICT_PASS] = STYLE_GOOD,
		[VERDICT_REVIEW] = STYLE_WARN,
		[VERDICT_INCOMPLETE] = STYLE_LOST,
		[VERDICT_FAIL] = STYLE_BAD };

	print_head(input, file);
	print_findings(input, file);
	print_waived(input, file);
	print_skipped(input, file);
	print_provenance(input, file);
	print_summary(input, file);
	if (input->folder != NULL)
		fprintf(file, "report: %s/report.json\n", input->folder);
	styled(input, file, styles[input->decision->verdict],
	    report_verdict_word(input->decision->verdict));
	wrapped(input, file, ": ", 2, input->decision->why);
}

const struct report_format report_text = {
	.name = "text",
	.media_type = "text/plain",
	.suffix = "txt",
	.write = write,
};
