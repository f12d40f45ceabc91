/* What a text says about its license: see detect/license_notices.h. */
#include "config.h"

#include "detect/license_notices.h"

#include "core/limits.h"
#include "core/text.h"
#include "detect/license_expression.h"
#include "detect/license_reading.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_NOTICES (LIMIT_LICENSE_EVIDENCE + 1) /* one too many: whoever lists them says so */
#define MAX_VALUE 400				 /* bytes of an expression behind a tag */

static void
add(struct license_reading *r, struct license_notice notice)
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

static const char *
family_expression(const struct license_reading *r, const struct license_family *family,
    const char *version, const char *other, bool later)
{
	const char *suffix = !family->has_suffix ? "" : later ? "-or-later" : "-only";

	if (other != NULL && !later)
		return arena_format(r->arena, "%s-%s%s OR %s-%s%s", family->id, version, suffix,
		    family->id, other, suffix);
	return arena_format(r->arena, "%s-%s%s", family->id, version, suffix);
}

/* ---- names -------------------------------------------------------------------------------- */

/* "the MIT, BSD, and GPL licenses": do only names and conjunctions stand between I and "license"?
 */
static bool
leads_to_license(const struct license_reading *r, size_t i)
{
	size_t end;

	for (unsigned items = 0; items < 12 && i < r->n; items++) {
		if (IS(r, i, W_LICENSE, W_LICENSES))
			return true;
		if (IS(r, i, W_OR, W_AND))
			i++;
		else if (license_names_at(r->names, r->page->text, r->page->words, i, &end) != NULL)
			i = end;
		else /* "... and JSLint licenses" */
			return items > 0 && IS(r, i - 1, W_OR, W_AND) &&
			    IS(r, i + 1, W_LICENSE, W_LICENSES);
	}
	return false;
}

/* Do the words next to [start, end) speak of licensing? */
static bool
is_licensing(const struct license_reading *r, size_t start, size_t end)
{
	size_t from = start > 2 ? start - 2 : 0;
	const struct license_notice *last = r->out->n == 0 ? NULL : &r->out->list[r->out->n - 1];

	if (r->is_value)
		return true;
	for (size_t i = from; i < start; i++)
		if (IS(r, i, W_LICENSE, W_LICENSES, W_LICENSED, W_LICENSING, W_UNDER))
			return true;
	if (IS(r, end, W_LICENSED) || leads_to_license(r, end))
		return true;
	/* "MIT or GPL": the context of the one before. */
	return last != NULL && last->kind == NOTICE_NAME && start >= last->end &&
	    start - last->end <= 3 &&
	    (IS(r, last->end, W_OR, W_AND) || IS(r, start - 1, W_OR, W_AND) || start == last->end);
}

/* Is a bare name of a family used to license, a little further around? */
static bool
is_granting(const struct license_reading *r, size_t start, size_t end)
{
	size_t from = start > 14 ? start - 14 : 0;

	if (r->is_value)
		return true;
	for (size_t i = from; i < start; i++)
		if (IS(r, i, W_LICENSED, W_UNDER, W_TERMS, W_RELEASED, W_DISTRIBUTED, W_COPYING,
			W_COVERED, W_DUAL, W_COPY, W_LICENSE, W_LICENSES, W_LICENSING))
			return true;
	return IS(r, end, W_LICENSE, W_LICENSED, W_TERMS);
}

/* Does another name follow, as in "MPL 1.1/GPL 2.0"? */
static bool
starts_any(const struct license_reading *r, size_t i)
{
	size_t end;

	return i < r->n &&
	    license_names_at(r->names, r->page->text, r->page->words, i, &end) != NULL;
}

/* A name of a family at [start, end). Returns where to go on. */
static size_t
read_family(
    struct license_reading *r, const struct license_phrase *phrase, size_t start, size_t end)
{
	const struct license_family *family = phrase->family;
	size_t reach = phrase->is_weak ? 3 : 30, behind = end;
	const char *version = license_version_after(r, &family, end, reach, &behind), *other;
	struct license_notice notice = { .first = (uint32_t)start, .family = family };
	bool later;

