/*
 * Personal data in text. One pass finds the places where something can stand - digits, '@', colons
 * (pii_marks.h) - and the words around them (pii_word.c); tables lead from the first character and
 * the length of a word to the shapes that it may begin. What has a shape goes through its
 * validator, then to pii_report.c, where context decides. No expressions: fifty of them run at a
 * twentieth of this.
 */
#include "config.h"

#include "detect/detector.h"
#include "detect/pii_marks.h"
#include "detect/pii_scan.h"

#include <stdlib.h>

#define LONGEST_WORD 128 /* longer ones are data */

/* A colon: of a URL, or of an address whose groups have no digit. */
static void
try_colon(struct pii_pass *pass, size_t pos)
{
	struct bytes text = pass->text;
	unsigned char next = pii_at(text, pos + 1);

	if (pass->is_short && next == '/' && pii_at(text, pos + 2) == '/')
		pii_consider_found(pass, FIND_URL, pii_find_url(text, pos));
	if (pos < pass->net_tried)
		return;
	if (next == ':' && (pass->is_short || pii_is_alnum(pii_at(text, pos + 2)))) {
		struct pii_found found = pii_find_ipv6(text, pos);

		pii_consider_found(pass, FIND_IP, found);
		pass->net_tried = found.end > pos ? found.end : pos + 2;
	} else if (pos >= 2 && pii_is_alnum(text.data[pos - 1]) &&
	    pii_is_alnum(text.data[pos - 2]) && pii_at(text, pos + 3) == ':') {
		pii_consider_found(pass, FIND_MAC, pii_find_mac(text, pos - 2));
	}
}

/* Short texts: words without digits may begin something, too. */
static void
scan_words(struct pii_pass *pass)
{
	struct bytes text = pass->text;

	for (size_t i = 0; i < text.len; i++) {
		if (!pii_is_letter(text.data[i]) ||
		    (i > 0 &&
			(pii_is_alnum(text.data[i - 1]) || strchr("@.:/-_", text.data[i - 1]))))
			continue;
		pii_consider_found(pass, FIND_URL, pii_find_host(pass->rules, text, i));
		pii_consider_found(pass, FIND_MAC, pii_find_mac(text, i));
	}
}

/* Looks at the mark at POS; returns where to look on. */
static size_t
try_mark(struct pii_pass *pass, size_t pos)
{
	struct bytes text = pass->text;
	size_t start = pos, end = pos;
	const struct pii_key *key;

	switch (text.data[pos]) {
	case '@':
		if (pos > 0 && text.data[pos - 1] > ' ')
			pii_consider_found(
			    pass, FIND_EMAIL, pii_find_email(pass->rules, text, pos));
		return pos + 1;
	case ':':
		try_colon(pass, pos);
		return pos + 1;
	default:
		break;
	}
	if (!pass->is_short && (pos == 0 || !pii_is_alnum(text.data[pos - 1]))) {
		end = pii_try_number(pass, pos);
		if (end > pos)
			return end;
	}
	while (start > 0 && pos - start < PII_WORD && pii_is_alnum(text.data[start - 1]))
		start--;
	while (end < text.len && pii_is_alnum(text.data[end]))
		end++;
	key = pii_span_key(pass);
	if (end - start <= LONGEST_WORD && (!key->is_ignored || !pii_set_is_empty(&key->context)))
		return pii_try_word(pass, start, end);
	return end;
}

static void
scan_short(struct pii_pass *pass)
{
	struct bytes text = pass->text;

	for (size_t pos = 0; pos < text.len;) {
		uint8_t c = text.data[pos];

		if (pii_is_digit(c) || c == ':' || c == '@')
			pos = try_mark(pass, pos);
		else
			pos++;
	}
	scan_words(pass);
}

static void
scan_span(struct pii_pass *pass, const struct span *span)
{
	struct pii_marks marks;

	pii_enter_span(pass, span);
	if (pass->is_short) {
		scan_short(pass);
		return;
	}
	marks = pii_marks_over(span->text, pass->rules->has_dull);
	for (size_t pos = pii_marks_next(&marks, 0); pos < span->text.len;
	     pos = pii_marks_next(&marks, pos))
		pos = try_mark(pass, pos);
}

/* ---- rules ---------------------------------------------------------------------------------- */

/* Read when text is first met: that takes longer than all the rest of a tiny scan. */
struct held {
	const struct rule_file *files;
	size_t n;
	struct pii_rules *rules;
};

static void *
hold(const struct rule_file *files, size_t n, struct status *status)
{
	struct held *held = calloc(1, sizeof(*held));

	if (held == NULL)
		status_set(status, STATUS_MEMORY, "no memory for the rules of personal data");
	else
		*held = (struct held){ .files = files, .n = n };
	return held;
}

static void
release(void *compiled)
{
	struct held *held = compiled;

	if (held != NULL && held->rules != NULL)
		pii_rule_kind.free(held->rules);
	free(held);
}

static bool
load(const void *compiled, struct status *status)
{
	/* A cache: what is held stays as it is. */
	struct held *held = (struct held *)(uintptr_t)compiled;

	if (held->rules == NULL)
		held->rules = pii_rule_kind.compile(held->files, held->n, status);
	return held->rules != NULL;
}

static const struct rule_kind held_kind = { "pii", hold, release, load };

/* ---- members -------------------------------------------------------------------------------- */

static bool
has_text(const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (spans[i].kind != SPAN_VOCABULARY)
			return true;
	return false;
}

static void
scan(const void *compiled, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	const struct held *held = compiled;
	struct status status = { 0 };
	struct pii_pass *pass;

	(void)formats;
	if (!has_text(spans, n))
		return;
	if (!load(compiled, &status)) {
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the rules of personal data: %s", status.text);
		return;
	}
	pass = calloc(1, sizeof(*pass));
	if (pass == NULL) {
		sink_trouble(sink, STATUS_MEMORY, "scan/detector-failed", 0,
		    "no memory to look for personal data");
		return;
	}
	pass->rules = held->rules;
	pass->sink = sink;
	for (size_t i = 0; i < n; i++) {
		if (spans[i].kind == SPAN_VOCABULARY)
			continue;
		pass->is_short =
		    spans[i].kind == SPAN_PROSE && member->bytes.len <= PII_SHORT && n == 1;
		scan_span(pass, &spans[i]);
	}
	pii_tell_held(pass);
	pii_sum_up(pass);
	free(pass);
}

const struct detector detector_pii = { "pii", &held_kind, scan };
