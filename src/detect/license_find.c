/*
 * Finds license texts in a run of words: runs of the index name candidates, regions in which a
 * candidate's runs lie in order are aligned, the best alignment of each stretch of text wins.
 */
#include "config.h"

#include "detect/license_texts.h"

#include "core/limits.h"

#include <stdlib.h>

#define CUT_MARGIN 12	     /* words around a text that was cut */
#define SMALL_GAP 12	     /* inserted words in which no notice is sought */
#define ALIGNED_PER_WORD 100 /* words of templates that are compared for a word of text */
#define SHIFT 40	     /* words that are inserted or left out at one place, at most */
#define OPEN_COPIES 16	     /* of a template, to which an anchor may belong */
#define BATCH 64	     /* runs that are looked up together */
#define MAX_RIVALS 14	     /* candidates that are aligned for one stretch */

/* A run of the text that stands in the index. */
struct hit {
	uint32_t at;
	uint32_t n;
	const struct license_posting *postings;
};

/* A stretch of text in which runs of one template lie about where they should. */
struct region {
	uint32_t template, first_anchor, nanchors;
	uint32_t from, to; /* words */
	uint32_t hope;	   /* words that may match, as far as the runs tell */
	int64_t promise;   /* what the alignment may be worth */
};

/* The anchors near one diagonal (place in the text less place in the template). */
struct copy {
	int64_t first, last; /* diagonals of its first and last anchor */
	uint32_t n, fill;
};

/* A run that counts. */
struct run {
	uint32_t at, hash;
};

struct finder {
	const struct license_texts *texts;
	const struct license_template *templates;
	size_t ntemplates, nwords;
	uint16_t *ids;
	struct hit *hits;
	size_t nhits, hit_room;
	uint64_t total;	  /* postings of all hits */
	uint32_t *counts; /* of runs, by template */
	uint32_t *fills;  /* where the anchors of a candidate go; UINT32_MAX: none */
	struct license_anchor *anchors;
	size_t nanchors;
	struct license_anchor *grouped; /* room for the anchors of one template */
	struct copy *copies;
	uint32_t *labels;
	struct region *regions;
	size_t nregions, region_room;
	struct license_match *found;
	size_t nfound;
	bool is_end;	 /* of the text, not only of the segment */
	bool is_limited; /* not everything was compared */
};

/* Looks up N runs. All are asked for before the first is needed: they are all over the memory. */
static void
look_up_batch(struct finder *f, const struct run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		license_texts_prefetch(f->texts, runs[i].hash);
	for (size_t i = 0; i < n && !f->is_limited; i++) {
		const struct license_posting *end,
		    *postings = license_texts_postings(f->texts, runs[i].hash, &end);
		uint32_t found = 0;

		f->is_limited = f->nhits == f->hit_room || f->total > LIMIT_LICENSE_RUNS;
		if (f->is_limited)
			return;
		for (; postings + found < end && postings[found].hash == runs[i].hash; found++)
			f->counts[postings[found].template]++;
		if (found == 0)
			continue;
		f->total += found;
		f->hits[f->nhits++] = (struct hit){ runs[i].at, found, postings };
	}
}

/* Looks up every run. False out of memory. */
static bool
look_up(struct finder *f)
{
	struct run runs[BATCH + 1]; /* and one that does not count */
	uint32_t sum = f->nwords < LICENSE_RUN ? 0 : license_run_start(f->ids);
	size_t n = 0;

	f->hit_room = f->nwords / 3 + 16;
	f->hits = calloc(f->hit_room, sizeof(*f->hits));
	if (f->hits == NULL)
		return false;
	for (size_t i = 0; i + LICENSE_RUN <= f->nwords && !f->is_limited; i++) {
		runs[n] = (struct run){ (uint32_t)i, license_run_hash(sum) };
		n += license_run_counts(runs[n].hash);
		/* There is a word behind the last. */
		sum = license_run_next(sum, f->ids + i);
		if (n == BATCH) {
			look_up_batch(f, runs, n);
			n = 0;
		}
	}
	look_up_batch(f, runs, n);
	return true;
}

/* How many of a template's runs make it a candidate. */
static uint32_t
quorum(const struct license_template *template)
{
	uint32_t need = template->nanchors / 5;

	return need < 2 ? (template->nanchors < 3 ? 1 : 2) : need;
}

