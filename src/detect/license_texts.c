/*
 * The data of license texts: see detect/license_texts.h. Layout of texts.dat, little-endian:
 *
 *   "ASLICTX2"; u32 words, names, templates, tokens, bytes of names
 *   words      u32 each: FNV-1a of the words, ascending; ids count from 1
 *   names      ids of licenses, zero-terminated, padded
 *   templates  u32: index of the name, bit 16: an exception; u32: number of tokens
 *   tokens     u16 each: a word, or a control code
 */
#include "config.h"

#include "detect/license_texts.h"

#include "core/limits.h"
#include "core/reader.h"

#include <stdlib.h>

#define TOKEN_OPTIONAL_BEGIN 0xffff
#define TOKEN_OPTIONAL_END 0xfffe
#define TOKEN_WILD 0xff00 /* and how many words, in the lower byte */

#define WORD_SLOTS 32768 /* a power of two, three times the words */
#define MAX_WORDS 16000
#define MAX_TEMPLATES 8192
#define MAX_TOKENS (4 * 1024 * 1024)
#define BUCKETS 65536
#define MAX_LICENSES 110 /* that share a run which is worth looking up */

struct word_slot {
	uint32_t hash;
	uint16_t id; /* 0: free */
};

struct license_texts {
	struct word_slot slots[WORD_SLOTS];
	char *names; /* zero-terminated ids, one after the other */
	const char **name;
	uint32_t nnames;
	struct license_template *templates;
	uint32_t ntemplates;
	uint16_t *words; /* of all templates */
	uint8_t *marks;
	struct license_posting *postings; /* by the upper half of their hash */
	uint32_t starts[BUCKETS + 1];
};

/* What the header says. */
struct sizes {
	uint32_t words, names, templates, tokens, name_bytes;
};

static bool
read_words(struct license_texts *texts, struct reader *in, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t hash, slot;

		if (!reader_u32le(in, &hash))
			return false;
		for (slot = hash % WORD_SLOTS; texts->slots[slot].id != 0;)
			slot = (slot + 1) % WORD_SLOTS;
		texts->slots[slot] = (struct word_slot){ hash, (uint16_t)(i + 1) };
	}
	return true;
}

static bool
read_names(struct license_texts *texts, struct reader *in, const struct sizes *sizes)
{
	struct bytes all;
	const char *name;

	if (!reader_bytes(in, sizes->name_bytes, &all) || all.len == 0 ||
	    all.data[all.len - 1] != '\0')
		return false;
	texts->names = malloc(all.len);
	texts->name = calloc(sizes->names, sizeof(*texts->name));
	if (texts->names == NULL || texts->name == NULL)
		return false;
	memcpy(texts->names, all.data, all.len);
	for (name = texts->names; texts->nnames < sizes->names; name += strlen(name) + 1) {
		if (name >= texts->names + all.len)
			return false;
		texts->name[texts->nnames++] = name;
	}
	return true;
}

/* The tokens of one template become words with marks at FILL. False where a code is misplaced. */
static bool
read_tokens(struct license_texts *texts, struct reader *in, struct license_template *made,
    uint32_t ntokens, uint32_t *fill)
{
	unsigned depth = 0, wild = 0, wild_depth = 0;
	/* Half a million tokens: what is counted stands in variables of its own, which a mark,
	 * being a byte, cannot be part of. */
	uint16_t *words = texts->words + *fill;
	uint8_t *marks = texts->marks + *fill;
	uint32_t n = 0, nfixed = 0, first_fixed = 0, last_fixed = 0;
	struct bytes tokens;

	if (!reader_bytes(in, (uint64_t)ntokens * 2, &tokens))
		return false;
	/* reader_bytes() has seen that they are there. */
	for (size_t i = 0; i < tokens.len; i += 2) {
		uint16_t token = (uint16_t)(tokens.data[i] | tokens.data[i + 1] << 8);

		if (token == TOKEN_OPTIONAL_BEGIN) {
			depth++;
		} else if (token == TOKEN_OPTIONAL_END) {
			if (depth-- == 0)
				return false;
		} else if (token >= TOKEN_WILD) {
			/* For all of the optional words behind it, which it may replace. */
			wild += token & 0xffu;
			wild = wild > MARK_WILD ? MARK_WILD : wild;
			wild_depth = depth + 1;
		} else {
			words[n] = token;
			marks[n] = (uint8_t)((depth > 0 ? MARK_OPTIONAL : 0) | wild);
			if (depth == 0) {
				first_fixed = nfixed == 0 ? n : first_fixed;
				last_fixed = n;
				nfixed++;
			}
			wild = depth < wild_depth ? 0 : wild;
			n++;
		}
	}
	*fill += n;
	made->words = words;
	made->marks = marks;
	made->n = n;
	made->nfixed = nfixed;
	made->first_fixed = first_fixed;
	made->last_fixed = last_fixed;
	return depth == 0 && n <= UINT16_MAX;
}

