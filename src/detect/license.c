/*
 * The license detector. What a member declares and what its text says become facts; policy/
 * compares members with each other (policy/licenses.c). Facts:
 *
 *   license             the expression that counts: declared and detected together
 *   license.declared    by metadata, front matter, a field of the format
 *   license.detected    by texts, notices, tags, URLs
 *   license.similarity  per cent, of the license text that differs most from its official form
 *   license.text        ids whose whole text stands here, ", " between
 *   license.terms       what they ask and allow, for people (obligations.yaml)
 *   license.attribution what a model card or NOTICE attributes in words that a license asks for
 *   license.link, license.name, license.base_model   as a model card gives them
 */
#include "config.h"

#include "detect/detector.h"
#include "detect/license_files.h"
#include "detect/license_filter.h"
#include "detect/license_scan.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define MODIFIED 970	   /* per mille: below, a license text is reported as modified, ... */
#define MODIFIED_MISSING 9 /* ... and where it lacks more words than this, ... */
#define MODIFIED_EXTRA 40  /* ... or has more added */
#define MAX_CARD (1 * MIB) /* bytes of a model card in which attributions are sought */
#define LONG_VALUE 120	   /* bytes of a value that may hold a notice */
#define TEXT_SAMPLE 8192   /* bytes in which an unclaimed member proves to be text */

struct license_rules {
	const struct rule_file *files;
	size_t nfiles;
	struct license_data data;
	bool is_loaded;
	struct status status;
};

static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct license_rules *rules = calloc(1, sizeof(*rules));

	if (rules == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the rules");
		return NULL;
	}
	rules->files = files;
	rules->nfiles = n;
	return rules;
}

static void
free_rules(void *compiled)
{
	struct license_rules *rules = compiled;

	if (rules == NULL)
		return;
	license_names_free(rules->data.names);
	license_terms_free(rules->data.terms);
	license_texts_free(rules->data.texts);
	license_variants_free(rules->data.variants);
	free(rules);
}

static const struct rule_file *
find_file(const struct license_rules *rules, const char *name)
{
	const struct rule_file *found = NULL;

	/* The user's folder comes last and wins. */
	for (size_t i = 0; i < rules->nfiles; i++)
		if (strcmp(rules->files[i].name, name) == 0)
			found = &rules->files[i];
	return found;
}

static void
load(struct license_rules *rules)
{
	const struct rule_file *words = find_file(rules, "licenses/words.tsv"),
			       *texts = find_file(rules, "licenses/texts.dat");

	rules->is_loaded = true;
	if (words == NULL || texts == NULL) {
		status_set(&rules->status, STATUS_USAGE,
		    "the rules hold no licenses/words.tsv or licenses/texts.dat");
		return;
	}
	rules->data.texts_file = texts;
	rules->data.variants = license_variants_new(words->bytes, words->source, &rules->status);
	if (rules->data.variants != NULL)
		rules->data.names = license_names_new(
		    rules->files, rules->nfiles, rules->data.variants, &rules->status);
	if (rules->data.names != NULL)
		rules->data.terms = license_terms_new(rules->files, rules->nfiles, &rules->status);
}

static void
say_failed(struct sink *sink, const struct status *status)
{
	sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
	    "the detector license could not run: %s", status->text);
}

/* The data, loaded at the first member that needs it: what is loaded is a cache. */
static struct license_data *
data_of(const void *compiled, struct sink *sink)
{
	struct license_rules *rules = (struct license_rules *)(uintptr_t)compiled;

	if (!rules->is_loaded)
		load(rules);
	if (rules->data.terms != NULL)
		return &rules->data;
	say_failed(sink, &rules->status);
	return NULL;
}

/* ---- what is looked at -------------------------------------------------------------------- */

/* A member that no format claims and that is not binary: text of an encoding we do not know. */
static bool
is_stray_text(const struct member *member, const char *const *formats)
{
	struct bytes head = bytes_slice(member->bytes, 0, TEXT_SAMPLE);

	if (formats[0] != NULL || head.len == 0)
		return false;
	return memchr(head.data, '\0', head.len) == NULL;
}

