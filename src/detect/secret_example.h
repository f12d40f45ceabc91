/*
 * Examples of the rules of secrets. They stand beside their rule as templates, so that no token
 * that looks alive stands in a file of ours, and only tests read them:
 *
 *   {{36:0-9A-Za-z}}   36 characters of the set, the same at every run
 *   {{crc32-base62}}   CRC-32 of the characters before it, as six digits of base 62
 */
#ifndef DETECT_SECRET_EXAMPLE_H
#define DETECT_SECRET_EXAMPLE_H

#include "core/buffer.h"
#include "core/bytes.h"

/* Adds TEMPLATE with its parts filled in; other braces are left as they are. */
void secret_example_fill(struct buffer *, struct bytes template_text);
/*
 * A scan has no use for examples, and reading YAML takes time: the lines of examples in the usual
 * form, a key with two spaces before it and what is indented deeper, become empty.
 */
void secret_example_drop(struct buffer *, struct bytes yaml);

#endif
