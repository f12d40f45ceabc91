/*
 * A service whose keys have a form that is known leaves nothing to guess: a value near its name, or
 * with the prefix of its tokens, is its key where it has that form, and is none where it has not.
 * The rules that guess (generic keys, services of unknown form) ask here first.
 */
#ifndef DETECT_SECRET_CLAIM_H
#define DETECT_SECRET_CLAIM_H

#include "core/bytes.h"

struct secret_rules;

/* Is VALUE, which follows BEFORE in the text, for a rule that knows its form to judge? */
bool secret_is_claimed(const struct secret_rules *, struct bytes before, struct bytes value);

/* Does a word or a part of a name like `getAdafruitKey` begin at POS? */
bool secret_is_name_start(struct bytes text, size_t pos);

#endif
