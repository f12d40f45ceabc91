/* A database of known vulnerabilities: see detect/osv.h. */
#include "config.h"

#include "detect/osv.h"

#include "core/limits.h"
#include "core/text.h"
#include "detect/osv_record.h"
#include "detect/pep440.h"

#include <stdlib.h>

#define ECOSYSTEM "PyPI"

struct vulnerability {
	const char *id, *cve; /* "" where there is no CVE */
	struct bytes aliases; /* each followed by a zero byte, as are all lists here */
};

struct event {
	enum osv_event_kind kind;
	bool is_zero; /* "0": before all versions */
	size_t order; /* in the record, for two of one version */
	const char *text;
	struct pep440 version;
};

struct range {
	struct event *events; /* in the order of their versions */
	size_t nevents;
	bool is_unordered; /* an event's version follows no known order */
};

/* What one vulnerability says about one package. */
struct entry {
	const char *name; /* normalized */
	const struct vulnerability *vulnerability;
	struct bytes versions;
	const struct range *ranges;
	size_t nranges;
};

struct osv {
	struct arena *arena, *scratch;
	struct entry *entries; /* sorted by name, then by id */
	size_t n, room;
};

/* ---- adding --------------------------------------------------------------------------------- */

struct osv *
osv_new(void)
{
	struct osv *osv = calloc(1, sizeof(*osv));

	if (osv == NULL)
		return NULL;
	osv->arena = arena_new(LIMIT_OSV_MEMORY);
	osv->scratch = arena_new(LIMIT_OSV_MEMORY);
	if (osv->arena == NULL || osv->scratch == NULL) {
		osv_free(osv);
		return NULL;
	}
	return osv;
}

void
osv_free(struct osv *osv)
{
	if (osv == NULL)
		return;
	arena_free(osv->arena);
	arena_free(osv->scratch);
	free(osv->entries);
	free(osv);
}

size_t
osv_size(const struct osv *osv)
{
	return osv->n;
}

/* A package's name as indexes compare it (PEP 503): lower case, runs of "-_." are one "-". */
static char *
normalize(struct arena *arena, struct bytes name)
{
	char *s = arena_string_of(arena, name);
	size_t n = 0;

	for (size_t i = 0; s != NULL && s[i] != '\0'; i++) {
		bool is_separator = s[i] == '-' || s[i] == '_' || s[i] == '.';

		if (!is_separator)
			s[n++] = (char)text_lower((unsigned char)s[i]);
		else if (n == 0 || s[n - 1] != '-')
			s[n++] = '-';
	}
	if (s != NULL)
		s[n] = '\0';
	return s;
}

/* "PyPI", or "PyPI:" and an index of its own. */
static bool
is_ours(struct bytes ecosystem)
{
	return bytes_equal_string(ecosystem, ECOSYSTEM) || bytes_starts(ecosystem, ECOSYSTEM ":");
}

static bool
copy_list(struct arena *arena, const struct osv_text *list, struct bytes *ret)
{
	size_t len = 0;
	uint8_t *data;

	for (const struct osv_text *item = list; item != NULL; item = item->next)
		len += item->text.len + 1;
	data = arena_alloc(arena, len);
	if (data == NULL)
		return false;
	*ret = bytes_of(data, len);
	for (const struct osv_text *item = list; item != NULL; item = item->next) {
		if (item->text.len > 0)
			memcpy(data, item->text.data, item->text.len);
		data += item->text.len + 1;
	}
	return true;
}

/* The next item of a list; false at its end. */
static bool
next_item(struct bytes *list, struct bytes *ret)
{
	const uint8_t *end = list->len == 0 ? NULL : memchr(list->data, '\0', list->len);

	if (end == NULL)
		return false;
	*ret = bytes_slice(*list, 0, (uint64_t)(end - list->data));
	*list = bytes_slice(*list, ret->len + 1, list->len);
	return true;
}

static int
compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = (int)b->is_zero - (int)a->is_zero;

	if (order == 0 && !a->is_zero)
		order = pep440_compare(&a->version, &b->version);
	if (order == 0)
		order = a->order < b->order ? -1 : 1;
	return order;
}

static bool
copy_range(struct arena *arena, const struct osv_range *from, struct range *range)
{
	range->events = arena_array(arena, from->nevents + 1, sizeof(*range->events));
	if (range->events == NULL)
		return false;
	for (const struct osv_event *item = from->events; item != NULL; item = item->next) {
		struct event *event = &range->events[range->nevents];

		/* A limit that is none. */
		if (item->kind == OSV_LIMIT && bytes_equal_string(item->version, "*"))
			continue;
		event->kind = item->kind;
		event->order = range->nevents++;
		event->text = arena_string_of(arena, item->version);
		if (event->text == NULL)
			return false;
		event->is_zero =
		    item->kind == OSV_INTRODUCED && bytes_equal_string(item->version, "0");
		if (!event->is_zero && !pep440_parse(bytes_of_string(event->text), &event->version))
			range->is_unordered = true;
	}
	if (!range->is_unordered)
		qsort(range->events, range->nevents, sizeof(*range->events), compare_events);
	return true;
}

