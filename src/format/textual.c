/* What kind of text a member is: see format/textual.h. */
#include "config.h"

#include "format/textual.h"

#include "core/limits.h"
#include "core/scan.h"
#include "core/text.h"

#define TEXT_SAMPLE 4096

enum encoding { ENCODING_NONE, ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_LATIN1 };

struct named {
	const char *suffix;
	enum textual_kind kind;
};

/* Whole names, then endings. */
static const struct named names[] = {
	{ "vocab.txt", TEXTUAL_VOCABULARY },
	{ "merges.txt", TEXTUAL_VOCABULARY },
	{ "bpe.codes", TEXTUAL_VOCABULARY },
	{ "dockerfile", TEXTUAL_SOURCE },
	{ "makefile", TEXTUAL_SOURCE },
	{ "mlmodel", TEXTUAL_YAML },
	{ "pipfile", TEXTUAL_SOURCE },
	{ NULL, TEXTUAL_NONE },
};
static const struct named endings[] = {
	{ ".ipynb", TEXTUAL_NOTEBOOK },
	{ ".jsonl", TEXTUAL_JSONL },
	{ ".ndjson", TEXTUAL_JSONL },
	{ ".json", TEXTUAL_JSON },
	{ ".csv", TEXTUAL_TABLE },
	{ ".tsv", TEXTUAL_TABLE },
	{ ".yaml", TEXTUAL_YAML },
	{ ".yml", TEXTUAL_YAML },
	{ ".md", TEXTUAL_MARKDOWN },
	{ ".markdown", TEXTUAL_MARKDOWN },
	{ ".txt", TEXTUAL_PROSE },
	{ ".rst", TEXTUAL_PROSE },
	{ ".py", TEXTUAL_PYTHON },
	{ ".pyi", TEXTUAL_PYTHON },
	{ ".jinja", TEXTUAL_TEMPLATE },
	{ ".jinja2", TEXTUAL_TEMPLATE },
	{ ".j2", TEXTUAL_TEMPLATE },
	{ ".tiktoken", TEXTUAL_VOCABULARY },
	{ ".vocab", TEXTUAL_VOCABULARY },
	{ ".html", TEXTUAL_MARKUP },
	{ ".htm", TEXTUAL_MARKUP },
	{ ".xml", TEXTUAL_MARKUP },
	{ ".pbtxt", TEXTUAL_SOURCE },
	{ ".toml", TEXTUAL_SOURCE },
	{ ".ini", TEXTUAL_SOURCE },
	{ ".cfg", TEXTUAL_SOURCE },
	{ ".conf", TEXTUAL_SOURCE },
	{ ".env", TEXTUAL_SOURCE },
	{ ".sh", TEXTUAL_SOURCE },
	{ ".bash", TEXTUAL_SOURCE },
	{ ".ps1", TEXTUAL_SOURCE },
	{ ".bat", TEXTUAL_SOURCE },
	{ ".c", TEXTUAL_SOURCE },
	{ ".h", TEXTUAL_SOURCE },
	{ ".cc", TEXTUAL_SOURCE },
	{ ".cpp", TEXTUAL_SOURCE },
	{ ".hpp", TEXTUAL_SOURCE },
	{ ".cu", TEXTUAL_SOURCE },
	{ ".js", TEXTUAL_SOURCE },
	{ ".ts", TEXTUAL_SOURCE },
	{ ".php", TEXTUAL_SOURCE },
	{ ".jsp", TEXTUAL_SOURCE },
	{ ".java", TEXTUAL_SOURCE },
	{ ".go", TEXTUAL_SOURCE },
	{ ".rs", TEXTUAL_SOURCE },
	{ ".rb", TEXTUAL_SOURCE },
	{ ".pl", TEXTUAL_SOURCE },
	{ ".lua", TEXTUAL_SOURCE },
	{ ".r", TEXTUAL_SOURCE },
	{ ".sql", TEXTUAL_SOURCE },
	{ ".tex", TEXTUAL_PROSE },
	{ ".lock", TEXTUAL_SOURCE },
	{ NULL, TEXTUAL_NONE },
};

/* Bytes that plain text does not hold. */
static bool
is_control(uint8_t c)
{
	return c < 0x80 && !scan_is_printed(c);
}

