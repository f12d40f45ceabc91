/*
 * The secret detector: tokens, keys and passwords in text. One pass finds the keywords of all
 * rules (secret_keywords.h); around each hit the rule's pattern is tried in a window, or the
 * assignment is read (secret_assign.h); what was captured is judged by its form, its randomness
 * and the words in it (secret_value.h).
 */
#include "config.h"

#include "core/buffer.h"
#include "core/limits.h"
#include "core/text.h"
#include "detect/detector.h"
#include "detect/secret.h"
#include "detect/secret_assign.h"
#include "detect/secret_claim.h"
#include "detect/secret_example.h"
#include "detect/secret_gate.h"
#include "detect/secret_index.h"
#include "detect/secret_place.h"
#include "detect/secret_rules.h"
#include "detect/secret_value.h"

#include <stdlib.h>

#define WINDOW 2100	 /* bytes after a keyword: a JSON Web Token, the head of a key */
#define NAMED_VALUE 8192 /* longer values are documents, and searched as such */
#define KEY_MAX 16384	 /* bytes of a key in PEM that are hidden */
#define ANY_SERVICE "*"	 /* provider of a rule for many: the name that was found */
#define CLAIM 110	 /* bytes before a value in which a service's name claims it */
#define MAX_HITS 16384	 /* in one span; more are a file of tokens, and said so */

/*
 * Rules and matcher, made when text is first met: most members of a model are none, and reading
 * the rules takes longer than scanning a small pickle. Used by one worker at a time.
 */
struct compiled {
	const struct rule_file *files;
	size_t nfiles;
	struct secret_rules *rules;
	struct secret_index anywhere, near_rows;
	struct keywords *anywhere_keywords, *row_keywords;
	enum keywords_engine engine;
};

struct hit {
	const struct secret_rule *rule;
	const char *provider;
	size_t pos, len;
	unsigned confidence;
};

/* One span on its way through. */
struct searching {
	struct compiled *compiled;
	struct bytes text;
	const struct secret_index *index; /* of the keywords being looked for */
	size_t base;			  /* of the part being looked at */
	const char *keyword;		  /* that was found */
	struct sink *sink;
	struct hit *hits;
	size_t n, room;
	bool is_full, is_broken;
};

static void
free_compiled(void *context)
{
	struct compiled *compiled = context;

	if (compiled == NULL)
		return;
	keywords_free(compiled->anywhere_keywords);
	keywords_free(compiled->row_keywords);
	secret_rules_free(compiled->rules);
	free(compiled);
}

static void *
compile(const struct rule_file *files, size_t n, struct status *status)
{
	struct compiled *compiled = calloc(1, sizeof(*compiled));

	if (compiled == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the rules of secrets");
		return NULL;
	}
	compiled->files = files;
	compiled->nfiles = n;
	return compiled;
}

static bool
load(struct compiled *compiled, struct status *status)
{
	struct secret_rules *rules;

	if (compiled->anywhere_keywords != NULL)
		return true;
	if (compiled->rules == NULL)
		compiled->rules = secret_rules_new(compiled->files, compiled->nfiles, status);
	if (compiled->rules == NULL)
		return false;
	rules = compiled->rules;
	if (secret_index_make(&compiled->anywhere, rules, false, secret_rules_arena(rules)) &&
	    secret_index_make(&compiled->near_rows, rules, true, secret_rules_arena(rules)))
		compiled->anywhere_keywords = keywords_new(
		    compiled->anywhere.keywords, compiled->anywhere.n, compiled->engine);
	return compiled->anywhere_keywords != NULL ||
	    status_set(status, STATUS_MEMORY, "no memory for the keywords of secrets");
}

/* Every pattern, not only those of keywords that were met. */
static bool
complete(const void *context, struct status *status)
{
	struct compiled *compiled = (struct compiled *)(uintptr_t)context;
	struct secret_rule *list;
	size_t n;

	if (!load(compiled, status))
		return false;
	list = secret_rules_list(compiled->rules, &n);
	for (size_t i = 0; i < n; i++)
		if (!secret_rule_compile(&list[i], status))
			return false;
	return true;
}

static void
add_hit(struct searching *searching, const struct secret_rule *rule, struct bytes secret,
    unsigned confidence)
{
	struct hit *grown;

	if (searching->n == searching->room) {
		size_t room = searching->room == 0 ? 64 : searching->room * 2;

		grown =
		    room > MAX_HITS ? NULL : reallocarray(searching->hits, room, sizeof(*grown));
		if (grown == NULL) {
			searching->is_full = true;
			return;
		}
		searching->hits = grown;
		searching->room = room;
	}
	searching->hits[searching->n++] = (struct hit){ rule,
		strcmp(rule->provider, ANY_SERVICE) == 0 ? searching->keyword : rule->provider,
		(size_t)(secret.data - searching->text.data), secret.len, confidence };
}

