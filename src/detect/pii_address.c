/* Addresses of people and machines: see detect/pii_find.h. */
#include "config.h"

#include "detect/pii_find.h"

#define LOCAL_MAX 64 /* RFC 5321, section 4.5.3.1 */
#define HOST_MAX 255

static const struct pii_found nothing;

static bool
is_local(unsigned char c)
{
	return pii_is_alnum(c) || c >= 0x80 || (c != 0 && strchr("._%+-'!#$&*?^{}|~", c) != NULL);
}

static bool
is_label(unsigned char c)
{
	return pii_is_alnum(c) || c == '-' || c == '_' || c >= 0x80;
}

/* Where the name of a host that starts at POS ends; 0 where it has not two labels or does not end
 * in a top domain. */
static size_t
host_end(const struct pii_rules *rules, struct bytes text, size_t pos)
{
	size_t end = pos, label = pos, dots = 0;
	struct bytes top;
	bool is_named = false;

	while (end < text.len && end - pos < HOST_MAX) {
		if (text.data[end] == '.' && end > label && is_label(pii_at(text, end + 1))) {
			dots++;
			label = end + 1;
		} else if (!is_label(text.data[end])) {
			break;
		}
		end++;
	}
	while (end > label && text.data[end - 1] == '-')
		end--;
	top = bytes_slice(text, label, end - label);
	for (size_t i = 0; i < top.len; i++)
		is_named = is_named || !pii_is_digit(top.data[i]);
	if (dots == 0 || top.len < 2 || !is_named || pii_words_have(&rules->extensions, top))
		return 0;
	return top.len == 2 || bytes_starts(top, "xn--") || top.data[0] >= 0x80 ||
		pii_words_have(&rules->top, top)
	    ? end
	    : 0;
}

/* Is HOST, or the end of it from a dot on, in WORDS? */
static bool
host_in(const struct pii_words *words, struct bytes host)
{
	for (size_t i = 0; i < host.len; i++)
		if ((i == 0 || host.data[i - 1] == '.') &&
		    pii_words_have(words, bytes_slice(host, i, host.len)))
			return true;
	return false;
}

static bool
is_role(const struct pii_rules *rules, struct bytes local)
{
	size_t from = 0;

	for (size_t i = 0; i <= local.len; i++) {
		if (i < local.len && strchr("-_.+", local.data[i]) == NULL)
			continue;
		if (pii_words_have(&rules->roles, bytes_slice(local, from, i - from)))
			return true;
		from = i + 1;
	}
	return false;
}

struct pii_found
pii_find_email(const struct pii_rules *rules, struct bytes text, size_t at)
{
	struct pii_found found = { at, 0, 50, false };
	struct bytes local, host;
	unsigned char before;

	while (
	    found.start > 0 && at - found.start < LOCAL_MAX && is_local(text.data[found.start - 1]))
		found.start--;
	while (found.start < at && strchr(".'-*{}|", text.data[found.start]) != NULL)
		found.start++;
	local = bytes_slice(text, found.start, at - found.start);
	if (local.len == 0 || local.data[local.len - 1] == '.')
		return nothing;
	found.end = host_end(rules, text, at + 1);
	if (found.end == 0)
		return nothing;
	host = bytes_slice(text, at + 1, found.end - at - 1);
	before = found.start > 0 ? text.data[found.start - 1] : 0;
	if (bytes_equal_string(local, "git") || pii_at(text, found.end) == '(' ||
	    (before == '/' && pii_at(text, found.start - 2) == '/'))
		return nothing;
	if (host_in(&rules->domains, host) || is_role(rules, local) || before == '/' ||
	    before == ':' || before == '@' || pii_at(text, found.end) == '@') {
		found.confidence = 20;
		found.is_fixed = true;
	}
	return found;
}

struct pii_found
pii_find_host(const struct pii_rules *rules, struct bytes text, size_t pos)
{
	struct pii_found found = { pos, host_end(rules, text, pos), 10, true };

	if (found.end == 0)
		found.confidence = 0;
	return found;
}

struct pii_found
pii_find_url(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, pos + 3, 10, true };
	bool dot = false, host = true;

	while (found.start > 0 && pii_is_alnum(text.data[found.start - 1]) && pos - found.start < 8)
		found.start--;
	while (found.end < text.len) {
		unsigned char c = text.data[found.end];

		if (c <= ' ' || c == 0x7f || strchr("<>\"'`{}|\\^", c) != NULL)
			break;
		if (c == '/' || c == '?' || c == '#')
			host = false;
		dot = dot || (host && c == '.' && pii_is_alnum(pii_at(text, found.end + 1)));
		found.end++;
	}
	if (found.start == pos || !dot)
		return nothing;
	return found;
}
