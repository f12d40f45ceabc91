/* Names against what the user expects: exactly, or by a regular expression (PCRE2). */
#ifndef PROVENANCE_MATCH_H
#define PROVENANCE_MATCH_H

#include "core/compiler.h"
#include "core/status.h"

/*
 * Is TEXT equal to EXACT, or, where that is NULL, does all of it match REGEX? A status where the
 * expression is wrong or takes too long. Both NULL: false.
 */
MUST_USE bool match_either(const char *text, const char *exact, const char *regex, struct status *);

#endif
