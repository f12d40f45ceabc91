/* Is a value anybody's secret? See detect/secret_value.h. */
#include "config.h"

#include "detect/secret_value.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "detect/secret_rules.h"

#include <math.h>

#define KNOWN_LEN 8 /* bytes of the digest of a published key */
#define ALPHABET 10 /* letters in order: of random ones, never */
#define WORDY 55    /* per cent of pairs of letters; random letters have some 35, words over 75 */

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

	while (v.len > 0 && (v.data[0] == '\'' || v.data[0] == '"'))
		v = bytes_slice(v, 1, v.len);
	if (v.len == 0)
		return true;
	if ((v.data[0] == '<' && v.data[v.len - 1] == '>') ||
	    (v.data[0] == '{' && v.data[v.len - 1] == '}') ||
	    (v.data[0] == '[' && v.data[v.len - 1] == ']') ||
	    (v.data[0] == '%' && v.data[v.len - 1] == '%') || v.data[0] == '$')
		return true;
	return secret_holds(v, marks);
}

static bool
is_one_of(struct bytes b, const char *const *words)
{
	for (size_t w = 0; words[w] != NULL; w++)
		if (text_equal_ignoring_case(b, words[w]))
			return true;
	return false;
}

/* "username:password", "my-token": nothing but words that stand for a value, at least two. */
static bool
is_standin(struct bytes v, const struct secret_words *words)
{
	size_t start = 0;
	unsigned n = 0;

	for (size_t i = 0; i <= v.len; i++) {
		int c = i < v.len ? text_lower(v.data[i]) : 0;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (i > start && !is_one_of(bytes_slice(v, start, i - start), words->standins))
			return false;
		n += i > start;
		start = i + 1;
	}
	return n >= 2;
}

/* A test key that its provider published; the rules know the digests of such keys only. */
static bool
is_published(struct bytes v, const struct secret_words *words)
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * KNOWN_LEN + 1];

	if (words->known[0] == NULL || !digest_sha256(v, digest))
		return false;
	hex_encode(bytes_of(digest, KNOWN_LEN), hex);
	return is_one_of(bytes_of_string(hex), words->known);
}

bool
secret_is_filler(struct bytes value, const struct secret_words *words)
{
	bool seen[256] = { false };
	unsigned different = 0;

	if (is_template(value) || secret_holds(value, words->placeholders) ||
	    is_standin(value, words) || is_published(value, words))
		return true;
	for (size_t i = 0; i < value.len; i++) {
		different += !seen[value.data[i]];
		seen[value.data[i]] = true;
	}
	return different <= 3;
}

/* The dashes of a UUID stand between letters and digits. */
static bool
is_like_uuid(struct bytes v, bool is_strict)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (v.len != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		int c = text_lower(v.data[i]);
		bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= (is_strict ? 'f' : 'z'));

		if (shape[i] == '-' ? c != '-' : !is_hex)
			return false;
	}
	return true;
}

bool
secret_is_uuid(struct bytes v)
{
	return is_like_uuid(v, true);
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

/* "abcdefghij", "zyxwvutsrq", "a1b2c3d4e5f6g7h8i9j0": an alphabet, not a secret. */
static bool
holds_alphabet(struct bytes v)
{
	int last = 0;
	unsigned up = 1, down = 1;

	for (size_t i = 0; i < v.len; i++) {
		int c = text_lower(v.data[i]);

		if (c < 'a' || c > 'z')
			continue;
		up = c == last + 1 ? up + 1 : 1;
		down = c == last - 1 ? down + 1 : 1;
		last = c;
		if (up >= ALPHABET || down >= ALPHABET)
			return true;
	}
	return false;
}

/* "app2-eu-1208358310": three parts or more, of letters and then digits, are a name. */
static bool
is_name_of_parts(struct bytes v)
{
	unsigned parts = 1;
	bool has_digit = false;

	for (size_t i = 0; i < v.len; i++) {
		int c = text_lower(v.data[i]);

		if (c == '-' || c == '_') {
			parts++;
			has_digit = false;
		} else if (c >= '0' && c <= '9') {
			has_digit = true;
		} else if (c < 'a' || c > 'z' || has_digit) {
			return false;
		}
	}
	return parts >= 3;
}

bool
secret_is_random(struct bytes value, double entropy, const struct secret_words *words)
{
	struct makeup m = makeup_of(value);

	if (!m.is_plain || secret_entropy(value) < entropy || is_like_uuid(value, false) ||
	    holds_alphabet(value) || is_name_of_parts(value) || bytes_starts(value, "0x") ||
	    bytes_starts(value, "0X"))
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
