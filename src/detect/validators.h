/*
 * Numbers that prove themselves: check digits, dates and ranges of identifiers from all over the
 * world. A validator gets a number in compact form: letters in upper case and digits only, what
 * separated them left out.
 */
#ifndef DETECT_VALIDATORS_H
#define DETECT_VALIDATORS_H

#include "core/bytes.h"
#include "core/compiler.h"

#define VALIDATOR_MAX 96 /* characters of a compact number */

struct validator {
	const char *name; /* as rule files name it: "luhn", "us-ssn", "pl-pesel" */
	bool (*check)(const char *number, size_t len);
};

/* NULL where there is none. */
const struct validator *validator_by_name(const char *name);
/* All of them, one after the other; ends with one whose name is NULL. */
const struct validator *validator_at(size_t i);
/* False where TEXT holds more than a number has; else its compact form in RET. */
MUST_USE bool validator_compact(struct bytes text, char ret[VALIDATOR_MAX + 1], size_t *ret_len);

#endif
