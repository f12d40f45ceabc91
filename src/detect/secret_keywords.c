/* Many literals in one pass: see detect/secret_keywords.h. */
#include "config.h"

#include "detect/secret_keywords.h"

#include "core/limits.h"
#include "core/text.h"
#include "detect/hyperscan.h"
#include "detect/secret_anchors.h"

#include <stdlib.h>

#define BLOCK (1 * MIB) /* read at a time by Hyperscan: stays in the cache */
/* For each keyword: the automaton reads so much in the time that Hyperscan needs to be made. */
#define AUTOMATON_BYTES (8 * KIB)
/* The same for anchors, whose making takes a millisecond and wants to know what text is like. */
#define SAMPLE_BYTES (4 * KIB)
#define WORTH_LOADING \
	(4 * MIB) /* of a bundle: Hyperscan and its C++ library load in a millisecond */

/* States are numbered in the order of their making; 0 is the root. */
struct automaton {
	uint8_t class_of[256]; /* of a byte; 0: in no keyword */
	size_t nclasses, nstates;
	uint32_t *next;	  /* [state * nclasses + class] */
	uint32_t *output; /* the keyword that ends here, plus one */
	uint32_t *longer; /* the next state of the failure chain that has an output */
};

struct keywords {
	const struct secret_keyword *list;
	size_t n, longest;
	enum keywords_engine engine;
	uint64_t nread; /* by the automaton */
	struct automaton automaton;
	struct anchor_sample *sample; /* of what the automaton read; NULL where it is not wanted */
	struct anchors *anchors;
#ifdef HAVE_HYPERSCAN
	const struct hyperscan *hs; /* NULL until there is a database */
	hs_database_t *database;
	hs_scratch_t *scratch;
#endif
};

/* ---- Aho and Corasick, "Efficient string matching", CACM 18(6), 1975 ----------------------- */

static void
free_automaton(struct automaton *a)
{
	free(a->next);
	free(a->output);
	free(a->longer);
}

static void
number_classes(struct automaton *a, const struct secret_keyword *list, size_t n)
{
	a->nclasses = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i].len; k++) {
			uint8_t c = (uint8_t)list[i].text[k];

			if (a->class_of[c] == 0)
				a->class_of[c] = (uint8_t)a->nclasses++;
		}
	for (int c = 'A'; c <= 'Z'; c++)
		a->class_of[c] = a->class_of[text_lower(c)];
}

/* The tree of all keywords; what does not exist yet is state 0. */
static void
plant(struct automaton *a, const struct secret_keyword *list, size_t n)
{
	a->nstates = 1;
	for (size_t i = 0; i < n; i++) {
		uint32_t state = 0;

		for (size_t k = 0; k < list[i].len; k++) {
			uint32_t *next =
			    &a->next[state * a->nclasses + a->class_of[(uint8_t)list[i].text[k]]];

			if (*next == 0)
				*next = (uint32_t)a->nstates++;
			state = *next;
		}
		a->output[state] = (uint32_t)i + 1;
	}
}

/* Breadth first: the failure of a state is complete before its children ask for it. */
static bool
link_failures(struct automaton *a)
{
	uint32_t *queue = calloc(a->nstates, sizeof(*queue)),
		 *fail = calloc(a->nstates, sizeof(*fail));
	size_t head = 0, tail = 0;
	bool done = queue != NULL && fail != NULL;

	for (size_t c = 0; done && c < a->nclasses; c++)
		if (a->next[c] != 0)
			queue[tail++] = a->next[c];
	while (done && head < tail) {
		uint32_t state = queue[head++], f = fail[state];

		a->longer[state] = a->output[f] != 0 ? f : a->longer[f];
		for (size_t c = 0; c < a->nclasses; c++) {
			uint32_t *next = &a->next[state * a->nclasses + c];

			if (*next == 0) {
				*next = a->next[f * a->nclasses + c];
			} else {
				fail[*next] = a->next[f * a->nclasses + c];
				queue[tail++] = *next;
			}
		}
	}
	free(queue);
	free(fail);
	return done;
}

