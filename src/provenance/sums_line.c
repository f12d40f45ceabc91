/* One line of a hash list: see provenance/sums.h. */
#include "config.h"

#include "core/text.h"
#include "provenance/sums.h"

static const struct {
	const char *tag, *algorithm;
	size_t digits;
} tags[] = {
	{ "SHA256", "sha256", 64 },
	{ "SHA2-256", "sha256", 64 },
	{ "SHA-256", "sha256", 64 },
	{ "SHA512", "sha512", 128 },
	{ "SHA2-512", "sha512", 128 },
	{ "SHA-512", "sha512", 128 },
	{ "SHA384", "sha384", 96 },
	{ "SHA2-384", "sha384", 96 },
	{ "SHA224", "sha224", 56 },
	{ "SHA2-224", "sha224", 56 },
	{ "SHA512/256", "sha512-256", 64 },
	{ "SHA2-512/256", "sha512-256", 64 },
	{ "SHA3-256", "sha3-256", 64 },
	{ "SHA3-384", "sha3-384", 96 },
	{ "SHA3-512", "sha3-512", 128 },
	{ "BLAKE2b", "blake2b", 128 },
	{ "BLAKE2b512", "blake2b", 128 },
	{ "BLAKE2B-512", "blake2b", 128 },
	{ "BLAKE2s", "blake2s", 64 },
	{ "BLAKE2s256", "blake2s", 64 },
	{ "BLAKE2S-256", "blake2s", 64 },
	{ "BLAKE3", "blake3", 64 },
	{ "SHA1", "sha1", 40 },
	{ "SHA-1", "sha1", 40 },
	{ "MD5", "md5", 32 },
};

/* Does NAME hold WORD, ASCII case ignored? */
static bool
mentions(const char *name, const char *word)
{
	size_t n = strlen(word);

	for (; strlen(name) >= n; name++)
		if (text_equal_ignoring_case(bytes_of(name, n), word))
			return true;
	return false;
}

/* By length, and by the list's name where two algorithms have that length. */
static const char *
algorithm_of(const char *file, size_t digits)
{
	switch (digits) {
	case 32:
		return "md5";
	case 40:
		return "sha1";
	case 56:
		return "sha224";
	case 64:
		return mentions(file, "blake3") || mentions(file, "b3sum") ||
			bytes_ends(bytes_of_string(file), ".b3")
		    ? "blake3"
		    : mentions(file, "sha3") ? "sha3-256"
					     : "sha256";
	case 96:
		return mentions(file, "sha3-") ? "sha3-384" : "sha384";
	case 128:
		return mentions(file, "b2sum") || mentions(file, "blake2") ||
			bytes_ends(bytes_of_string(file), ".b2")
		    ? "blake2b"
		    : mentions(file, "sha3-") ? "sha3-512"
					      : "sha512";
	default:
		return NULL;
	}
}

static size_t
count_hex(struct bytes b)
{
	size_t n = 0;

	while (n < b.len && n <= 128 && listing_is_hex(bytes_slice(b, n, 1), 1))
		n++;
	return n;
}

/* GNU coreutils, md5sum invocation: after a leading backslash, \\ \n \r stand for what they say. */
static bool
unescape(struct arena *arena, struct bytes name, struct bytes *ret)
{
	char *out = arena_alloc(arena, name.len + 1);
	size_t n = 0;

	if (out == NULL)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.data[i];

		if (c == '\\') {
			if (++i == name.len)
				return false;
			c = name.data[i] == 'n'	   ? '\n'
			    : name.data[i] == 'r'  ? '\r'
			    : name.data[i] == '\\' ? '\\'
						   : 0;
			if (c == 0)
				return false;
		}
		out[n++] = (char)c;
	}
	*ret = bytes_of(out, n);
	return true;
}

static enum sums_line
parse_gnu(
    struct arena *arena, const char *file, struct bytes line, bool escaped, struct listed *ret)
{
	size_t digits = count_hex(line);
	const char *algorithm = algorithm_of(file, digits);
	struct bytes rest = bytes_slice(line, digits, SIZE_MAX);

	if (algorithm == NULL)
		return SUMS_MALFORMED;
	ret->algorithm = algorithm;
	ret->hex = bytes_slice(line, 0, digits);
	if (rest.len == 0) { /* a sidecar: its own name without the suffix */
		const char *dot = strrchr(file, '.');

		if (escaped || dot == NULL || dot == file)
			return SUMS_MALFORMED;
		ret->name = bytes_of(file, (size_t)(dot - file));
		return SUMS_ENTRY;
	}
	/* " NAME" is old BSD's -r; the second character is a flag: text, binary, universal, bits.
	 */
	if (rest.data[0] != ' ' && rest.data[0] != '\t')
		return SUMS_MALFORMED;
	rest = bytes_slice(rest, 1, SIZE_MAX);
	if (rest.len > 1 && memchr(" *?^", rest.data[0], 4) != NULL)
		rest = bytes_slice(rest, 1, SIZE_MAX);
	if (rest.len == 0)
		return SUMS_MALFORMED;
	ret->name = rest;
	return !escaped || unescape(arena, rest, &ret->name) ? SUMS_ENTRY : SUMS_MALFORMED;
}

/* "TAG (NAME) = HEX" and "TAG(NAME)= HEX"; the name ends at the last ')'. */
static enum sums_line
parse_tagged(struct arena *arena, struct bytes line, bool escaped, struct listed *ret)
{
	const uint8_t *open = memchr(line.data, '(', line.len),
		      *close = memrchr(line.data, ')', line.len);
	struct bytes tag, hex, name;
	size_t from, to;

	if (open == NULL || close == NULL || close < open)
		return SUMS_MALFORMED;
	from = (size_t)(open - line.data);
	to = (size_t)(close - line.data);
	tag = bytes_slice(line, 0, from > 0 && line.data[from - 1] == ' ' ? from - 1 : from);
	name = bytes_slice(line, from + 1, to - from - 1);
	hex = bytes_slice(line, to + 1, SIZE_MAX);
	if (bytes_starts(hex, " = "))
		hex = bytes_slice(hex, 3, SIZE_MAX);
	else if (bytes_starts(hex, "= "))
		hex = bytes_slice(hex, 2, SIZE_MAX);
	else
		return SUMS_MALFORMED;
	if (tag.len == 0 || tag.len > 20 || name.len == 0 ||
	    memchr(tag.data, ' ', tag.len) != NULL || hex.len == 0 || !listing_is_hex(hex, hex.len))
		return SUMS_MALFORMED;
	if (escaped && !unescape(arena, name, &name))
		return SUMS_MALFORMED;
	ret->name = name;
	ret->hex = hex;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (text_equal_ignoring_case(tag, tags[i].tag)) {
			ret->algorithm = tags[i].algorithm;
			return tags[i].digits == hex.len ? SUMS_ENTRY : SUMS_MALFORMED;
		}
	return SUMS_UNKNOWN_ALGORITHM;
}

enum sums_line
sums_parse_line(struct arena *arena, const char *file, struct bytes line, struct listed *ret)
{
	bool escaped;

	*ret = (struct listed){ .size = SIZE_UNKNOWN };
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
		return SUMS_BLANK;
	escaped = line.data[0] == '\\';
	if (escaped)
		line = bytes_slice(line, 1, SIZE_MAX);
	if (line.len == 0)
		return SUMS_MALFORMED;
	if (count_hex(line) >= 32)
		return parse_gnu(arena, file, line, escaped, ret);
	return parse_tagged(arena, line, escaped, ret);
}
