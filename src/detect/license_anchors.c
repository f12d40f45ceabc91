/*
 * Places in text at which a license or a notice can stand: see detect/license_anchors.h.
 *
 * Of each name of a license one word is chosen that is as rare among all names as any other in it
 * and stands near "license": who writes the name writes that word, and to look for one word is
 * cheap. Words are of letters of ASCII, and compared by the first eight of them.
 */
#include "config.h"

#include "detect/license_anchors.h"

#include "detect/license_filter.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SLOTS 4096 /* a power of two; about 1,500 are used */
#define MAX_NAMES 8192
#define MAX_WORDS 24 /* of one name */
#define NEAR 4	     /* words between "license" and the word chosen */
#define WINDOW 64 /* bytes before and behind a place in which words count: more than NEAR words */
#define LOWER 0x2020202020202020u

enum { WORD_PLAIN, WORD_OF_NAMES, WORD_OF_LICENSES };

struct slot {
	uint64_t key; /* 0: free */
	uint32_t count;
	bool is_common;
};

struct license_anchors {
	struct slot counts[SLOTS]; /* of all words of the names */
	uint64_t keys[SLOTS];	   /* of those chosen; 0: free */
	uint8_t kinds[SLOTS];
	uint8_t likely[SLOTS]; /* bits, by another part of the hash: most words of text are none */
	struct arena *arena;
	const char *names[MAX_NAMES];
	size_t nnames, ncounts, nkeys;
};

/* Next to "license" these speak of one. */
static const char *const speaking[] = { "agreement", "bajo", "copyright", "covered", "cette",
	"esta", "grant", "granted", "grants", "hereby", "identifier", "presente", "sente", "questa",
	"sotto", "sous", "spdx", "terms", "this", "under" };

/* Stand in names, and next to "license" in text about anything. */
static const char *const common[] = { "a", "about", "additional", "all", "also", "an", "and",
	"another", "any", "archive", "are", "as", "at", "be", "beginning", "bits", "blob", "but",
	"by", "center", "clause", "check", "code", "com", "combined", "common", "compatible",
	"components", "content", "control", "copy", "current", "data", "default", "dev",
	"development", "directory", "display", "dist", "doc", "docs", "document", "documentation",
	"domain", "en", "example", "examples", "explanation", "extension", "file", "files", "first",
	"for", "fr", "from", "future", "general", "generic", "git", "github", "group", "html",
	"http", "https", "if", "image", "in", "independent", "info", "inline", "install", "into",
	"is", "it", "its", "itself", "latest", "legal", "libraries", "library", "limit", "limited",
	"list", "low", "main", "man", "mark", "master", "md", "message", "meta", "model",
	"modified", "module", "modules", "name", "net", "new", "next", "no", "non", "not", "note",
	"of", "old", "on", "only", "open", "opt", "or", "org", "original", "other", "page", "pdf",
	"place", "plus", "possibly", "products", "project", "projects", "protection", "provided",
	"put", "rd", "re", "readme", "ref", "reference", "refs", "release", "releases", "reserved",
	"reverse", "same", "sample", "script", "set", "setup", "shared", "short", "side", "signal",
	"simple", "small", "software", "source", "specification", "src", "standard", "states",
	"style", "suite", "support", "template", "test", "text", "that", "the", "there", "three",
	"time", "to", "two", "txt", "type", "uk", "union", "us", "usage", "use", "utils", "version",
	"want", "weights", "what", "wiki", "will", "with", "works", "www", "you", "your", "zero",
	"zip" };

struct license_anchors *
license_anchors_new(struct arena *arena)
{
	struct license_anchors *anchors = arena_alloc(arena, sizeof(*anchors));

	if (anchors != NULL)
		anchors->arena = arena;
	return anchors;
}

/* ---- words -------------------------------------------------------------------------------- */

#ifdef __SSE2__
/* Which of 16 bytes are letters. Bytes from 128 on are negative here, and none. */
static uint64_t
letters_in(const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
	__m128i ascii = _mm_and_si128(_mm_cmpgt_epi8(low, _mm_set1_epi8('a' - 1)),
	    _mm_cmpgt_epi8(_mm_set1_epi8('z' + 1), low));

	return (uint64_t)(unsigned)_mm_movemask_epi8(ascii);
}
#endif

/* A bit for each of the WINDOW bytes at P that belongs to a word. */
static uint64_t
letters_of(const uint8_t *p)
{
#ifdef __SSE2__
	return letters_in(p) | letters_in(p + 16) << 16 | letters_in(p + 32) << 32 |
	    letters_in(p + 48) << 48;
#else
	uint64_t letters = 0;

	for (unsigned i = 0; i < WINDOW; i++) {
		uint8_t low = p[i] | 0x20;

		letters |= (uint64_t)(low >= 'a' && low <= 'z') << i;
	}
	return letters;
#endif
}

