/*
 * Aligns a text with a license template, word by word, outward from a run that both share. Words
 * of the template that the text lacks are missing, unless they are optional; words of the text
 * that the template lacks are extra, unless something replaceable stands there.
 */
#include "config.h"

#include "detect/license_texts.h"

#define WINDOW 28      /* words that may differ before both sides agree again */
#define AGREEMENT 3    /* words that must be the same to agree */
#define MAX_WILD 160   /* words that neighboring replaceable parts may stand for together */
#define FRINGE_GAP 30  /* words between a license and a title or copyright that belongs to it */
#define LONG_GAP 1500u /* words between two shared runs that are bridged at most */

struct alignment {
	const struct license_template *template;
	const uint16_t *text;
	int64_t n; /* of the text */
	const struct license_anchor *anchors;
	size_t nanchors;
	int direction; /* 1 or -1 */
	uint32_t matched, missing, extra, absorbed;
	uint32_t beyond;  /* words that must be there, past where the walk ended */
	uint8_t *covered; /* may be NULL */
	int64_t last;	  /* the outermost word of the text that matched */
};

static bool
is_optional(const struct alignment *a, int64_t j)
{
	return (a->template->marks[j] & MARK_OPTIONAL) != 0;
}

/* How many words may be inserted where the walk comes to word J of the template. */
static unsigned
wild_at(const struct alignment *a, int64_t j)
{
	if (a->direction > 0)
		return j < a->template->n ? a->template->marks[j] & MARK_WILD : 0;
	return j + 1 < a->template->n ? a->template->marks[j + 1] & MARK_WILD : 0;
}

static bool
in_template(const struct alignment *a, int64_t j)
{
	return j >= 0 && j < a->template->n;
}

/* Do both sides agree for some words from I and J on, or to the end of the template? */
static bool
agree(const struct alignment *a, int64_t i, int64_t j)
{
	for (int k = 0; k < AGREEMENT; k++) {
		if (!in_template(a, j))
			return k > 0;
		if (i < 0 || i >= a->n || a->text[i] != a->template->words[j])
			return false;
		i += a->direction;
		j += a->direction;
	}
	return true;
}

/* Is there nothing more at J and beyond that must be there? */
static bool
is_fringe(const struct alignment *a, int64_t j)
{
	return a->direction > 0 ? j > a->template->last_fixed : j < a->template->first_fixed;
}

/* Books what lies between (i, j) and (to_i, to_j) as missing and extra. */
static void
book_gap(struct alignment *a, int64_t i, int64_t j, int64_t to_i, int64_t to_j)
{
	uint64_t inserted = (uint64_t)((to_i - i) * a->direction), wild = 0,
		 replaced = (uint64_t)((to_j - j) * a->direction), taken;
	bool fringe = is_fringe(a, j);

	for (; j != to_j; j += a->direction) {
		wild += wild_at(a, j);
		a->missing += !is_optional(a, j);
	}
	if (in_template(a, to_j))
		wild += wild_at(a, to_j);
	wild = wild < MAX_WILD ? wild : MAX_WILD;
	a->extra += inserted > wild ? (uint32_t)(inserted - wild) : 0;
	taken = inserted < wild ? inserted : wild;
	a->absorbed += !fringe && taken > replaced ? (uint32_t)(taken - replaced) : 0;
}

/* The first word of the template behind the optional words at J. */
static int64_t
behind_optional(const struct alignment *a, int64_t j)
{
	while (in_template(a, j) && is_optional(a, j))
		j += a->direction;
	return j;
}

/* How many words either side may be ahead. */
static int64_t
window_at(const struct alignment *a, int64_t j)
{
	int64_t window = WINDOW + wild_at(a, j);

	for (int64_t k = 1; k < 4; k++)
		if (in_template(a, j + k * a->direction))
			window += wild_at(a, j + k * a->direction);
	return window < WINDOW + MAX_WILD ? window : WINDOW + MAX_WILD;
}

