/* The only way out of an analyzer: see core/sink.h. */
#include "config.h"

#include "core/sink.h"

#include "core/limits.h"
#include "core/masks.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A list in the arena that doubles; the old half is left behind in the arena. */
struct list {
	void *items;
	size_t n, room;
};

struct sink {
	struct arena *arena;
	struct list findings, facts, spans, pieces, masks;
	struct status status;
	bool is_untold; /* something was dropped, and no finding could say so */
};

struct sink *
sink_new(size_t max)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (sink == NULL)
		return NULL;
	sink->arena = arena_new(max);
	if (sink->arena == NULL) {
		free(sink);
		return NULL;
	}
	return sink;
}

void
sink_free(struct sink *sink)
{
	if (sink == NULL)
		return;
	arena_free(sink->arena);
	free(sink);
}

void
sink_reset(struct sink *sink)
{
	struct arena *arena = sink->arena;

	arena_reset(arena);
	*sink = (struct sink){ .arena = arena };
}

struct arena *
sink_arena(struct sink *sink)
{
	return sink->arena;
}

static void
out_of_memory(struct sink *sink)
{
	status_set(&sink->status, STATUS_LIMIT, "this member gives more results than %d MiB hold",
	    (int)(LIMIT_ARENA / MIB));
	sink->is_untold = true;
}

/* A zeroed slot at the end of LIST, or NULL. */
static void *
list_add(struct sink *sink, struct list *list, size_t size)
{
	if (list->n == list->room) {
		size_t room = list->room == 0 ? 8 : list->room * 2;
		void *items = arena_array(sink->arena, room, size);

		if (items == NULL) {
			out_of_memory(sink);
			return NULL;
		}
		if (list->n > 0)
			memcpy(items, list->items, list->n * size);
		list->items = items;
		list->room = room;
	}
	return (char *)list->items + size * list->n++;
}

static const char *
format_string(struct sink *sink, const char *format, va_list args)
{
	va_list again;
	char *s = NULL;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n >= 0)
		s = arena_alloc(sink->arena, (size_t)n + 1);
	if (s == NULL) {
		out_of_memory(sink);
		return "";
	}
	vsnprintf(s, (size_t)n + 1, format, args);
	return s;
}

static const char *
copy_string(struct sink *sink, const char *s)
{
	char *copy;

	if (s == NULL || *s == '\0')
		return "";
	copy = arena_string(sink->arena, s);
	if (copy == NULL) {
		out_of_memory(sink);
		return "";
	}
	return copy;
}

/* How often CHECK was reported; with EVIDENCE, how often with that. */
static size_t
count_findings(const struct sink *sink, const char *check, const char *evidence)
{
	const struct finding *findings = sink->findings.items;
	size_t count = 0;

	for (size_t i = 0; i < sink->findings.n; i++)
		if (strcmp(findings[i].check, check) == 0 &&
		    (evidence == NULL || strcmp(findings[i].evidence, evidence) == 0))
			count++;
	return count;
}

/* NULL where it is one too many. */
static struct finding *
add_finding(struct sink *sink, const char *check, unsigned confidence, uint64_t offset,
    uint64_t len, const char *evidence, const char *format, va_list args)
{
	struct finding *finding;

	/* Counting is linear, so it starts only where the limit could have been reached. */
	if (sink->findings.n >= LIMIT_FINDINGS &&
	    count_findings(sink, check, NULL) >= LIMIT_FINDINGS) {
		status_set(&sink->status, STATUS_LIMIT,
		    "%s was found more than %d times; the rest is not listed", check,
		    LIMIT_FINDINGS);
		sink->is_untold = true;
		return NULL;
	}
	finding = list_add(sink, &sink->findings, sizeof(*finding));
	if (finding == NULL)
		return NULL;
	finding->check = copy_string(sink, check);
	finding->offset = offset;
	finding->len = len;
	finding->confidence = confidence > 100 ? 100 : confidence;
	finding->evidence = copy_string(sink, evidence);
	finding->message = format_string(sink, format, args);
	return finding;
}

void
sink_finding(struct sink *sink, const char *check, uint64_t offset, uint64_t len,
    const char *evidence, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)add_finding(sink, check, 100, offset, len, evidence, format, args);
	va_end(args);
}

void
sink_finding_likely(struct sink *sink, const char *check, unsigned confidence, uint64_t offset,
    uint64_t len, const char *evidence, const char *format, ...)
{
	struct finding *finding;
	va_list args;

	va_start(args, format);
	finding = add_finding(sink, check, confidence, offset, len, evidence, format, args);
	va_end(args);
	if (finding != NULL)
		finding->is_guess = true;
}

