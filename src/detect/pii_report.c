/*
 * How sure a candidate is, and whether that is said. What surrounds a number makes it personal:
 * words nearby, the key of a value, the column of a table.
 */
#include "config.h"

#include "core/text.h"
#include "detect/pii_scan.h"

#include <strings.h>

#define KNOWN 20       /* numbers that documentation shows */
#define ATTRIBUTION 30 /* people who are named on purpose */
#define LIKELY 50

size_t
pii_window_start(struct bytes text, size_t start, size_t max)
{
	size_t from = start, lines = 0, letters = 0;

	while (from > 0 && start - from < max) {
		unsigned char c = text.data[from - 1];

		if (c == '\n' && (letters > 0 || ++lines > 2))
			break;
		letters += c > ' ';
		from--;
	}
	return from;
}

static bool
is_word_byte(unsigned char c)
{
	return pii_is_alnum(c) || c >= 0x80;
}

/* The words before START. One that the window cuts in two is none. */
static struct bytes
window_before(struct bytes text, size_t start)
{
	size_t from = pii_window_start(text, start, PII_WINDOW_BEFORE);

	while (from > 0 && from < start && is_word_byte(text.data[from - 1]) &&
	    is_word_byte(text.data[from]))
		from++;
	return bytes_slice(text, from, start - from);
}

static struct bytes
window_after(struct bytes text, size_t end)
{
	size_t to = end;

	while (to < text.len && to - end < PII_WINDOW_AFTER && text.data[to] != '\n')
		to++;
	while (to > end && to < text.len && is_word_byte(text.data[to]) &&
	    is_word_byte(text.data[to - 1]))
		to--;
	return bytes_slice(text, end, to - end);
}

static void
context_of(struct pii_pass *pass, size_t start, size_t end, struct pii_set *set)
{
	*set = pii_span_key(pass)->context;
	pii_context_of(pass->rules, window_before(pass->text, start), set);
	pii_context_of(pass->rules, window_after(pass->text, end), set);
}

static bool
is_known(const struct pii_entity *entity, struct bytes value)
{
	char compact[VALIDATOR_MAX + 1];
	size_t len;

	if (entity->nknown == 0 || !validator_compact(value, compact, &len))
		return false;
	for (size_t i = 0; i < entity->nknown; i++)
		if (strcasecmp(entity->known[i], compact) == 0)
			return true;
	return false;
}

static bool
has_lower(struct bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] >= 'a' && value.data[i] <= 'z')
			return true;
	return false;
}

/* Is the text nothing else, or a structure that holds it in quotes? */
static bool
is_all_of_value(struct bytes text, const struct pii_candidate *candidate)
{
	size_t start = candidate->start, end = candidate->end;

	return (start == 0 || (text.data[start - 1] == '"' && pii_at(text, end) == '"')) &&
	    (start > 0 || end == text.len);
}

static unsigned
confidence_of(const struct pii_pass *pass, const struct pii_candidate *candidate,
    const struct pii_key *key, const struct pii_set *set)
{
	const struct pii_entity *entity = &pass->rules->entities[candidate->entity];
	struct bytes value =
	    bytes_slice(pass->text, candidate->start, candidate->end - candidate->start);
	bool is_value = span_is_data(pass->span);
	unsigned sure = candidate->base;

	if (is_value && key->is_attribution && entity->document < 100 && sure > ATTRIBUTION)
		return ATTRIBUTION;
	if (candidate->is_fixed)
		return sure;
	if (entity->finder == FIND_SHAPES && has_lower(value) && sure > PII_WEAKEST)
		sure = sure / 2 < PII_WEAKEST ? PII_WEAKEST : sure / 2;
	if (is_value && sure >= PII_WEAKEST && entity->record > sure &&
	    is_all_of_value(pass->text, candidate))
		sure = entity->record;
	if (pii_set_has(set, candidate->entity) && entity->context > sure)
		sure = entity->context;
	if (!is_value && sure > entity->document)
		sure = entity->document;
	if (sure > KNOWN && is_known(entity, value))
		sure = KNOWN;
	return sure;
}

static uint64_t
hash_of(unsigned entity, struct bytes value)
{
	uint64_t hash = 0xcbf29ce484222325u ^ entity;

	for (size_t i = 0; i < value.len; i++)
		hash = (hash ^ value.data[i]) * 0x100000001b3u;
	return hash | 1;
}