static void
judge_token(struct searching *searching, const struct secret_rule *rule, struct bytes secret)
{
	const struct secret_words *words = secret_rules_words(searching->compiled->rules);
	enum secret_form form = SECRET_FORM_RIGHT;

	if (!rule->is_open && !secret_is_alone(searching->text, secret))
		return;
	/* A rule without entropy trusts its form alone; a dollar begins hashes as well as
	 * templates. */
	if (rule->entropy > 0 && secret.data[0] != '$' &&
	    (secret_entropy(secret) < rule->entropy || secret_is_filler(secret, words)))
		return;
	if (rule->validator != NULL)
		form = rule->validator->judge(secret);
	if (form != SECRET_FORM_WRONG)
		add_hit(searching, rule, secret, form == SECRET_FORM_RIGHT ? 95 : 70);
}

/* A match that was cut off with its window goes on to the end of its row. */
static struct bytes
whole_row(struct bytes text, struct bytes window, struct bytes secret)
{
	size_t end = (size_t)(secret.data - text.data) + secret.len;

	if (secret.data + secret.len != window.data + window.len)
		return secret;
	while (end < text.len && secret.len < KEY_MAX && gate_is_run_byte(text.data[end])) {
		secret.len++;
		end++;
	}
	return secret;
}

static void
try_token(struct searching *searching, struct secret_rule *rule, size_t start, size_t end)
{
	size_t first = start > rule->before ? start - rule->before : 0, pos = 0;
	struct bytes window = bytes_slice(searching->text, first, start - first + WINDOW), secret;

	/* The match has to hold the keyword. */
	while (secret_rule_match(
	    searching->compiled->rules, rule, window, start - first, &pos, &secret))
		if ((size_t)(secret.data - searching->text.data) + secret.len >= end ||
		    secret.data >= searching->text.data + start) {
			judge_token(searching, rule, whole_row(searching->text, window, secret));
			return;
		}
}

static void
try_near(struct searching *searching, struct secret_rule *rule, size_t end)
{
	/* The last character of the name, too: a pattern may look back. */
	struct bytes window = bytes_slice(searching->text, end - 1, WINDOW), secret;
	size_t pos = 1;

	while (secret_rule_match(
	    searching->compiled->rules, rule, window, SECRET_GAP + 1, &pos, &secret)) {
		if (secret_is_near_key(searching->text, end, secret, rule,
			secret_rules_words(searching->compiled->rules))) {
			add_hit(searching, rule, secret, 75);
			return;
		}
		/* A value that was refused is refused whole. */
		pos = (size_t)(secret.data - window.data) + secret.len;
	}
}

static bool
is_suffix(struct bytes suffix, const struct secret_words *words)
{
	if (suffix.len == 0)
		return true;
	for (size_t i = 0; words->suffixes[i] != NULL; i++)
		if (text_equal_ignoring_case(suffix, words->suffixes[i]))
			return true;
	return false;
}

/* Has a rule that knows the form of this service's keys to judge the value? */
static bool
is_claimed(const struct searching *searching, const struct assignment *assignment)
{
	size_t pos = assignment->pos, first = pos > CLAIM ? pos - CLAIM : 0;

	return secret_is_claimed(searching->compiled->rules,
	    bytes_slice(searching->text, first, pos - first), assignment->value);
}

static void
try_names(struct searching *searching, const struct secret_rule *rule, size_t start, size_t end)
{
	const struct secret_words *words = secret_rules_words(searching->compiled->rules);
	struct assignment assignment;

	/* The cheap questions first: such words stand everywhere. */
	if (!assignment_read(searching->text, start, end, &assignment) ||
	    assignment.value.len < rule->least || !secret_is_possible(assignment.value))
		return;
	/* `name value` is prose, unless it is `--name value` or `name "value"`. */
	if (!assignment.is_quoted &&
	    (searching->text.data[assignment.pos - 1] == '-' ||
		(!assignment.is_joined && assignment.name.data[0] != '-')))
		return;
	if (!assignment.is_joined &&
	    (searching->text.data[assignment.pos - 1] == '`' || assignment.value.len < 16))
		return;
	if (!is_suffix(assignment.suffix, words) ||
	    secret_holds(assignment.name, words->innocent) ||
	    secret_is_filler(assignment.value, words))
		return;
	if (secret_is_random(assignment.value, rule->entropy, words)) {
		if (!rule->is_password && is_claimed(searching, &assignment))
			return;
		add_hit(searching, rule, assignment.value, assignment.is_joined ? 65 : 45);
		return;
	}
	if (rule->is_password && assignment.is_joined &&
	    secret_is_password(assignment.value, assignment.is_quoted, words))
		add_hit(searching, rule, assignment.value, 55);
}

