/*
 * A text on its way through the search for notices: its words, the few words whose meaning the code
 * knows, and the versions that stand behind or before the name of a license. Private to
 * license_notices.c and license_versions.c.
 */
#ifndef DETECT_LICENSE_READING_H
#define DETECT_LICENSE_READING_H

#include "detect/license_notices.h"

/* Words whose meaning the code knows; the order is that of the spellings in license_versions.c. */
enum known {
	W_VERSION,
	W_V,
	W_VER,
	W_VERSIONS,
	W_OR,
	W_AND,
	W_ANY,
	W_LATER,
	W_NEWER,
	W_HIGHER,
	W_GREATER,
	W_ABOVE,
	W_SUBSEQUENT,
	W_PLUS,
	W_LEAST,
	W_ONLY,
	W_LICENSE,
	W_LICENSES,
	W_LICENSED,
	W_LICENSING,
	W_UNDER,
	W_TERMS,
	W_STYLE,
	W_LIKE,
	W_COMPATIBLE,
	W_HTTP,
	W_WWW,
	W_SPDX,
	W_IDENTIFIER,
	W_OF,
	W_THE,
	W_THIS,
	W_EITHER,
	W_AT,
	W_YOUR,
	W_OPTION,
	W_GNU,
	W_FUTURE,
	W_RELEASED,
	W_DISTRIBUTED,
	W_COPYING,
	W_COVERED,
	W_DUAL,
	W_UP,
	W_AS,
	W_PUBLISHED,
	W_BY,
	W_FREE,
	W_SOFTWARE,
	W_FOUNDATION,
	W_INC,
	W_IN,
	W_CONDITIONS,
	W_GPL,
	W_LGPL,
	W_IS,
	W_COPY,
	W_COMMON,
	W_NOT,
	W_NO,
	W_COUNT
};

struct license_reading {
	const struct license_names *names;
	struct arena *arena;
	const struct license_page *page;
	const struct license_word *words;
	size_t n;
	bool is_value;
	struct license_notices *out;
	uint32_t known[W_COUNT];
};

/* Fills in the known words. */
void license_reading_start(struct license_reading *);
/* Is word I one of LIST? A word behind the last is none. */
bool license_is_one_of(const struct license_reading *, size_t i, const enum known *list, size_t n);

#define IS(r, i, ...)                                                    \
	license_is_one_of((r), (i), (const enum known[]){ __VA_ARGS__ }, \
	    sizeof((const enum known[]){ __VA_ARGS__ }) / sizeof(enum known))

/* The byte at POS; 0 behind the end. */
uint8_t license_byte_at(const struct license_reading *, size_t pos);

/*
 * A version at or behind word FROM: at once ("GPLv2", "License 2"), or after "version" within REACH
 * words, few of which may be others than those that usually stand there. May replace *FAMILY by the
 * one that it is mistaken for. NULL where there is none; *ret_end is behind it.
 */
const char *license_version_after(const struct license_reading *, const struct license_family **,
    size_t from, size_t reach, size_t *ret_end);
/* "version 2 of the GNU General Public License": a version before the name at START. */
const char *license_version_before(
    const struct license_reading *, const struct license_family **, size_t start, size_t *ret_end);
/*
 * Do the words from I on say "or later"? The name at [start, end) is passed over. *ret_strict:
 * they say "only".
 */
bool license_allows_later(
    const struct license_reading *, size_t i, size_t start, size_t end, bool *ret_strict);
/* "version 2 or version 3", "2 or 3": a second version behind the first, or NULL. */
const char *license_second_version(
    const struct license_reading *, const struct license_family *, size_t i);

#endif