/* Each value is told of once in a member; the table forgets what it has no room for. */
static bool
was_seen(struct pii_pass *pass, unsigned entity, struct bytes value)
{
	uint64_t hash = hash_of(entity, value);
	uint64_t *slot = &pass->seen[(hash >> 20) & (PII_SEEN_SLOTS - 1)];

	if (*slot == hash)
		return true;
	*slot = hash;
	return false;
}

void
pii_tell(struct pii_pass *pass, const struct pii_held *finding)
{
	const struct pii_entity *entity = &pass->rules->entities[finding->entity];
	bool is_likely = finding->sure >= LIKELY;
	const char *mask;

	if (++pass->listed[finding->entity][is_likely] > (is_likely ? PII_LISTED : PII_WEAK))
		return;
	/* Addresses in the web are no secret: facts go on showing them. */
	mask = entity->finder == FIND_URL ? text_mask(sink_arena(pass->sink), finding->value)
					  : sink_mask(pass->sink, finding->value);
	sink_finding_likely(pass->sink, entity->check, finding->sure, finding->offset,
	    finding->value.len, mask, "this looks like %s", entity->title);
}

/* A number of a structure that stands for itself, as ids do. */
static bool
is_number(const struct pii_pass *pass, const struct pii_candidate *candidate)
{
	if (!span_is_data(pass->span) || pii_may_be_record(pass, candidate->start))
		return false;
	for (size_t i = candidate->start; i < candidate->end; i++)
		if (!pii_is_digit(pass->text.data[i]))
			return false;
	return true;
}

/* IS_EXPLAINED: what stands around it says what it is. */
static void
report(
    struct pii_pass *pass, const struct pii_candidate *candidate, unsigned sure, bool is_explained)
{
	struct pii_held finding = { .entity = candidate->entity,
		.sure = sure,
		.is_number = is_number(pass, candidate),
		.value =
		    bytes_slice(pass->text, candidate->start, candidate->end - candidate->start),
		.offset = pass->span->offset + candidate->start };

	if (sure >= PII_SEEN_FROM && pass->sure_end < candidate->end)
		pass->sure_end = candidate->end;
	if (was_seen(pass, candidate->entity, finding.value))
		return;
	if (!is_explained && pii_hold_back(pass, &finding))
		return;
	pass->counts[candidate->entity]++;
	pii_tell(pass, &finding);
}

/* All that stands at one place of a text of a few words. */
static void
consider_short(struct pii_pass *pass, const struct pii_candidate *candidates, size_t n,
    const struct pii_set *set)
{
	for (size_t i = 0; i < n; i++) {
		unsigned sure = confidence_of(pass, &candidates[i], &pass->key, set);

		if (sure >= PII_WEAKEST)
			report(pass, &candidates[i], sure, true);
	}
}

void
pii_consider(struct pii_pass *pass, struct pii_candidate *candidates, size_t n)
{
	const struct pii_candidate *best = NULL;
	unsigned best_sure = PII_SEEN_FROM - 1;
	struct pii_set set;
	struct pii_key key;

	if (n == 0 || candidates[0].start < pass->sure_end)
		return;
	context_of(pass, candidates[0].start, candidates[n - 1].end, &set);
	if (pass->is_short) {
		consider_short(pass, candidates, n, &set);
		return;
	}
	pii_key_of(pass, candidates[0].start, &key);
	for (size_t i = 0; i < n; i++) {
		unsigned entity = candidates[i].entity, sure;

		if (key.is_ignored && !pii_set_has(&key.context, entity) &&
		    pass->rules->entities[entity].finder != FIND_EMAIL)
			continue;
		sure = confidence_of(pass, &candidates[i], &key, &set);
		if (sure > best_sure) {
			best = &candidates[i];
			best_sure = sure;
		}
	}
	if (best != NULL)
		report(pass, best, best_sure, !key.is_ignored && pii_set_has(&set, best->entity));
}

void
pii_enter_span(struct pii_pass *pass, const struct span *span)
{
	pass->span = span;
	pass->text = span->text;
	pass->tried = pass->net_tried = pass->phone_end = pass->sure_end = 0;
	pass->nearby.from = SIZE_MAX; /* nothing yet */
	pass->compact_end = 0;
}

void
pii_sum_up(struct pii_pass *pass)
{
	for (size_t i = 0; i < pass->rules->nentities; i++)
		if (pass->counts[i] > 0)
			sink_fact(pass->sink, pass->rules->entities[i].check, "%ju",
			    (uintmax_t)pass->counts[i]);
}
