/* Parses argv against the rows of commands; private to cli/. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/command.h"

extern const struct option common_options[]; /* of every command: --help, --color, ... */

/* Fills in everything but command and settings, which are set before. ASSAY_PASS, or what to exit
 * with. */
enum assay_exit parse_invocation(struct invocation *, int argc, char **argv);
void free_invocation(struct invocation *);

#endif
