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
#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_VECTOR_PATH
#include <immintrin.h>
#endif

#define SLOTS 4096 /* a power of two; about 1,500 are used */
#define LIKELY 512
#define LIKELY_SHIFT 43 /* parts of the hash that slot_of() does not take: the place there ... */
#define FIRST_SHIFT 37	/* ... and the bits */
#define SECOND_SHIFT 31
#define MAX_NAMES 8192
#define MAX_WORDS 24 /* of one name */
#define NEAR 4	     /* words between "license" and the word chosen */
#define WINDOW 64 /* bytes before and behind a place in which words count: more than NEAR words */
#define LOWER 0x2020202020202020u
#define FACTOR 0x9e3779b97f4a7c15u

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
	uint64_t likely[LIKELY]; /* two bits of one for each: most words of text have not both */
	bool has_wide;		 /* this processor has what may_hold_word() needs */
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

#ifdef HAVE_VECTOR_PATH
static bool
has_wide(void)
{
	return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
	    __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("popcnt");
}
#endif

struct license_anchors *
license_anchors_new(struct arena *arena)
{
	struct license_anchors *anchors = arena_alloc(arena, sizeof(*anchors));

	if (anchors == NULL)
		return NULL;
	anchors->arena = arena;
#ifdef HAVE_VECTOR_PATH
	anchors->has_wide = has_wide();
#endif
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

/* The word of LEN bytes (not 0) at P, in lower case and cut after eight; eight bytes are there. */
static uint64_t
key_at(const uint8_t *p, unsigned len)
{
	unsigned unused = len < 8 ? 64 - 8 * len : 0;
	uint64_t key;

	memcpy(&key, p, sizeof(key));
	key |= LOWER;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	key = __builtin_bswap64(key);
#endif
	return key & UINT64_MAX >> unused;
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
	return key * FACTOR;
}

static size_t
slot_of(uint64_t key)
{
	return hash_of(key) >> 52;
}

static size_t
likely_of(uint64_t hash)
{
	return hash >> LIKELY_SHIFT & (LIKELY - 1);
}

static uint64_t
bits_of(uint64_t hash)
{
	return UINT64_C(1) << (hash >> FIRST_SHIFT & 63) |
	    UINT64_C(1) << (hash >> SECOND_SHIFT & 63);
}

static int
kind_of(const struct license_anchors *anchors, uint64_t key)
{
	uint64_t hash = hash_of(key), bits = bits_of(hash);

	if ((anchors->likely[likely_of(hash)] & bits) != bits)
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
	anchors->likely[likely_of(hash_of(key))] |= bits_of(hash_of(key));
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

/* The beginnings of the words in WINDOW bytes of which LETTERS are letters, and the ends behind
 * them, as bits. Those at either end of the window are none: they may go on there. */
static inline uint64_t
ends_of(uint64_t letters, uint64_t *ret_starts)
{
	uint64_t starts = letters & ~(letters << 1), ends = ~letters & letters << 1;
	bool goes_on = (letters & 1) != 0;

	*ret_starts = goes_on ? starts & (starts - 1) : starts;
	return goes_on ? ends & (ends - 1) : ends;
}

/* Does a word in WINDOW bytes at P count? */
static bool
holds_word(const struct license_anchors *anchors, const uint8_t *p, bool is_license)
{
	uint64_t starts, ends = ends_of(letters_of(p), &starts);

	for (; ends != 0; starts &= starts - 1, ends &= ends - 1) {
		unsigned start = (unsigned)__builtin_ctzll(starts);
		unsigned len = (unsigned)__builtin_ctzll(ends) - start;
		int kind = kind_of(anchors, key_at(p + start, len));

		if (kind == WORD_OF_NAMES || (is_license && kind == WORD_OF_LICENSES))
			return true;
	}
	return false;
}

#ifdef HAVE_VECTOR_PATH
#define TARGET_WIDE                                                                        \
	__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2," \
			      "popcnt")))

#define TIMES_8(n) (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7
#define TIMES_64(n)                                                                            \
	TIMES_8(n), TIMES_8((n) + 8), TIMES_8((n) + 16), TIMES_8((n) + 24), TIMES_8((n) + 32), \
	    TIMES_8((n) + 40), TIMES_8((n) + 48), TIMES_8((n) + 56)

static const uint8_t numbers[2 * WINDOW] = { TIMES_64(0), TIMES_64(WINDOW) };

/* Puts down where the words in window NUMBER begin, whose letters V are in lower case, and how long
 * they are; returns how many they are, WINDOW / 2 at most. */
TARGET_WIDE static inline unsigned
list_words(__m512i v, int number, uint8_t *starts, uint8_t *lengths)
{
	__m512i from_a = _mm512_sub_epi8(v, _mm512_set1_epi8('a'));
	__m512i places = _mm512_loadu_si512(numbers + number * WINDOW), first, end;
	uint64_t begin,
	    behind = ends_of(_mm512_cmplt_epu8_mask(from_a, _mm512_set1_epi8(26)), &begin);
	__m256i from;

	first = _mm512_maskz_compress_epi8(begin, places);
	end = _mm512_maskz_compress_epi8(behind, places);
	from = _mm512_castsi512_si256(first);
	_mm256_storeu_si256((__m256i *)(void *)starts, from);
	_mm256_storeu_si256(
	    (__m256i *)(void *)lengths, _mm256_sub_epi8(_mm512_castsi512_si256(end), from));
	return (unsigned)__builtin_popcountll(behind);
}

/* Eight bytes, each of them eight times. */
TARGET_WIDE static inline __m512i
eight_times(const uint8_t *bytes)
{
	const __m512i first = _mm512_set4_epi64(0x0808080808080808, 0, 0x0808080808080808, 0);

	return _mm512_shuffle_epi8(
	    _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)bytes)), first);
}

