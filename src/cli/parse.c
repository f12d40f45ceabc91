/* Parses argv against the rows of commands. */
#include "config.h"

#include "cli/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct given {
	const struct option *option;
	const char *argument; /* NULL for a switch */
	const char **values;  /* filled in by invocation_values() */
};

enum assay_exit
complain(enum assay_exit status, const char *format, ...)
{
	va_list args;

	fputs("assay: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

enum assay_exit
complain_error(const struct assay_error *error)
{
	return complain(error->exit, "%s", error->text);
}

/* Edit distance with adjacent swaps, for short words. */
static size_t
distance(const char *a, const char *b)
{
	size_t table[3][34] = { { 0 } }, n = strlen(a), m = strlen(b);

	if (n > 32 || m > 32)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		table[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = table[i % 3], *above = table[(i - 1) % 3],
		       *twice = table[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    twice[j - 2] + 1 < best)
				best = twice[j - 2] + 1;
			row[j] = best;
		}
	}
	return table[n % 3][m];
}

const char *
nearest_word(const char *word, const char *const *list)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 2;

	for (size_t i = 0; list[i] != NULL; i++) {
		size_t d = distance(word, list[i]);

		if (d < least) {
			least = d;
			best = list[i];
		}
	}
	return best;
}

static const struct option *
find_in(const struct option *list, const char *name, size_t len)
{
	for (size_t i = 0; list != NULL && list[i].name != NULL; i++)
		if (strlen(list[i].name) == len && strncmp(list[i].name, name, len) == 0)
			return &list[i];
	return NULL;
}

static const struct option *
find_option(const struct command *command, const char *name, size_t len)
{
	const struct option *found = find_in(command->options, name, len);

	if (found == NULL)
		found = find_in(command->more_options, name, len);
	return found != NULL ? found : find_in(common_options, name, len);
}

static enum assay_exit
unknown_option(const struct command *command, const char *word)
{
	const struct option *const lists[] = { command->options, command->more_options,
		common_options };
	const char *names[128];
	char name[64];
	const char *nearest;
	size_t n = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	for (size_t l = 0; l < 3; l++)
		for (size_t i = 0; lists[l] != NULL && lists[l][i].name != NULL && n < 127; i++)
			names[n++] = lists[l][i].name;
	names[n] = NULL;
	nearest = nearest_word(name, names);
	if (nearest != NULL)
		return complain(ASSAY_USAGE,
		    "unknown option --%s of `assay %s`; did you mean --%s?", name, command->name,
		    nearest);
	return complain(ASSAY_USAGE, "unknown option --%s; `assay %s --help` lists the options",
	    name, command->name);
}

/* argv[*i] is an option: adds it to the invocation. */
static enum assay_exit
parse_option(struct invocation *invocation, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
	const struct option *option = find_option(invocation->command, word, len);
	const char *argument = equals == NULL ? NULL : equals + 1;

	if (option == NULL)
		return unknown_option(invocation->command, word);
	if (option->argument == NULL && argument != NULL)
		return complain(ASSAY_USAGE, "--%s takes no argument", option->name);
	if (option->argument != NULL && argument == NULL) {
		if (*i + 1 >= argc)
			return complain(ASSAY_USAGE, "--%s needs an argument: --%s %s",
			    option->name, option->name, option->argument);
		argument = argv[++*i];
	}
	if (!option->is_repeatable && invocation_has(invocation, option->name))
		return complain(ASSAY_USAGE, "--%s is given twice", option->name);
	invocation->given[invocation->ngiven++] = (struct given){ option, argument, NULL };
	return ASSAY_PASS;
}

enum assay_exit
parse_invocation(struct invocation *invocation, int argc, char **argv)
{
	const char **arguments = calloc((size_t)argc + 1, sizeof(*arguments));
	bool only_arguments = false;

	invocation->given = calloc((size_t)argc + 1, sizeof(*invocation->given));
	if (arguments == NULL || invocation->given == NULL) {
		free(arguments);
		return complain(ASSAY_ERROR, "no memory");
	}
	invocation->arguments = arguments;
	for (int i = 0; i < argc; i++) {
		enum assay_exit status = ASSAY_PASS;

		if (only_arguments || argv[i][0] != '-' || argv[i][1] == '\0')
			arguments[invocation->narguments++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			only_arguments = true;
		else if (strcmp(argv[i], "-h") == 0)
			invocation->given[invocation->ngiven++] =
			    (struct given){ find_in(common_options, "help", 4), NULL, NULL };
		else if (strncmp(argv[i], "--", 2) == 0)
			status = parse_option(invocation, argc, argv, &i);
		else
			status = complain(ASSAY_USAGE,
			    "unknown option %s; options are words, as in --help", argv[i]);
		if (status != ASSAY_PASS)
			return status;
	}
	return ASSAY_PASS;
}

void
free_invocation(struct invocation *invocation)
{
	for (size_t i = 0; i < invocation->ngiven; i++)
		free(invocation->given[i].values);
	free(invocation->given);
	free((void *)(uintptr_t)invocation->arguments);
}

const char *
invocation_value(const struct invocation *invocation, const char *name)
{
	for (size_t i = invocation->ngiven; i > 0; i--)
		if (strcmp(invocation->given[i - 1].option->name, name) == 0)
			return invocation->given[i - 1].argument;
	return NULL;
}

bool
invocation_has(const struct invocation *invocation, const char *name)
{
	for (size_t i = 0; i < invocation->ngiven; i++)
		if (strcmp(invocation->given[i].option->name, name) == 0)
			return true;
	return false;
}

const char *const *
invocation_values(const struct invocation *invocation, const char *name, size_t *ret_n)
{
	static const char *const none[] = { NULL };
	struct given *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < invocation->ngiven; i++) {
		struct given *given = &invocation->given[i];

		if (strcmp(given->option->name, name) != 0)
			continue;
		if (first == NULL) {
			first = given;
			free(first->values);
			first->values = calloc(invocation->ngiven + 1, sizeof(*first->values));
			if (first->values == NULL)
				return none;
		}
		first->values[(*ret_n)++] = given->argument;
	}
	return first == NULL ? none : (const char *const *)first->values;
}

bool
invocation_number(const struct invocation *invocation, const char *name, uint64_t max,
    uint64_t fallback, uint64_t *ret)
{
	const char *text = invocation_value(invocation, name);
	char *end;
	unsigned long long value;

	*ret = fallback;
	if (text == NULL)
		return true;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || value > max) {
		complain(ASSAY_USAGE, "--%s %s: a number from 0 to %ju is needed", name, text,
		    (uintmax_t)max);
		return false;
	}
	*ret = value;
	return true;
}

bool
wants_color(const struct invocation *invocation, FILE *file)
{
	const char *when = invocation_value(invocation, "color");
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (when != NULL && strcmp(when, "always") == 0)
		return true;
	if ((when != NULL && strcmp(when, "never") == 0) || (no_color != NULL && *no_color != '\0'))
		return false;
	return isatty(fileno(file)) && term != NULL && strcmp(term, "dumb") != 0;
}

unsigned
terminal_width(FILE *file)
{
	struct winsize size;

	return isatty(fileno(file)) && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 ? size.ws_col
										   : 0;
}