/* The word of LEN bytes at P, in lower case and cut after eight; eight bytes are there. */
static uint64_t
key_at(const uint8_t *p, unsigned len)
{
	uint64_t key;

	memcpy(&key, p, sizeof(key));
	key |= LOWER;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	key = __builtin_bswap64(key);
#endif
	return len >= 8 ? key : key & ((UINT64_C(1) << 8 * len) - 1);
}

static uint64_t
key_of(struct bytes word)
{
	uint8_t padded[8] = { 0 };

	memcpy(padded, word.data, word.len < 8 ? word.len : 8);
	return key_at(padded, word.len < 8 ? (unsigned)word.len : 8);
}

static uint64_t
hash_of(uint64_t key)
{
	return key * 0x9e3779b97f4a7c15u;
}

static size_t
slot_of(uint64_t key)
{
	return hash_of(key) >> 52;
}

static int
kind_of(const struct license_anchors *anchors, uint64_t key)
{
	uint64_t hash = hash_of(key);

	if ((anchors->likely[hash >> 52] & 1 << (hash >> 49 & 7)) == 0)
		return WORD_PLAIN;
	for (size_t i = slot_of(key); anchors->keys[i] != 0; i = (i + 1) % SLOTS)
		if (anchors->keys[i] == key)
			return anchors->kinds[i];
	return WORD_PLAIN;
}

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* ---- choosing ----------------------------------------------------------------------------- */

/* A table that is three quarters full takes no more: names of users are few. */
static void
put(struct license_anchors *anchors, uint64_t key, uint8_t kind)
{
	size_t i = slot_of(key);

	while (anchors->keys[i] != 0 && anchors->keys[i] != key)
		i = (i + 1) % SLOTS;
	if (anchors->keys[i] == key || anchors->nkeys == SLOTS / 4 * 3)
		return;
	anchors->keys[i] = key;
	anchors->kinds[i] = kind;
	anchors->likely[hash_of(key) >> 52] |= (uint8_t)(1 << (hash_of(key) >> 49 & 7));
	anchors->nkeys++;
}

static struct slot *
count_of(struct license_anchors *anchors, uint64_t key)
{
	size_t i = slot_of(key);

	while (anchors->counts[i].key != 0 && anchors->counts[i].key != key)
		i = (i + 1) % SLOTS;
	if (anchors->counts[i].key == 0 && anchors->ncounts < SLOTS / 4 * 3) {
		anchors->counts[i].key = key;
		anchors->ncounts++;
	}
	return &anchors->counts[i];
}

/* The words of NAME, at most MAX_WORDS of them. */
static size_t
split(struct bytes name, struct bytes *words)
{
	size_t n = 0;

	for (size_t pos = 0, start; pos < name.len && n < MAX_WORDS;) {
		while (pos < name.len && !is_letter(name.data[pos]))
			pos++;
		for (start = pos; pos < name.len && is_letter(name.data[pos]);)
			pos++;
		if (pos > start)
			words[n++] = bytes_slice(name, start, pos - start);
	}
	return n;
}

static bool
is_license(struct bytes word)
{
	return key_of(bytes_slice(word, 0, 5)) == key_of(bytes_of_string("licen"));
}

/* The rarest word of N that is not common, of two the longer; the longest where all are common. */
static void
choose(struct license_anchors *anchors, const struct bytes *words, size_t n)
{
	const struct bytes *best = NULL;
	uint32_t least = 0;

	for (size_t i = 0; i < n; i++) {
		const struct slot *slot = count_of(anchors, key_of(words[i]));
		uint32_t count = slot->count;

		if (is_license(words[i]))
			continue;
		if (slot->is_common || words[i].len == 1)
			count = UINT32_MAX;
		if (best == NULL || count < least || (count == least && words[i].len > best->len)) {
			best = &words[i];
			least = count;
		}
	}
	if (best != NULL)
		put(anchors, key_of(*best), WORD_OF_NAMES);
}

void
license_anchors_add(struct license_anchors *anchors, struct bytes name)
{
	struct bytes words[MAX_WORDS];
	size_t n;

	const char *copy = arena_string_of(anchors->arena, name);

	if (anchors->nnames == MAX_NAMES || copy == NULL)
		return;
	anchors->names[anchors->nnames++] = copy;
	n = split(name, words);
	for (size_t i = 0; i < n; i++)
		count_of(anchors, key_of(words[i]))->count++;
}

/* Of a name without "license" that word may stand at either end. */
static void
choose_of(struct license_anchors *anchors, struct bytes name)
{
	struct bytes words[MAX_WORDS];
	size_t n = split(name, words), at = 0, some = n < NEAR ? n : NEAR;

	while (at < n && !is_license(words[at]))
		at++;
	if (at < n) {
		size_t from = at > NEAR ? at - NEAR : 0;

		choose(anchors, words + from, (at + NEAR < n ? at + NEAR : n) - from);
	} else {
		choose(anchors, words, some);
		choose(anchors, words + n - some, some);
	}
}