/* Printable 16-bit characters whose zero bytes stand at ODD or even places. */
static bool
is_utf16(struct bytes head, unsigned odd)
{
	size_t zeros = 0;

	if (head.len < 8)
		return false;
	for (size_t i = 0; i + 1 < head.len; i += 2) {
		uint8_t high = head.data[i + odd], low = head.data[i + 1 - odd];

		if (high == 0 && is_control(low))
			return false;
		zeros += high == 0;
	}
	return zeros * 2 >= (head.len / 2) * 7 / 4;
}

static enum encoding
encoding_of(struct bytes b)
{
	struct bytes head = bytes_slice(b, 0, TEXT_SAMPLE);
	size_t high = 0;

	if (bytes_starts(b, "\xff\xfe") && !bytes_starts(b, "\xff\xfe\0\0"))
		return is_utf16(bytes_slice(head, 2, TEXT_SAMPLE), 1) || head.len < 64
		    ? ENCODING_UTF16LE
		    : ENCODING_NONE;
	if (bytes_starts(b, "\xfe\xff"))
		return is_utf16(bytes_slice(head, 2, TEXT_SAMPLE), 0) || head.len < 64
		    ? ENCODING_UTF16BE
		    : ENCODING_NONE;
	for (size_t i = scan_printed(head, 0); i < head.len; i = scan_printed(head, i + 1)) {
		if (is_control(head.data[i])) {
			if (head.data[i] != 0)
				return ENCODING_NONE;
			return is_utf16(head, 1) ? ENCODING_UTF16LE
			    : is_utf16(head, 0)	 ? ENCODING_UTF16BE
						 : ENCODING_NONE;
		}
		high++;
	}
	if (high == 0)
		return head.len > 0 ? ENCODING_UTF8 : ENCODING_NONE;
	/* The sample may end inside a character. */
	for (unsigned cut = 0; cut < 4 && cut < head.len; cut++)
		if (text_is_utf8(bytes_slice(head, 0, head.len - cut)))
			return ENCODING_UTF8;
	/* Western text in Latin-1 has a few letters with accents among many without. */
	return head.len >= 16 && high * 4 <= head.len ? ENCODING_LATIN1 : ENCODING_NONE;
}

/* Does NAME match one of LIST? Its letters are asked for before its length: every format asks. */
static enum textual_kind
kind_in(const struct named *list, struct bytes name)
{
	for (size_t i = 0; list[i].suffix != NULL && name.len > 1; i++)
		if (text_lower(name.data[1]) == list[i].suffix[1] &&
		    text_equal_ignoring_case(name, list[i].suffix))
			return list[i].kind;
	return TEXTUAL_NONE;
}

static enum textual_kind
kind_by_name(const struct member *member)
{
	struct bytes name = bytes_of_string(member_basename(member));
	enum textual_kind kind = kind_in(names, name);
	size_t dot = name.len;

	/* No ending has a second dot. */
	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	if (kind != TEXTUAL_NONE || dot == 0)
		return kind;
	return kind_in(endings, bytes_slice(name, dot - 1, name.len));
}

/* The next byte of the head that is no white space; 0 at its end. */
static uint8_t
next_byte(struct bytes head, size_t *pos)
{
	while (*pos < head.len) {
		uint8_t c = head.data[(*pos)++];

		/* The zero bytes of UTF-16 count as space. */
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\0')
			return c;
	}
	return 0;
}

static enum textual_kind
kind_by_content(struct bytes head)
{
	size_t pos = 0;
	uint8_t first, second;

	if (bytes_starts(head, "\xef\xbb\xbf"))
		head = bytes_slice(head, 3, TEXT_SAMPLE);
	else if (bytes_starts(head, "\xff\xfe") || bytes_starts(head, "\xfe\xff"))
		head = bytes_slice(head, 2, TEXT_SAMPLE);
	if (bytes_starts(head, "#!"))
		return bytes_find(bytes_slice(head, 0, 64), bytes_of_string("python"), 0) >= 0
		    ? TEXTUAL_PYTHON
		    : TEXTUAL_SOURCE;
	if (bytes_starts(head, "---\n") || bytes_starts(head, "---\r\n"))
		return TEXTUAL_MARKDOWN;
	if (bytes_starts(head, "<?xml") || bytes_starts(head, "<!DOCTYPE") ||
	    bytes_starts(head, "<!doctype") || bytes_starts(head, "<html") ||
	    bytes_starts(head, "<net"))
		return TEXTUAL_MARKUP;
	first = next_byte(head, &pos);
	second = next_byte(head, &pos);
	if ((first == '{' && (second == '"' || second == '}')) ||
	    (first == '[' && second == '{' && next_byte(head, &pos) == '"'))
		return TEXTUAL_JSON;
	return TEXTUAL_PROSE;
}

