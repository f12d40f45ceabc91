/* Words that make a number personal: see detect/pii_rules.h. */
#include "config.h"

#include "detect/pii_marks.h"
#include "detect/pii_rules.h"

#include <ctype.h>
#include <endian.h>

#define HASH_START 0xcbf29ce484222325u
#define HASH_PRIME 0x9e3779b97f4a7c15u
#define LONGEST_PHRASE 256
#define LOWER_CASE 0x2020202020202020u

static bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Does C, after BEFORE, begin a new word inside a run of letters: camelCase? */
static bool
is_hump(unsigned char before, unsigned char c)
{
	return c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z';
}

/* The next word of TEXT that begins at *POS or later and before TO; *POS is where it ends then.
 * Numbers are no words. */
static bool
next_word(struct bytes text, size_t *pos, size_t to, size_t *ret_start)
{
	size_t i = *pos < to ? pii_next_letter(text, *pos, to) : to;

	*ret_start = i;
	if (i >= to) {
		*pos = *pos > i ? *pos : i;
		return false;
	}
	for (i++; i < text.len && is_word_byte(text.data[i]); i++)
		if (is_hump(text.data[i - 1], text.data[i]))
			break;
	*pos = i;
	return true;
}

/* Eight characters at a time. One bit makes ASCII lower case, and most letters of Latin, Greek and
 * Cyrillic in UTF-8 as well; the other characters that it makes alike do not matter. */
static uint64_t
hash_of(struct bytes text, size_t start, size_t end)
{
	uint64_t hash = HASH_START;

	for (size_t i = start; i < end; i += 8) {
		size_t n = end - i < 8 ? end - i : 8;
		uint64_t part = 0;

		if (text.len - i >= 8)
			memcpy(&part, text.data + i, 8);
		else
			memcpy(&part, text.data + i, n);
		part = le64toh(part) & UINT64_MAX >> 8 * (8 - n);
		hash = (hash ^ (part | LOWER_CASE)) * HASH_PRIME;
		hash ^= hash >> 32;
	}
	return hash;
}

/* The bit of pii_rules.hints that a word has if it begins a phrase: its first two characters and
 * its length say what most words do not. */
static uint32_t
hint_of(const uint8_t *word, size_t len, size_t *ret_index)
{
	*ret_index = ((word[0] | 32u) * 33 + (len > 1 ? word[1] | 32u : 0)) % PII_HINTS;
	return (uint32_t)1 << (len < 31 ? len : 31);
}

static uint64_t
join(uint64_t phrase, uint64_t word)
{
	return (phrase * 31 + word) * HASH_PRIME;
}

uint64_t
pii_phrase_note(struct pii_rules *rules, const char *phrase)
{
	struct bytes text = bytes_of_string(phrase);
	uint64_t hash = 0, first = 0;
	size_t n = 0, pos = 0, start, hint = 0;
	uint32_t bit = 0;

	for (; next_word(text, &pos, text.len, &start); n++) {
		uint64_t word = hash_of(text, start, pos);

		hash = join(hash, word);
		if (n > 0)
			continue;
		bit = hint_of(text.data + start, pos - start, &hint);
		first = word;
	}
	if (n == 0 || n > PII_PHRASE)
		return 0;
	rules->hints[hint] |= bit;
	if (rules->starters[first % PII_STARTERS] < n)
		rules->starters[first % PII_STARTERS] = (unsigned char)n;
	return hash;
}

static const struct pii_context_entry *
lookup(const struct pii_rules *rules, uint64_t hash)
{
	for (size_t i = hash & (rules->ncontext - 1);; i = (i + 1) & (rules->ncontext - 1)) {
		const struct pii_context_entry *entry = &rules->context[i];

		if (entry->hash == hash)
			return entry;
		if (entry->hash == 0)
			return NULL;
	}
}

static void
set_add(struct pii_set *set, const struct pii_set *more)
{
	for (size_t i = 0; i < PII_ENTITIES / 64; i++)
		set->bits[i] |= more->bits[i];
}

