/*
 * One page for the auditor: no script, nothing fetched, readable without colors, printable. In the
 * order in which an auditor asks: the verdict, who and what judged, what was judged, by which
 * rules, what was not looked at, every control with what came of it, the findings with remedies,
 * the claims.
 */
#include "config.h"

#include "policy/baseline.h"
#include "report/markup.h"
#include "report/report.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define ROWS_MAX 5000 /* of one table: a browser must open the page; the JSON report holds all */

static const char style[] =
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid "
    "#8888;padding-bottom:.2rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.3rem .6rem;border-bottom:1px solid #8884;overflow-wrap:anywhere}"
    "code,pre{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}"
    ".v{display:inline-block;padding:.1rem .7rem;border:2px "
    "solid;border-radius:.3rem;font-weight:700}"
    ".pass{color:#1a7f37}.fail{color:#c5221f}.review{color:#8a5a00}.incomplete{color:#8250df}"
    "@media(prefers-color-scheme:dark){.pass{color:#56d364}.fail{color:#ff8a80}"
    ".review{color:#e3b341}.incomplete{color:#d2a8ff}}"
    "article{border-left:4px solid;padding:.1rem 0 .1rem 1rem;margin:1rem 0}"
    "article>*{color:CanvasText}article .v{color:inherit}"
    "@media print{details>*{display:block}tr,article{break-inside:avoid}}";

/* The policy of the page names its one style sheet by digest; everything else is refused. */
static void
write_head(const struct report_input *input, FILE *file)
{
	unsigned char raw[EVP_MAX_MD_SIZE], base64[64] = "";

	if (EVP_Digest(style, sizeof(style) - 1, raw, NULL, EVP_sha256(), NULL) == 1)
		(void)EVP_EncodeBlock(base64, raw, 32);
	fprintf(file,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	    "'sha256-%s'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>assay: %s</title>\n"
	    "<style>%s</style>\n</head>\n<body>\n",
	    (const char *)base64, report_verdict_word(input->decision->verdict), style);
}

/* TEXT between two pieces of markup of ours; whatever it is, it stays text. */
static void
between(FILE *file, const char *before, const char *text, const char *after)
{
	fputs(before, file);
	markup_xml(file, text);
	fputs(after, file);
}

static void
row(FILE *file, const char *name, const char *value)
{
	fprintf(file, "<tr><th scope=\"row\">%s</th><td>", name);
	markup_xml(file, value);
	fputs("</td></tr>\n", file);
}

static void
write_verdict(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	const char *verdict = verdict_name(input->decision->verdict);
	char time[32];

	report_time(result->started, time);
	fprintf(file, "<h1>Assay report <span class=\"v %s\">%s</span></h1>\n<p>", verdict,
	    report_verdict_word(input->decision->verdict));
	markup_xml(file, input->decision->why);
	fputs("</p>\n<table>\n", file);
	row(file, "When", time);
	row(file, "Judged by", "assay");
	row(file, "Version", input->version);
	row(file, "Command", input->inspects ? "scan" : "verify");
	row(file, "Confinement of the workers", result->sandbox);
	row(file, "Rules, SHA-256", result->rules_digest);
	row(file, "Policy", input->policy->name);
	row(file, "Policy, SHA-256", input->policy->sha256);
	if (input->waivers != NULL)
		row(file, "Waivers, SHA-256", input->waivers->file_sha256);
	if (input->baseline != NULL)
		row(file, "Baseline, SHA-256", input->baseline->file_sha256);
	fputs("</table>\n", file);
}

static void
write_targets(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	fputs("<h2>What was judged</h2>\n<table>\n<tr><th>Target</th><th>Kind</th><th>Bytes</th>"
	      "<th>SHA-256</th></tr>\n",
	    file);
	for (size_t i = 0; i < result->ntargets; i++) {
		fputs("<tr><td>", file);
		markup_xml(file, result->targets[i].path);
		between(file, "</td><td>", result->targets[i].kind, "</td>");
		fprintf(file, "<td>%ju</td>", (uintmax_t)result->targets[i].bytes);
		between(file, "<td><code>", result->targets[i].sha256, "</code></td></tr>\n");
	}
	fputs("</table>\n", file);
}

static void
write_skipped(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	fprintf(file,
	    "<h2>Coverage</h2>\n<p>%ju of %zu members were looked at, %ju bytes in all; %ju are of "
	    "no known format.</p>\n",
	    (uintmax_t)result->analyzed, result->nmembers, (uintmax_t)result->bytes,
	    (uintmax_t)result->unidentified);
	if (result->nskipped == 0)
		return;
	fputs("<table>\n<tr><th>Not looked at</th><th>Why</th></tr>\n", file);
	for (size_t i = 0; i < result->nskipped && i < ROWS_MAX; i++) {
		fputs("<tr><td>", file);
		markup_xml(file, result->skipped[i].member);
		fputs("</td><td>", file);
		markup_xml(file, result->skipped[i].reason);
		fputs("</td></tr>\n", file);
	}
	fputs("</table>\n", file);
}

