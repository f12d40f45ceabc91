/* argv to command, command to exit status. */
#include "config.h"

#include "cli/parse.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct command command_doctor, command_explain, command_inspect, command_keygen,
    command_log, command_policy, command_report, command_rules, command_scan, command_sign,
    command_verify;

const struct command *const commands[] = {
	&command_doctor,
	&command_explain,
	&command_inspect,
	&command_keygen,
	&command_log,
	&command_policy,
	&command_report,
	&command_rules,
	&command_scan,
	&command_sign,
	&command_verify,
	NULL,
};

const struct option common_options[] = {
	{ "help", NULL, "say how to use the command", false },
	{ "color", "WHEN", "color the output: auto, always or never", false },
	{ NULL, NULL, NULL, false },
};

static void
print_options(FILE *file, const struct option *options)
{
	for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
		    options[i].argument == NULL ? "" : " ",
		    options[i].argument == NULL ? "" : options[i].argument);
		fprintf(file, "  %-28s %s\n", left, options[i].help);
	}
}

void
print_command_help(FILE *file, const struct command *command, const struct command *parent)
{
	fprintf(file, "usage: assay %s%s%s%s%s%s\n\n%s.\n", parent == NULL ? "" : parent->name,
	    parent == NULL ? "" : " ", command->name, command->options == NULL ? "" : " [options]",
	    *command->arguments == '\0' ? "" : " ", command->arguments, command->summary);
	if (command->subcommands != NULL)
		fputs("\ncommands:\n", file);
	for (size_t i = 0; command->subcommands != NULL && command->subcommands[i] != NULL; i++)
		fprintf(file, "  %-28s %s\n", command->subcommands[i]->name,
		    command->subcommands[i]->summary);
	fputs("\noptions:\n", file);
	print_options(file, command->options);
	print_options(file, command->more_options);
	print_options(file, common_options);
}

static void
print_help(FILE *file)
{
	fputs("usage: assay COMMAND [options] [arguments]\n\n"
	      "Judges machine-learning model artifacts before they are used: looks inside without "
	      "running\n"
	      "anything, verifies hashes and signatures, decides by policy.\n\ncommands:\n",
	    file);
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(file, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`assay COMMAND --help` lists the options of a command; the manual is assay(1).\n\n"
	      "exit status: 0 pass, 1 fail, 2 usage, 3 incomplete, 4 internal error, 5 review\n",
	    file);
}

static const struct command *
find_command(const struct command *const *list, const char *name)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(list[i]->name, name) == 0)
			return list[i];
	return NULL;
}

static enum assay_exit
unknown_command(const struct command *const *list, const char *name)
{
	const char *names[64];
	const char *nearest;
	size_t n = 0;

	for (size_t i = 0; list[i] != NULL && n < 63; i++)
		names[n++] = list[i]->name;
	names[n] = NULL;
	nearest = nearest_word(name, names);
	if (nearest != NULL)
		return complain(ASSAY_USAGE, "unknown command %s; did you mean %s?", name, nearest);
	return complain(ASSAY_USAGE, "unknown command %s; `assay --help` lists the commands", name);
}

static enum assay_exit
run_command(const struct command *command, const struct command *parent,
    const struct assay_settings *settings, int argc, char **argv)
{
	struct invocation invocation = { .command = command, .settings = settings };
	enum assay_exit status = parse_invocation(&invocation, argc, argv);

	if (status == ASSAY_PASS && invocation_has(&invocation, "help"))
		print_command_help(stdout, command, parent);
	else if (status == ASSAY_PASS && invocation.narguments < command->min_arguments)
		status = complain(ASSAY_USAGE, "`assay %s%s%s` needs %s; see --help",
		    parent == NULL ? "" : parent->name, parent == NULL ? "" : " ", command->name,
		    command->arguments);
	else if (status == ASSAY_PASS && invocation.narguments > command->max_arguments)
		status =
		    complain(ASSAY_USAGE, "`assay %s` does not know what to do with %s; see --help",
			command->name, invocation.arguments[command->max_arguments]);
	else if (status == ASSAY_PASS)
		status = command->run(&invocation);
	free_invocation(&invocation);
	/* What could not be written was not said: a full disk must not look like a pass. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain(ASSAY_ERROR, "cannot write to standard output");
	return status;
}

/* The environment is read here and nowhere else. */
static void
read_environment(
    struct assay_settings *settings, const char *config[3], char *user, char *data, size_t size)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME"),
		   *epoch = getenv("SOURCE_DATE_EPOCH");
	size_t n = 0;

	settings->data_folder = getenv("ASSAY_DATADIR");
	if (settings->data_folder == NULL)
		settings->data_folder = data_folder_beside_program(data, size);
	settings->temporary_folder = getenv("TMPDIR");
	config[n++] = ASSAY_SYSCONFDIR;
	if (xdg != NULL && *xdg == '/')
		snprintf(user, size, "%s/assay", xdg);
	else if (home != NULL && *home == '/')
		snprintf(user, size, "%s/.config/assay", home);
	if (*user != '\0')
		config[n++] = user;
	config[n] = NULL;
	settings->config_folders = config;
	settings->now =
	    epoch != NULL && *epoch != '\0' ? strtoll(epoch, NULL, 10) : (int64_t)time(NULL);
}

int
main(int argc, char **argv)
{
	struct assay_settings settings = { 0 };
	const char *config[3];
	char user[4096] = "", data[4096];
	const struct command *command, *parent = NULL;

	read_environment(&settings, config, user, data, sizeof(user));
	if (argc < 2) {
		print_help(stderr);
		return ASSAY_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return ASSAY_PASS;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("assay %s\n", assay_version());
		return ASSAY_PASS;
	}
	command = find_command(commands, argv[1]);
	if (command == NULL)
		return unknown_command(commands, argv[1]);
	argc -= 2;
	argv += 2;
	if (command->subcommands != NULL) {
		parent = command;
		if (argc == 0 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
			print_command_help(argc == 0 ? stderr : stdout, parent, NULL);
			return argc == 0 ? ASSAY_USAGE : ASSAY_PASS;
		}
		command = find_command(parent->subcommands, argv[0]);
		if (command == NULL)
			return unknown_command(parent->subcommands, argv[0]);
		argc--;
		argv++;
	}
	return run_command(command, parent, &settings, argc, argv);
}
