/* assay rules: list, check and test rules. */
#include "config.h"

#include "cli/command.h"

typedef enum assay_exit (*rules_function)(
    const struct assay_settings *, const char *, FILE *, struct assay_error *);

static enum assay_exit
run(const struct invocation *invocation, rules_function function)
{
	struct assay_error error = { 0 };
	const char *folder = invocation->narguments == 0 ? NULL : invocation->arguments[0];
	enum assay_exit status = function(invocation->settings, folder, stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

static enum assay_exit
run_check(const struct invocation *invocation)
{
	return run(invocation, assay_rules_check);
}

static enum assay_exit
run_list(const struct invocation *invocation)
{
	return run(invocation, assay_rules_list);
}

static enum assay_exit
run_test(const struct invocation *invocation)
{
	return run(invocation, assay_rules_test);
}

static const struct command check = {
	.name = "check",
	.arguments = "[DIR]",
	.summary = "compile all rules, those of DIR too, and name every mistake",
	.max_arguments = 1,
	.run = run_check,
};

static const struct command list = {
	.name = "list",
	.arguments = "[DIR]",
	.summary = "list the files of rules in force, and their digest",
	.max_arguments = 1,
	.run = run_list,
};

static const struct command test = {
	.name = "test",
	.arguments = "[DIR]",
	.summary = "run the examples and counter-examples that rules carry",
	.max_arguments = 1,
	.run = run_test,
};

static const struct command *const subcommands[] = { &check, &list, &test, NULL };

const struct command command_rules = {
	.name = "rules",
	.arguments = "COMMAND",
	.summary = "list, check and test rules",
	.subcommands = subcommands,
};
