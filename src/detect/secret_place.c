/* What stands around a value: see detect/secret_place.h. */
#include "config.h"

#include "detect/secret_place.h"

#include "core/text.h"
#include "detect/secret_claim.h"
#include "detect/secret_rules.h"
#include "detect/secret_value.h"

#include <string.h>

#define LINE 200 /* bytes of a line before a name that are looked at */
#define CLOSE 42 /* bytes between a name and a value that need nothing else to link them */

static bool
is_token_byte(uint8_t c)
{
	c = (uint8_t)text_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The n of an escaped newline may stand before it. */
bool
secret_is_alone(struct bytes text, struct bytes secret)
{
	size_t pos = (size_t)(secret.data - text.data), end = pos + secret.len;

	if (end < text.len && is_token_byte(text.data[end]) &&
	    is_token_byte(secret.data[secret.len - 1]))
		return false;
	/* "abc?def" is one word, unless it is an address. */
	if (end + 1 < text.len && memchr("?!^", text.data[end], 3) != NULL &&
	    is_token_byte(text.data[end + 1]) && memchr(secret.data, '/', secret.len) == NULL)
		return false;
	if (pos == 0 || !is_token_byte(secret.data[0]) || !is_token_byte(text.data[pos - 1]))
		return true;
	return pos > 1 && text.data[pos - 2] == '\\' &&
	    memchr("nrt", text.data[pos - 1], 3) != NULL;
}

/* May a value begin at POS, and end at END? */
static bool
is_whole_value(struct bytes text, size_t pos, size_t end)
{
	if (pos > 0 && text.data[pos - 1] > ' ' &&
	    memchr("\"'`=:(>,[{|-_/\\", text.data[pos - 1], 14) == NULL)
		return false;
	return end >= text.len || text.data[end] <= ' ' ||
	    memchr("\"'`;)<>|}],\\&", text.data[end], 12) != NULL;
}

/* Is [POS, END) a part of a longer value: "user@abc", "abc%20", "abc.def", "abc-def"? */
static bool
goes_on(struct bytes text, size_t pos, size_t end)
{
	if (pos > 0 && memchr("@%?&", text.data[pos - 1], 4) != NULL)
		return true;
	if (end < text.len && text.data[end] == '=')
		return true;
	if (end + 1 >= text.len)
		return false;
	if (memchr(".-", text.data[end], 2) != NULL)
		return is_token_byte(text.data[end + 1]);
	return memchr("?%!^+@$~*", text.data[end], 9) != NULL && text.data[end + 1] > ' ';
}

/* Does an operator stand right before the value? */
static bool
is_assigned(struct bytes gap)
{
	size_t n = gap.len;

	while (n > 0 && memchr(" \t\r\n\"'`([{\\", gap.data[n - 1], 11) != NULL)
		n--;
	return n > 0 && memchr("=:>,|", gap.data[n - 1], 5) != NULL;
}

static bool
has_digits(struct bytes value, unsigned least)
{
	unsigned digits = 0;

	for (size_t i = 0; i < value.len; i++)
		digits += value.data[i] >= '0' && value.data[i] <= '9';
	return digits >= least;
}

/* `NAME=value`: padding stands at the end only. */
static bool
is_pair(struct bytes value)
{
	const uint8_t *sign = memchr(value.data, '=', value.len);

	return sign != NULL && sign + 2 < value.data + value.len && sign[1] != '=';
}

/*
 * A value near its service's name. The name alone says little ("karma = ..."): a word such as token
 * has to stand between them; then letters alone are enough, and so is a UUID.
 */
static bool
is_key_of_service(struct bytes secret, struct bytes gap, const struct secret_rule *rule,
    const struct secret_words *words)
{
	if (!secret_holds(gap, words->secretive) || secret_holds(gap, words->innocent) ||
	    is_pair(secret))
		return false;
	if (secret_is_uuid(secret) || secret_is_random(secret, rule->entropy, words))
		return true;
	if (!secret_is_token(secret) || secret_entropy(secret) < rule->entropy)
		return false;
	if (has_digits(secret, 3) || (is_assigned(gap) && has_digits(secret, 2)))
		return true;
	return secret.len >= 20 && secret_entropy(secret) >= 3.9 && !secret_is_wordy(secret, words);
}

/* `client_id =`, `email:`, `user token-name`: what is named before the value is no secret. */
static bool
is_label(struct bytes gap, const struct secret_words *words)
{
	size_t end = gap.len, start;

	while (end > 0 && !is_token_byte(gap.data[end - 1]))
		end--;
	start = end;
	while (start > 0 && is_token_byte(gap.data[start - 1]) && gap.data[start - 1] != '_' &&
	    !secret_is_name_start(gap, start))
		start--;
	for (size_t i = 0; words->labels[i] != NULL; i++)
		if (text_equal_ignoring_case(
			bytes_slice(gap, start, end - start), words->labels[i]))
			return true;
	return false;
}

/* A value of its service's own form: it needs a link to the name, and a digit. */
static bool
is_form_of_service(struct bytes secret, struct bytes gap, const struct secret_rule *rule,
    const struct secret_words *words)
{
	bool is_set = is_assigned(gap), is_meant = is_set || secret_holds(gap, words->secretive);

	return (gap.len <= 3 || is_meant) &&
	    (rule->entropy == 0 || has_digits(secret, 1) ||
		(is_meant && (is_set || secret.len >= 20) && !secret_is_wordy(secret, words))) &&
	    secret_entropy(secret) >= rule->entropy;
}

/* Does the line of POS begin as comments do: "# of adafruit", "// adafruit", "<!-- ..."? */
static bool
is_in_comment(struct bytes text, size_t pos)
{
	size_t start = pos, first = pos > LINE ? pos - LINE : 0;

	while (start > first && text.data[start - 1] != '\n')
		start--;
	while (start < pos && (text.data[start] == ' ' || text.data[start] == '\t'))
		start++;
	return start < pos && memchr("#/;*-<%\"'", text.data[start], 9) != NULL;
}

/* Farther from the name, the value has to be called a key in the same line, or in the next one of a
 * comment. */
static bool
is_told_of(struct bytes text, size_t end, struct bytes gap, const struct secret_words *words)
{
	const uint8_t *mark = memchr(gap.data, '\n', gap.len);
	size_t start = mark == NULL ? 0 : (size_t)(mark - gap.data) + 1;
	struct bytes line = bytes_slice(gap, start, gap.len);

	return line.len > 0 && memchr(line.data, '\n', line.len) == NULL &&
	    (mark == NULL || is_in_comment(text, end)) && is_assigned(gap) &&
	    secret_holds(line, words->secretive);
}

bool
secret_is_near_key(struct bytes text, size_t end, struct bytes secret,
    const struct secret_rule *rule, const struct secret_words *words)
{
	size_t pos = (size_t)(secret.data - text.data);
	struct bytes gap = bytes_slice(text, end, pos - end);

	if (pos - end > SECRET_GAP || secret_is_filler(secret, words) ||
	    (gap.len > CLOSE && !is_told_of(text, end, gap, words)))
		return false;
	if (rule->needs_link)
		return is_whole_value(text, pos, pos + secret.len) &&
		    is_key_of_service(secret, gap, rule, words);
	return secret_is_alone(text, secret) && !goes_on(text, pos, pos + secret.len) &&
	    !is_label(gap, words) && !secret_holds(gap, words->innocent) &&
	    is_form_of_service(secret, gap, rule, words);
}
