/*
 * Personal data in text. One pass finds the places where something can stand - digits, '@', colons
 * - and the words around them; tables lead from the first character and the length of a word to
 * the shapes that it may begin. What has a shape goes through its validator, then to
 * pii_report.c, where context decides. No expressions: fifty of them run at a twentieth of this.
 */
#include "config.h"

#include "detect/detector.h"
#include "detect/pii_scan.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LETTERS_BEFORE 5 /* letters of a word that a number may begin with, "MIL EF 1234" */
#define LONGEST_WORD 128 /* longer ones are data */

#ifdef __SSE2__
/* Digits, ':' and '@' in sixteen bytes, as bits. */
static unsigned
marks_in(const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i is_mark = _mm_cmpeq_epi8(_mm_min_epu8(low, _mm_set1_epi8(10)), low);

	is_mark = _mm_or_si128(is_mark, _mm_cmpeq_epi8(v, _mm_set1_epi8('@')));
	return (unsigned)_mm_movemask_epi8(is_mark);
}
#endif

/* Where the next digit, ':' or '@' stands at or after POS; the end where there is none. */
static size_t
next_mark(struct bytes text, size_t pos)
{
#ifdef __SSE2__
	for (; pos + 16 <= text.len; pos += 16) {
		unsigned marks = marks_in(text.data + pos);

		if (marks != 0)
			return pos + (size_t)__builtin_ctz(marks);
	}
#endif
	for (; pos < text.len; pos++) {
		uint8_t c = text.data[pos];

		if ((c >= '0' && c <= ':') || c == '@')
			break;
	}
	return pos;
}

static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May a number begin at START? Not inside a word, a decimal, an identifier, a path. */
static bool
begins(struct bytes text, size_t start)
{
	unsigned char before = start > 0 ? text.data[start - 1] : ' ', second;

	second = start > 1 ? text.data[start - 2] : ' ';
	if (pii_is_alnum(before) || before == '_' || before == '$' || before == '%')
		return false;
	if (before == '.' || before == '-' || before == '/' || before == '\\')
		return !pii_is_alnum(second);
	if (before == ',')
		return !pii_is_digit(second);
	/* Letters of Latin, Greek, Cyrillic; other scripts set no space between words. */
	return before < 0x80 || second < 0xc3 || second > 0xdf;
}

static bool
ends(struct bytes text, size_t end)
{
	unsigned char after = pii_at(text, end), next = pii_at(text, end + 1);

	if (pii_is_alnum(after) || after == '_' || after == '%')
		return false;
	if (after == '.' || after == '-' || after == ',' || after == '/' || after == ':')
		return !pii_is_digit(next);
	return after != '@' && after != '(';
}

static void
consider_found(struct pii_pass *pass, enum pii_finder finder, struct pii_found found)
{
	struct pii_candidate candidate = { .start = found.start,
		.end = found.end,
		.base = found.confidence,
		.is_fixed = found.is_fixed };

	if (found.confidence == 0 || found.end <= found.start || pass->rules->finders[finder] < 0)
		return;
	candidate.entity = (unsigned)pass->rules->finders[finder];
	pii_consider(pass, &candidate, 1);
}

/* The shapes that begin at START; IS_GLUED: in the middle of a word. */
static size_t
match_shapes(struct pii_pass *pass, size_t start, size_t word, bool is_glued)
{
	const struct pii_rules *rules = pass->rules;
	unsigned char c = pass->text.data[start];
	size_t first = c <= '9' ? (size_t)(c - '0') : (size_t)((c & ~32) - 'A') + 10;
	size_t n = 0,
	       slot = (first * (PII_WORD + 1) + word) * PII_AFTER +
	    pii_after(pii_at(pass->text, start + word));

	for (unsigned i = rules->starts[slot]; i < rules->starts[slot + 1] && n < PII_CANDIDATES;
	     i++) {
		const struct pii_shape *shape = &rules->shapes[rules->lists[i]];
		size_t end, len;

		if ((is_glued && !shape->is_glued) || (shape->is_alone && start > 0))
			continue;
		end = pii_shape_match(shape, pass->text, start);
		if (end == 0 || !ends(pass->text, end))
			continue;
		if (shape->is_alone && end + 1 < pass->text.len)
			continue;
		if (shape->validator != NULL &&
		    (!validator_compact(
			 bytes_slice(pass->text, start, end - start), pass->compact, &len) ||
			!shape->validator->check(pass->compact, len)))
			continue;
		pass->candidates[n++] = (struct pii_candidate){
			.entity = shape->entity, .base = shape->base, .start = start, .end = end
		};
	}
	return n;
}

static void
try_start(struct pii_pass *pass, size_t start, bool is_glued)
{
	size_t word = 0;

	while (word <= PII_WORD && pii_is_alnum(pii_at(pass->text, start + word)))
		word++;
	if (word == 0 || word > PII_WORD || (!is_glued && !begins(pass->text, start)))
		return;
	pii_consider(pass, pass->candidates, match_shapes(pass, start, word, is_glued));
}

/* The start of a word of few letters that ends just before START, after one separator; START where
 * there is none. */
static size_t
letters_before(struct bytes text, size_t start)
{
	size_t i = start;

	if (i < 2 || (text.data[i - 1] != ' ' && text.data[i - 1] != '-'))
		return start;
	i--;
	while (i > 0 && is_letter(text.data[i - 1]) && start - i <= LETTERS_BEFORE)
		i--;
	if (i + 1 == start ||
	    (i > 0 && (pii_is_alnum(text.data[i - 1]) || text.data[i - 1] == '_')))
		return start;
	return i;
}