static bool
is_text_span(const struct span *span)
{
	return span->kind == SPAN_PROSE || span->kind == SPAN_SOURCE ||
	    (span_is_data(span) && span->text.len >= LONG_VALUE);
}

/* UTF-16 with a byte order mark becomes the bytes of its ASCII characters. */
static struct bytes
narrow(struct sink *sink, struct bytes text)
{
	bool little = bytes_starts(text, "\xff\xfe"), big = bytes_starts(text, "\xfe\xff");
	uint8_t *out;

	if (!little && !big)
		return text;
	out = arena_alloc(sink_arena(sink), text.len / 2 + 1);
	if (out == NULL) {
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0,
		    "no memory to look for licenses in text of two bytes a letter");
		return (struct bytes){ 0 };
	}
	for (size_t i = 0; i + 1 < text.len; i += 2) {
		uint8_t high = text.data[i + little], low = text.data[i + big];

		out[i / 2] = high != 0 ? ' ' : low;
	}
	return bytes_of(out, text.len / 2);
}

static bool
may_speak(struct bytes text)
{
	/* Two bytes a letter hide the stems. */
	return bytes_starts(text, "\xff\xfe") || bytes_starts(text, "\xfe\xff") ||
	    license_filter(text);
}

/* Is there any reason to load the data for this member? */
static bool
is_worthwhile(const struct member *member, const struct span *spans, size_t n, bool is_stray)
{
	if (license_files_holds(member_basename(member)) && (n > 0 || is_stray))
		return true;
	for (size_t i = 0; i < n; i++)
		if (spans[i].kind != SPAN_VOCABULARY &&
		    (strstr(spans[i].key, "icen") != NULL ||
			(is_text_span(&spans[i]) && may_speak(spans[i].text))))
			return true;
	return is_stray && may_speak(member->bytes);
}

static void
scan_texts(struct license_data *data, const struct member *member, const struct span *spans,
    size_t n, bool is_stray, struct sink *sink, struct license_found *found)
{
	struct arena *arena = sink_arena(sink);
	bool is_license = license_files_holds(member_basename(member));

	if (is_stray)
		license_scan_text(data, arena, narrow(sink, member->bytes), 0, is_license, found);
	for (size_t i = 0; i < n; i++)
		if (is_text_span(&spans[i]))
			license_scan_text(data, arena, narrow(sink, spans[i].text), spans[i].offset,
			    is_license && spans[i].kind == SPAN_PROSE, found);
}

/* ---- what is said ------------------------------------------------------------------------- */

/* Beyond what another layout brings with it: a header on each page, links spelled out. */
static bool
is_modified(const struct license_match *match)
{
	return match->similarity < MODIFIED || match->missing > MODIFIED_MISSING ||
	    match->extra > MODIFIED_EXTRA;
}

static void
report_texts(struct sink *sink, const struct license_found *found)
{
	struct arena *arena = sink_arena(sink);
	const char *texts = NULL;
	unsigned least = 1000;

	for (size_t i = 0; i < found->n; i++) {
		const struct license_evidence *e = &found->list[i];

		if (e->kind != EVIDENCE_TEXT)
			continue;
		least = e->match.similarity < least ? e->match.similarity : least;
		if (texts == NULL || strstr(texts, e->expression) == NULL)
			texts = texts == NULL ? e->expression
					      : arena_format(arena, "%s, %s", texts, e->expression);
		if (is_modified(&e->match))
			sink_finding(sink, "license/modified", e->offset, e->end - e->offset,
			    e->expression,
			    "this is the text of %s with changes: %u of its words are missing and "
			    "%u are added (%u.%u per cent alike)",
			    e->expression, e->match.missing, e->match.extra,
			    e->match.similarity / 10, e->match.similarity % 10);
	}
	if (texts != NULL) {
		sink_fact(sink, "license.text", "%s", texts);
		sink_fact(sink, "license.similarity", "%u.%u", least / 10, least % 10);
	}
}