static void
try_pattern(struct searching *searching, struct secret_rule *rule, size_t start, size_t end)
{
	struct status status = { 0 };

	if (!secret_rule_compile(rule, &status)) {
		if (!searching->is_broken)
			sink_trouble(searching->sink, STATUS_INTERNAL, "scan/detector-failed", 0,
			    "%s", status.text);
		searching->is_broken = true;
	} else if (rule->shape == SECRET_TOKEN) {
		try_token(searching, rule, start, end);
	} else if (secret_is_name_start(searching->text, start)) {
		try_near(searching, rule, end);
	}
}

/* Nearly always nothing: what asks more than a few bytes is a call further. */
static void
follow(struct searching *searching, const struct secret_lead *lead, size_t start, size_t end)
{
	if (lead->rule->shape != SECRET_NAMES) {
		if (secret_lead_fits(lead, searching->text, start, end))
			try_pattern(searching, lead->rule, start, end);
	} else if (assignment_may_follow(searching->text, start, end)) {
		try_names(searching, lead->rule, start, end);
	}
}

static void
on_keyword(void *context, uint32_t i, size_t end)
{
	struct searching *searching = context;
	const struct secret_index *index = searching->index;
	const struct secret_keyword *keyword = &index->keywords[i];

	end += searching->base;
	searching->keyword = keyword->text;
	for (size_t k = 0; k < keyword->n && !searching->is_full; k++)
		follow(searching, &index->leads[keyword->first + k], end - keyword->len, end);
}

static int
compare_hits(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	if (x->rule->rank != y->rule->rank)
		return x->rule->rank < y->rule->rank ? -1 : 1;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return x->rule != y->rule ? strcmp(x->rule->id, y->rule->id)
				  : strcmp(x->provider, y->provider);
}

/* Of two, does B say more about the same place? */
static bool
is_better(const struct hit *a, const struct hit *b)
{
	return b->rule->rank != a->rule->rank ? b->rule->rank < a->rule->rank : b->len > a->len;
}

/* A rule finds the beginning of a key in PEM; all of it is to be hidden. */
static void
hide_rest(struct searching *searching, size_t pos)
{
	struct bytes rest = bytes_slice(searching->text, pos, KEY_MAX);
	int64_t end;

	if (!bytes_starts(rest, "-----BEGIN"))
		return;
	end = bytes_find(rest, bytes_of_string("-----END"), 0);
	(void)sink_mask(searching->sink, end < 0 ? rest : bytes_slice(rest, 0, (size_t)end));
}

static void
report(struct searching *searching, uint64_t offset, size_t prefix)
{
	size_t i = 0;

	if (searching->n > 1)
		qsort(searching->hits, searching->n, sizeof(*searching->hits), compare_hits);
	while (i < searching->n) {
		const struct hit *best = &searching->hits[i], *first = best;
		size_t end = best->pos + best->len, next = i + 1;
		struct bytes secret;
		const char *mask;

		for (; next < searching->n && searching->hits[next].pos < end; next++) {
			const struct hit *other = &searching->hits[next];

			/* What is not told of is hidden all the same. */
			(void)sink_mask(
			    searching->sink, bytes_slice(searching->text, other->pos, other->len));
			if (is_better(best, other))
				best = other;
			if (other->pos + other->len > end)
				end = other->pos + other->len;
		}
		secret = bytes_slice(searching->text, best->pos, best->len);
		mask = sink_mask(searching->sink, secret);
		if (best != first)
			(void)sink_mask(
			    searching->sink, bytes_slice(searching->text, first->pos, first->len));
		hide_rest(searching, best->pos);
		sink_finding_likely(searching->sink, best->rule->check, best->confidence,
		    offset + (best->pos > prefix ? best->pos - prefix : 0), best->len, mask,
		    "this looks like %s of %s (rule %s)",
		    best->rule->shape == SECRET_NAMES ? "a secret" : "a credential", best->provider,
		    best->rule->id);
		i = next;
	}
	if (searching->is_full)
		sink_trouble(searching->sink, STATUS_LIMIT, "scan/limit", offset,
		    "more than %d likely secrets in one text: the rest is not looked at", MAX_HITS);
}

/*
 * A value that a format took apart is put together with its name again: to the rules it is an
 * assignment like any other. *RET_PREFIX bytes of the text are not the value's.
 */
static struct bytes
with_name(const struct span *span, struct buffer *text, size_t *ret_prefix)
{
	*ret_prefix = 0;
	if (!span_is_data(span) || *span->key == '\0' || span->text.len > NAMED_VALUE)
		return span->text;
	buffer_reset(text);
	buffer_add(text, bytes_of_string(span->key));
	buffer_add(text, bytes_of_string("=\""));
	*ret_prefix = text->len;
	buffer_add(text, span->text);
	buffer_add_u8(text, '"');
	return buffer_ok(text) ? buffer_bytes(text) : span->text;
}

