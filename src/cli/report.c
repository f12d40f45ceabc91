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

static const struct command *const subcommands[] = { &diff, &show, NULL };

const struct command command_report = {
	.name = "report",
	.arguments = "COMMAND",
	.summary = "show and compare reports",
	.subcommands = subcommands,
};
