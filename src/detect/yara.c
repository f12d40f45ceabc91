/*
 * The YARA detector. Rules are compiled from source, once and before the fork; compiled ones are
 * never read from files, since YARA trusts their bytecode. Includes are off, and modules that parse
 * files are refused: nearly all holes of YARA were in them. Metadata of a rule:
 *
 *   check        the finding it makes ("yara/dropper"); user rules without one make yara/match,
 *                or by `severity` yara/match-high or yara/match-low
 *   description  what it saw, for the message
 *   scope        where it applies, words of: binary (members that are no text), source (programs
 *                and their settings), prose (documents), value (JSON, and text inside of binary
 *                members), data (tables, rows, vocabularies), template; without it, everywhere
 */
#include "config.h"

#include "core/compiler.h"
#include "core/limits.h"
#include "core/text.h"
#include "detect/detector.h"
#include "detect/yara_compile.h"
#include "format/format.h"

#include "detect/yara_packs.inc" /* made by tools/yara-packs */

#include <stdlib.h>

#define SLICE (16 * MIB)     /* scanned at a time, so that memory and time stay bounded */
#define OVERLAP (64 * KIB)   /* no string of ours is longer; YARA sees no match across slices */
#define HOLE_LEAST (1 * MIB) /* a smaller piece is not worth a slice's end */
#define SLICE_SECONDS 30     /* a slice takes less than one; beyond, a pattern does not end */
#define BATCH (1 * MIB)	     /* of spans that are scanned together */
#define SHOWN 60

enum scope {
	SCOPE_BINARY = 1,
	SCOPE_SOURCE = 2,
	SCOPE_PROSE = 4,
	SCOPE_VALUE = 8,
	SCOPE_DATA = 16,
	SCOPE_TEMPLATE = 32,
	SCOPE_ANY = 63,
};

static const struct {
	const char *word;
	enum scope scope;
} scopes[] = {
	{ "binary", SCOPE_BINARY },
	{ "source", SCOPE_SOURCE },
	{ "prose", SCOPE_PROSE },
	{ "value", SCOPE_VALUE },
	{ "data", SCOPE_DATA },
	{ "template", SCOPE_TEMPLATE },
	{ "any", SCOPE_ANY },
};

struct yara {
	YR_RULES *rules;     /* NULL where there are none */
	YR_SCANNER *scanner; /* made at the first scan, in the worker */
};

/* One member on its way through. */
struct scanning {
	struct sink *sink;
	enum scope scope; /* of what is being scanned */
	struct bytes text;
	uint64_t offset; /* of it in the member */
	/* Of a batch: where its spans stand. */
	const struct span *const *spans;
	const size_t *starts;
	size_t nspans;
};

/* ---- rules ---------------------------------------------------------------------------------- */

static void
yara_free(void *compiled)
{
	struct yara *yara = compiled;

	if (yara == NULL)
		return;
	if (yara->scanner != NULL)
		yr_scanner_destroy(yara->scanner);
	if (yara->rules != NULL)
		yr_rules_destroy(yara->rules);
	yr_finalize();
	free(yara);
}

static size_t
read_packs(void *ret, size_t size, size_t count, void *context)
{
	size_t *pos = context;

	if (size == 0 || count > (sizeof(yara_packs) - *pos) / size)
		return 0;
	memcpy(ret, yara_packs + *pos, size * count);
	*pos += size * count;
	return count;
}

/* The rules as they were compiled with the program, where FILES are the same. */
static YR_RULES *
load_packs(const struct rule_file *files, size_t n)
{
	uint8_t digest[YARA_DIGEST];
	size_t pos = 0;
	YR_STREAM stream = { .user_data = &pos, .read = read_packs };
	YR_RULES *rules = NULL;

	if (!yara_digest_sources(files, n, digest) ||
	    memcmp(digest, yara_packs_digest, sizeof(digest)) != 0 ||
	    yr_rules_load_stream(&stream, &rules) != ERROR_SUCCESS)
		return NULL;
	return rules;
}