static void
note_hit(struct pii_nearby *nearby, size_t start, const struct pii_set *entities)
{
	struct pii_hit *hit = &nearby->hits[nearby->nhits++ % PII_HITS];

	if (hit->entities != NULL)
		nearby->lost = hit->start + 1;
	if (start > nearby->last)
		nearby->last = start;
	*hit = (struct pii_hit){ start, entities };
}

/* The word from START to END goes on phrases, or begins one. */
static void
take_word(const struct pii_rules *rules, struct pii_nearby *nearby, struct bytes text, size_t start,
    size_t end)
{
	size_t turn = nearby->nwords++ % PII_PHRASE, hint;
	uint32_t bit = hint_of(text.data + start, end - start, &hint);
	unsigned longest;
	uint64_t word;

	if (nearby->going_on == 0 && !(rules->hints[hint] & bit))
		return;
	word = hash_of(text, start, end);
	longest = rules->starters[word % PII_STARTERS];
	if (nearby->going_on == 0 && longest == 0)
		return;
	nearby->phrases[turn] = 0;
	nearby->starts[turn] = start;
	if (nearby->going_on > 0)
		nearby->going_on--;
	if (longest > nearby->going_on + 1)
		nearby->going_on = longest - 1;
	for (size_t k = 0; k < PII_PHRASE; k++) {
		const struct pii_context_entry *entry;

		if (nearby->phrases[k] == 0 && (k != turn || longest == 0))
			continue;
		nearby->phrases[k] = join(nearby->phrases[k], word);
		entry = lookup(rules, nearby->phrases[k]);
		if (entry != NULL)
			note_hit(nearby, nearby->starts[k], &entry->entities);
	}
	if (nearby->going_on == 0)
		memset(nearby->phrases, 0, sizeof(nearby->phrases));
}

/* Forgets what was seen before FROM: of the hits those that there were, as few as words are seen in
 * most texts. */
static void
start_over(struct pii_nearby *nearby, size_t from)
{
	memset(nearby->hits, 0,
	    (nearby->nhits < PII_HITS ? nearby->nhits : PII_HITS) * sizeof(nearby->hits[0]));
	memset(nearby->phrases, 0, sizeof(nearby->phrases));
	nearby->from = nearby->to = from;
	nearby->nwords = nearby->nhits = nearby->last = nearby->lost = 0;
	nearby->going_on = 0;
}

void
pii_context_near(const struct pii_rules *rules, struct bytes text, struct pii_nearby *nearby,
    size_t from, size_t to, struct pii_set *set)
{
	size_t start;

	if (to > text.len)
		to = text.len;
	if (from < nearby->from || from > nearby->to)
		start_over(nearby, from);
	while (next_word(text, &nearby->to, to, &start))
		take_word(rules, nearby, text, start, nearby->to);
	if (nearby->lost > from) {
		pii_context_of(rules, bytes_slice(text, from, to - from), set);
		return;
	}
	if (nearby->last < from)
		return;
	for (size_t i = nearby->nhits; i > 0 && nearby->nhits - i < PII_HITS; i--) {
		const struct pii_hit *hit = &nearby->hits[(i - 1) % PII_HITS];

		if (hit->start >= from)
			set_add(set, hit->entities);
		else if (from - hit->start > LONGEST_PHRASE)
			break; /* they are noted where they end: nearly in order */
	}
}

void
pii_context_of(const struct pii_rules *rules, struct bytes text, struct pii_set *set)
{
	struct pii_nearby nearby = { 0 };
	size_t start;

	while (next_word(text, &nearby.to, text.len, &start)) {
		take_word(rules, &nearby, text, start, nearby.to);
		while (nearby.nhits > 0) {
			struct pii_hit *hit = &nearby.hits[--nearby.nhits];

			set_add(set, hit->entities);
			hit->entities = NULL;
		}
	}
}

bool
pii_words_have(const struct pii_words *words, struct bytes word)
{
	size_t low = 0, high = words->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2, i = 0;
		const char *entry = words->words[middle];
		int order = 0;

		for (; order == 0 && i < word.len; i++)
			order = tolower(word.data[i]) - (unsigned char)entry[i];
		if (order == 0 && entry[i] == '\0')
			return true;
		if (order < 0 || order == 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
