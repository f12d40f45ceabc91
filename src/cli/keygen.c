/* assay keygen: a key that signs reports. */
#include "config.h"

#include "cli/command.h"

static enum assay_exit
run(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status =
	    assay_keygen(invocation->settings, invocation->arguments[0], stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

const struct command command_keygen = {
	.name = "keygen",
	.arguments = "NAME",
	.summary = "make a signing key: NAME.pem (keep it) and NAME.pub.pem (publish it)",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