static void *
yara_compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct yara *yara = calloc(1, sizeof(*yara));

	if (yara == NULL || yr_initialize() != ERROR_SUCCESS) {
		status_set(status, STATUS_MEMORY, "YARA does not start");
		free(yara);
		return NULL;
	}
	yara->rules = load_packs(files, n);
	if (yara->rules == NULL)
		yara->rules = yara_compile_sources(files, n, status);
	if (yara->rules != NULL)
		return yara;
	yara_free(yara);
	return NULL;
}

static const struct rule_kind yara_kind = { "yara", yara_compile, yara_free };

/* ---- matches ------------------------------------------------------------------------------ */

static const char *
meta_string(YR_RULE *rule, const char *name)
{
	YR_META *meta;

	yr_rule_metas_foreach(rule, meta)
	{
		if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, name) == 0)
			return meta->string;
	}
	return NULL;
}

static bool
applies(YR_RULE *rule, enum scope here)
{
	const char *words = meta_string(rule, "scope");

	if (words == NULL)
		return true;
	while (*words != '\0') {
		size_t len = strcspn(words, " ,");

		for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
			if (len == strlen(scopes[i].word) &&
			    strncmp(words, scopes[i].word, len) == 0 && (scopes[i].scope & here))
				return true;
		words += len + strspn(words + len, " ,");
	}
	return false;
}

/* The first match of any string of RULE. YARA packs its matches into an arena, unaligned. */
ANY_ALIGNMENT static bool
first_match(
    YR_SCAN_CONTEXT *scan, YR_RULE *rule, struct bytes text, size_t *ret_pos, size_t *ret_len)
{
	bool found = false;
	YR_STRING *string;

	yr_rule_strings_foreach(rule, string)
	{
		YR_MATCH *match;

		yr_string_matches_foreach(scan, string, match)
		{
			uint64_t pos = (uint64_t)(match->base + match->offset);

			if (pos <= text.len && (!found || pos < *ret_pos)) {
				found = true;
				*ret_pos = (size_t)pos;
				*ret_len = (size_t)match->match_length;
			}
		}
	}
	return found;
}

/* The offset in the member of POS in what is being scanned. */
static uint64_t
offset_of(const struct scanning *scanning, size_t pos)
{
	size_t i = scanning->nspans;

	if (i == 0)
		return scanning->offset + pos;
	while (i > 1 && scanning->starts[i - 1] > pos)
		i--;
	return scanning->spans[i - 1]->offset + (pos - scanning->starts[i - 1]);
}

static const char *
check_of(YR_RULE *rule)
{
	const char *check = meta_string(rule, "check");
	const char *severity = meta_string(rule, "severity");

	if (check != NULL && strncmp(check, "yara/", 5) == 0)
		return check;
	if (severity != NULL &&
	    (strcmp(severity, "high") == 0 || strcmp(severity, "critical") == 0))
		return "yara/match-high";
	if (severity != NULL && (strcmp(severity, "low") == 0 || strcmp(severity, "info") == 0))
		return "yara/match-low";
	return "yara/match";
}

static void
report(YR_SCAN_CONTEXT *scan, YR_RULE *rule, struct scanning *scanning)
{
	struct arena *arena = sink_arena(scanning->sink);
	const char *description = meta_string(rule, "description");
	size_t pos = 0, len = 0;
	struct bytes seen;

	if (!applies(rule, scanning->scope))
		return;
	(void)first_match(scan, rule, scanning->text, &pos, &len);
	seen = bytes_slice(scanning->text, pos, len);
	sink_finding_once(scanning->sink, check_of(rule), offset_of(scanning, pos), len,
	    rule->identifier, "%s (rule %s)%s%s",
	    description == NULL ? "a rule matched" : description, rule->identifier,
	    seen.len > 0 ? ": " : "", text_safe(arena, seen, SHOWN));
}

static int
on_match(YR_SCAN_CONTEXT *scan, int message, void *data, void *context)
{
	struct scanning *scanning = context;

	if (message == CALLBACK_MSG_RULE_MATCHING)
		report(scan, data, scanning);
	else if (message == CALLBACK_MSG_TOO_MANY_MATCHES)
		sink_trouble(scanning->sink, STATUS_LIMIT, "scan/limit", scanning->offset,
		    "a string of a YARA rule matches too often: %s",
		    ((const YR_STRING *)data)->identifier);
	return CALLBACK_CONTINUE;
}

