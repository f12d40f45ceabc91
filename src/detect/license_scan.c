/* Gathers evidence of licenses from text: see detect/license_scan.h. */
#include "config.h"

#include "detect/license_scan.h"

#include "core/limits.h"
#include "detect/license_regions.h"

#include <stdlib.h>

struct license_found *
license_found_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct license_found));
}

/* Segments overlap: did an earlier one (of N pieces of evidence) say this already? */
static bool
is_known(const struct license_found *found, size_t n, const struct license_evidence *evidence)
{
	while (n-- > 0 && found->list[n].offset >= evidence->offset)
		if (found->list[n].offset == evidence->offset &&
		    strcmp(found->list[n].expression, evidence->expression) == 0)
			return true;
	return false;
}

/* Adds to FOUND, of whose evidence FROM pieces come from earlier segments. */
static void
add(struct license_found *found, struct arena *arena, size_t from, struct license_evidence evidence)
{
	if (evidence.expression == NULL || is_known(found, from, &evidence))
		return;
	if (found->n == found->room) {
		size_t room = found->room == 0 ? 16 : found->room * 2;
		struct license_evidence *list =
		    room > LIMIT_LICENSE_EVIDENCE ? NULL : arena_array(arena, room, sizeof(*list));

		if (list == NULL) {
			found->failed = "this member speaks of more licenses than are listed";
			return;
		}
		if (found->n > 0)
			memcpy(list, found->list, found->n * sizeof(*list));
		found->list = list;
		found->room = room;
	}
	found->list[found->n++] = evidence;
}

/* One segment on its way through. */
struct segment {
	struct license_data *data;
	struct arena *arena;
	struct bytes text;
	uint64_t offset; /* of the text in the member */
	struct license_words words;
	struct license_matches matches;
	struct license_notices notices;
	struct license_found *found;
};

static uint64_t
end_of(const struct segment *s, uint32_t end)
{
	const struct license_word *last = &s->words.words[end - 1];

	return s->offset + last->offset + last->len;
}

/*
 * Do the words between the last evidence and FIRST offer a choice: "or" close by,
 * "alternatively" or "either" a little further, a slash?
 */
static bool
offers_choice(const struct segment *s, uint32_t last_end, uint32_t first)
{
	static const char *const far[] = { "alternatively", "alternative", "instead" };
	uint32_t gap = first - last_end, words[ARRAY_LEN(far)],
		 or = license_hash(bytes_of_string("or"));

	if (first < last_end || gap > 60)
		return false;
	for (size_t k = 0; k < ARRAY_LEN(far); k++)
		words[k] = license_hash(bytes_of_string(far[k]));
	for (uint32_t i = last_end; i < first; i++) {
		uint32_t hash = s->words.words[i].hash;

		if (gap <= 10 && hash == or)
			return true;
		for (size_t k = 0; k < ARRAY_LEN(far); k++)
			if (hash == words[k])
				return true;
	}
	if (gap == 0 && first > 0) {
		const struct license_word *before = &s->words.words[first - 1];
		size_t end = (size_t)before->offset + before->len;

		return s->words.words[first].offset == end + 1 &&
		    (s->text.data[end] == '/' || s->text.data[end] == '|');
	}
	return false;
}

static int
by_offset(const void *a, const void *b)
{
	const struct license_evidence *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

/* Evidence of this segment from texts and notices, in the order of the text. */
static void
take_evidence(struct segment *s)
{
	static const enum license_evidence_kind kinds[] = { [NOTICE_NAME] = EVIDENCE_NOTICE,
		[NOTICE_URL] = EVIDENCE_URL,
		[NOTICE_TAG] = EVIDENCE_TAG };
	size_t from = s->found->n;
	uint32_t last = 0;

	for (size_t i = 0; i < s->matches.n; i++) {
		const struct license_match *m = &s->matches.list[i];

		add(s->found, s->arena, from,
		    (struct license_evidence){ .kind = EVIDENCE_TEXT,
			.expression = m->template->id,
			.is_exception = m->template->is_exception,
			.offset = s->offset + s->words.words[m->first].offset,
			.end = end_of(s, m->end),
			.place = m->first,
			.match = *m });
	}
	for (size_t i = 0; i < s->notices.n; i++) {
		const struct license_notice *n = &s->notices.list[i];

		add(s->found, s->arena, from,
		    (struct license_evidence){ .kind = kinds[n->kind],
			.expression = n->expression,
			.family = n->family,
			.is_vague = n->is_vague,
			.is_strict = n->is_strict,
			.is_exception = n->is_exception,
			.offset = s->offset + s->words.words[n->first].offset,
			.end = end_of(s, n->end),
			.place = n->first,
			.match = { .first = n->first, .end = n->end } });
	}
	if (s->found->n > from)
		qsort(
		    s->found->list + from, s->found->n - from, sizeof(*s->found->list), by_offset);
	for (size_t i = from; i < s->found->n; i++) {
		struct license_evidence *e = &s->found->list[i];

		e->is_choice = i > from && offers_choice(s, last, e->match.first);
		last = e->match.end;
		e->place += s->found->places;
	}
	s->found->places += s->words.n;
}

/* The texts take more time to load than all the rest. */
static bool
load_texts(struct license_data *data)
{
	if (data->texts == NULL && data->texts_status.code == STATUS_OK)
		data->texts = license_texts_new(
		    data->texts_file->bytes, data->texts_file->source, &data->texts_status);
	return data->texts != NULL;
}

static void
scan_segment(struct segment *s)
{
	struct license_page page = { .text = s->text, .words = &s->words };

	if (!load_texts(s->data))
		return;
	license_words_read(&s->words, s->data->variants, s->text);
	license_texts_find(s->data->texts, &s->words, &s->matches);
	if (s->words.failed || s->matches.failed) {
		s->found->failed = "no memory to look for licenses";
		return;
	}
	if (s->matches.is_limited)
		s->found->failed = "this text resembles more licenses than are compared with it";
	page.skip = s->matches.covered;
	s->notices.n = 0;
	license_notices_find(s->data->names, s->arena, &page, false, &s->notices);
	if (s->notices.failed)
		s->found->failed = "no memory to look for licenses";
	take_evidence(s);
}

void
license_scan_text(struct license_data *data, struct arena *arena, struct bytes text,
    uint64_t offset, bool is_license, struct license_found *found)
{
	struct segment s = { .data = data, .arena = arena, .found = found };
	struct license_regions regions;
	size_t start, end;

	if (!license_regions_find(&regions, license_names_anchors(data->names), text, is_license)) {
		found->failed = "no memory to look for licenses";
		return;
	}
	while (license_regions_next(&regions, &start, &end)) {
		s.text = bytes_slice(text, start, end - start);
		s.offset = offset + start;
		s.matches.is_end = end == text.len;
		scan_segment(&s);
	}
	license_regions_free(&regions);
	license_words_free(&s.words);
	license_matches_free(&s.matches);
	license_notices_free(&s.notices);
}