bool
textual_is(const struct member *member, enum textual_kind kind)
{
	enum textual_kind found = kind_by_name(member);

	if (found == TEXTUAL_NONE)
		found = kind_by_content(bytes_slice(member->bytes, 0, 1024));
	if (found != kind)
		return false;
	/* What is named JSON and begins so is read as JSON, whatever its bytes: loaders try, too.
	 */
	if (kind == TEXTUAL_JSON && bytes_starts(member->bytes, "{\""))
		return true;
	return encoding_of(member->bytes) != ENCODING_NONE;
}

/* One character of BIG or little endian UTF-16 at POS. */
static uint32_t
utf16_at(struct bytes b, size_t *pos, bool big)
{
	uint32_t unit = big ? (uint32_t)b.data[*pos] << 8 | b.data[*pos + 1]
			    : (uint32_t)b.data[*pos + 1] << 8 | b.data[*pos];
	uint32_t low;

	*pos += 2;
	if (unit < 0xd800 || unit > 0xdbff || b.len - *pos < 2)
		return unit;
	low = big ? (uint32_t)b.data[*pos] << 8 | b.data[*pos + 1]
		  : (uint32_t)b.data[*pos + 1] << 8 | b.data[*pos];
	if (low < 0xdc00 || low > 0xdfff)
		return unit;
	*pos += 2;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static void
decode_latin1(struct buffer *out, struct bytes b)
{
	for (size_t pos = 0; pos < b.len && buffer_ok(out);) {
		size_t run = scan_ascii(b, pos) - pos;

		buffer_add(out, bytes_slice(b, pos, run));
		pos += run;
		if (pos < b.len)
			text_encode_utf8(out, b.data[pos++]);
	}
}

static void
decode_utf16(struct buffer *out, struct bytes b, bool big)
{
	for (size_t pos = 0; b.len - pos >= 2 && buffer_ok(out);) {
		uint8_t run[256];
		size_t n = 0;

		/* Most of it is ASCII, every other byte. */
		for (; n < sizeof(run) && b.len - pos >= 2 && b.data[pos + !big] == 0 &&
		     b.data[pos + big] < 0x80;
		     pos += 2)
			run[n++] = b.data[pos + big];
		buffer_add(out, bytes_of(run, n));
		if (n < sizeof(run) && b.len - pos >= 2)
			text_encode_utf8(out, utf16_at(b, &pos, big));
	}
}

static bool
decode(struct bytes b, enum encoding encoding, struct sink *sink, struct bytes *ret)
{
	struct buffer out = buffer_up_to(LIMIT_DECODED_TEXT);
	char *copy = NULL;

	if (encoding == ENCODING_LATIN1)
		decode_latin1(&out, b);
	else
		decode_utf16(&out, b, encoding == ENCODING_UTF16BE);
	if (buffer_ok(&out))
		copy = arena_string_of(sink_arena(sink), buffer_bytes(&out));
	if (copy != NULL)
		*ret = bytes_of(copy, out.len);
	else
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0,
		    "text that is not UTF-8 is decoded up to %d MiB only",
		    (int)(LIMIT_DECODED_TEXT / MIB));
	buffer_free(&out);
	return copy != NULL;
}

bool
textual_text(
    const struct member *member, struct sink *sink, struct bytes *ret, uint64_t *ret_offset)
{
	enum encoding encoding = encoding_of(member->bytes);
	struct bytes b = member->bytes;
	uint64_t offset = 0;

	if (bytes_starts(b, "\xef\xbb\xbf"))
		offset = 3;
	else if (bytes_starts(b, "\xff\xfe") || bytes_starts(b, "\xfe\xff"))
		offset = 2;
	b = bytes_slice(b, offset, b.len);
	if (encoding != ENCODING_NONE && encoding != ENCODING_UTF8 &&
	    !decode(b, encoding, sink, &b))
		return false;
	*ret = b;
	*ret_offset = offset;
	return true;
}