static bool
scan_text(struct yara *yara, struct scanning *scanning)
{
	int result;

	yr_scanner_set_callback(yara->scanner, on_match, scanning);
	result = yr_scanner_scan_mem(yara->scanner, scanning->text.data, scanning->text.len);
	if (result == ERROR_SUCCESS)
		return true;
	sink_trouble(scanning->sink, STATUS_LIMIT,
	    result == ERROR_SCAN_TIMEOUT ? "scan/limit" : "scan/detector-failed", scanning->offset,
	    result == ERROR_SCAN_TIMEOUT ? "YARA's rules took more than %d seconds for a part of it"
					 : "YARA's rules failed with its error %d",
	    result == ERROR_SCAN_TIMEOUT ? SLICE_SECONDS : result);
	return false;
}

/* ---- members and spans -------------------------------------------------------------------- */

static enum scope
scope_of(const char *const *names)
{
	static const struct {
		const char *format;
		enum scope scope;
	} known[] = { { "text", SCOPE_PROSE }, { "markdown", SCOPE_PROSE },
		{ "markup", SCOPE_PROSE }, { "json", SCOPE_VALUE }, { "jsonl", SCOPE_DATA },
		{ "table", SCOPE_DATA }, { "vocabulary", SCOPE_DATA },
		{ "template", SCOPE_TEMPLATE } };
	enum scope scope = 0;

	for (size_t i = 0; names[i] != NULL; i++) {
		const struct format *format = format_by_name(names[i]);
		enum scope one = SCOPE_BINARY;

		if (format != NULL && (format->traits & FORMAT_TEXT))
			one = SCOPE_SOURCE;
		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			if (strcmp(names[i], known[k].format) == 0)
				one = known[k].scope;
		scope |= one;
	}
	return scope == 0 ? SCOPE_BINARY : scope;
}

static bool
lies_in(struct bytes part, struct bytes whole)
{
	return part.data >= whole.data && part.data < whole.data + whole.len;
}

/* A part of a member that is a member of its own, and scanned as that. */
struct hole {
	uint64_t start, end;
};