static void
try_network(struct pii_pass *pass, size_t start, size_t end)
{
	struct bytes text = pass->text;
	unsigned char after = pii_at(text, end);
	size_t mac = start;

	if (start < pass->net_tried || (after != '.' && after != ':' && after != '-'))
		return;
	pass->net_tried = end;
	if (after == '.' && pii_is_digit(text.data[start])) {
		struct pii_found found = pii_find_ipv4(text, start);

		consider_found(pass, FIND_IP, found);
		if (found.confidence > 0)
			pass->net_tried = found.end;
	}
	while (mac >= 3 && text.data[mac - 1] == after && pii_is_alnum(text.data[mac - 2]) &&
	    pii_is_alnum(text.data[mac - 3]) && start - mac < 15)
		mac -= 3;
	consider_found(pass, FIND_MAC, pii_find_mac(text, mac));
	if (after == ':')
		consider_found(pass, FIND_IP, pii_find_ipv6(text, start));
}

static void
try_word(struct pii_pass *pass, size_t start, size_t end)
{
	struct bytes text = pass->text;
	size_t before = letters_before(text, start), two = letters_before(text, before);
	size_t digits = start;

	if (end - start >= 14)
		consider_found(pass, FIND_WALLET, pii_find_wallet(text, start));
	if (is_letter(text.data[start]) && is_letter(pii_at(text, start + 1)) &&
	    pii_is_digit(pii_at(text, start + 2)) && begins(text, start))
		consider_found(pass, FIND_IBAN, pii_find_iban(text, start));
	try_network(pass, start, end);
	if (two < before && two >= pass->tried)
		try_start(pass, two, false);
	if (before < start && before >= pass->tried)
		try_start(pass, before, false);
	try_start(pass, start, false);
	while (digits < end && is_letter(text.data[digits]))
		digits++;
	if (digits > start + 1 && digits < end)
		try_start(pass, digits, true);
	if (pii_is_digit(text.data[start]) && start >= pass->phone_end) {
		struct pii_found found = pii_find_phone(text, start);

		consider_found(pass, FIND_PHONE, found);
		if (found.confidence > 0)
			pass->phone_end = found.end;
	}
	pass->tried = start + 1;
}

/* A colon: of a URL, or of an address whose groups have no digit. */
static void
try_colon(struct pii_pass *pass, size_t pos)
{
	struct bytes text = pass->text;
	unsigned char next = pii_at(text, pos + 1);

	if (pass->is_short && next == '/' && pii_at(text, pos + 2) == '/')
		consider_found(pass, FIND_URL, pii_find_url(text, pos));
	if (pos < pass->net_tried)
		return;
	if (next == ':' && (pass->is_short || pii_is_alnum(pii_at(text, pos + 2)))) {
		struct pii_found found = pii_find_ipv6(text, pos);

		consider_found(pass, FIND_IP, found);
		pass->net_tried = found.end > pos ? found.end : pos + 2;
	} else if (pos >= 2 && pii_is_alnum(text.data[pos - 1]) &&
	    pii_is_alnum(text.data[pos - 2]) && pii_at(text, pos + 3) == ':') {
		consider_found(pass, FIND_MAC, pii_find_mac(text, pos - 2));
	}
}

/* Short texts: words without digits may begin something, too. */
static void
scan_words(struct pii_pass *pass)
{
	struct bytes text = pass->text;

	for (size_t i = 0; i < text.len; i++) {
		if (!is_letter(text.data[i]) ||
		    (i > 0 &&
			(pii_is_alnum(text.data[i - 1]) || strchr("@.:/-_", text.data[i - 1]))))
			continue;
		consider_found(pass, FIND_URL, pii_find_host(pass->rules, text, i));
		consider_found(pass, FIND_MAC, pii_find_mac(text, i));
	}
}

static void
scan_span(struct pii_pass *pass, const struct span *span)
{
	struct bytes text = span->text;

	pii_enter_span(pass, span);
	for (size_t pos = next_mark(text, 0); pos < text.len; pos = next_mark(text, pos)) {
		uint8_t c = text.data[pos];
		size_t start = pos, end = pos;

		if (c == '@') {
			consider_found(pass, FIND_EMAIL, pii_find_email(pass->rules, text, pos));
			pos++;
			continue;
		}
		if (c == ':') {
			try_colon(pass, pos);
			pos++;
			continue;
		}
		while (start > 0 && pos - start < PII_WORD && pii_is_alnum(text.data[start - 1]))
			start--;
		while (end < text.len && pii_is_alnum(text.data[end]))
			end++;
		if (end - start <= LONGEST_WORD && !pass->is_ignored)
			try_word(pass, start, end);
		pos = end;
	}
	if (pass->is_short)
		scan_words(pass);
}

static void
scan(const void *compiled, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	struct pii_pass *pass;

	(void)formats;
	if (n == 0)
		return;
	pass = calloc(1, sizeof(*pass));
	if (pass == NULL) {
		sink_trouble(sink, STATUS_MEMORY, "scan/detector-failed", 0,
		    "no memory to look for personal data");
		return;
	}
	pass->rules = compiled;
	pass->sink = sink;
	for (size_t i = 0; i < n; i++) {
		if (spans[i].kind == SPAN_VOCABULARY)
			continue;
		pass->is_short =
		    spans[i].kind == SPAN_PROSE && member->bytes.len <= PII_SHORT && n == 1;
		scan_span(pass, &spans[i]);
	}
	pii_sum_up(pass);
	free(pass);
}

const struct detector detector_pii = { "pii", &pii_rule_kind, scan };