/* A bit for each of eight HASHES whose words are likely to count: kind_of() knows. */
TARGET_WIDE static inline unsigned
likely_in(const struct license_anchors *anchors, __m512i hashes)
{
	const __m512i low = _mm512_set1_epi64(63), one = _mm512_set1_epi64(1);
	__m512i at = _mm512_and_si512(
	    _mm512_srli_epi64(hashes, LIKELY_SHIFT), _mm512_set1_epi64(LIKELY - 1));
	__m512i bits = _mm512_i64gather_epi64(at, anchors->likely, 8);
	__m512i first =
	    _mm512_srlv_epi64(bits, _mm512_and_si512(_mm512_srli_epi64(hashes, FIRST_SHIFT), low));
	__m512i second =
	    _mm512_srlv_epi64(bits, _mm512_and_si512(_mm512_srli_epi64(hashes, SECOND_SHIFT), low));

	return _mm512_test_epi64_mask(_mm512_and_si512(first, second), one);
}

/* Is a word in two windows at P likely to count? Eight words at a time, and no branches that depend
 * on how long they are: nobody can predict that, and "license" stands everywhere. */
TARGET_WIDE static bool
may_hold_word(const struct license_anchors *anchors, const uint8_t *p)
{
	const __m512i lower = _mm512_set1_epi8(0x20), factor = _mm512_set1_epi64((int64_t)FACTOR),
		      each = _mm512_set1_epi64(0x0706050403020100);
	__m512i before = _mm512_or_si512(_mm512_loadu_si512(p), lower),
		behind = _mm512_or_si512(_mm512_loadu_si512(p + WINDOW), lower);
	uint8_t starts[WINDOW], lengths[WINDOW];
	unsigned n = list_words(before, 0, starts, lengths), any = 0;

	n += list_words(behind, 1, starts + n, lengths + n);
	for (unsigned i = 0; i < n; i += 8) {
		__m512i letters = _mm512_add_epi8(eight_times(starts + i), each);
		__mmask64 is_word = _mm512_cmplt_epu8_mask(each, eight_times(lengths + i));
		__m512i keys = _mm512_maskz_mov_epi8(
		    is_word, _mm512_permutex2var_epi8(before, letters, behind));
		unsigned some = n - i < 8 ? (1u << (n - i)) - 1 : 0xff;

		any |= likely_in(anchors, _mm512_mullo_epi64(keys, factor)) & some;
	}
	return any != 0;
}
#endif

/* Does a word count in 2 * WINDOW bytes at P? Eight more are there: words are read eight at a time.
 */
static bool
counts(const struct license_anchors *anchors, const uint8_t *p, bool is_license, bool is_plain)
{
#ifdef HAVE_VECTOR_PATH
	if (anchors->has_wide && !is_plain && !may_hold_word(anchors, p))
		return false;
#else
	(void)is_plain;
#endif
	return holds_word(anchors, p, is_license) || holds_word(anchors, p + WINDOW, is_license);
}

/* The same at an end of TEXT. A function of its own: hardened builds clear the copy at each call.
 */
static bool
counts_at_end(const struct license_anchors *anchors, struct bytes text, size_t at, bool is_license,
    bool is_plain)
{
	uint8_t copy[2 * WINDOW + 8] = { 0 };
	size_t before = at < WINDOW ? at : WINDOW;
	struct bytes near = bytes_slice(text, at - before, before + WINDOW);

	memcpy(copy + WINDOW - before, near.data, near.len);
	return counts(anchors, copy, is_license, is_plain);
}

bool
license_anchors_near(const struct license_anchors *anchors, struct bytes text, size_t at,
    bool is_license, bool is_plain)
{
	if (at >= WINDOW && text.len >= WINDOW + 8 && at <= text.len - WINDOW - 8)
		return counts(anchors, text.data + at - WINDOW, is_license, is_plain);
	return counts_at_end(anchors, text, at, is_license, is_plain);
}

static bool
is_named(const struct license_anchors *anchors, struct bytes text, size_t at, bool is_license)
{
	return license_anchors_near(anchors, text, at, is_license, false);
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