/* Gathers the anchors of the candidates, template by template. */
static bool
gather(struct finder *f)
{
	size_t total = 0, most = 0;

	for (size_t t = 0; t < f->ntemplates; t++) {
		f->fills[t] = UINT32_MAX;
		if (f->counts[t] == 0 || f->counts[t] < quorum(&f->templates[t]))
			continue;
		f->fills[t] = (uint32_t)total;
		total += f->counts[t];
		most = f->counts[t] > most ? f->counts[t] : most;
	}
	f->anchors = calloc(total + 1, sizeof(*f->anchors));
	f->grouped = calloc(most + 1, sizeof(*f->grouped));
	f->copies = calloc(most + 1, sizeof(*f->copies));
	f->labels = calloc(most + 1, sizeof(*f->labels));
	if (f->anchors == NULL || f->grouped == NULL || f->copies == NULL || f->labels == NULL)
		return false;
	f->nanchors = total;
	for (size_t i = 0; i < f->nhits; i++)
		for (uint32_t k = 0; k < f->hits[i].n; k++) {
			const struct license_posting *posting = &f->hits[i].postings[k];

			if (f->fills[posting->template] != UINT32_MAX)
				f->anchors[f->fills[posting->template]++] =
				    (struct license_anchor){ f->hits[i].at, posting->in };
		}
	return true;
}

/* False at the limit or out of memory. */
static bool
make_room(struct finder *f)
{
	size_t room = f->region_room == 0 ? 64 : f->region_room * 2;
	struct region *regions;

	if (f->nregions < f->region_room)
		return true;
	f->is_limited |= f->region_room >= LIMIT_LICENSE_REGIONS;
	if (f->is_limited)
		return false;
	regions = reallocarray(f->regions, room, sizeof(*regions));
	if (regions == NULL) {
		f->is_limited = true;
		return false;
	}
	f->regions = regions;
	f->region_room = room;
	return true;
}

static void
add_region(struct finder *f, uint32_t t, const struct license_anchor *anchors, size_t n)
{
	const struct license_template *template = &f->templates[t];

	if (n < quorum(template) || !make_room(f))
		return;
	f->regions[f->nregions++] = (struct region){ .template = t,
		.first_anchor = (uint32_t)(anchors - f->anchors),
		.nanchors = (uint32_t)n,
		.from = anchors[0].at,
		.to = anchors[n - 1].at + LICENSE_RUN,
		.hope = (uint32_t)((uint64_t) template->n * n / (template->nanchors + 1)),
		.promise = 2 * (int64_t)n * template->n / (template->nanchors + 1) - template->n };
}

/* Do all anchors lie near one diagonal? Most often they do. */
static bool
is_one_copy(const struct license_anchor *anchors, size_t n, int64_t slack)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	for (size_t i = 0; i < n; i++) {
		int64_t d = (int64_t)anchors[i].at - anchors[i].in;

		least = d < least ? d : least;
		most = d > most ? d : most;
	}
	return most - least <= slack;
}

/* Those that got an anchor last, the latest first: noise must not close a copy. */
struct open_copies {
	uint32_t list[OPEN_COPIES], n;
};

static void
open_first(struct open_copies *open, uint32_t at, uint32_t copy)
{
	memmove(open->list + 1, open->list, at * sizeof(open->list[0]));
	open->list[0] = copy;
}

/* The copy near whose diagonal D lies; a new one where there is none. */
static uint32_t
copy_of(struct copy *copies, uint32_t *ncopies, struct open_copies *open, int64_t d, int64_t slack)
{
	for (uint32_t k = 0; k < open->n; k++) {
		uint32_t which = open->list[k];
		struct copy *copy = &copies[which];
		int64_t from_last = d - copy->last, from_first = d - copy->first;

		if (from_last <= slack / 2 && from_last >= -slack / 2 && from_first <= slack &&
		    from_first >= -slack) {
			/* Phrases that a license repeats must not lead the diagonal away. */
			if (from_last <= SHIFT && from_last >= -SHIFT)
				copy->last = d;
			copy->n++;
			open_first(open, k, which);
			return which;
		}
	}
	copies[*ncopies] = (struct copy){ .first = d, .last = d, .n = 1 };
	open_first(open, open->n < OPEN_COPIES ? open->n++ : OPEN_COPIES - 1, *ncopies);
	return (*ncopies)++;
}

/* Groups the anchors of template T by copy, each in the order of the text. */
static void
split_copies(
    struct finder *f, uint32_t t, struct license_anchor *anchors, uint32_t n, int64_t slack)
{
	struct open_copies open = { .n = 0 };
	uint32_t ncopies = 0, end = 0;