	if (version == NULL)
		version = license_version_before(r, &family, start, &behind);
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
	if (phrase->is_weak && !family->has_suffix && !is_granting(r, start, behind) &&
	    !starts_any(r, behind) && !(IS(r, behind, W_OR, W_AND) && starts_any(r, behind + 1)))
		return end;
	/* A path to a text on the system, /usr/share/common-licenses/GPL-3: an aside. */
	notice.is_vague = start >= 2 && IS(r, start - 1, W_LICENSES) && IS(r, start - 2, W_COMMON);
	later = license_allows_later(r, behind, start, end, &notice.is_strict);
	other = license_second_version(r, family, behind);
	notice.expression = family_expression(r, family, version, other, later);
	notice.end = (uint32_t)(behind > end ? behind : end);
	if (notice.expression != NULL)
		add(r, notice);
	return notice.end;
}

/* "not under the GPL", "no part of it is in the public domain" */
static bool
is_denied(const struct license_reading *r, size_t start, size_t reach)
{
	for (size_t i = start; i-- > 0 && start - i <= reach;)
		if (IS(r, i, W_NOT, W_NO))
			return true;
	return false;
}

static size_t
read_phrase(
    struct license_reading *r, const struct license_phrase *phrase, size_t start, size_t end)
{
	bool is_public = phrase->id != NULL && strcmp(phrase->id, "LicenseRef-public-domain") == 0;

	if (IS(r, end, W_STYLE, W_LIKE, W_COMPATIBLE) || is_denied(r, start, is_public ? 6 : 3))
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
url_at(const struct license_reading *r, size_t i)
{
	size_t start = r->words[i].offset, end = start;

	for (; end < r->page->text.len && end - start < 300; end++) {
		uint8_t c = r->page->text.data[end];

		if (c <= ' ' || c >= 0x7f || strchr("\"<>(){}[]|\\^'`", c) != NULL)
			break;
	}
	return bytes_slice(r->page->text, start, end - start);
}

/* "http:" or "https:" */
static bool
starts_url(const struct license_reading *r, size_t pos)
{
	return license_byte_at(r, pos + 4) == ':' ||
	    (license_byte_at(r, pos + 4) == 's' && license_byte_at(r, pos + 5) == ':');
}

static size_t
read_url(struct license_reading *r, size_t i)
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
read_tag(struct license_reading *r, size_t i)
{
	size_t start = (size_t)r->words[i].offset + r->words[i].len, end, next = i + 1;
	struct bytes value;
	const char *expression = NULL;

	while (license_byte_at(r, start) == ' ')
		start++;
	if (license_byte_at(r, start) != ':' && license_byte_at(r, start) != '=')
		return next;
	for (end = ++start; end < r->page->text.len && end - start < MAX_VALUE; end++)
		if (license_byte_at(r, end) == '\n' || license_byte_at(r, end) == '\r' ||
		    license_byte_at(r, end) == '<' || license_byte_at(r, end) == '\\')
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
read_at(struct license_reading *r, size_t i)
{
	const struct license_phrase *phrase;
	uint32_t hash = r->words[i].hash;
	size_t end;

	if (hash == r->known[W_IDENTIFIER] && i >= 2 && IS(r, i - 1, W_LICENSE) &&
	    IS(r, i - 2, W_SPDX))
		return read_tag(r, i);
	if ((hash == r->known[W_HTTP] && starts_url(r, r->words[i].offset)) ||
	    hash == r->known[W_WWW])
		return read_url(r, i);
	phrase = license_names_at(r->names, r->page->text, r->page->words, i, &end);
	return phrase == NULL ? i + 1 : read_phrase(r, phrase, i, end);
}

void
license_notices_find(const struct license_names *names, struct arena *arena,
    const struct license_page *page, bool is_value, struct license_notices *out)
{
	struct license_reading r = { .names = names,
		.arena = arena,
		.page = page,
		.words = page->words->words,
		.n = page->words->n,
		.is_value = is_value,
		.out = out };

	license_reading_start(&r);
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
