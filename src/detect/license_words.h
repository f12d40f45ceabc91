/*
 * The words of a text as licenses are compared: letters in lower case and digits apart, without
 * punctuation, markup, comment leaders, bullets, and with one spelling for words that have several
 * (SPDX license list matching guidelines). tools/make-license-data.py holds the same rules.
 */
#ifndef DETECT_LICENSE_WORDS_H
#define DETECT_LICENSE_WORDS_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

struct license_word {
	uint32_t hash;	 /* license_hash() of the word */
	uint32_t offset; /* of its first byte in the text */
	uint16_t len;	 /* in the text, with what belongs to it */
	uint16_t id;	 /* in the dictionary of texts.dat; 0 where it is not there */
};

struct license_words {
	struct license_word *words;
	size_t n, room;
	bool failed; /* out of memory: what was read is not all */
};

/* Spellings that mean the same: rules/licenses/words.tsv. */
struct license_variants;

/* NULL and a status where the table is malformed. */
MUST_USE struct license_variants *license_variants_new(
    struct bytes table, const char *source, struct status *);
void license_variants_free(struct license_variants *);

/* FNV-1a over a word in lower case. */
uint32_t license_hash(struct bytes word);
/* Replaces what WORDS hold by the words of TEXT. VARIANTS may be NULL. */
void license_words_read(struct license_words *, const struct license_variants *, struct bytes text);
void license_words_free(struct license_words *); /* the contents, not the struct */

#endif