/*
 * Finds where both sides agree again, nearest first: few words are passed over together, and of
 * two such places that where fewer are missing. Only words of the text that are among the next of
 * the template are compared with these.
 */
static bool
resynchronize(const struct alignment *a, int64_t *i, int64_t *j)
{
	uint64_t next[4] = { 0 }; /* bits of the words of the template by their lower half */
	int64_t reach = window_at(a, *j), most, found_i = -1, found_j = -1;
	uint16_t word;

	for (most = 0; most <= WINDOW && in_template(a, *j + most * a->direction); most++) {
		word = a->template->words[*j + most * a->direction];
		next[word >> 6 & 3] |= UINT64_C(1) << (word & 63);
	}
	for (int64_t di = 0; di <= reach; di++) {
		int64_t at_i = *i + di * a->direction;

		if (at_i < 0 || at_i >= a->n)
			break;
		word = a->text[at_i];
		if ((next[word >> 6 & 3] >> (word & 63) & 1) == 0)
			continue;
		for (int64_t dj = 0; dj < most && di + dj <= reach; dj++) {
			int64_t at_j = *j + dj * a->direction;

			if (a->template->words[at_j] != word || !agree(a, at_i, at_j))
				continue;
			reach = di + dj;
			found_i = at_i;
			found_j = at_j;
			break;
		}
	}
	if (found_i < 0)
		return false;
	*i = found_i;
	*j = found_j;
	return true;
}

/* Behind a long optional part, with few words inserted. */
static bool
skip_optional(const struct alignment *a, int64_t *i, int64_t *j)
{
	int64_t behind, limit;

	if (!is_optional(a, *j))
		return false;
	behind = behind_optional(a, *j);
	if (!in_template(a, behind))
		return false;
	limit = wild_at(a, *j) + wild_at(a, behind) + 6;
	for (int64_t di = 0; di <= limit; di++)
		if (agree(a, *i + di * a->direction, behind)) {
			*i += di * a->direction;
			*j = behind;
			return true;
		}
	return false;
}

/* The next shared run beyond (i, j): bridges what the window is too narrow for. */
static bool
next_anchor(const struct alignment *a, int64_t *i, int64_t *j)
{
	for (size_t k = 0; k < a->nanchors; k++) {
		const struct license_anchor *anchor =
		    &a->anchors[a->direction > 0 ? k : a->nanchors - 1 - k];
		int64_t at_i = anchor->at, at_j = anchor->in;

		if (a->direction < 0) {
			at_i += LICENSE_RUN - 1;
			at_j += LICENSE_RUN - 1;
		}
		if ((at_i - *i) * a->direction <= 0 || (at_j - *j) * a->direction <= 0)
			continue;
		if ((at_i - *i) * a->direction > LONG_GAP || (at_j - *j) * a->direction > LONG_GAP)
			return false;
		*i = at_i;
		*j = at_j;
		return true;
	}
	return false;
}

static int64_t
worth(const struct alignment *a)
{
	return (int64_t)a->matched - 2 * ((int64_t)a->missing + a->extra) - a->absorbed / 2;
}

/* How many words of both sides are the same from (i, j) on. */
static int64_t
same_words(const struct alignment *a, int64_t i, int64_t j)
{
	const uint16_t *text = a->text + i, *words = a->template->words + j;
	int64_t n = 0, left = a->direction > 0 ? a->n - i : i + 1,
		most = a->direction > 0 ? a->template->n - j : j + 1;

	most = left < most ? left : most;
	if (a->direction > 0)
		while (n < most && text[n] == words[n])
			n++;
	else
		while (n < most && text[-n] == words[-n])
			n++;
	return n;
}

/* Takes N words that are the same from word I of the text on. */
static void
take(struct alignment *a, int64_t i, int64_t n)
{
	a->matched += (uint32_t)n;
	a->last = i + (n - 1) * a->direction;
	if (a->covered != NULL)
		memset(a->covered + (a->direction > 0 ? i : a->last), 1, (size_t)n);
}