static bool
read_templates(struct license_texts *texts, struct reader *in, const struct sizes *sizes)
{
	struct bytes table;
	struct reader rows;
	uint32_t fill = 0;
	uint64_t left = sizes->tokens;

	if (!reader_bytes(in, (uint64_t)sizes->templates * 8, &table))
		return false;
	rows = reader_over(table);
	for (; texts->ntemplates < sizes->templates; texts->ntemplates++) {
		struct license_template *made = &texts->templates[texts->ntemplates];
		uint32_t kind, ntokens;

		if (!reader_u32le(&rows, &kind) || !reader_u32le(&rows, &ntokens) ||
		    (kind & 0xffff) >= texts->nnames || ntokens > left)
			return false;
		made->id = texts->name[kind & 0xffff];
		made->is_exception = (kind >> 16 & 1) != 0;
		left -= ntokens;
		if (!read_tokens(texts, in, made, ntokens, &fill))
			return false;
	}
	return left == 0;
}

/* Postings of one hash stand together; buckets hold three on average. */
static void
sort_bucket(struct license_posting *postings, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct license_posting moved = postings[i];
		uint32_t k = i;

		for (; k > 0 && postings[k - 1].hash > moved.hash; k--)
			postings[k] = postings[k - 1];
		postings[k] = moved;
	}
}

/* The runs that count, in the order of the templates; NULL out of memory. */
static struct license_posting *
list_runs(struct license_texts *texts, uint32_t ntokens, uint32_t *ret_n)
{
	struct license_posting *runs = calloc((size_t)ntokens + 1, sizeof(*runs));
	uint32_t n = 0;

	for (uint32_t t = 0; runs != NULL && t < texts->ntemplates; t++) {
		struct license_template *template = &texts->templates[t];
		const uint16_t *words = template->words;
		uint32_t sum = template->n < LICENSE_RUN ? 0 : license_run_start(words);
		uint32_t first = n, nwords = template->n;

		for (uint32_t i = 0; i + LICENSE_RUN <= nwords; i++) {
			uint32_t hash = license_run_hash(sum);

			/* No branch for what nobody can predict; the word behind the last is there.
			 */
			runs[n] = (struct license_posting){ hash, (uint16_t)t, (uint16_t)i };
			n += license_run_counts(hash);
			sum = license_run_next(sum, words + i);
		}
		template->nanchors = n - first;
	}
	*ret_n = n;
	return runs;
}

/* Phrases of half the licenses there are tell none from another, and cost most of the time. */
static void
forget_phrases(struct license_texts *texts)
{
	uint32_t n, end;

	for (uint32_t i = 0; i < texts->starts[BUCKETS]; i = end) {
		for (end = i + 1; end < texts->starts[BUCKETS] &&
		     texts->postings[end].hash == texts->postings[i].hash;)
			end++;
		n = end - i;
		for (uint32_t k = i; n > MAX_LICENSES && k < end; k++) {
			texts->templates[texts->postings[k].template].nanchors--;
			texts->postings[k].hash = ~texts->postings[k].hash;
		}
	}
}