static int
compare_holes(const void *a, const void *b)
{
	const struct hole *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * The large pieces that stand in MEMBER as they are (the tensors of an archive), less what a string
 * can reach into at both ends. None of them out of memory: all of it is scanned then.
 */
static struct hole *
find_holes(const struct member *member, const struct sink *sink, struct arena *arena, size_t *ret_n)
{
	size_t n;
	const struct piece *pieces = sink_pieces(sink, &n);
	struct hole *holes = arena_array(arena, n + 1, sizeof(*holes));

	*ret_n = 0;
	for (size_t i = 0; i < n && holes != NULL; i++) {
		struct bytes packed = pieces[i].packed;
		uint64_t start;

		if (pieces[i].codec != CODEC_NONE || packed.len < HOLE_LEAST ||
		    !lies_in(packed, member->bytes))
			continue;
		start = (uint64_t)(packed.data - member->bytes.data);
		if (packed.len <= member->bytes.len - start)
			holes[(*ret_n)++] =
			    (struct hole){ start + OVERLAP, start + packed.len - OVERLAP };
	}
	if (*ret_n > 1)
		qsort(holes, *ret_n, sizeof(*holes), compare_holes);
	return holes;
}

static void
scan_member(struct yara *yara, const struct member *member, struct scanning *scanning)
{
	size_t n, next = 0;
	const struct hole *holes =
	    find_holes(member, scanning->sink, sink_arena(scanning->sink), &n);
	uint64_t pos = 0, end = member->bytes.len;

	while (pos < end) {
		uint64_t stop = pos + SLICE < end ? pos + SLICE : end;

		while (next < n && holes[next].end <= pos)
			next++;
		if (next < n && holes[next].start <= pos) {
			pos = holes[next].end;
			continue;
		}
		if (next < n && holes[next].start < stop)
			stop = holes[next].start;
		scanning->text = bytes_slice(member->bytes, pos, stop - pos);
		scanning->offset = pos;
		if (!scan_text(yara, scanning) || stop == end)
			return;
		pos = next < n && stop == holes[next].start ? holes[next].end : stop - OVERLAP;
		member_release(member, 0, pos);
	}
}

static enum scope
scope_of_span(const struct span *span)
{
	if (strstr(span->key, "chat_template") != NULL)
		return SCOPE_TEMPLATE;
	if (span->kind == SPAN_VALUE)
		return SCOPE_VALUE;
	return span->kind == SPAN_PROSE ? SCOPE_PROSE : SCOPE_SOURCE;
}

/* Spans of one scope, one behind the other. */
struct batch {
	struct buffer text;
	const struct span *spans[512];
	size_t starts[512];
	size_t n;
};

static bool
scan_batch(struct yara *yara, struct batch *batch, struct scanning *scanning)
{
	bool done = true;

	if (batch->n > 0 && buffer_ok(&batch->text)) {
		scanning->text = buffer_bytes(&batch->text);
		scanning->spans = batch->spans;
		scanning->starts = batch->starts;
		scanning->nspans = batch->n;
		scanning->offset = batch->spans[0]->offset;
		done = scan_text(yara, scanning);
	}
	buffer_reset(&batch->text);
	batch->n = 0;
	return done;
}

/* Strings of programs are anything, and the scan of the member has seen them as such. */
static bool
is_for_yara(const struct span *span)
{
	return span->kind != SPAN_VOCABULARY && span->kind != SPAN_CONSTANT;
}

/*
 * Spans that the scan of the member has not seen as what they are: decoded ones, templates, and
 * text inside of what is no text.
 */
static void
scan_spans(struct yara *yara, const struct member *member, const struct span *spans, size_t n,
    enum scope wanted, struct scanning *scanning)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	bool is_binary = (scanning->scope & SCOPE_BINARY) != 0, more = true;

	if (batch == NULL) {
		sink_trouble(scanning->sink, STATUS_LIMIT, "scan/limit", 0, "no memory for YARA");
		return;
	}
	batch->text = buffer_up_to(SIZE_MAX / 2);
	scanning->scope = wanted;
	for (size_t i = 0; more && i < n; i++) {
		if (!is_for_yara(&spans[i]) || scope_of_span(&spans[i]) != wanted ||
		    (wanted != SCOPE_TEMPLATE && !is_binary &&
			lies_in(spans[i].text, member->bytes)))
			continue;
		batch->spans[batch->n] = &spans[i];
		batch->starts[batch->n++] = batch->text.len;
		buffer_add(&batch->text, spans[i].text);
		buffer_add_u8(&batch->text, '\n');
		if (!buffer_ok(&batch->text))
			sink_trouble(scanning->sink, STATUS_LIMIT, "scan/limit", spans[i].offset,
			    "no memory for YARA");
		if (batch->n == ARRAY_LEN(batch->spans) || batch->text.len > BATCH)
			more = scan_batch(yara, batch, scanning);
	}
	if (more)
		(void)!scan_batch(yara, batch, scanning);
	buffer_free(&batch->text);
	free(batch);
}

static void
scan(const void *compiled, const struct member *member, const char *const *names,
    const struct span *spans, size_t n, struct sink *sink)
{
	/* The scanner is scratch memory of this worker; the rules stay as they are. */
	struct yara *yara = (struct yara *)(uintptr_t)compiled;
	static const enum scope of_spans[] = { SCOPE_TEMPLATE, SCOPE_VALUE, SCOPE_PROSE,
		SCOPE_SOURCE };
	enum scope scope = scope_of(names);

	if (yara->scanner == NULL &&
	    yr_scanner_create(yara->rules, &yara->scanner) != ERROR_SUCCESS) {
		sink_trouble(sink, STATUS_LIMIT, "scan/detector-failed", 0, "no memory for YARA");
		return;
	}
	/* Without try-catch: YARA's handlers of SIGSEGV and SIGBUS would turn a file that shrinks
	 * into silence. */
	yr_scanner_set_flags(yara->scanner,
	    SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
	yr_scanner_set_timeout(yara->scanner, SLICE_SECONDS);
	scan_member(yara, member, &(struct scanning){ .sink = sink, .scope = scope });
	for (size_t i = 0; i < ARRAY_LEN(of_spans); i++)
		scan_spans(yara, member, spans, n, of_spans[i],
		    &(struct scanning){ .sink = sink, .scope = scope });
}

const struct detector detector_yara = {
	.name = "yara",
	.rules = &yara_kind,
	.scan = scan,
};