static const char *
class_of(enum control_status status)
{
	switch (status) {
	case CONTROL_PASS:
		return "pass";
	case CONTROL_FAIL:
		return "fail";
	case CONTROL_ERROR:
		return "incomplete";
	case CONTROL_UNKNOWN:
		return "review";
	case CONTROL_NOT_APPLICABLE:
	case CONTROL_NOT_CHECKED:
	case CONTROL_WAIVED:
		break;
	}
	return "none";
}

static void
write_controls(const struct report_input *input, FILE *file)
{
	const struct decision *decision = input->decision;

	fputs("<h2>Controls</h2>\n<table>\n<tr><th>Control</th><th>Status</th><th>Why</th></tr>\n",
	    file);
	for (size_t i = 0; i < decision->ncontrols; i++) {
		const struct control *control = &decision->controls[i];

		fputs("<tr><td>", file);
		markup_xml(file, control->id);
		fprintf(file, "</td><td class=\"%s\">%s</td><td>", class_of(control->status),
		    control_status_name(control->status));
		markup_xml(file, control->why);
		fputs("</td></tr>\n", file);
	}
	fputs("</table>\n", file);
}

/* ---- findings ------------------------------------------------------------------------------- */

static void
write_check(FILE *file, const struct result_finding *finding)
{
	const struct check *check = finding->check;
	const char *effect = finding->effect == EFFECT_NONE ? "none" : report_effect_name(finding);

	fprintf(file, "<article class=\"%s\">\n<h3><span class=\"v\">%s, %s</span> ", effect,
	    finding->effect == EFFECT_NONE ? "noted" : effect, severity_name(finding->severity));
	markup_xml(file, check->title);
	between(file, " <code>", check->id, "</code></h3>\n<p>");
	markup_xml(file, check->meaning);
	fputs("</p>\n<p><strong>What to do:</strong> ", file);
	markup_xml(file, check->fix);
	fputs("</p>\n", file);
	for (size_t i = 0; check->references != NULL && check->references[i] != NULL; i++) {
		fputs(i == 0 ? "<p>References: " : "; ", file);
		markup_xml(file, check->references[i]);
	}
	if (check->references != NULL && check->references[0] != NULL)
		fputs("</p>\n", file);
	fputs("<table>\n<tr><th>Where</th><th>What</th><th>Fingerprint</th></tr>\n", file);
}

static void
write_finding(FILE *file, const struct result_finding *finding)
{
	between(file, "<tr id=\"f-", finding->fingerprint, "");
	fprintf(file, "-%ju\"><td>", (uintmax_t)finding->offset);
	markup_xml(file, *finding->member == '\0' ? "the bundle" : finding->member);
	if (finding->line > 0)
		fprintf(file, ", line %ju", (uintmax_t)finding->line);
	else if (finding->offset > 0)
		fprintf(file, ", byte %ju", (uintmax_t)finding->offset);
	fputs("</td><td>", file);
	markup_xml(file, finding->message);
	if (*finding->evidence != '\0') {
		fputs("<br><code>", file);
		markup_xml(file, finding->evidence);
		fputs("</code>", file);
	}
	if (finding->more > 0)
		fprintf(file, "<br>and %ju times more", (uintmax_t)finding->more);
	between(file, "</td><td><code>", finding->fingerprint, "</code></td></tr>\n");
}

static void
write_findings(const struct report_input *input, FILE *file)
{
	size_t n;
	const struct result_finding **list = report_order(input->result, REPORT_COUNTING, &n);

	fputs("<h2>Findings</h2>\n", file);
	if (n == 0)
		fputs("<p>None that counts.</p>\n", file);
	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		if (i == 0 || !report_is_group(list[i - 1], list[i])) {
			fputs(i == 0 ? "" : "</table>\n</article>\n", file);
			write_check(file, list[i]);
		}
		write_finding(file, list[i]);
	}
	if (n > 0)
		fputs("</table>\n</article>\n", file);
	if (n > ROWS_MAX)
		fprintf(file, "<p>%zu findings more are in the JSON report.</p>\n", n - ROWS_MAX);
	free(list);
}