void
sink_finding_once(struct sink *sink, const char *check, uint64_t offset, uint64_t len,
    const char *evidence, const char *format, ...)
{
	va_list args;

	if (count_findings(sink, check, evidence == NULL ? "" : evidence) > 0)
		return;
	va_start(args, format);
	(void)add_finding(sink, check, 100, offset, len, evidence, format, args);
	va_end(args);
}

void
sink_fact(struct sink *sink, const char *key, const char *format, ...)
{
	struct fact *fact = list_add(sink, &sink->facts, sizeof(*fact));
	va_list args;

	if (fact == NULL)
		return;
	fact->key = copy_string(sink, key);
	va_start(args, format);
	fact->value = format_string(sink, format, args);
	va_end(args);
}

void
sink_text(
    struct sink *sink, enum span_kind kind, const char *key, struct bytes text, uint64_t offset)
{
	struct span *span;

	if (text.len == 0)
		return;
	span = list_add(sink, &sink->spans, sizeof(*span));
	if (span == NULL)
		return;
	span->kind = kind;
	/* Rows of a table name the same few columns again and again. */
	if (sink->spans.n > 1 && strcmp(span[-1].key, key) == 0)
		span->key = span[-1].key;
	else
		span->key = copy_string(sink, key);
	span->text = text;
	span->offset = offset;
}

const char *
sink_mask(struct sink *sink, struct bytes value)
{
	const char *shown = text_mask(sink->arena, value);
	/* A detector may have made the text that holds it. */
	const char *copy = arena_string_of(sink->arena, value);
	struct mask *mask =
	    shown == NULL || copy == NULL ? NULL : list_add(sink, &sink->masks, sizeof(*mask));

	if (mask != NULL)
		*mask = (struct mask){ bytes_of(copy, value.len), shown };
	else
		out_of_memory(sink);
	return shown;
}

/* *S with nothing that is masked elsewhere; empty rather than shown where memory runs out. */
static void
hide(struct sink *sink, const struct masks *masks, const char **s)
{
	*s = masks == NULL ? NULL : masks_hide(masks, sink->arena, *s);
	if (*s == NULL) {
		out_of_memory(sink);
		*s = "";
	}
}

void
sink_hide(struct sink *sink)
{
	struct finding *findings = sink->findings.items;
	struct fact *facts = sink->facts.items;
	const struct masks *masks;

	if (sink->masks.n == 0)
		return;
	masks = masks_new(sink->arena, sink->masks.items, sink->masks.n);
	for (size_t i = 0; i < sink->facts.n; i++)
		hide(sink, masks, &facts[i].value);
	for (size_t i = 0; i < sink->findings.n; i++) {
		/* A rule may be called like what it found ("url-password"). */
		if (findings[i].is_guess)
			continue;
		hide(sink, masks, &findings[i].message);
		hide(sink, masks, &findings[i].evidence);
	}
}

void
sink_piece(struct sink *sink, const struct piece *piece)
{
	struct piece *copy = list_add(sink, &sink->pieces, sizeof(*copy));

	if (copy == NULL)
		return;
	*copy = *piece;
	copy->name = copy_string(sink, piece->name);
}

void
sink_trouble(struct sink *sink, enum status_code code, const char *check, uint64_t offset,
    const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = format_string(sink, format, args);
	va_end(args);
	sink_finding(sink, check, offset, 0, NULL, "%s", text);
	status_set(&sink->status, code, "%s", text);
}

const struct finding *
sink_findings(const struct sink *sink, size_t *ret_n)
{
	*ret_n = sink->findings.n;
	return sink->findings.items;
}

const struct fact *
sink_facts(const struct sink *sink, size_t *ret_n)
{
	*ret_n = sink->facts.n;
	return sink->facts.items;
}

const struct span *
sink_spans(const struct sink *sink, size_t *ret_n)
{
	*ret_n = sink->spans.n;
	return sink->spans.items;
}

const struct piece *
sink_pieces(const struct sink *sink, size_t *ret_n)
{
	*ret_n = sink->pieces.n;
	return sink->pieces.items;
}

const struct status *
sink_status(const struct sink *sink)
{
	return &sink->status;
}

const char *
sink_fact_value(const struct sink *sink, const char *key)
{
	const struct fact *facts = sink->facts.items;

	for (size_t i = 0; i < sink->facts.n; i++)
		if (strcmp(facts[i].key, key) == 0)
			return facts[i].value;
	return NULL;
}

bool
sink_has(const struct sink *sink, const char *check)
{
	return count_findings(sink, check, NULL) > 0;
}

const char *
sink_untold(const struct sink *sink)
{
	return sink->is_untold ? sink->status.text : NULL;
}
