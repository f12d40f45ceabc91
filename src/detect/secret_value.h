/* Is a value anybody's secret, or a placeholder, a template, a name, a word? */
#ifndef DETECT_SECRET_VALUE_H
#define DETECT_SECRET_VALUE_H

#include "core/bytes.h"

struct secret_words;

/* Shannon's entropy, in bits a byte. */
double secret_entropy(struct bytes);
/* Does B hold one of WORDS (lower case, NULL-terminated), without regard to case? */
bool secret_holds(struct bytes b, const char *const *words);
/* ${VAR}, {{ x }}, <token>, %s, $(command), and values of few different characters. */
bool secret_is_filler(struct bytes value, const struct secret_words *);
/*
 * Can the value be random or a password at all? A quick look, before words are compared: without
 * a digit or a sign it would have to be long and of both cases.
 */
bool secret_is_possible(struct bytes value);
/* A UUID is nobody's secret unless its provider makes it one. */
bool secret_is_uuid(struct bytes value);
/* Do its letters follow each other as in words? */
bool secret_is_wordy(struct bytes value, const struct secret_words *);
/* Made by a machine: letters and digits of every kind, no words, ENTROPY bits a character. */
bool secret_is_random(struct bytes value, double entropy, const struct secret_words *);
/* Letters and digits as in tokens, some of each or of both cases. */
bool secret_is_token(struct bytes value);
/* Made by a human, to be hard to guess. IS_QUOTED: it is surely a text, not an expression. */
bool secret_is_password(struct bytes value, bool is_quoted, const struct secret_words *);

#endif
