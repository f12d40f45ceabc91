/* The words of a text as licenses are compared: see detect/license_words.h. */
#include "config.h"

#include "detect/license_words.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define FNV_START 0x811c9dc5u
#define FNV_PRIME 0x01000193u
#define MAX_TAG 500	  /* bytes of markup that are skipped at once */
#define VARIANT_SLOTS 512 /* a power of two, well above the number of variants */
#define MAX_VARIANTS 200
#define MAX_SPELLING 3 /* words that one variant stands for */

struct variant {
	uint32_t hash; /* 0: the slot is free */
	uint32_t words[MAX_SPELLING];
	unsigned n;
};

struct license_variants {
	struct variant slots[VARIANT_SLOTS];
	unsigned n;
};

/* ---- spellings ---------------------------------------------------------------------------- */

uint32_t
license_hash(struct bytes word)
{
	uint32_t hash = FNV_START;

	for (size_t i = 0; i < word.len; i++)
		hash = (hash ^ (uint32_t)text_lower(word.data[i])) * FNV_PRIME;
	return hash;
}

static const struct variant *
find_variant(const struct license_variants *variants, uint32_t hash)
{
	for (uint32_t i = hash;; i++) {
		const struct variant *slot = &variants->slots[i % VARIANT_SLOTS];

		if (slot->hash == hash)
			return slot;
		if (slot->hash == 0)
			return NULL;
	}
}

/* Adds "variant TAB words"; false where the line is malformed. */
static bool
add_variant(struct license_variants *variants, struct bytes line)
{
	const uint8_t *tab = memchr(line.data, '\t', line.len);
	struct variant made = { 0 };
	size_t pos, start;

	if (tab == NULL || variants->n == MAX_VARIANTS)
		return false;
	pos = (size_t)(tab - line.data);
	made.hash = license_hash(bytes_slice(line, 0, pos));
	while (++pos < line.len) {
		for (start = pos; pos < line.len && line.data[pos] != ' ';)
			pos++;
		if (made.n == MAX_SPELLING || pos == start)
			return false;
		made.words[made.n++] = license_hash(bytes_slice(line, start, pos - start));
	}
	for (uint32_t i = made.hash;; i++)
		if (variants->slots[i % VARIANT_SLOTS].hash == 0) {
			variants->slots[i % VARIANT_SLOTS] = made;
			variants->n++;
			return made.n > 0;
		}
}

struct license_variants *
license_variants_new(struct bytes table, const char *source, struct status *status)
{
	struct license_variants *variants = calloc(1, sizeof(*variants));
	unsigned number = 0;

	if (variants == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the rules");
		return NULL;
	}
	for (size_t pos = 0; pos < table.len;) {
		const uint8_t *start = table.data + pos;
		const uint8_t *newline = memchr(start, '\n', table.len - pos);
		size_t len = newline == NULL ? table.len - pos : (size_t)(newline - start);

		number++;
		pos += len + 1;
		if (len == 0 || *start == '#' || add_variant(variants, bytes_of(start, len)))
			continue;
		status_set(status, STATUS_USAGE,
		    "%s:%u: a variant, a tab and up to %d words are expected", source, number,
		    MAX_SPELLING);
		license_variants_free(variants);
		return NULL;
	}
	return variants;
}

void
license_variants_free(struct license_variants *variants)
{
	free(variants);
}

/* ---- the reader --------------------------------------------------------------------------- */

enum class {
	CLASS_OTHER,
	CLASS_LETTER,
	CLASS_DIGIT,
	CLASS_HIGH, /* of UTF-8 beyond ASCII */
	CLASS_NEWLINE,
	CLASS_TAG,
	CLASS_ENTITY,
	CLASS_ESCAPE,
	CLASS_PLUS,
	CLASS_GREATER,
};

