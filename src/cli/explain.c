/* assay explain: what a check means and what to do about it. */
#include "config.h"

#include "cli/command.h"

static const struct option options[] = {
	{ "rules", "DIR", "add a folder of rules to the installed ones", true },
	{ NULL, NULL, NULL, false },
};

static enum assay_exit
run(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	size_t n;
	const char *const *rules = invocation_values(invocation, "rules", &n);
	const char *pattern = invocation->narguments == 0 ? NULL : invocation->arguments[0];
	enum assay_exit status =
	    assay_explain(invocation->settings, rules, pattern, stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

const struct command command_explain = {
	.name = "explain",
	.arguments = "[CHECK]",
	.summary = "say what a check means and what to do about it, or list all checks",
	.options = options,
	.max_arguments = 1,
	.run = run,
};
