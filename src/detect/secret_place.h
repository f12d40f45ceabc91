/* What stands around a value: does the text make a secret of it? */
#ifndef DETECT_SECRET_PLACE_H
#define DETECT_SECRET_PLACE_H

#include "core/bytes.h"

struct secret_rule;
struct secret_words;

/* Does nothing of the same kind stand before and behind SECRET, a part of TEXT? */
bool secret_is_alone(struct bytes text, struct bytes secret);
/*
 * Is SECRET, which RULE found behind a service's name that ends at END of TEXT, a key of that
 * service? It needs a link to the name, to be whole, and not to be called something else.
 */
bool secret_is_near_key(struct bytes text, size_t end, struct bytes secret,
    const struct secret_rule *rule, const struct secret_words *words);

#endif