static bool
make_automaton(struct automaton *a, const struct secret_keyword *list, size_t n)
{
	size_t room = 1;

	for (size_t i = 0; i < n; i++)
		room += list[i].len;
	number_classes(a, list, n);
	a->next = calloc(room * a->nclasses, sizeof(*a->next));
	a->output = calloc(room, sizeof(*a->output));
	a->longer = calloc(room, sizeof(*a->longer));
	if (a->next == NULL || a->output == NULL || a->longer == NULL)
		return false;
	plant(a, list, n);
	return link_failures(a);
}

static void
run_automaton(const struct automaton *a, struct bytes text, keywords_found *found, void *context)
{
	const uint32_t *next = a->next;
	size_t nclasses = a->nclasses;
	uint32_t state = 0;

	for (size_t i = 0; i < text.len; i++) {
		state = next[state * nclasses + a->class_of[text.data[i]]];
		if ((a->output[state] | a->longer[state]) == 0)
			continue;
		for (uint32_t s = a->output[state] != 0 ? state : a->longer[state]; s != 0;
		     s = a->longer[s])
			found(context, a->output[s] - 1, i + 1);
	}
}

/* ---- Hyperscan ------------------------------------------------------------------------------ */

#ifdef HAVE_HYPERSCAN
static bool
make_database(struct keywords *keywords, const struct hyperscan *hs)
{
	size_t n = keywords->n;
	const char **texts = calloc(n, sizeof(*texts));
	size_t *lens = calloc(n, sizeof(*lens));
	unsigned *flags = calloc(n, sizeof(*flags)), *ids = calloc(n, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	bool done = hs != NULL && texts != NULL && lens != NULL && flags != NULL && ids != NULL;

	keywords->hs = hs;
	for (size_t i = 0; done && i < n; i++) {
		texts[i] = keywords->list[i].text;
		lens[i] = keywords->list[i].len;
		flags[i] = HS_FLAG_CASELESS;
		ids[i] = (unsigned)i;
	}
	done = done &&
	    hs->compile_lit_multi(texts, flags, ids, lens, (unsigned)n, HS_MODE_BLOCK, NULL,
		&keywords->database, &error) == HS_SUCCESS &&
	    hs->alloc_scratch(keywords->database, &keywords->scratch) == HS_SUCCESS;
	if (error != NULL)
		hs->free_compile_error(error);
	free(texts);
	free(lens);
	free(flags);
	free(ids);
	return done;
}

struct event {
	keywords_found *found;
	void *context;
	size_t start,
	    fresh; /* of the block; what ends before FRESH was found in the block before */
};

static int
on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	const struct event *event = context;
	size_t end = event->start + (size_t)to;

	(void)from;
	(void)flags;
	if (end > event->fresh)
		event->found(event->context, id, end);
	return 0;
}

static bool
run_database(struct keywords *keywords, struct bytes text, keywords_found *found, void *context)
{
	for (size_t pos = 0; pos < text.len; pos += BLOCK) {
		size_t start = pos < keywords->longest ? 0 : pos - keywords->longest;
		struct bytes block = bytes_slice(text, start, pos - start + BLOCK);
		struct event event = { found, context, start, pos };

		if (keywords->hs->scan(keywords->database, (const char *)block.data,
			(unsigned)block.len, 0, keywords->scratch, on_match, &event) != HS_SUCCESS)
			return false;
	}
	return true;
}
#endif

/* ---- anchors -------------------------------------------------------------------------------- */

static bool
make_anchors(struct keywords *keywords)
{
	keywords->anchors = anchors_new(keywords->list, keywords->n, keywords->sample);
	free(keywords->sample);
	keywords->sample = NULL;
	if (keywords->anchors != NULL && keywords->engine == KEYWORDS_ANCHORS_AVX2)
		anchors_spare_avx512(keywords->anchors);
	return keywords->anchors != NULL;
}

