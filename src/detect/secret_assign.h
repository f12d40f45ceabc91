/* Reads the assignment of a value to a name, as any language writes it. */
#ifndef DETECT_SECRET_ASSIGN_H
#define DETECT_SECRET_ASSIGN_H

#include "core/bytes.h"

struct assignment {
	struct bytes name;   /* all of it: "DB_PASSWORD" */
	struct bytes suffix; /* of the name, after the keyword */
	struct bytes value;
	size_t pos; /* of the value in the text */
	bool is_quoted;
	bool is_joined; /* an operator stands between name and value, not a space alone */
};

/*
 * The assignment to the name that holds a keyword at [START, END) of TEXT: `name = "value"`,
 * `"name": "value"`, `name: value`, `<name>value</name>`, `set("NAME", "value")`, `--name value`,
 * `string name = ...`. False where there is none.
 */
bool assignment_read(struct bytes text, size_t start, size_t end, struct assignment *ret);

/*
 * A quick look at what stands behind the name: false where assignment_read() would find nothing but
 * a word behind a word ("the token is"), which is prose unless the name is an option's.
 */
bool assignment_may_follow(struct bytes text, size_t start, size_t end);

#endif