/* Sorts all runs into buckets by the upper half of their hash. */
static bool
build_index(struct license_texts *texts, uint32_t ntokens)
{
	uint32_t total = 0, n;
	struct license_posting *runs = list_runs(texts, ntokens, &n);

	if (runs == NULL)
		return false;
	texts->postings = calloc((size_t)n + 1, sizeof(*texts->postings));
	if (texts->postings == NULL) {
		free(runs);
		return false;
	}
	for (uint32_t i = 0; i < n; i++)
		texts->starts[runs[i].hash >> 16]++;
	for (uint32_t i = 0; i < BUCKETS; i++)
		texts->starts[i] = total += texts->starts[i];
	texts->starts[BUCKETS] = total;
	for (uint32_t i = n; i-- > 0;)
		texts->postings[--texts->starts[runs[i].hash >> 16]] = runs[i];
	free(runs);
	for (uint32_t i = 0; i < BUCKETS; i++)
		sort_bucket(
		    texts->postings + texts->starts[i], texts->starts[i + 1] - texts->starts[i]);
	forget_phrases(texts);
	return true;
}

static bool
read_sizes(struct reader *in, struct sizes *sizes)
{
	struct bytes magic;

	return reader_bytes(in, 8, &magic) && bytes_equal_string(magic, "ASLICTX2") &&
	    reader_u32le(in, &sizes->words) && reader_u32le(in, &sizes->names) &&
	    reader_u32le(in, &sizes->templates) && reader_u32le(in, &sizes->tokens) &&
	    reader_u32le(in, &sizes->name_bytes) && sizes->words <= MAX_WORDS &&
	    sizes->templates <= MAX_TEMPLATES && sizes->tokens <= MAX_TOKENS &&
	    sizes->names <= UINT16_MAX && reader_count(in, sizes->tokens, 2);
}

struct license_texts *
license_texts_new(struct bytes data, const char *source, struct status *status)
{
	struct license_texts *texts = calloc(1, sizeof(*texts));
	struct reader in = reader_over(data);
	struct sizes sizes;
	bool done = texts != NULL && read_sizes(&in, &sizes);

	if (done) {
		texts->templates = calloc(sizes.templates + 1, sizeof(*texts->templates));
		texts->words = calloc((size_t)sizes.tokens + 1, sizeof(*texts->words));
		texts->marks = calloc((size_t)sizes.tokens + 1, 1);
		done = texts->templates != NULL && texts->words != NULL && texts->marks != NULL &&
		    read_words(texts, &in, sizes.words) && read_names(texts, &in, &sizes) &&
		    read_templates(texts, &in, &sizes) && build_index(texts, sizes.tokens);
	}
	if (!done) {
		status_set(status, STATUS_USAGE, "%s is no data of license texts", source);
		license_texts_free(texts);
		return NULL;
	}
	return texts;
}

void
license_texts_free(struct license_texts *texts)
{
	if (texts == NULL)
		return;
	free(texts->names);
	free(texts->name);
	free(texts->templates);
	free(texts->words);
	free(texts->marks);
	free(texts->postings);
	free(texts);
}

const struct license_template *
license_texts_templates(const struct license_texts *texts, size_t *ret_n)
{
	*ret_n = texts->ntemplates;
	return texts->templates;
}

void
license_texts_identify(const struct license_texts *texts, struct license_words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		uint32_t hash = words->words[i].hash, slot = hash % WORD_SLOTS;

		while (texts->slots[slot].id != 0 && texts->slots[slot].hash != hash)
			slot = (slot + 1) % WORD_SLOTS;
		words->words[i].id = texts->slots[slot].id;
	}
}

void
license_texts_prefetch(const struct license_texts *texts, uint32_t hash)
{
	__builtin_prefetch(texts->postings + texts->starts[hash >> 16]);
}

const struct license_posting *
license_texts_postings(
    const struct license_texts *texts, uint32_t hash, const struct license_posting **ret_end)
{
	const struct license_posting *first = texts->postings + texts->starts[hash >> 16];

	*ret_end = texts->postings + texts->starts[(hash >> 16) + 1];
	while (first < *ret_end && first->hash != hash)
		first++;
	return first;
}