static void
write_waived(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	size_t nshown = 0;

	if (input->decision->nwaived == 0 && input->decision->nknown == 0)
		return;
	fprintf(file,
	    "<h2>Findings that do not count</h2>\n<p>%zu waived, %zu in the "
	    "baseline.</p>\n<table>\n"
	    "<tr><th>Check</th><th>Where</th><th>What</th><th>Why it does not count</th></tr>\n",
	    input->decision->nwaived, input->decision->nknown);
	for (size_t i = 0; i < result->nfindings && nshown < ROWS_MAX; i++) {
		const struct result_finding *finding = &result->findings[i];

		if (finding->waived == NULL && finding->is_new)
			continue;
		nshown++;
		between(file, "<tr><td><code>", finding->check->id, "</code></td><td>");
		markup_xml(file, finding->member);
		fputs("</td><td>", file);
		markup_xml(file, finding->message);
		fputs("</td><td>", file);
		markup_xml(file, finding->waived == NULL ? "in the baseline" : finding->waived);
		fputs("</td></tr>\n", file);
	}
	fputs("</table>\n", file);
}

static void
write_provenance(const struct report_input *input, FILE *file)
{
	static const char *const classes[] = { [PROVENANCE_VERIFIED] = "pass",
		[PROVENANCE_FAILED] = "fail",
		[PROVENANCE_UNTRUSTED] = "review",
		[PROVENANCE_INCOMPLETE] = "incomplete" };
	const struct result *result = input->result;

	fputs("<h2>Claims</h2>\n", file);
	if (result->nprovenance == 0) {
		fputs("<p>The bundle carries no hash list and no signature.</p>\n", file);
		return;
	}
	fputs("<table>\n<tr><th>Claim</th><th>Kind</th><th>Status</th><th>Signer</th>"
	      "<th>Time</th><th>Covers</th><th>Why</th></tr>\n",
	    file);
	for (size_t i = 0; i < result->nprovenance && i < ROWS_MAX; i++) {
		const struct provenance *claim = &result->provenance[i];

		fputs("<tr><td>", file);
		markup_xml(file, claim->path);
		between(file, "</td><td>", claim->kind, "</td>");
		fprintf(file, "<td class=\"%s\">%s</td><td>", classes[claim->status],
		    provenance_status_name(claim->status));
		markup_xml(file, claim->signer);
		fputs("</td><td>", file);
		markup_xml(file, *claim->time == '\0' ? "not proven" : claim->time);
		fprintf(file, "</td><td>%ju</td><td>", (uintmax_t)claim->covers);
		markup_xml(file, claim->why);
		fputs("</td></tr>\n", file);
	}
	fputs("</table>\n", file);
}

static void
write_members(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;

	fprintf(file,
	    "<h2>Members</h2>\n<details><summary>%zu members</summary>\n<table>\n<tr><th>Path</th>"
	    "<th>Format</th><th>Bytes</th><th>SHA-256</th></tr>\n",
	    result->nmembers);
	for (size_t i = 0; i < result->nmembers && i < ROWS_MAX; i++) {
		const struct result_member *member = &result->members[i];

		fputs("<tr><td>", file);
		markup_xml(file, member->path);
		fputs("</td><td>", file);
		for (size_t f = 0; member->formats[f] != NULL; f++)
			between(file, f == 0 ? "" : ", ", member->formats[f], "");
		fprintf(file, "</td><td>%ju</td>", (uintmax_t)member->bytes);
		between(file, "<td><code>", member->sha256, "</code></td></tr>\n");
	}
	fputs("</table>\n", file);
	if (result->nmembers > ROWS_MAX)
		fprintf(file, "<p>%zu members more are in the JSON report.</p>\n",
		    result->nmembers - ROWS_MAX);
	fputs("</details>\n", file);
}

/* The settings that were in force, each with where it comes from. */
static void
write_policy(const struct report_input *input, FILE *file)
{
	char *text = NULL;
	size_t len = 0;
	FILE *memory;

	/* A report that was read back knows only the name and the digest. */
	if (input->policy->source == NULL)
		return;
	memory = open_memstream(&text, &len);
	if (memory == NULL)
		return;
	policy_print(input->policy, memory, true);
	fputs("<h2>Policy in force</h2>\n<details><summary>", file);
	markup_xml(file, input->policy->name);
	fputs("</summary>\n<pre>", file);
	if (fclose(memory) == 0)
		markup_xml(file, text);
	fputs("</pre></details>\n", file);
	free(text);
}

static void
write(const struct report_input *input, FILE *file)
{
	write_head(input, file);
	write_verdict(input, file);
	write_targets(input, file);
	write_skipped(input, file);
	write_controls(input, file);
	write_findings(input, file);
	write_waived(input, file);
	write_provenance(input, file);
	write_members(input, file);
	write_policy(input, file);
	fputs("<h2>Limits of this report</h2>\n<p>A pass means that nothing known was found by the "
	      "rules in force and that everything was looked at. It does not mean that a model "
	      "behaves well. Documentation is judged by presence, not by adequacy. Names of people "
	      "and places are not searched for.</p>\n</body>\n</html>\n",
	    file);
}

const struct report_format report_html = {
	.name = "html",
	.media_type = "text/html",
	.suffix = "html",
	.write = write,
};