static const uint8_t classes[256] = {
	['\n'] = CLASS_NEWLINE,
	['<'] = CLASS_TAG,
	['&'] = CLASS_ENTITY,
	['\\'] = CLASS_ESCAPE,
	['+'] = CLASS_PLUS,
	['>'] = CLASS_GREATER,
	['0' ... '9'] = CLASS_DIGIT,
	['A' ... 'Z'] = CLASS_LETTER,
	['a' ... 'z'] = CLASS_LETTER,
	[128 ... 255] = CLASS_HIGH,
};

struct word_reader {
	struct license_words *out;
	const struct license_variants *variants;
	struct bytes text;
	size_t pos;
	bool starts_line; /* only white space, comment leaders and markup since the newline */
};

static int
class_at(const struct word_reader *reader, size_t pos)
{
	return pos < reader->text.len ? classes[reader->text.data[pos]] : CLASS_OTHER;
}

static bool
is_space_at(const struct word_reader *reader, size_t pos)
{
	uint8_t c = pos < reader->text.len ? reader->text.data[pos] : ' ';

	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_alphanumeric(int class)
{
	return class == CLASS_LETTER || class == CLASS_DIGIT;
}

static void
add(struct word_reader *reader, uint32_t hash, size_t start)
{
	struct license_words *out = reader->out;
	size_t len = reader->pos - start;

	if (out->n == out->room) {
		size_t room = out->room == 0 ? 1024 : out->room * 2;
		struct license_word *words = reallocarray(out->words, room, sizeof(*words));

		if (words == NULL) {
			out->failed = true;
			return;
		}
		out->words = words;
		out->room = room;
	}
	out->words[out->n++] = (struct license_word){ .hash = hash,
		.offset = (uint32_t)start,
		.len = (uint16_t)(len < UINT16_MAX ? len : UINT16_MAX) };
}

/* Spaces, quotes, dashes, bullets and arrows beyond ASCII. */
static bool
is_separator(uint32_t code)
{
	return code < 0xc0 || (code >= 0x2000 && code <= 0x206f) ||
	    (code >= 0x2190 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x3003) ||
	    (code >= 0x3008 && code <= 0x303f) || code == 0xfeff ||
	    (code >= 0xff00 && code <= 0xff0f) || (code >= 0xff1a && code <= 0xff20) ||
	    code == 0xfffd;
}

/* Length of the letter beyond ASCII at POS; 0 where it is none, with how much to skip. */
static size_t
high_letter(const struct word_reader *reader, size_t pos, size_t *ret_skip)
{
	uint32_t code;
	size_t n = text_decode_utf8(bytes_slice(reader->text, pos, 4), &code);

	*ret_skip = n == 0 ? 1 : n;
	return n == 0 || is_separator(code) ? 0 : n;
}

static void
skip_high(struct word_reader *reader)
{
	size_t skip;

	(void)high_letter(reader, reader->pos, &skip);
	reader->pos += skip;
}

/* Hashes letters from the cursor on, and moves it behind them. */
static uint32_t
read_letters(struct word_reader *reader)
{
	const uint8_t *data = reader->text.data;
	size_t pos = reader->pos, n;
	uint32_t hash = FNV_START;

	for (;;) {
		int class = class_at(reader, pos);

		if (class == CLASS_LETTER) {
			hash = (hash ^ (data[pos++] | 0x20u)) * FNV_PRIME;
			continue;
		}
		n = 0;
		if (class == CLASS_HIGH) {
			size_t skip;

			n = high_letter(reader, pos, &skip);
		}
		if (n == 0)
			break;
		for (; n > 0; n--)
			hash = (hash ^ data[pos++]) * FNV_PRIME;
	}
	reader->pos = pos;
	return hash;
}

static uint32_t
read_digits(struct word_reader *reader)
{
	uint32_t hash = FNV_START;

	while (class_at(reader, reader->pos) == CLASS_DIGIT)
		hash = (hash ^ reader->text.data[reader->pos++]) * FNV_PRIME;
	return hash;
}

static bool
is_roman(struct bytes word)
{
	static const char *const numbers[] = { "i", "ii", "iii", "iv", "v", "vi", "vii", "viii",
		"ix", "x", "xi", "xii" };

	if (word.len == 1)
		return true; /* any letter counts: "a)", "b)" */
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (text_equal_ignoring_case(word, numbers[i]))
			return true;
	return false;
}

/*
 * "1." "2.3." "a)" "iv)" at the start of a line, followed by white space: how a list is numbered
 * says nothing. Moves behind it where there is one.
 */
static bool
skip_bullet(struct word_reader *reader)
{
	const uint8_t *data = reader->text.data;
	size_t pos = reader->pos, start;
	bool is_number = class_at(reader, pos) == CLASS_DIGIT;

	for (start = pos;; start = ++pos) {
		while (class_at(reader, pos) == (is_number ? CLASS_DIGIT : CLASS_LETTER))
			pos++;
		if (pos - start > (is_number ? 3 : 4) || pos >= reader->text.len)
			return false;
		if (!is_number || data[pos] != '.' || class_at(reader, pos + 1) != CLASS_DIGIT)
			break;
	}
	if ((data[pos] != '.' && data[pos] != ')') || !is_space_at(reader, pos + 1))
		return false;
	if (!is_number && !is_roman(bytes_of(data + start, pos - start)))
		return false;
	reader->pos = pos + 1;
	return true;
}

static bool
is_known_tag(struct bytes name)
{
	static const char *const tags[] = { "a", "abbr", "b", "big", "blockquote", "body", "br",
		"center", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "font", "footer",
		"form", "h", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html",
		"i", "iframe", "img", "input", "ins", "kbd", "label", "li", "link", "main", "meta",
		"nav", "object", "ol", "p", "pre", "s", "script", "section", "small", "span",
		"strike", "strong", "style", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
		"thead", "title", "tr", "tt", "u", "ul", "var" };

	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (text_equal_ignoring_case(name, tags[i]))
			return true;
	return false;
}

/* A link that may lead to a license leaves one word, so that notices find it. */
static void
keep_link(struct word_reader *reader, struct bytes tag)
{
	int64_t at = bytes_find(tag, bytes_of_string("http"), 0);

	if (at < 0 ||
	    (bytes_find(tag, bytes_of_string("licen"), 0) < 0 &&
		bytes_find(tag, bytes_of_string("publicdomain"), 0) < 0))
		return;
	reader->pos += (size_t)at + 4;
	add(reader, license_hash(bytes_of_string("http")), reader->pos - 4);
	reader->pos -= (size_t)at + 4;
}

/* HTML markup is skipped, "<year>" and "<http://...>" are not. */
static void
skip_tag(struct word_reader *reader)
{
	struct bytes rest = bytes_slice(reader->text, reader->pos + 1, MAX_TAG + 12);
	size_t start = 0, pos, i;

	reader->pos++;
	if (rest.len > 0 && (rest.data[0] == '/' || rest.data[0] == '!'))
		start = 1;
	for (pos = start; pos < rest.len && classes[rest.data[pos]] == CLASS_LETTER;)
		pos++;
	if (pos > start && pos < rest.len && classes[rest.data[pos]] == CLASS_DIGIT)
		pos++;
	if (pos == start || pos >= rest.len || !is_known_tag(bytes_slice(rest, start, pos - start)))
		return;
	if (rest.data[pos] != '>' && rest.data[pos] != '/' && rest.data[pos] != ' ' &&
	    (rest.data[pos] < '\t' || rest.data[pos] > '\r'))
		return;
	for (i = pos; i < rest.len; i++) {
		if (rest.data[i] == '<')
			return;
		if (rest.data[i] == '>') {
			keep_link(reader, bytes_slice(rest, 0, i));
			reader->pos += i + 1;
			return;
		}
	}
}

static void
read_ampersand(struct word_reader *reader)
{
	size_t start = reader->pos++, n = reader->pos;

	while (n - start <= 8 &&
	    (is_alphanumeric(class_at(reader, n)) ||
		(n < reader->text.len && reader->text.data[n] == '#')))
		n++;
	if (n - start >= 3 && n < reader->text.len && reader->text.data[n] == ';')
		reader->pos = n + 1;
	else if (start > 0 && is_space_at(reader, start - 1) && start + 1 < reader->text.len &&
	    is_space_at(reader, start + 1))
		add(reader, license_hash(bytes_of_string("and")), start);
}

/* "GPL-2.0+": a plus sign behind a word says "or later"; in "C++" it does not. */
static void
read_plus(struct word_reader *reader)
{
	size_t at = reader->pos++;
	int before = at == 0 ? CLASS_OTHER : class_at(reader, at - 1),
	    after = class_at(reader, at + 1);

	if (is_alphanumeric(before) && !is_alphanumeric(after) && after != CLASS_PLUS)
		add(reader, license_hash(bytes_of_string("+")), at);
}

/* Line feeds written as escapes in string literals and JSON. */
static void
skip_escape(struct word_reader *reader)
{
	uint8_t c = reader->pos + 1 < reader->text.len ? reader->text.data[reader->pos + 1] : 0;

	reader->pos += c == 'n' || c == 'r' || c == 't' ? 2 : 1;
	if (c == 'n')
		reader->starts_line = true;
}

static void
read_word(struct word_reader *reader, int class)
{
	static const uint32_t dnl = 0xd16ada91, rem = 0x49f48f07;
	const struct variant *variant;
	size_t start = reader->pos;
	uint32_t hash;

	if (reader->starts_line && class != CLASS_HIGH && skip_bullet(reader)) {
		reader->starts_line = false;
		return;
	}
	hash = class == CLASS_DIGIT ? read_digits(reader) : read_letters(reader);
	if (reader->pos == start) { /* a separator beyond ASCII */
		skip_high(reader);
		return;
	}
	/* Comment leaders of m4 and of batch files. */
	if (reader->starts_line && reader->pos - start == 3 && (hash == dnl || hash == rem))
		return;
	reader->starts_line = false;
	variant = reader->variants == NULL ? NULL : find_variant(reader->variants, hash);
	if (variant == NULL) {
		add(reader, hash, start);
		return;
	}
	for (unsigned i = 0; i < variant->n; i++)
		add(reader, variant->words[i], start);
}

void
license_words_read(
    struct license_words *out, const struct license_variants *variants, struct bytes text)
{
	struct word_reader reader = {
		.out = out, .variants = variants, .text = text, .starts_line = true
	};

	out->n = 0;
	out->failed = text.len > UINT32_MAX;
	while (reader.pos < text.len && !out->failed) {
		int class = classes[text.data[reader.pos]];

		switch (class) {
		case CLASS_LETTER:
		case CLASS_DIGIT:
		case CLASS_HIGH:
			read_word(&reader, class);
			break;
		case CLASS_NEWLINE:
			reader.starts_line = true;
			reader.pos++;
			break;
		case CLASS_TAG:
			skip_tag(&reader);
			break;
		case CLASS_ENTITY:
			read_ampersand(&reader);
			break;
		case CLASS_ESCAPE:
			skip_escape(&reader);
			break;
		case CLASS_PLUS:
			read_plus(&reader);
			break;
		case CLASS_GREATER:
			reader.pos++;
			if (reader.pos < text.len && text.data[reader.pos] == '=') {
				reader.pos++;
				add(&reader, license_hash(bytes_of_string(">=")), reader.pos - 2);
			}
			break;
		default:
			reader.pos++;
		}
	}
}

void
license_words_free(struct license_words *words)
{
	free(words->words);
	*words = (struct license_words){ 0 };
}
