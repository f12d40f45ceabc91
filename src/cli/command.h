/*
 * Commands of the program. One file each, ending in one const struct command, one row in
 * commands[] (main.c), one line in src/local.mk. The row drives parsing, help, the manual's and
 * the completion's tests: declare, don't code. Commands use assay.h and this header only.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "assay.h"

struct option {
	const char *name;     /* "policy", without dashes */
	const char *argument; /* "FILE"; NULL for a switch */
	const char *help;     /* one line */
	bool is_repeatable;
};

struct invocation;

struct command {
	const char *name;
	const char *arguments;	      /* as in the usage line: "TARGET..." */
	const char *summary;	      /* one line */
	const struct option *options; /* ends with a row without a name; may be NULL */
	const struct option
	    *more_options; /* a second list, shared by several commands; may be NULL */
	const struct command *const *subcommands; /* ends with NULL; such a command has no run */
	size_t min_arguments, max_arguments;	  /* SIZE_MAX: any number */
	/* The exit status. Results go to standard output, everything else to standard error. */
	enum assay_exit (*run)(const struct invocation *);
};

extern const struct command *const commands[]; /* ends with NULL */

/* One call of a command, parsed and checked against its row. */
struct invocation {
	const struct command *command;
	const char *const *arguments;
	size_t narguments;
	const struct assay_settings *settings;
	struct given *given; /* private */
	size_t ngiven;
};

/* The argument of the last --NAME, or NULL. */
const char *invocation_value(const struct invocation *, const char *name);
bool invocation_has(const struct invocation *, const char *name);
/* The arguments of all --NAME, NULL-terminated, in order; owned by the invocation. */
const char *const *invocation_values(const struct invocation *, const char *name, size_t *ret_n);
/* A number from 0 to MAX, or FALLBACK where --NAME was not given; false and a message where it is
 * none. */
bool invocation_number(
    const struct invocation *, const char *name, uint64_t max, uint64_t fallback, uint64_t *ret);

/* "assay: ..." on standard error. Returns STATUS, for `return complain(ASSAY_USAGE, ...)`. */
enum assay_exit complain(enum assay_exit status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The message of an error of the library, and its status. */
enum assay_exit complain_error(const struct assay_error *);
/* Is color wanted on FILE, after --color WHEN, NO_COLOR, TERM? */
bool wants_color(const struct invocation *, FILE *);
/* Columns of the terminal that FILE is, or 0. */
unsigned terminal_width(FILE *);
/* The word of LIST (NULL-terminated) nearest to a misspelt one, or NULL. */
const char *nearest_word(const char *word, const char *const *list);
/* Prints the help of COMMAND (PARENT: the command it belongs to, or NULL). */
void print_command_help(FILE *, const struct command *, const struct command *parent);

/* The folder with rules/ and policies/ that belongs to the running program, in RET of SIZE bytes;
 * NULL where none lies beside it: then the one that it was configured with counts. */
const char *data_folder_beside_program(char *ret, size_t size);

#endif
