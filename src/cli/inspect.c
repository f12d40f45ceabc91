/* assay inspect: what a file says about itself, without judging it. */
#include "config.h"

#include "cli/command.h"

static enum assay_exit
run(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status =
	    assay_inspect(invocation->settings, invocation->arguments[0], stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

const struct command command_inspect = {
	.name = "inspect",
	.arguments = "FILE",
	.summary = "print what a model says about itself, safely and without judging",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