static bool
search_part(struct searching *searching, struct keywords *keywords, size_t start, size_t end)
{
	struct bytes part = bytes_slice(searching->text, start, end - start);

	searching->base = start;
	return keywords_scan(keywords, part, on_keyword, searching);
}

/* Many keywords, for which small texts without any row should not have to wait. */
static bool
search_near(struct searching *searching, size_t start, size_t end)
{
	struct compiled *compiled = searching->compiled;

	if (compiled->row_keywords == NULL)
		compiled->row_keywords = keywords_new(
		    compiled->near_rows.keywords, compiled->near_rows.n, compiled->engine);
	return compiled->row_keywords != NULL &&
	    search_part(searching, compiled->row_keywords, start, end);
}

/* Looks for keywords near rows that could be tokens; where rows are close, in one part. */
static bool
search_rows(struct searching *searching, const struct compiled *compiled)
{
	size_t back = compiled->near_rows.reach + compiled->near_rows.longest,
	       ahead = compiled->near_rows.before + compiled->near_rows.longest, start = 0, end = 0,
	       pos = 0;
	struct gate gate = gate_over(searching->text);
	bool done = true;
	struct bytes row;

	searching->index = &compiled->near_rows;
	while (done && gate_next(&gate, &row)) {
		size_t first = (size_t)(row.data - searching->text.data), last;

		pos = first + row.len;
		last = first + ahead > pos ? first + ahead : pos;
		first = first > back ? first - back : 0;
		if (first > end) {
			done = end == 0 || search_near(searching, start, end);
			start = first;
		}
		end = last;
	}
	return done && (end == 0 || search_near(searching, start, end));
}

static void
search(struct searching *searching, const struct compiled *compiled)
{
	searching->index = &compiled->anywhere;
	if (!search_part(searching, compiled->anywhere_keywords, 0, searching->text.len) ||
	    !search_rows(searching, compiled))
		sink_trouble(searching->sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the search for secrets failed");
}

static void
search_span(
    struct compiled *compiled, const struct span *span, struct buffer *named, struct sink *sink)
{
	size_t prefix;
	/* The rules are this worker's own: patterns are compiled when first needed. */
	struct searching searching = { .compiled = compiled, .sink = sink };

	searching.text = with_name(span, named, &prefix);
	search(&searching, compiled);
	report(&searching, span->offset, prefix);
	free(searching.hits);
}

static void
scan(const void *context, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	struct compiled *compiled = (struct compiled *)(uintptr_t)context;
	struct buffer named = buffer_up_to((size_t)2 * NAMED_VALUE);
	struct status status = { 0 };

	(void)member;
	(void)formats;
	for (size_t i = 0; i < n; i++) {
		if (spans[i].kind == SPAN_VOCABULARY)
			continue;
		if (!load(compiled, &status)) {
			sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
			    "the detector secret could not run: %s", status.text);
			break;
		}
		search_span(compiled, &spans[i], &named, sink);
	}
	buffer_free(&named);
}

static void
prepare(uint64_t bytes)
{
	keywords_prepare(bytes);
}

/* Before hits that overlap are joined: another rule may say more about the same place. */
static bool
finds(const void *context, const char *rule, struct bytes example)
{
	struct compiled *compiled = (struct compiled *)(uintptr_t)context;
	struct buffer text = buffer_up_to(4 * MIB);
	struct status ignored = { 0 };
	struct searching searching = { .compiled = compiled, .sink = sink_new(LIMIT_ARENA) };
	bool found = false;

	secret_example_fill(&text, example);
	searching.text = buffer_bytes(&text);
	if (searching.sink != NULL && buffer_ok(&text) && load(compiled, &ignored))
		search(&searching, compiled);
	for (size_t i = 0; i < searching.n; i++)
		found = found || strcmp(searching.hits[i].rule->id, rule) == 0;
	free(searching.hits);
	sink_free(searching.sink);
	buffer_free(&text);
	return found;
}

void
secret_use_engine(const void *context, enum keywords_engine engine)
{
	struct compiled *compiled = (struct compiled *)(uintptr_t)context;

	keywords_free(compiled->anywhere_keywords);
	keywords_free(compiled->row_keywords);
	compiled->anywhere_keywords = compiled->row_keywords = NULL;
	compiled->engine = engine;
}

static const struct rule_kind kind = {
	.folder = "secrets", .compile = compile, .free = free_compiled, .complete = complete
};

const struct detector detector_secret = {
	.name = "secret",
	.rules = &kind,
	.scan = scan,
	.prepare = prepare,
	.finds = finds,
};
