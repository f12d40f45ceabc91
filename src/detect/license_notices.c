/* What a text says about its license: see detect/license_notices.h. */
#include "config.h"

#include "detect/license_notices.h"

#include "core/limits.h"
#include "core/text.h"
#include "detect/license_expression.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_NOTICES 4096
#define MAX_VALUE 400 /* bytes of an expression behind a tag */

/* Words whose meaning the code knows; the order is that of spellings[]. */
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
	W_COUNT
};

static const char *const spellings[W_COUNT] = { "version", "v", "ver", "versions", "or", "and",
	"any", "later", "newer", "higher", "greater", "above", "subsequent", "+", ">=", "only",
	"license", "licenses", "licensed", "licensing", "under", "terms", "style", "like",
	"compatible", "http", "www", "spdx", "identifier", "of", "the", "this", "either", "at",
	"your", "option", "gnu", "future", "released", "distributed", "copying", "covered", "dual",
	"up", "as", "published", "by", "free", "software", "foundation", "inc", "in", "conditions",
	"gpl", "lgpl", "is" };

/* Words that usually stand between the name of a license and its version. */
static const enum known fillers[] = { W_VERSION, W_V, W_VER, W_VERSIONS, W_OR, W_AND, W_LICENSE,
	W_UNDER, W_TERMS, W_OF, W_THE, W_THIS, W_EITHER, W_AT, W_YOUR, W_OPTION, W_GNU, W_AS,
	W_PUBLISHED, W_BY, W_FREE, W_SOFTWARE, W_FOUNDATION, W_INC, W_IN, W_CONDITIONS, W_GPL,
	W_LGPL, W_IS, W_ANY };

struct noticer {
	const struct license_names *names;
	struct arena *arena;
	const struct license_page *page;
	const struct license_word *words;
	size_t n;
	bool is_value;
	struct license_notices *out;
	uint32_t known[W_COUNT];
};

static enum known
meaning(const struct noticer *r, size_t i)
{
	if (i < r->n)
		for (int k = 0; k < W_COUNT; k++)
			if (r->words[i].hash == r->known[k])
				return (enum known)k;
	return W_COUNT;
}

static bool
is_one_of(const struct noticer *r, size_t i, const enum known *list, size_t n)
{
	enum known is = meaning(r, i);

	for (size_t k = 0; k < n; k++)
		if (is == list[k])
			return true;
	return false;
}

#define IS(r, i, ...)                                            \
	is_one_of((r), (i), (const enum known[]){ __VA_ARGS__ }, \
	    sizeof((const enum known[]){ __VA_ARGS__ }) / sizeof(enum known))

