/* Words that make a number personal: see detect/pii_rules.h. */
#include "config.h"

#include "detect/pii_rules.h"

#include <ctype.h>
#include <stdlib.h>

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
#define MAX_WORDS 24 /* of a context: a window of about a hundred bytes */

static uint64_t
hash_byte(uint64_t hash, unsigned char c)
{
	return (hash ^ c) * FNV_PRIME;
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Ä to Þ in UTF-8 are lower case 32 further on. */
static unsigned char
lower_byte(unsigned char before, unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c + 32);
	if (before == 0xc3 && c >= 0x80 && c <= 0x9e)
		return (unsigned char)(c + 32);
	return c;
}

/* Does a new word start at I inside a run of letters: camelCase? */
static bool
is_hump(struct bytes text, size_t i)
{
	return i > 0 && text.data[i] >= 'A' && text.data[i] <= 'Z' && text.data[i - 1] >= 'a' &&
	    text.data[i - 1] <= 'z';
}

/* The hashes of the words of TEXT, MAX at most: the last ones. Numbers are no words. */
static size_t
words_of(struct bytes text, uint64_t *hashes, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len;) {
		uint64_t hash = FNV_START;
		size_t start = i;

		if (is_digit(text.data[i])) {
			while (i < text.len && is_digit(text.data[i]))
				i++;
			continue;
		}
		while (i < text.len && is_word_byte(text.data[i]) &&
		    (i == start || !is_hump(text, i))) {
			hash =
			    hash_byte(hash, lower_byte(i > 0 ? text.data[i - 1] : 0, text.data[i]));
			i++;
		}
		if (i == start) {
			i++;
			continue;
		}
		if (n == max)
			memmove(hashes, hashes + 1, --n * sizeof(*hashes));
		hashes[n++] = hash;
	}
	return n;
}

static uint64_t
join(uint64_t phrase, uint64_t word)
{
	return (phrase * 31 + word) * FNV_PRIME;
}

uint64_t
pii_phrase_hash(const char *phrase, uint64_t *ret_first)
{
	uint64_t hashes[PII_PHRASE + 1] = { 0 }, hash = 0;
	size_t n = words_of(bytes_of_string(phrase), hashes, PII_PHRASE + 1);

	*ret_first = hashes[0];
	if (n == 0 || n > PII_PHRASE)
		return 0;
	for (size_t i = 0; i < n; i++)
		hash = join(hash, hashes[i]);
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

void
pii_context_of(const struct pii_rules *rules, struct bytes text, struct pii_set *set)
{
	uint64_t hashes[MAX_WORDS];
	size_t n = words_of(text, hashes, MAX_WORDS);

	for (size_t i = 0; i < n; i++) {
		uint64_t hash = 0, first = hashes[i];

		if (!(rules->starters[first % PII_STARTERS / 64] >> (first % 64) & 1))
			continue;
		for (size_t k = i; k < n && k < i + PII_PHRASE; k++) {
			const struct pii_context_entry *entry;

			hash = join(hash, hashes[k]);
			entry = lookup(rules, hash);
			for (size_t b = 0; entry != NULL && b < PII_ENTITIES / 64; b++)
				set->bits[b] |= entry->entities.bits[b];
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
