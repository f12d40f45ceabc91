/* assay policy: list, check and show policies. */
#include "config.h"

#include "cli/command.h"

static enum assay_exit
finish(enum assay_exit status, const struct assay_error *error)
{
	return error->text[0] != '\0' ? complain_error(error) : status;
}

static enum assay_exit
run_list(const struct invocation *invocation)
{
	struct assay_error error = { 0 };

	return finish(assay_policy_list(invocation->settings, stdout, &error), &error);
}

static enum assay_exit
run_check(const struct invocation *invocation)
{
	struct assay_error error = { 0 };

	return finish(
	    assay_policy_check(invocation->settings, invocation->arguments[0], stdout, &error),
	    &error);
}

static enum assay_exit
run_show(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	const char *name = invocation->narguments == 0 ? NULL : invocation->arguments[0];

	return finish(assay_policy_show(invocation->settings, name, stdout, &error), &error);
}

static const struct command check = {
	.name = "check",
	.arguments = "FILE",
	.summary = "say whether a policy is sound",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_check,
};

static const struct command list = {
	.name = "list",
	.arguments = "",
	.summary = "list the policies that can be named",
	.run = run_list,
};

static const struct command show = {
	.name = "show",
	.arguments = "[NAME|FILE]",
	.summary = "print every setting in force, with its origin",
	.max_arguments = 1,
	.run = run_show,
};

static const struct command *const subcommands[] = { &check, &list, &show, NULL };

const struct command command_policy = {
	.name = "policy",
	.arguments = "COMMAND",
	.summary = "list, check and show policies",
	.subcommands = subcommands,
};