	for (uint32_t i = 0; i < n; i++)
		f->labels[i] = copy_of(
		    f->copies, &ncopies, &open, (int64_t)anchors[i].at - anchors[i].in, slack);
	for (uint32_t c = 0; c < ncopies; c++) {
		f->copies[c].fill = end;
		end += f->copies[c].n;
	}
	for (uint32_t i = 0; i < n; i++)
		f->grouped[f->copies[f->labels[i]].fill++] = anchors[i];
	memcpy(anchors, f->grouped, n * sizeof(*anchors));
	for (uint32_t c = 0; c < ncopies; c++)
		add_region(f, t, anchors + f->copies[c].fill - f->copies[c].n, f->copies[c].n);
}

/*
 * Anchors of one copy of a template lie near one diagonal; words that were inserted or left out
 * shift it a little.
 */
static void
find_regions(struct finder *f)
{
	for (uint32_t t = 0; t < f->ntemplates; t++) {
		int64_t slack = 80 + f->templates[t].n / 4;
		struct license_anchor *anchors;
		uint32_t n = f->counts[t];

		if (f->fills[t] == UINT32_MAX)
			continue;
		anchors = f->anchors + f->fills[t] - n;
		if (is_one_copy(anchors, n, slack))
			add_region(f, t, anchors, n);
		else
			split_copies(f, t, anchors, n, slack);
	}
}

static int
by_promise(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->promise != y->promise)
		return x->promise > y->promise ? -1 : 1;
	if (x->nanchors != y->nanchors)
		return x->nanchors > y->nanchors ? -1 : 1;
	if (x->template != y->template)
		return x->template <y->template ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

static uint32_t
overlap(uint32_t a_from, uint32_t a_to, uint32_t b_from, uint32_t b_to)
{
	uint32_t from = a_from > b_from ? a_from : b_from, to = a_to < b_to ? a_to : b_to;

	return from < to ? to - from : 0;
}

/* Were enough better candidates aligned where REGION lies? */
static bool
is_outdone(const struct finder *f, const struct region *region)
{
	unsigned rivals = 0;

	for (size_t i = 0; i < f->nfound; i++) {
		const struct license_match *match = &f->found[i];
		uint32_t common = overlap(region->from, region->to, match->first, match->end);

		if (common * 2 < region->to - region->from)
			continue;
		rivals++;
		if (region->hope + region->hope / 4 + 20 < match->matched &&
		    match->similarity > 900)
			return true;
	}
	return rivals >= MAX_RIVALS;
}

/* The beginning of a license, word for word, where the text ends in the middle of it. */
static bool
is_cut(const struct finder *f, const struct license_match *match)
{
	uint32_t inner = match->missing - match->head - match->tail + match->extra;

	if (match->matched < 60 || match->template->is_exception ||
	    match->matched * 3 < match->template->nfixed || inner * 25 > match->matched)
		return false;
	return match->head == 0 && f->is_end && match->end + CUT_MARGIN >= f->nwords;
}

/* Short texts must agree more: a sentence of a license is not the license. */
static bool
is_good(const struct finder *f, const struct license_match *match)
{
	uint32_t n = match->template->nfixed;
	unsigned least = n < 40 || match->template->is_exception ? 900 : n < 120 ? 800 : 700;

	return match->similarity >= least || is_cut(f, match);
}

/* What was cut off says less against a license than what was changed in it. */
static int64_t
worth_of(const struct finder *f, const struct license_match *match)
{
	int64_t off = (int64_t)match->head + match->tail;
	int64_t inner = (int64_t)match->missing - off + match->extra;

	return (int64_t)match->matched - 2 * inner - match->absorbed / 2 -
	    (is_cut(f, match) ? off / 4 : 2 * off);
}

static bool
align_regions(struct finder *f)
{
	uint64_t aligned = 0; /* words of templates */

	f->found = calloc(f->nregions + 1, sizeof(*f->found));
	if (f->found == NULL)
		return false;
	if (f->nregions > 0)
		qsort(f->regions, f->nregions, sizeof(*f->regions), by_promise);
	for (size_t i = 0; i < f->nregions; i++) {
		const struct region *region = &f->regions[i];
		struct license_match match;

		if (is_outdone(f, region))
			continue;
		aligned += f->templates[region->template].n;
		if (aligned > LIMIT_LICENSE_ALIGNED + (uint64_t)f->nwords * ALIGNED_PER_WORD) {
			f->is_limited = true;
			break;
		}
		if (license_align(&f->templates[region->template], f->ids, f->nwords,
			f->anchors + region->first_anchor, region->nanchors, NULL, &match) &&
		    is_good(f, &match)) {
			match.first_anchor = region->first_anchor;
			match.nanchors = region->nanchors;
			match.worth = worth_of(f, &match);
			f->found[f->nfound++] = match;
		}
	}
	return true;
}