void
license_anchors_choose(struct license_anchors *anchors)
{
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		count_of(anchors, key_of(bytes_of_string(common[i])))->is_common = true;
	for (size_t i = 0; i < ARRAY_LEN(speaking); i++) {
		uint64_t key = key_of(bytes_of_string(speaking[i]));

		count_of(anchors, key)->is_common = true;
		put(anchors, key, WORD_OF_LICENSES);
	}
	for (size_t i = 0; i < anchors->nnames; i++)
		choose_of(anchors, bytes_of_string(anchors->names[i]));
}

/* ---- looking ------------------------------------------------------------------------------ */

/* Does a word in WINDOW bytes at P count? Those at either end do not: they may go on there. */
static bool
holds_word(const struct license_anchors *anchors, const uint8_t *p, bool is_license)
{
	uint64_t left = letters_of(p);

	while (left != 0) {
		unsigned start = (unsigned)__builtin_ctzll(left), len;
		uint64_t rest = ~(left >> start);
		int kind;

		len = rest == 0 ? WINDOW : (unsigned)__builtin_ctzll(rest);
		if (start + len >= WINDOW)
			return false;
		left &= ~(((UINT64_C(1) << len) - 1) << start);
		if (start == 0)
			continue;
		kind = kind_of(anchors, key_at(p + start, len));
		if (kind == WORD_OF_NAMES || (is_license && kind == WORD_OF_LICENSES))
			return true;
	}
	return false;
}

/* Are there words around AT that belong to a name, or, next to "license", to its language? */
static bool
is_named(const struct license_anchors *anchors, struct bytes text, size_t at, bool is_license)
{
	uint8_t copy[2 * WINDOW + 8] = { 0 }; /* words are read eight bytes at a time */
	const uint8_t *p = copy;

	if (at >= WINDOW && text.len >= WINDOW + 8 && at <= text.len - WINDOW - 8) {
		p = text.data + at - WINDOW;
	} else {
		size_t before = at < WINDOW ? at : WINDOW;
		struct bytes near = bytes_slice(text, at - before, before + WINDOW);

		memcpy(copy + WINDOW - before, near.data, near.len);
	}
	return holds_word(anchors, p, is_license) || holds_word(anchors, p + WINDOW, is_license);
}

/* Do the bytes of TEXT at AT + SHIFT spell WORD (in lower case)? */
static bool
spells(struct bytes text, size_t at, int shift, const char *word)
{
	size_t len = strlen(word), start;

	if (shift < 0 && at < (size_t)-shift)
		return false;
	start = (size_t)((int64_t)at + shift);
	if (text.len < len || start > text.len - len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((text.data[start + i] | 0x20) != (uint8_t)word[i])
			return false;
	return true;
}

static bool
is_anchor(
    const struct license_anchors *anchors, struct bytes text, size_t at, enum license_stem stem)
{
	switch (stem) {
	case STEM_LICENSE:
		return spells(text, at, 5, "see") || spells(text, at, 5, "sor") ||
		    spells(text, at, -3, "sub") || spells(text, at, -2, "un") ||
		    is_named(anchors, text, at, true);
	case STEM_NAMED:
		return is_named(anchors, text, at, false);
	case STEM_LIZENZ:
		return spells(text, at, 0, "lizenz");
	case STEM_REDISTRIBUTE:
		return spells(text, at, -1, "redistr");
	case STEM_DOMAIN:
		return spells(text, at, -5, "public domain") ||
		    spells(text, at, -5, "publicdomain");
	case STEM_CREATIVE:
		return spells(text, at, -6, "creativecommons");
	case STEM_COMMONS: /* and the Open Data Commons */
		return spells(text, at, -10, "creative") || is_named(anchors, text, at, false);
	case STEM_SAME_TERMS:
		return spells(text, at, -8, "same terms as");
	case STEM_GPL:
		return at == 0 || !is_letter(text.data[at - 1]) || spells(text, at, -1, "lgpl") ||
		    spells(text, at, -1, "agpl");
	default:
		return false;
	}
}

bool
license_anchors_hold(const struct license_anchors *anchors, struct bytes text, size_t pos,
    const struct license_places *places)
{
	unsigned weak = places->stems & ~(unsigned)(LICENSE_SAYS | LICENSE_NAMES);

	/* "as is" stands in all prose, but may be all that a short text says. */
	if ((weak & (weak - 1)) != 0 ||
	    ((places->stems & LICENSE_SAYS) != 0 && (weak & ~(unsigned)LICENSE_AS_IS) != 0) ||
	    (weak != 0 && license_filter_passes(weak, text.len)))
		return true;
	for (unsigned i = 0; i < places->n; i++)
		if (is_anchor(anchors, text, pos + places->list[i].at, places->list[i].stem))
			return true;
	return false;
}