/* Ranges of commits say nothing about versions; the schema wants those in `versions` then. */
static bool
copy_ranges(struct arena *arena, const struct osv_affected *from, struct entry *entry)
{
	struct range *ranges = arena_array(arena, from->nranges + 1, sizeof(*ranges));

	if (ranges == NULL)
		return false;
	for (const struct osv_range *range = from->ranges; range != NULL; range = range->next) {
		if (!bytes_equal_string(range->type, "ECOSYSTEM") &&
		    !bytes_equal_string(range->type, "SEMVER"))
			continue;
		if (!copy_range(arena, range, &ranges[entry->nranges++]))
			return false;
	}
	entry->ranges = ranges;
	return true;
}

static struct vulnerability *
copy_vulnerability(struct arena *arena, const struct osv_record *record)
{
	struct vulnerability *copy = arena_alloc(arena, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	copy->id = arena_string_of(arena, record->id);
	copy->cve = "";
	for (const struct osv_text *alias = record->aliases; alias != NULL && *copy->cve == '\0';
	     alias = alias->next)
		if (bytes_starts(alias->text, "CVE-"))
			copy->cve = arena_string_of(arena, alias->text);
	return copy->id != NULL && copy->cve != NULL &&
		copy_list(arena, record->aliases, &copy->aliases)
	    ? copy
	    : NULL;
}

static bool
add_entry(struct osv *osv, const struct osv_affected *from, const struct vulnerability *of)
{
	struct entry *entry;

	if (osv->n == osv->room) {
		size_t room = osv->room == 0 ? 1024 : 2 * osv->room;
		struct entry *grown = reallocarray(osv->entries, room, sizeof(*grown));

		if (grown == NULL)
			return false;
		osv->entries = grown;
		osv->room = room;
	}
	entry = &osv->entries[osv->n];
	*entry = (struct entry){ .name = normalize(osv->arena, from->name), .vulnerability = of };
	if (entry->name == NULL || !copy_list(osv->arena, from->versions, &entry->versions) ||
	    !copy_ranges(osv->arena, from, entry))
		return false;
	osv->n++;
	return true;
}

bool
osv_add(struct osv *osv, struct bytes json, const char *source, struct status *status)
{
	const struct vulnerability *vulnerability = NULL;
	struct osv_record record;

	arena_reset(osv->scratch);
	if (!osv_record_read(osv->scratch, json, source, &record, status))
		return false;
	for (const struct osv_affected *affected = record.affected;
	     affected != NULL && record.withdrawn.len == 0; affected = affected->next) {
		if (!is_ours(affected->ecosystem))
			continue;
		if (vulnerability == NULL)
			vulnerability = copy_vulnerability(osv->arena, &record);
		if (vulnerability == NULL || !add_entry(osv, affected, vulnerability))
			return status_set(status, STATUS_LIMIT,
			    "%.300s: the vulnerabilities need more than %ju MiB of memory", source,
			    (uintmax_t)(LIMIT_OSV_MEMORY / MIB));
	}
	return true;
}

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : strcmp(a->vulnerability->id, b->vulnerability->id);
}

bool
osv_finish(struct osv *osv, struct status *status)
{
	if (osv->n > 0)
		qsort(osv->entries, osv->n, sizeof(*osv->entries), compare_entries);
	arena_free(osv->scratch);
	osv->scratch = NULL;
	if (arena_failed(osv->arena))
		return status_set(status, STATUS_MEMORY, "no memory for the vulnerabilities");
	return true;
}

/* ---- finding -------------------------------------------------------------------------------- */

enum answer { ANSWER_NO, ANSWER_UNDECIDED, ANSWER_YES };

/* The version in question. */
struct question {
	struct bytes text;
	bool is_ordered;
	struct pep440 version;
};

/*
 * As PEP 440 matches: "2.1.0+cu118" is a build of 2.1.0, so its local part counts only against
 * versions that have one.
 */
static int
compare_to(const struct question *question, const struct pep440 *other)
{
	struct pep440 version = question->version;

	if (other->local.len == 0)
		version.local = bytes_of(NULL, 0);
	return pep440_compare(&version, other);
}

static bool
is_listed(const struct question *question, struct bytes versions)
{
	struct bytes item;
	struct pep440 version;

	while (next_item(&versions, &item))
		if (bytes_equal(item, question->text) ||
		    (question->is_ordered && pep440_parse(item, &version) &&
			compare_to(question, &version) == 0))
			return true;
	return false;
}

/* The evaluation of the schema's appendix, over events in order. */
static bool
is_in_range(const struct question *question, const struct range *range)
{
	bool is_limited = false, is_below = false, is_inside = false;

	for (size_t i = 0; i < range->nevents; i++) {
		const struct event *event = &range->events[i];
		int order = event->is_zero ? 1 : compare_to(question, &event->version);

		switch (event->kind) {
		case OSV_INTRODUCED:
			is_inside = is_inside || order >= 0;
			break;
		case OSV_FIXED:
			is_inside = is_inside && order < 0;
			break;
		case OSV_LAST_AFFECTED:
			is_inside = is_inside && order <= 0;
			break;
		case OSV_LIMIT:
			is_limited = true;
			is_below = is_below || order < 0;
			break;
		}
	}
	return is_inside && (!is_limited || is_below);
}