/*
 * Walks from (i, j) to the end of the template in one direction. Titles and appendices are taken
 * only as far as they agree: what is optional must not make a match worse.
 */
static void
walk(struct alignment *a, int64_t i, int64_t j)
{
	struct alignment best = *a;
	bool in_fringe = false;

	while (in_template(a, j) && i >= 0 && i < a->n) {
		int64_t to_i = i, to_j = j, same = same_words(a, i, j);

		if (same > 0) {
			take(a, i, same);
			i += same * a->direction;
			j += same * a->direction;
			continue;
		}
		/* Words that are the same never make a match worse: it is judged where they end. */
		if (is_fringe(a, j) && (!in_fringe || worth(a) >= worth(&best))) {
			best = *a;
			in_fringe = true;
		}
		if (a->missing + a->extra > 60 + a->matched)
			break;
		if (!skip_optional(a, &to_i, &to_j) && !resynchronize(a, &to_i, &to_j) &&
		    !next_anchor(a, &to_i, &to_j))
			break;
		if (in_fringe && (to_i - i) * a->direction > FRINGE_GAP)
			break;
		book_gap(a, i, j, to_i, to_j);
		i = to_i;
		j = to_j;
	}
	if (in_fringe && worth(a) < worth(&best))
		*a = best;
	for (; in_template(a, j); j += a->direction)
		a->beyond += !is_optional(a, j);
}

/* The first anchor from FROM on that the next one confirms: the two lie on one diagonal. */
static struct license_anchor
start_from(const struct license_anchor *anchors, size_t n, size_t from)
{
	for (size_t i = from; i + 1 < n; i++)
		if (anchors[i + 1].at - anchors[i].at == anchors[i + 1].in - anchors[i].in)
			return anchors[i];
	return anchors[from];
}

/* Aligns outward from START. */
static struct license_match
align_from(struct alignment a, struct license_anchor start)
{
	struct license_match match = { .template = a.template };
	uint64_t all;

	a.direction = -1;
	a.last = start.at;
	walk(&a, (int64_t)start.at - 1, (int64_t)start.in - 1);
	match.first = (uint32_t)a.last;
	match.head = a.beyond;
	a.beyond = 0;
	a.direction = 1;
	a.last = start.at;
	walk(&a, start.at, start.in);
	match.tail = a.beyond;
	a.missing += match.head + match.tail;
	all = (uint64_t)a.matched + a.missing + a.extra;
	match.end = (uint32_t)a.last + 1;
	match.matched = a.matched;
	match.missing = a.missing;
	match.extra = a.extra;
	match.absorbed = a.absorbed;
	match.worth = worth(&a);
	match.similarity = all == 0 ? 0 : (unsigned)((uint64_t)a.matched * 1000 / all);
	return match;
}

bool
license_align(const struct license_template *template, const uint16_t *words, size_t n,
    const struct license_anchor *anchors, size_t nanchors, uint8_t *covered,
    struct license_match *ret)
{
	struct alignment a = { .template = template,
		.text = words,
		.n = (int64_t)n,
		.anchors = anchors,
		.nanchors = nanchors };
	struct license_anchor first = start_from(anchors, nanchors, 0),
			      middle = start_from(anchors, nanchors, nanchors / 2), best = first;
	struct license_match match = align_from(a, first), other;

	/* Phrases that stand around a license too lead the first anchor astray, parts that are
	 * there twice the middle one. */
	if (match.similarity < 1000) {
		other = align_from(a, middle);
		if (other.worth > match.worth) {
			match = other;
			best = middle;
		}
	}
	if (covered != NULL) {
		a.covered = covered;
		(void)align_from(a, best);
	}
	if (match.matched == 0)
		return false;
	*ret = match;
	return true;
}
