/* Which values a service's own rule has to judge: see detect/secret_claim.h. */
#include "config.h"

#include "detect/secret_claim.h"

#include "core/text.h"
#include "detect/secret_rules.h"
#include "detect/secret_value.h"

#include <string.h>

#define HEAD 3	 /* characters that every keyword has */
#define PREFIX 4 /* of letters and digits */

static int
compare_heads(const char *keyword, struct bytes text)
{
	for (size_t i = 0; i < HEAD; i++) {
		int order = (unsigned char)keyword[i] - text_lower(text.data[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

/* The first pair whose keyword has the head of TEXT, or the place where it would stand. */
static size_t
find_head(const struct secret_pair *list, size_t n, struct bytes text)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (compare_heads(list[low + half].keyword, text) < 0) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

/*
 * Do tokens of the rule begin with the keyword? A prefix has a sign in it, "glpat-", or is so long
 * that no random value begins so by chance: "AKIA".
 */
static bool
is_prefix(const struct secret_rule *rule, const char *keyword)
{
	return rule->shape == SECRET_TOKEN && rule->before == 0 &&
	    (strpbrk(keyword, "_-.") != NULL || strlen(keyword) >= PREFIX);
}

/* Is the keyword the name of a service whose keys have a known form? */
static bool
is_name(const struct secret_rule *rule, const char *keyword)
{
	(void)keyword;
	return rule->shape == SECRET_NEAR && !rule->needs_link;
}

/* Does TEXT begin with a keyword that is such to one of its rules? */
static bool
begins_with(const struct secret_rules *rules, struct bytes text,
    bool (*is_such)(const struct secret_rule *, const char *keyword))
{
	size_t n, nrules;
	const struct secret_pair *pairs = secret_rules_pairs(rules, &n);
	const struct secret_rule *list = secret_rules_list(rules, &nrules);

	if (text.len < HEAD)
		return false;
	for (size_t i = find_head(pairs, n, text);
	     i < n && compare_heads(pairs[i].keyword, text) == 0; i++) {
		const char *keyword = pairs[i].keyword;

		if (is_such(&list[pairs[i].rule], keyword) &&
		    text_equal_ignoring_case(bytes_slice(text, 0, strlen(keyword)), keyword))
			return true;
	}
	return false;
}

static bool
is_lower(int c)
{
	return c >= 'a' && c <= 'z';
}

bool
secret_is_name_start(struct bytes text, size_t pos)
{
	int before = pos > 0 ? text.data[pos - 1] : 0, c = pos < text.len ? text.data[pos] : 0;

	if (is_lower(before))
		return c >= 'A' && c <= 'Z';
	return (before < '0' || before > '9') && (before < 'A' || before > 'Z');
}

bool
secret_is_claimed(const struct secret_rules *rules, struct bytes before, struct bytes value)
{
	if (begins_with(rules, value, is_prefix))
		return true;
	for (size_t i = 0; i < before.len; i++)
		if (secret_is_name_start(before, i) &&
		    begins_with(rules, bytes_slice(before, i, before.len), is_name))
			return true;
	return secret_holds(before, secret_rules_words(rules)->formed);
}