static enum answer
answer(const struct question *question, const struct entry *entry)
{
	bool is_undecided = entry->versions.len == 0 && entry->nranges == 0;

	if (is_listed(question, entry->versions))
		return ANSWER_YES;
	for (size_t i = 0; i < entry->nranges; i++) {
		const struct range *range = &entry->ranges[i];

		if (question->is_ordered && !range->is_unordered) {
			if (is_in_range(question, range))
				return ANSWER_YES;
		} else if (!question->is_ordered || entry->versions.len == 0) {
			/* Whoever wrote a list beside such a range has worked it out. */
			is_undecided = true;
		}
	}
	return is_undecided ? ANSWER_UNDECIDED : ANSWER_NO;
}

/* The nearest version after the one in question that a record calls fixed; "" where none. */
static const char *
fixed_after(const struct question *question, const struct entry *entry)
{
	const struct event *nearest = NULL;

	for (size_t i = 0; question->is_ordered && i < entry->nranges; i++) {
		const struct range *range = &entry->ranges[i];

		for (size_t k = 0; !range->is_unordered && k < range->nevents; k++) {
			const struct event *event = &range->events[k];

			if (event->kind == OSV_FIXED && compare_to(question, &event->version) < 0 &&
			    (nearest == NULL ||
				pep440_compare(&event->version, &nearest->version) < 0))
				nearest = event;
		}
	}
	return nearest == NULL ? "" : nearest->text;
}

static bool
is_named(const struct vulnerability *one, struct bytes name)
{
	struct bytes aliases = one->aliases, item;

	if (bytes_equal_string(name, one->id))
		return true;
	while (next_item(&aliases, &item))
		if (bytes_equal(item, name))
			return true;
	return false;
}

/* Do two records tell of one vulnerability? GHSA's and PYSEC's often do. */
static bool
is_same(const struct vulnerability *one, const struct vulnerability *other)
{
	struct bytes aliases = other->aliases, item;

	if (is_named(one, bytes_of_string(other->id)))
		return true;
	while (next_item(&aliases, &item))
		if (is_named(one, item))
			return true;
	return false;
}

struct finding_list {
	struct osv_match *matches;
	const struct vulnerability **of; /* of each match */
	size_t n;
};

static void
add_match(struct finding_list *list, const struct question *question, const struct entry *entry,
    bool is_undecided)
{
	const struct vulnerability *vulnerability = entry->vulnerability;
	const char *fixed = is_undecided ? "" : fixed_after(question, entry);
	struct osv_match *match;

	for (size_t i = 0; i < list->n; i++) {
		if (!is_same(list->of[i], vulnerability))
			continue;
		match = &list->matches[i];
		if (*match->fixed == '\0')
			match->fixed = fixed;
		if (*match->alias == '\0')
			match->alias = vulnerability->cve;
		return;
	}
	list->of[list->n] = vulnerability;
	list->matches[list->n++] =
	    (struct osv_match){ vulnerability->id, vulnerability->cve, fixed, is_undecided };
}

/* The first entry of NAME; N where there is none. */
static size_t
first_of(const struct osv *osv, const char *name)
{
	size_t low = 0, high = osv->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(osv->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct osv_match *
osv_find(const struct osv *osv, struct arena *arena, struct bytes name, struct bytes version,
    size_t *ret_n)
{
	struct question question = { .text = version };
	const char *normalized = normalize(arena, name);
	struct finding_list list = { 0 };
	size_t first, end;

	*ret_n = 0;
	if (normalized == NULL)
		return NULL;
	question.is_ordered = pep440_parse(version, &question.version);
	first = end = first_of(osv, normalized);
	while (end < osv->n && strcmp(osv->entries[end].name, normalized) == 0)
		end++;
	list.matches = arena_array(arena, end - first + 1, sizeof(*list.matches));
	list.of = arena_array(arena, end - first + 1, sizeof(*list.of));
	if (list.matches == NULL || list.of == NULL)
		return NULL;
	/* What is certain first, so that a record that cannot tell adds nothing to one that can. */
	for (enum answer wanted = ANSWER_YES; wanted != ANSWER_NO; wanted--)
		for (size_t i = first; i < end; i++)
			if (answer(&question, &osv->entries[i]) == wanted)
				add_match(
				    &list, &question, &osv->entries[i], wanted == ANSWER_UNDECIDED);
	*ret_n = list.n;
	return list.matches;
}

/* ---- as rules ------------------------------------------------------------------------------- */

/* No folder of rules holds records: who has some gives them with rules_give(). */
static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct osv *osv = osv_new();

	(void)files;
	(void)n;
	if (osv == NULL || !osv_finish(osv, status)) {
		status_set(status, STATUS_MEMORY, "no memory for the vulnerabilities");
		osv_free(osv);
		return NULL;
	}
	return osv;
}

static void
free_compiled(void *compiled)
{
	osv_free(compiled);
}

const struct rule_kind osv_rules = {
	.folder = "osv",
	.compile = compile,
	.free = free_compiled,
};