static void
report_unknown(struct sink *sink, const struct member *member,
    const struct license_declared *declared, const struct license_node *detected)
{
	if (declared->unknown != NULL)
		sink_finding(sink, "license/unknown", declared->offset, 0, declared->unknown,
		    "the license that is declared here is on no list: %s", declared->unknown);
	else if (detected == NULL && declared->expression == NULL &&
	    license_files_holds(member_basename(member)))
		sink_finding(sink, "license/unknown", 0, 0, NULL,
		    "this file is named like a license, but its text is none that is known");
}

/* An expression as a fact; one that nobody could read any more is said to be too long. */
static void
report_expression(struct sink *sink, const char *key, const struct license_node *node)
{
	const char *text = node == NULL ? NULL : license_expression_print(sink_arena(sink), node);

	if (text != NULL && strlen(text) <= LIMIT_EXPRESSION)
		sink_fact(sink, key, "%s", text);
	else if (node != NULL)
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0,
		    "this member names so many licenses that their expression is longer than %d "
		    "bytes",
		    LIMIT_EXPRESSION);
}

static void
report(struct sink *sink, const struct license_terms *terms,
    const struct license_declared *declared, const struct license_node *detected)
{
	struct arena *arena = sink_arena(sink);
	const struct license_node *all =
	    license_expression_join(arena, LICENSE_AND, declared->expression, detected);
	const char *line;
	const struct {
		const char *key, *value;
	} texts[] = { { "license.name", declared->name }, { "license.link", declared->link },
		{ "license.base_model", declared->base_models } };

	report_expression(sink, "license.declared", declared->expression);
	report_expression(sink, "license.detected", detected);
	report_expression(sink, "license", all);
	line = all == NULL ? NULL : license_terms_line(terms, arena, all);
	if (line != NULL)
		sink_fact(sink, "license.terms", "%s", line);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].value != NULL)
			sink_fact(sink, texts[i].key, "%s", texts[i].value);
}

/* Where attributions stand: a model card, a file called NOTICE. */
static void
report_attributions(
    struct sink *sink, const struct license_data *data, const struct member *member, bool is_card)
{
	struct bytes name = bytes_of_string(member_basename(member));
	const char *found;

	if (!is_card && !text_equal_ignoring_case(bytes_slice(name, 0, 6), "notice"))
		return;
	found = license_terms_attributions(
	    data->terms, sink_arena(sink), bytes_slice(member->bytes, 0, MAX_CARD));
	if (found != NULL)
		sink_fact(sink, "license.attribution", "%s", found);
}

static void
scan(const void *compiled, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	struct license_declared declared = { 0 };
	struct license_data *data;
	const struct license_node *detected;
	struct license_found *found;
	bool is_stray = n == 0 && is_stray_text(member, formats);

	if (!is_worthwhile(member, spans, n, is_stray))
		return;
	data = data_of(compiled, sink);
	found = data == NULL ? NULL : license_found_new(sink_arena(sink));
	if (found == NULL)
		return;
	license_declared_read(data, sink_arena(sink), member, spans, n, &declared);
	scan_texts(data, member, spans, n, is_stray, sink, found);
	if (data->texts_status.code != STATUS_OK)
		say_failed(sink, &data->texts_status);
	detected = license_decide(sink_arena(sink), found);
	if (found->failed != NULL)
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", 0, "%s", found->failed);
	report(sink, data->terms, &declared, detected);
	report_texts(sink, found);
	report_attributions(sink, data, member, declared.is_card);
	report_unknown(sink, member, &declared, detected);
}

static const struct rule_kind rules_of_licenses = {
	.folder = "licenses",
	.compile = compile,
	.free = free_rules,
};

const struct detector detector_license = {
	.name = "license",
	.rules = &rules_of_licenses,
	.scan = scan,
};
