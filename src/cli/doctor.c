/* assay doctor: is this installation sound? */
#include "config.h"

#include "cli/command.h"

static enum assay_exit
run(const struct invocation *invocation)
{
	struct assay_error error = { 0 };
	enum assay_exit status = assay_doctor(invocation->settings, stdout, &error);

	return error.text[0] != '\0' ? complain_error(&error) : status;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "say whether this installation is sound",
	.run = run,
};
