/* Is a value anybody's secret? See detect/secret_value.h. */
#include "config.h"

#include "detect/secret_value.h"

#include "core/text.h"
#include "detect/secret_rules.h"

#include <math.h>

#define WORDY 55 /* per cent of pairs of letters; random letters have some 35, words over 75 */

/* Without any digit a random value has so many characters, and so many letters of either case. */
#define RANDOM_LETTERS 24
#define RANDOM_CASE 6

/* What a value is made of. */
struct makeup {
	unsigned lower, upper, digits, others;
	bool is_hex, is_plain; /* plain: characters of tokens only */
};

static struct makeup
makeup_of(struct bytes value)
{
	struct makeup m = { .is_hex = true, .is_plain = true };

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.data[i];

		if (c >= '0' && c <= '9') {
			m.digits++;
		} else if (c >= 'a' && c <= 'z') {
			m.lower++;
			m.is_hex = m.is_hex && c <= 'f';
		} else if (c >= 'A' && c <= 'Z') {
			m.upper++;
			m.is_hex = m.is_hex && c <= 'F';
		} else {
			m.others++;
			m.is_hex = m.is_hex && c == '-';
			m.is_plain = m.is_plain && memchr("_-.=+/~:|", c, 9) != NULL;
		}
	}
	return m;
}

double
secret_entropy(struct bytes b)
{
	unsigned count[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < b.len; i++)
		count[b.data[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (count[i] > 0) {
			double p = (double)count[i] / (double)b.len;

			bits -= p * log2(p);
		}
	return bits;
}

bool
secret_holds(struct bytes b, const char *const *words)
{
	for (size_t w = 0; words[w] != NULL; w++) {
		size_t len = strlen(words[w]);

		for (size_t i = 0; i + len <= b.len; i++)
			if (text_lower(b.data[i]) == words[w][0] &&
			    text_equal_ignoring_case(bytes_slice(b, i, len), words[w]))
				return true;
	}
	return false;
}

static bool
is_template(struct bytes v)
{
	static const char *const marks[] = { "${", "$(", "{{", "#{", "<%", "%(", "{0}", "[[", "}}",
		"...", "process.env", "os.environ", "getenv", "secrets.", "\\n\\n", NULL };

	if (v.len == 0)
		return true;
	if ((v.data[0] == '<' && v.data[v.len - 1] == '>') ||
	    (v.data[0] == '{' && v.data[v.len - 1] == '}') ||
	    (v.data[0] == '[' && v.data[v.len - 1] == ']') ||
	    (v.data[0] == '%' && v.data[v.len - 1] == '%') || v.data[0] == '$')
		return true;
	return secret_holds(v, marks);
}

bool
secret_is_filler(struct bytes value, const struct secret_words *words)
{
	bool seen[256] = { false };
	unsigned different = 0;

	if (is_template(value) || secret_holds(value, words->placeholders))
		return true;
	for (size_t i = 0; i < value.len; i++) {
		different += !seen[value.data[i]];
		seen[value.data[i]] = true;
	}
	return different <= 3;
}

bool
secret_is_uuid(struct bytes v)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (v.len != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		int c = text_lower(v.data[i]);
		bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');

		if (shape[i] == '-' ? c != '-' : !is_hex)
			return false;
	}
	return true;
}

bool
secret_is_wordy(struct bytes v, const struct secret_words *words)
{
	unsigned pairs = 0, likely = 0;

	for (size_t i = 0; i + 1 < v.len; i++) {
		int a = text_lower(v.data[i]), b = text_lower(v.data[i + 1]);

		if (a < 'a' || a > 'z' || b < 'a' || b > 'z')
			continue;
		pairs++;
		for (size_t w = 0; words->bigrams[w] != NULL; w++)
			if (words->bigrams[w][0] == a && words->bigrams[w][1] == b) {
				likely++;
				break;
			}
	}
	return pairs >= 5 && likely * 100 > pairs * WORDY;
}

bool
secret_is_random(struct bytes value, double entropy, const struct secret_words *words)
{
	struct makeup m = makeup_of(value);

	if (!m.is_plain || secret_entropy(value) < entropy || secret_is_uuid(value) ||
	    bytes_starts(value, "0x") || bytes_starts(value, "0X"))
		return false;
	if (m.lower + m.upper == 0 || m.others * 3 > value.len)
		return false;
	/* Of random characters, some are digits; without any, case must mix as words never do. */
	if (m.digits == 0 &&
	    (m.lower < RANDOM_CASE || m.upper < RANDOM_CASE || value.len < RANDOM_LETTERS))
		return false;
	if (m.digits == 1 && value.len < 20 && (m.lower == 0 || m.upper == 0))
		return false;
	if (m.is_hex)
		return value.len >= 16;
	return !secret_is_wordy(value, words) && !secret_holds(value, words->common);
}

/* People put it into passwords, and nobody into names. */
static bool
is_sign(uint8_t c)
{
	return (c >= '#' && c <= '&') || c == '!' || c == '@' || c == '^' || c == '*';
}

static bool
has_sign(struct bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if (is_sign(value.data[i]))
			return true;
	return false;
}

bool
secret_is_possible(struct bytes value)
{
	size_t upper = 0;

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.data[i];

		if ((c >= '0' && c <= '9') || is_sign(c))
			return true;
		upper += c >= 'A' && c <= 'Z';
	}
	return value.len >= RANDOM_LETTERS && upper >= RANDOM_CASE;
}

bool
secret_is_token(struct bytes value)
{
	struct makeup m = makeup_of(value);

	if (!m.is_plain || m.others * 4 > value.len)
		return false;
	if (m.lower + m.upper == 0)
		return m.digits >= 24;
	return m.digits > 0 || (m.others == 0 && value.len >= 20);
}

bool
secret_is_password(struct bytes value, bool is_quoted, const struct secret_words *words)
{
	struct makeup m = makeup_of(value);
	unsigned kinds = (m.lower > 0) + (m.upper > 0) + (m.digits > 0) + (m.others > 0);

	if (value.len < 6 || m.lower + m.upper == 0 || kinds < 2)
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] <= ' ' || value.data[i] == 0x7f)
			return false;
	if (is_quoted && m.digits > 0)
		return secret_entropy(value) >= 2.5 && !secret_holds(value, words->common);
	if (is_quoted && has_sign(value))
		return secret_entropy(value) >= 2.5;
	/* Without quotes it may be an expression, without digits a name. */
	return m.digits > 0 && kinds >= 3 && secret_entropy(value) >= 2.8 &&
	    !secret_is_wordy(value, words) && !secret_holds(value, words->common) &&
	    memchr(value.data, '(', value.len) == NULL &&
	    memchr(value.data, '[', value.len) == NULL;
}