static int
by_worth(const void *a, const void *b)
{
	const struct license_match *x = a, *y = b;

	if (x->worth != y->worth)
		return x->worth > y->worth ? -1 : 1;
	/* What leaves less open says more. */
	if (x->template->nfixed != y->template->nfixed)
		return x->template->nfixed > y->template->nfixed ? -1 : 1;
	if (x->template != y->template)
		return x->template <y->template ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static int
by_first(const void *a, const void *b)
{
	const struct license_match *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* The best alignments, none of which covers much of another. */
static void
choose(struct finder *f, struct license_matches *matches)
{
	qsort(f->found, f->nfound, sizeof(*f->found), by_worth);
	matches->n = 0;
	for (size_t i = 0; i < f->nfound; i++) {
		const struct license_match *match = &f->found[i];
		bool is_free = true;

		for (size_t k = 0; k < matches->n && is_free; k++)
			is_free = overlap(match->first, match->end, matches->list[k].first,
				      matches->list[k].end) *
				10 <
			    match->end - match->first;
		if (!is_free)
			continue;
		if (matches->n == matches->room) {
			size_t room = matches->room == 0 ? 8 : matches->room * 2;
			struct license_match *list =
			    reallocarray(matches->list, room, sizeof(*list));

			if (list == NULL) {
				matches->failed = true;
				return;
			}
			matches->list = list;
			matches->room = room;
		}
		matches->list[matches->n++] = *match;
	}
	if (matches->n > 0)
		qsort(matches->list, matches->n, sizeof(*matches->list), by_first);
}

/* Which words of the text belong to the matches; short gaps between them do too. */
static void
cover(const struct finder *f, struct license_matches *matches)
{
	uint8_t *covered = calloc(f->nwords + 1, 1);

	free(matches->covered);
	matches->covered = covered;
	if (covered == NULL) {
		matches->failed = true;
		return;
	}
	for (size_t i = 0; i < matches->n; i++) {
		const struct license_match *match = &matches->list[i];
		struct license_match again;
		uint32_t last = match->first;

		if (!license_align(match->template, f->ids, f->nwords,
			f->anchors + match->first_anchor, match->nanchors, covered, &again))
			continue;
		for (uint32_t k = match->first; k < match->end; k++) {
			if (!covered[k])
				continue;
			if (k - last <= SMALL_GAP)
				memset(covered + last, 1, k - last);
			last = k;
		}
	}
}

void
license_texts_find(
    const struct license_texts *texts, struct license_words *words, struct license_matches *matches)
{
	struct finder f = { .texts = texts, .nwords = words->n, .is_end = matches->is_end };

	matches->n = 0;
	matches->failed = matches->is_limited = false;
	license_texts_identify(texts, words);
	f.templates = license_texts_templates(texts, &f.ntemplates);
	f.ids = calloc(words->n + 1, sizeof(*f.ids));
	f.counts = calloc(f.ntemplates + 1, sizeof(*f.counts));
	f.fills = calloc(f.ntemplates + 1, sizeof(*f.fills));
	for (size_t i = 0; f.ids != NULL && i < words->n; i++)
		f.ids[i] = words->words[i].id;
	if (f.ids == NULL || f.counts == NULL || f.fills == NULL || !look_up(&f) || !gather(&f)) {
		matches->failed = true;
	} else {
		find_regions(&f);
		if (align_regions(&f)) {
			choose(&f, matches);
			cover(&f, matches);
		} else {
			matches->failed = true;
		}
		matches->is_limited = f.is_limited;
	}
	free(f.ids);
	free(f.hits);
	free(f.counts);
	free(f.fills);
	free(f.anchors);
	free(f.grouped);
	free(f.copies);
	free(f.labels);
	free(f.regions);
	free(f.found);
}

void
license_matches_free(struct license_matches *matches)
{
	free(matches->list);
	free(matches->covered);
	*matches = (struct license_matches){ 0 };
}
