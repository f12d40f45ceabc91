/* assay log: the audit log of signed reports. */
#include "config.h"

#include "cli/command.h"

#include <ctype.h>
#include <stdlib.h>

static enum assay_exit
finish(const struct assay_error *error, enum assay_exit status)
{
	return error->text[0] != '\0' ? complain_error(error) : status;
}

static enum assay_exit
run_init(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status = assay_log_init(invocation->settings, invocation->arguments[0],
	    invocation_value(invocation, "origin"), stdout, &error);

	return finish(&error, status);
}

static enum assay_exit
run_verify(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status = assay_log_verify(invocation->settings, invocation->arguments[0],
	    invocation_value(invocation, "log-key"), invocation_value(invocation, "checkpoint"),
	    stdout, &error);

	return finish(&error, status);
}

static enum assay_exit
run_list(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status =
	    assay_log_list(invocation->settings, invocation->arguments[0], stdout, &error);

	return finish(&error, status);
}

static enum assay_exit
run_prove(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	const char *text = invocation->arguments[1];
	char *end;
	unsigned long long index = strtoull(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0')
		return complain(ASSAY_USAGE,
		    "`assay log prove %s %s`: the second argument is the number of an entry; "
		    "`assay log list` shows them",
		    invocation->arguments[0], text);
	return finish(&error,
	    assay_log_prove(invocation->settings, invocation->arguments[0], index, stdout, &error));
}

static const struct option init_options[] = {
	{ "origin", "NAME", "the name of the log, like example.com/models", false },
	{ NULL, NULL, NULL, false },
};

static const struct option verify_options[] = {
	{ "log-key", "FILE", "trust this verifier key, not the one that lies in the log", false },
	{ "checkpoint", "FILE",
	    "the log must continue this earlier checkpoint: nothing was cut or rewritten", false },
	{ NULL, NULL, NULL, false },
};

static const struct command init = {
	.name = "init",
	.arguments = "DIR",
	.summary = "make an audit log in a folder",
	.options = init_options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_init,
};

static const struct command list = {
	.name = "list",
	.arguments = "DIR",
	.summary = "print the entries of a log",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_list,
};

static const struct command prove = {
	.name = "prove",
	.arguments = "DIR INDEX",
	.summary = "print the proof that an entry is in the log",
	.min_arguments = 2,
	.max_arguments = 2,
	.run = run_prove,
};

static const struct command verify = {
	.name = "verify",
	.arguments = "DIR",
	.summary = "recompute a log from its entries and check its checkpoint",
	.options = verify_options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_verify,
};

static const struct command *const subcommands[] = { &init, &list, &prove, &verify, NULL };

const struct command command_log = {
	.name = "log",
	.arguments = "COMMAND",
	.summary = "make, verify and read the audit log of signed reports",
	.subcommands = subcommands,
};