static uint8_t
byte_at(const struct noticer *r, size_t pos)
{
	return pos < r->page->text.len ? r->page->text.data[pos] : 0;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_number(const struct noticer *r, size_t i)
{
	return i < r->n && is_digit(byte_at(r, r->words[i].offset));
}

static void
add(struct noticer *r, struct license_notice notice)
{
	struct license_notices *out = r->out;

	if (out->n == MAX_NOTICES)
		return;
	if (out->n == out->room) {
		size_t room = out->room == 0 ? 16 : out->room * 2;
		struct license_notice *list = reallocarray(out->list, room, sizeof(*list));

		if (list == NULL) {
			out->failed = true;
			return;
		}
		out->list = list;
		out->room = room;
	}
	out->list[out->n++] = notice;
}

/* ---- versions ----------------------------------------------------------------------------- */

/* The number that starts at word I, as written ("2", "2.1", "1.3c"); *ret_end is behind it. */
static bool
read_number(const struct noticer *r, size_t i, char *out, size_t room, size_t *ret_end)
{
	size_t start, end;

	if (!is_number(r, i))
		return false;
	start = r->words[i].offset;
	end = start + r->words[i].len;
	i++;
	while (i < r->n && byte_at(r, end) == '.' && r->words[i].offset == end + 1 &&
	    is_number(r, i)) {
		end = (size_t)r->words[i].offset + r->words[i].len;
		i++;
	}
	if (i < r->n && r->words[i].offset == end && r->words[i].len == 1 && !is_number(r, i) &&
	    byte_at(r, end) != '+') {
		end++;
		i++;
	}
	if (end - start >= room)
		return false;
	memcpy(out, r->page->text.data + start, end - start);
	out[end - start] = '\0';
	*ret_end = i;
	return true;
}

static const char *
version_of(const struct license_family *family, const char *written)
{
	size_t len = strlen(written);

	for (size_t i = 0; i < LICENSE_VERSIONS && family->versions[i] != NULL; i++) {
		const char *version = family->versions[i];

		if (strcmp(version, written) == 0 ||
		    (strncmp(version, written, len) == 0 && strcmp(version + len, ".0") == 0))
			return version;
	}
	return NULL;
}

/* The version of *FAMILY that WRITTEN means, or NULL: "2" is 2.0. There is no GPL 2.1: who writes
 * so means the LGPL. */
static const char *
known_version(const struct license_family **family, const char *written)
{
	const char *version = version_of(*family, written);

	if (version == NULL && (*family)->mistaken_for != NULL) {
		version = version_of((*family)->mistaken_for, written);
		if (version != NULL)
			*family = (*family)->mistaken_for;
	}
	return version;
}

/* A phrase of another license: what follows speaks of that one. */
static bool
starts_another(const struct noticer *r, size_t i)
{
	size_t end;
	const struct license_phrase *phrase =
	    license_names_at(r->names, r->page->text, r->page->words, i, &end);

	return phrase != NULL && !phrase->is_weak;
}

/* May WORD stand between the name of a license and its version? */
static bool
is_filler(const struct noticer *r, size_t i)
{
	return is_one_of(r, i, fillers, ARRAY_LEN(fillers));
}

/*
 * A version at or behind word FROM: at once ("GPLv2", "License 2"), or after "version" within REACH
 * words, few of which may be others than those that usually stand there.
 */
static const char *
version_after(const struct noticer *r, const struct license_family **family, size_t from,
    size_t reach, size_t *ret_end)
{
	unsigned strangers = 0;
	char written[16];
	const char *version;

	for (size_t i = from; i < r->n && i < from + reach; i++) {
		bool at_once = i == from ||
		    (i == from + 1 && IS(r, from, W_LICENSE, W_V, W_VERSION, W_LEAST, W_VER));

		if (i > from && starts_another(r, i))
			return NULL;
		if (!is_number(r, i)) {
			strangers += !is_filler(r, i);
			if (strangers > 3)
				return NULL;
			continue;
		}
		if (!at_once && !IS(r, i - 1, W_VERSION, W_V, W_VER, W_VERSIONS))
			continue;
		version = read_number(r, i, written, sizeof(written), ret_end)
		    ? known_version(family, written)
		    : NULL;
		if (version != NULL)
			return version;
	}
	return NULL;
}

/* "version 2 of the GNU General Public License": a version before the name at START. */
static const char *
version_before(
    const struct noticer *r, const struct license_family **family, size_t start, size_t *ret_end)
{
	char written[16];
	size_t end;

	for (size_t i = start; i-- > 0 && start - i < 16;) {
		if (is_number(r, i) && i > 0 &&
		    IS(r, i - 1, W_VERSION, W_V, W_VER, W_VERSIONS, W_EITHER)) {
			if (!read_number(r, i, written, sizeof(written), &end) || end > start)
				return NULL;
			*ret_end = end;
			return known_version(family, written);
		}
		if (!is_number(r, i) &&
		    !IS(r, i, W_OF, W_THE, W_OR, W_AND, W_ANY, W_LATER, W_NEWER, W_HIGHER, W_AT,
			W_YOUR, W_OPTION, W_VERSION, W_V, W_GNU, W_ONLY, W_LICENSE, W_PLUS, W_THIS,
			W_GREATER))
			return NULL;
	}
	return NULL;
}

/*
 * Do the words from I on say "or later"? The name at [start, end) is passed over. *ret_strict:
 * they say "only".
 */
static bool
allows_later(const struct noticer *r, size_t i, size_t start, size_t end, bool *ret_strict)
{
	size_t choice = 0; /* words left in which "later" belongs to an "or" */

	*ret_strict = false;
	if ((i >= 2 && IS(r, i - 2, W_LEAST)) || (i >= 3 && IS(r, i - 3, W_LEAST)))
		return true;
	for (size_t seen = 0; i < r->n && seen < 14; i++, seen++) {
		if (i >= start && i < end) {
			seen--;
			continue;
		}
		if (IS(r, i, W_PLUS))
			return seen == 0;
		if (IS(r, i, W_ONLY)) {
			*ret_strict = true;
			return false;
		}
		if (IS(r, i, W_OR, W_ANY, W_AND))
			choice = 7;
		if (choice > 0 && IS(r, i, W_LATER, W_NEWER, W_SUBSEQUENT, W_FUTURE))
			return true;
		if (choice > 4 && IS(r, i, W_HIGHER, W_GREATER, W_ABOVE, W_UP))
			return true;
		choice -= choice > 0;
		if (seen > 0 && (is_number(r, i) || starts_another(r, i)))
			return false;
	}
	return false;
}

/* "version 2 or version 3", "2 or 3": a second version behind the first. */
static const char *
second_version(const struct noticer *r, const struct license_family *family, size_t i)
{
	char written[16];
	size_t end;

	if (!IS(r, i, W_OR, W_AND))
		return NULL;
	i++;
	if (IS(r, i, W_VERSION, W_V))
		i++;
	return read_number(r, i, written, sizeof(written), &end) ? version_of(family, written)
								 : NULL;
}

static const char *
family_expression(const struct noticer *r, const struct license_family *family, const char *version,
    const char *other, bool later)
{
	const char *suffix = !family->has_suffix ? "" : later ? "-or-later" : "-only";

	if (other != NULL && !later)
		return arena_format(r->arena, "%s-%s%s OR %s-%s%s", family->id, version, suffix,
		    family->id, other, suffix);
	return arena_format(r->arena, "%s-%s%s", family->id, version, suffix);
}

/* ---- names -------------------------------------------------------------------------------- */

/* Do the words next to [start, end) speak of licensing? */
static bool
is_licensing(const struct noticer *r, size_t start, size_t end)
{
	size_t from = start > 2 ? start - 2 : 0;
	const struct license_notice *last = r->out->n == 0 ? NULL : &r->out->list[r->out->n - 1];

	if (r->is_value)
		return true;
	for (size_t i = from; i < start; i++)
		if (IS(r, i, W_LICENSE, W_LICENSES, W_LICENSED, W_LICENSING, W_UNDER))
			return true;
	if (IS(r, end, W_LICENSE, W_LICENSES, W_LICENSED) ||
	    (IS(r, end, W_OR, W_AND) && IS(r, end + 2, W_LICENSE, W_LICENSES)))
		return true;
	/* "MIT or GPL": the context of the one before. */
	return last != NULL && last->kind == NOTICE_NAME && start >= last->end &&
	    start - last->end <= 3 &&
	    (IS(r, last->end, W_OR, W_AND) || IS(r, start - 1, W_OR, W_AND) || start == last->end);
}

/* Is a bare name of a family used to license, a little further around? */
static bool
is_granting(const struct noticer *r, size_t start, size_t end)
{
	size_t from = start > 14 ? start - 14 : 0;

	if (r->is_value)
		return true;
	for (size_t i = from; i < start; i++)
		if (IS(r, i, W_LICENSED, W_UNDER, W_TERMS, W_RELEASED, W_DISTRIBUTED, W_COPYING,
			W_COVERED, W_DUAL, W_LICENSE, W_LICENSES, W_LICENSING))
			return true;
	return IS(r, end, W_LICENSE, W_LICENSED, W_TERMS);
}

/* Does another name follow, as in "MPL 1.1/GPL 2.0"? */
static bool
starts_any(const struct noticer *r, size_t i)
{
	size_t end;

	return i < r->n &&
	    license_names_at(r->names, r->page->text, r->page->words, i, &end) != NULL;
}

/* A name of a family at [start, end). Returns where to go on. */
static size_t
read_family(struct noticer *r, const struct license_phrase *phrase, size_t start, size_t end)
{
	const struct license_family *family = phrase->family;
	size_t reach = phrase->is_weak ? 3 : 30, behind = end;
	const char *version = version_after(r, &family, end, reach, &behind), *other;
	struct license_notice notice = { .first = (uint32_t)start, .family = family };
	bool later;

	if (version == NULL)
		version = version_before(r, &family, start, &behind);
	notice.family = family;
	if (version == NULL) {
		if (family->unversioned == NULL || !is_granting(r, start, end) ||
		    (phrase->is_weak && !is_licensing(r, start, end)))
			return end;
		notice.is_vague = true;
		notice.expression = family->unversioned;
		notice.end = (uint32_t)end;
		add(r, notice);
		return end;
	}
	if (phrase->is_weak && !family->has_suffix && !is_granting(r, start, end) &&
	    !starts_any(r, behind) && !(IS(r, behind, W_OR, W_AND) && starts_any(r, behind + 1)))
		return end;
	later = allows_later(r, behind, start, end, &notice.is_strict);
	other = second_version(r, family, behind);
	notice.expression = family_expression(r, family, version, other, later);
	notice.end = (uint32_t)(behind > end ? behind : end);
	if (notice.expression != NULL)
		add(r, notice);
	return notice.end;
}

static size_t
read_phrase(struct noticer *r, const struct license_phrase *phrase, size_t start, size_t end)
{
	if (IS(r, end, W_STYLE, W_LIKE, W_COMPATIBLE))
		return end;
	if (phrase->family != NULL)
		return read_family(r, phrase, start, end);
	if (phrase->is_weak && !is_licensing(r, start, end))
		return start + 1;
	add(r,
	    (struct license_notice){ .first = (uint32_t)start,
		.end = (uint32_t)end,
		.expression = phrase->id,
		.is_exception = phrase->is_exception });
	return end;
}

/* ---- URLs and tags ------------------------------------------------------------------------ */

/* The run of characters of a URL that starts at the offset of word I. */
static struct bytes
url_at(const struct noticer *r, size_t i)
{
	size_t start = r->words[i].offset, end = start;

	for (; end < r->page->text.len && end - start < 300; end++) {
		uint8_t c = r->page->text.data[end];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>(){}[]|\\^'`", c) != NULL)
			break;
	}
	return bytes_slice(r->page->text, start, end - start);
}

static size_t
read_url(struct noticer *r, size_t i)
{
	struct bytes url = url_at(r, i);
	const char *id = license_names_url(r->names, url);
	size_t end = i + 1;

	while (end < r->n && r->words[end].offset < r->words[i].offset + url.len)
		end++;
	if (id != NULL)
		add(r,
		    (struct license_notice){ .kind = NOTICE_URL,
			.first = (uint32_t)i,
			.end = (uint32_t)end,
			.expression = id });
	return end;
}

/* What checks the leaves of an expression. */
struct known_check {
	const struct license_names *names;
	bool lacks;
};

static bool
check_leaf(const struct license_node *one, void *context)
{
	struct known_check *check = context;

	if (strncmp(one->id, "LicenseRef-", 11) == 0 || strncmp(one->id, "DocumentRef-", 12) == 0)
		return true;
	check->lacks |= license_names_known(check->names, one->id, false) == NULL ||
	    (one->exception != NULL &&
		license_names_known(check->names, one->exception, true) == NULL);
	return !check->lacks;
}

/* TEXT as an expression of known licenses, in proper spelling; NULL where it is none. */
static const char *
known_expression(const struct license_names *names, struct arena *arena, struct bytes text)
{
	struct status status = { 0 };
	struct known_check check = { .names = names };
	const char *string = arena_string_of(arena, text);
	const struct license_node *node =
	    string == NULL ? NULL : license_expression_parse(arena, string, &status);

	if (node == NULL || !license_expression_each(node, check_leaf, &check))
		return NULL;
	return license_expression_print(arena, node);
}

/* Without spaces, quotes and the ends of comments around it. */
static struct bytes
trim(struct bytes b)
{
	while (b.len > 0 && (b.data[0] <= ' ' || strchr("\"'`[{,", b.data[0]) != NULL))
		b = bytes_slice(b, 1, b.len);
	while (b.len > 0 &&
	    (b.data[b.len - 1] <= ' ' || strchr("\"'`],;*/}.>-#", b.data[b.len - 1]) != NULL))
		b.len--;
	return b;
}

/* Behind "SPDX-License-Identifier:" up to the end of the line. */
static size_t
read_tag(struct noticer *r, size_t i)
{
	size_t start = (size_t)r->words[i].offset + r->words[i].len, end, next = i + 1;
	struct bytes value;
	const char *expression = NULL;

	while (byte_at(r, start) == ' ')
		start++;
	if (byte_at(r, start) != ':' && byte_at(r, start) != '=')
		return next;
	for (end = ++start; end < r->page->text.len && end - start < MAX_VALUE; end++)
		if (byte_at(r, end) == '\n' || byte_at(r, end) == '\r' || byte_at(r, end) == '<' ||
		    byte_at(r, end) == '\\')
			break;
	value = trim(bytes_slice(r->page->text, start, end - start));
	/* What follows the expression on the line is cut word by word. */
	for (struct bytes part = value; part.len > 0 && expression == NULL;) {
		expression = known_expression(r->names, r->arena, part);
		while (part.len > 0 && part.data[part.len - 1] > ' ')
			part.len--;
		part = trim(part);
	}
	while (next < r->n && r->words[next].offset < end)
		next++;
	if (expression == NULL)
		expression = license_names_whole(r->names, value);
	if (expression != NULL)
		add(r,
		    (struct license_notice){ .kind = NOTICE_TAG,
			.first = (uint32_t)i,
			.end = (uint32_t)next,
			.expression = expression });
	return next;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static size_t
read_at(struct noticer *r, size_t i)
{
	const struct license_phrase *phrase;
	uint32_t hash = r->words[i].hash;
	size_t end;

	if (hash == r->known[W_IDENTIFIER] && i >= 2 && IS(r, i - 1, W_LICENSE) &&
	    IS(r, i - 2, W_SPDX))
		return read_tag(r, i);
	if ((hash == r->known[W_HTTP] &&
		byte_at(r, (size_t)r->words[i].offset + r->words[i].len) == ':') ||
	    hash == r->known[W_WWW])
		return read_url(r, i);
	phrase = license_names_at(r->names, r->page->text, r->page->words, i, &end);
	return phrase == NULL ? i + 1 : read_phrase(r, phrase, i, end);
}

void
license_notices_find(const struct license_names *names, struct arena *arena,
    const struct license_page *page, bool is_value, struct license_notices *out)
{
	struct noticer r = { .names = names,
		.arena = arena,
		.page = page,
		.words = page->words->words,
		.n = page->words->n,
		.is_value = is_value,
		.out = out };

	for (int i = 0; i < W_COUNT; i++)
		r.known[i] = license_hash(bytes_of_string(spellings[i]));
	for (size_t i = 0; i < r.n && !out->failed;)
		i = page->skip != NULL && page->skip[i] ? i + 1 : read_at(&r, i);
}

void
license_notices_free(struct license_notices *notices)
{
	free(notices->list);
	*notices = (struct license_notices){ 0 };
}

/* Everything VALUE names, under one AND (or OR, where it says "or" or has a slash or bar). */
static const char *
join_notices(struct arena *arena, const struct license_notices *notices, bool is_choice)
{
	const struct license_node *all = NULL;
	struct status status = { 0 };

	for (size_t i = 0; i < notices->n; i++)
		if (!notices->list[i].is_exception)
			all = license_expression_join(arena, is_choice ? LICENSE_OR : LICENSE_AND,
			    all,
			    license_expression_parse(arena, notices->list[i].expression, &status));
	return all == NULL ? NULL : license_expression_print(arena, all);
}

const char *
license_notices_value(const struct license_names *names, const struct license_variants *variants,
    struct arena *arena, struct bytes value)
{
	struct license_words words = { 0 };
	struct license_notices notices = { 0 };
	struct license_page page = { .text = value = trim(value), .words = &words };
	const char *found;
	bool is_choice;

	if (value.len == 0 || value.len > MAX_VALUE)
		return NULL;
	found = license_names_whole(names, value);
	if (found == NULL)
		found = known_expression(names, arena, value);
	if (found != NULL)
		return found;
	license_words_read(&words, variants, value);
	license_notices_find(names, arena, &page, true, &notices);
	is_choice = bytes_find(value, bytes_of_string(" or "), 0) >= 0 ||
	    bytes_find(value, bytes_of_string(" OR "), 0) >= 0 ||
	    memchr(value.data, '|', value.len) != NULL ||
	    (memchr(value.data, '/', value.len) != NULL &&
		bytes_find(value, bytes_of_string("://"), 0) < 0);
	found = join_notices(arena, &notices, is_choice);
	license_notices_free(&notices);
	license_words_free(&words);
	return found;
}