/* Once enough was read, anchors take over. */
static void
sample(struct keywords *keywords, struct bytes text)
{
	uint64_t wanted = keywords->n * SAMPLE_BYTES - keywords->nread;

	anchor_sample_add(keywords->sample, bytes_slice(text, 0, wanted));
	if (text.len >= wanted && make_anchors(keywords))
		keywords->engine = KEYWORDS_ANCHORS;
}

/* ---- all ----------------------------------------------------------------------------------- */

static bool
make_engine(struct keywords *keywords)
{
	const struct secret_keyword *list = keywords->list;
	size_t n = keywords->n;

	switch (keywords->engine) {
	case KEYWORDS_AUTO:
		/* Without a sample, the other two do. */
		keywords->sample = anchors_can(list, n) ? anchor_sample_new() : NULL;
		return make_automaton(&keywords->automaton, list, n);
	case KEYWORDS_AUTOMATON:
		return make_automaton(&keywords->automaton, list, n);
	case KEYWORDS_ANCHORS:
	case KEYWORDS_ANCHORS_AVX2:
		if (!anchors_can(list, n)) {
			keywords->engine = KEYWORDS_AUTOMATON;
			return make_automaton(&keywords->automaton, list, n);
		}
		keywords->sample = anchor_sample_new();
		return keywords->sample != NULL && make_anchors(keywords);
	case KEYWORDS_HYPERSCAN:
#ifdef HAVE_HYPERSCAN
		return n > 0 && make_database(keywords, hyperscan_load());
#endif
		break;
	}
	return false;
}

struct keywords *
keywords_new(const struct secret_keyword *list, size_t n, enum keywords_engine engine)
{
	struct keywords *keywords = calloc(1, sizeof(*keywords));

	if (keywords == NULL)
		return NULL;
	keywords->list = list;
	keywords->n = n;
	keywords->engine = engine;
	for (size_t i = 0; i < n; i++)
		keywords->longest =
		    list[i].len > keywords->longest ? list[i].len : keywords->longest;
	if (!make_engine(keywords)) {
		keywords_free(keywords);
		return NULL;
	}
	return keywords;
}

void
keywords_free(struct keywords *keywords)
{
	if (keywords == NULL)
		return;
	free_automaton(&keywords->automaton);
	free(keywords->sample);
	free(keywords->anchors);
#ifdef HAVE_HYPERSCAN
	if (keywords->hs != NULL) {
		keywords->hs->free_scratch(keywords->scratch);
		keywords->hs->free_database(keywords->database);
	}
#endif
	free(keywords);
}

void
keywords_prepare(uint64_t bytes)
{
#ifdef HAVE_HYPERSCAN
	if (bytes > WORTH_LOADING)
		(void)hyperscan_load();
#else
	(void)bytes;
#endif
}

bool
keywords_scan(struct keywords *keywords, struct bytes text, keywords_found *found, void *context)
{
	if (keywords->sample != NULL)
		sample(keywords, text);
	if (keywords->anchors != NULL) {
		anchors_scan(keywords->anchors, text, found, context);
		return true;
	}
#ifdef HAVE_HYPERSCAN
	if (keywords->engine == KEYWORDS_AUTO && keywords->sample == NULL &&
	    keywords->nread + text.len > keywords->n * AUTOMATON_BYTES)
		/* Where it cannot be made (a processor without SSSE3), the automaton goes on. */
		keywords->engine = make_database(keywords, hyperscan_loaded()) ? KEYWORDS_HYPERSCAN
									       : KEYWORDS_AUTOMATON;
	if (keywords->engine == KEYWORDS_HYPERSCAN)
		return run_database(keywords, text, found, context);
#endif
	keywords->nread += text.len;
	run_automaton(&keywords->automaton, text, found, context);
	return true;
}
