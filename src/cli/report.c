/* assay report: reports that were written before. */
#include "config.h"

#include "cli/command.h"

static const struct option show_options[] = {
	{ "format", "NAME[=FILE]", "show as text, sarif, ...; to FILE instead of standard output",
	    true },
	{ NULL, NULL, NULL, false },
};

static enum assay_exit
run_show(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	size_t n;
	const struct assay_show request = { .report = invocation->arguments[0],
		.formats = invocation_values(invocation, "format", &n),
		.color = wants_color(invocation, stdout),
		.width = terminal_width(stdout) };
	enum assay_exit status = assay_report_show(invocation->settings, &request, stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

static enum assay_exit
run_diff(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status = assay_report_diff(invocation->settings, invocation->arguments[0],
	    invocation->arguments[1], stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

static const struct command diff = {
	.name = "diff",
	.arguments = "BEFORE AFTER",
	.summary = "print what changed between two JSON reports; 0 where nothing did",
	.min_arguments = 2,
	.max_arguments = 2,
	.run = run_diff,
};

static const struct command show = {
	.name = "show",
	.arguments = "REPORT",
	.summary = "show a JSON report in other formats",
	.options = show_options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_show,
};

static const struct option verify_options[] = {
	{ "public-key", "PEM", "the public key of whoever signed the report (required)", false },
	{ "log-key", "FILE",
	    "the verifier key of the log; default: the one that the signed report names", false },
	{ "signature-only", NULL, "the files that the report pins need not lie beside it", false },
	{ NULL, NULL, NULL, false },
};

static enum assay_exit
run_verify(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	const struct assay_report_check check = { .bundle = invocation->arguments[0],
		.public_key = invocation_value(invocation, "public-key"),
		.log_key = invocation_value(invocation, "log-key"),
		.signature_only = invocation_has(invocation, "signature-only") };
	enum assay_exit status;

	if (check.public_key == NULL)
		return complain(ASSAY_USAGE,
		    "`assay report verify` needs --public-key PEM: the key that you trust to sign "
		    "reports");
	status = assay_report_verify(invocation->settings, &check, stdout, &error);
	return error.text[0] != '\0' ? complain_error(&error) : status;
}

static const struct command verify = {
	.name = "verify",
	.arguments = "REPORT",
	.summary = "verify a signed report (report.sigstore.json) and what it pins",
	.options = verify_options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_verify,
};

static const struct command *const subcommands[] = { &diff, &show, &verify, NULL };

const struct command command_report = {
	.name = "report",
	.arguments = "COMMAND",
	.summary = "show, compare and verify reports",
	.subcommands = subcommands,
};
