/*
 * Notices: what a text says about its license without holding it. "Licensed under the Apache
 * License, Version 2.0", "either version 2 of the License, or (at your option) any later
 * version", SPDX-License-Identifier, URLs.
 */
#ifndef DETECT_LICENSE_NOTICES_H
#define DETECT_LICENSE_NOTICES_H

#include "detect/license_names.h"

enum license_notice_kind { NOTICE_NAME, NOTICE_URL, NOTICE_TAG };

struct license_notice {
	enum license_notice_kind kind;
	uint32_t first, end;		     /* words of the text: [first, end) */
	const char *expression;		     /* in the arena or in the names */
	const struct license_family *family; /* NULL for a license of one version */
	bool is_vague;			     /* the family without its version */
	bool is_strict;			     /* says "only" in so many words */
	bool is_exception;		     /* EXPRESSION is an exception */
};

struct license_notices {
	struct license_notice *list;
	size_t n, room;
	bool failed; /* out of memory */
};

/* The words of a text in which notices are sought; skip[i] says that word I belongs to something
 * already known. */
struct license_page {
	struct bytes text;
	const struct license_words *words;
	const uint8_t *skip;
};

/*
 * Appends what PAGE says to NOTICES. With IS_VALUE the text is the value of a license field, and
 * weak names count without more words around them.
 */
void license_notices_find(const struct license_names *, struct arena *, const struct license_page *,
    bool is_value, struct license_notices *);
void license_notices_free(struct license_notices *); /* the contents, not the struct */

/* The expression that VALUE of a license field means: an expression, a name, a notice. NULL
 * where it means none. */
const char *license_notices_value(const struct license_names *, const struct license_variants *,
    struct arena *, struct bytes value);

#endif
