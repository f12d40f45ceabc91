/* Versions of licenses in notices: see detect/license_reading.h. */
#include "config.h"

#include "detect/license_reading.h"

static const char *const spellings[W_COUNT] = { "version", "v", "ver", "versions", "or", "and",
	"any", "later", "newer", "higher", "greater", "above", "subsequent", "+", ">=", "only",
	"license", "licenses", "licensed", "licensing", "under", "terms", "style", "like",
	"compatible", "http", "www", "spdx", "identifier", "of", "the", "this", "either", "at",
	"your", "option", "gnu", "future", "released", "distributed", "copying", "covered", "dual",
	"up", "as", "published", "by", "free", "software", "foundation", "inc", "in", "conditions",
	"gpl", "lgpl", "is", "copy", "common", "not", "no" };

/* Words that usually stand between the name of a license and its version. */
static const enum known fillers[] = { W_VERSION, W_V, W_VER, W_VERSIONS, W_OR, W_AND, W_LICENSE,
	W_UNDER, W_TERMS, W_OF, W_THE, W_THIS, W_EITHER, W_AT, W_YOUR, W_OPTION, W_GNU, W_AS,
	W_PUBLISHED, W_BY, W_FREE, W_SOFTWARE, W_FOUNDATION, W_INC, W_IN, W_CONDITIONS, W_GPL,
	W_LGPL, W_IS, W_ANY };

void
license_reading_start(struct license_reading *r)
{
	for (int i = 0; i < W_COUNT; i++)
		r->known[i] = license_hash(bytes_of_string(spellings[i]));
}

static enum known
meaning(const struct license_reading *r, size_t i)
{
	if (i < r->n)
		for (int k = 0; k < W_COUNT; k++)
			if (r->words[i].hash == r->known[k])
				return (enum known)k;
	return W_COUNT;
}

bool
license_is_one_of(const struct license_reading *r, size_t i, const enum known *list, size_t n)
{
	enum known is = meaning(r, i);

	for (size_t k = 0; k < n; k++)
		if (is == list[k])
			return true;
	return false;
}

uint8_t
license_byte_at(const struct license_reading *r, size_t pos)
{
	return pos < r->page->text.len ? r->page->text.data[pos] : 0;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_number(const struct license_reading *r, size_t i)
{
	return i < r->n && is_digit(license_byte_at(r, r->words[i].offset));
}

/* The number that starts at word I, as written ("2", "2.1", "1.3c"); *ret_end is behind it. */
static bool
read_number(const struct license_reading *r, size_t i, char *out, size_t room, size_t *ret_end)
{
	size_t start, end;

	if (!is_number(r, i))
		return false;
	start = r->words[i].offset;
	end = start + r->words[i].len;
	i++;
	while (i < r->n && license_byte_at(r, end) == '.' && r->words[i].offset == end + 1 &&
	    is_number(r, i)) {
		end = (size_t)r->words[i].offset + r->words[i].len;
		i++;
	}
	if (i < r->n && r->words[i].offset == end && r->words[i].len == 1 && !is_number(r, i) &&
	    license_byte_at(r, end) != '+') {
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
starts_another(const struct license_reading *r, size_t i)
{
	size_t end;
	const struct license_phrase *phrase =
	    license_names_at(r->names, r->page->text, r->page->words, i, &end);

	return phrase != NULL && !phrase->is_weak;
}

/* May WORD stand between the name of a license and its version? */
static bool
is_filler(const struct license_reading *r, size_t i)
{
	return license_is_one_of(r, i, fillers, ARRAY_LEN(fillers));
}

const char *
license_version_after(const struct license_reading *r, const struct license_family **family,
    size_t from, size_t reach, size_t *ret_end)
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

const char *
license_version_before(const struct license_reading *r, const struct license_family **family,
    size_t start, size_t *ret_end)
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

bool
license_allows_later(
    const struct license_reading *r, size_t i, size_t start, size_t end, bool *ret_strict)
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

const char *
license_second_version(
    const struct license_reading *r, const struct license_family *family, size_t i)
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
