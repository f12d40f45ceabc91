/*
 * All engines of the secret detector make the same findings, to the last field: in the examples of
 * all rules, in many of them with noise between, cut and changed, in the files of this tree, and
 * in those of the folder ASSAY_TEXTS, if one is named.
 */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "detect/detector.h"
#include "detect/secret.h"
#include "detect/secret_example.h"
#include "tests/tap.h"

#include <ftw.h>
#include <stdlib.h>

#define MAX_FILE (4 * MIB)
#define MAX_FILES 20000
#define MIXES 60

extern const struct detector detector_secret;

/* The rules, compiled for each; the first one is what the others are compared with. */
static struct {
	enum keywords_engine engine;
	const char *name;
	const void *compiled;
} engines[] = {
	{ KEYWORDS_AUTOMATON, "the automaton", NULL },
	{ KEYWORDS_ANCHORS, "anchors", NULL },
	{ KEYWORDS_ANCHORS_AVX2, "anchors with AVX2", NULL },
	{ KEYWORDS_AUTO, "what was chosen", NULL },
#ifdef HAVE_HYPERSCAN
	{ KEYWORDS_HYPERSCAN, "Hyperscan", NULL },
#endif
};
static struct buffer examples; /* all of them, each ended by a zero byte */
static uint64_t state = 0x2545f4914f6cdd1du;

static unsigned
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33);
}

/* ---- findings as text ----------------------------------------------------------------------- */

/* A finding a line; the caller frees it. */
static char *
findings_of(const void *compiled, struct bytes text, enum span_kind kind, size_t *ret_n)
{
	static const char *const formats[] = { "text", NULL };
	struct span span = { kind, "name", text, 7 };
	struct member member = { .path = "a.txt", .name = "a.txt", .bytes = text };
	struct sink *sink = sink_new(LIMIT_ARENA);
	struct buffer out = buffer_up_to(256 * MIB);
	const struct finding *list;
	char *made;
	size_t n;

	if (sink == NULL)
		abort();
	detector_secret.scan(compiled, &member, formats, &span, 1, sink);
	list = sink_findings(sink, &n);
	for (size_t i = 0; i < n; i++)
		buffer_add_format(&out, "%s %ju+%ju %u %s %s\n", list[i].check,
		    (uintmax_t)list[i].offset, (uintmax_t)list[i].len, list[i].confidence,
		    list[i].evidence, list[i].message);
	*ret_n = n;
	made = buffer_take_string(&out);
	if (made == NULL)
		abort();
	sink_free(sink);
	return made;
}

struct tally {
	size_t texts, findings, different;
};

static void
compare(struct tally *tally, struct bytes text, enum span_kind kind)
{
	size_t n, other;
	char *a = findings_of(engines[0].compiled, text, kind, &n);

	tally->texts++;
	tally->findings += n;
	for (size_t i = 1; i < ARRAY_LEN(engines); i++) {
		char *b = findings_of(engines[i].compiled, text, kind, &other);

		if (strcmp(a, b) != 0 && tally->different++ < 5)
			printf("# in %.60s...\n# %s:\n%.600s# %s:\n%.600s", (const char *)text.data,
			    engines[0].name, a, engines[i].name, b);
		free(b);
	}
	free(a);
}

static void
tell(const struct tally *tally, size_t least, const char *what)
{
	if (!ok(tally->different == 0 && tally->findings >= least, what))
		printf("# %zu of %zu texts differ, %zu findings\n", tally->different, tally->texts,
		    tally->findings);
}

/* ---- texts ---------------------------------------------------------------------------------- */

static void
read_examples(const struct rule_file *file)
{
	struct status status = { 0 };
	struct yaml *yaml = yaml_parse(file->bytes, file->source, &status);
	const struct yaml_node *root = yaml == NULL ? NULL : yaml_root(yaml);

	for (size_t i = 0; root != NULL && root->kind == YAML_MAP && i < root->n; i++) {
		const struct yaml_node *list = yaml_get(&root->items[i], "examples");

		for (size_t k = 0; list != NULL && k < list->n; k++) {
			secret_example_fill(
			    &examples, bytes_of(list->items[k].text, list->items[k].len));
			buffer_add_u8(&examples, 0);
		}
	}
	yaml_free(yaml);
}

static struct bytes
example_at(size_t pos)
{
	struct bytes all = buffer_bytes(&examples);

	while (pos > 0 && all.data[pos - 1] != 0)
		pos--;
	return bytes_of_string((const char *)all.data + pos);
}

static void
test_examples(void)
{
	struct tally tally = { 0 };
	struct bytes all = buffer_bytes(&examples);

	for (size_t pos = 0; pos < all.len; pos += example_at(pos).len + 1) {
		compare(&tally, example_at(pos), SPAN_PROSE);
		compare(&tally, example_at(pos), SPAN_VALUE);
	}
	tell(&tally, 1000, "all engines find the same in every example");
}

static void
add_noise(struct buffer *out)
{
	static const char *const kinds[] = { "abcdefghijklmnopqrstuvwxyz      \n",
		"0123456789abcdef",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-",
		" \t\n\"'=:,.{}[]()" };
	const char *kind = kinds[next_random() % ARRAY_LEN(kinds)];
	size_t n = strlen(kind);

	for (unsigned left = next_random() % 200; left > 0; left--)
		buffer_add_u8(out, (uint8_t)kind[next_random() % n]);
}

/* Examples with noise between them, some cut off, some with a byte changed. */
static void
test_mixes(void)
{
	struct tally tally = { 0 };

	for (unsigned i = 0; i < MIXES; i++) {
		struct buffer text = buffer_up_to(16 * MIB);

		for (unsigned k = next_random() % 400; k > 0; k--) {
			struct bytes example = example_at(next_random() % (examples.len - 1));
			size_t start = text.len;

			add_noise(&text);
			if (next_random() % 8 == 0)
				example = bytes_slice(example, next_random() % 9, example.len);
			buffer_add(&text, example);
			if (next_random() % 4 == 0 && text.len > start)
				text.data[start + next_random() % (text.len - start)] =
				    (uint8_t)next_random();
		}
		compare(&tally, buffer_bytes(&text), SPAN_PROSE);
		buffer_free(&text);
	}
	tell(&tally, 2000, "and in many of them with noise between");
}

static struct tally of_files;

static int
compare_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	FILE *file = type == FTW_F && st->st_size > 0 ? fopen(path, "rb") : NULL;
	uint8_t *data = file == NULL ? NULL : malloc(MAX_FILE);

	(void)where;
	if (data != NULL)
		compare(&of_files, bytes_of(data, fread(data, 1, MAX_FILE, file)), SPAN_PROSE);
	if (file != NULL)
		fclose(file);
	free(data);
	return of_files.texts >= MAX_FILES;
}

static void
test_files(const char *top, const char *texts)
{
	static const char *const folders[] = { "rules", "src/detect", "tests/unit", "doc", "man" };
	char path[4096];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, folders[i]);
		(void)nftw(path, compare_file, 16, FTW_PHYS);
	}
	tell(&of_files, 1, "and in the files of this tree");
	if (texts == NULL)
		return;
	of_files = (struct tally){ 0 };
	(void)nftw(texts, compare_file, 16, FTW_PHYS);
	tell(&of_files, 1, "and in those of ASSAY_TEXTS");
	printf("# %zu texts, %zu findings\n", of_files.texts, of_files.findings);
}

/* What the comparison is worth: a byte of a secret, and the line differs. */
static void
test_difference(void)
{
	char text[] = "api_key = \"9fK2mQ7xT4bW8zR1cV6nY3dH\"", *a, *b;
	size_t n;

	a = findings_of(engines[0].compiled, bytes_of_string(text), SPAN_PROSE, &n);
	text[20] ^= 1;
	b = findings_of(engines[0].compiled, bytes_of_string(text), SPAN_PROSE, &n);
	ok(n == 1 && strcmp(a, b) != 0, "findings that differ in their evidence are told apart");
	free(a);
	free(b);
}

/* ---- keywords alone ------------------------------------------------------------------------- */

#define FEW 6 /* keywords */

/* A sum over all places, in whatever order, and their number. */
struct places {
	uint64_t sum, n;
};

static void
note(void *context, uint32_t keyword, size_t end)
{
	struct places *places = context;

	places->sum += (end * FEW + keyword + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 7;
	places->n++;
}

static struct places
find_one_by_one(const struct secret_keyword *list, struct bytes text)
{
	struct places places = { 0 };

	for (uint32_t i = 0; i < FEW; i++)
		for (size_t pos = 0; pos + list[i].len <= text.len; pos++)
			if (text_equal_ignoring_case(
				bytes_slice(text, pos, list[i].len), list[i].text))
				note(&places, i, pos + list[i].len);
	return places;
}

static bool
finds_all(const struct secret_keyword *list, struct bytes text, struct places wanted,
    enum keywords_engine engine)
{
	struct keywords *keywords = keywords_new(list, FEW, engine);
	struct places places = { 0 };

	if (keywords == NULL || !keywords_scan(keywords, text, note, &places))
		abort();
	keywords_free(keywords);
	return places.sum == wanted.sum && places.n == wanted.n;
}

/* Writes the keyword somewhere into a text, often at its end, with letters of both cases. */
static void
plant(const struct secret_keyword *keyword, uint8_t *text, size_t len)
{
	size_t pos = len < keyword->len ? 0 : next_random() % (len - keyword->len + 1);

	if (len < keyword->len)
		return;
	if (next_random() % 8 == 0)
		pos = len - keyword->len;
	for (size_t i = 0; i < keyword->len; i++) {
		uint8_t c = (uint8_t)keyword->text[i];

		text[pos + i] =
		    c >= 'a' && c <= 'z' && next_random() % 2 == 0 ? (uint8_t)(c - 32) : c;
	}
}

/* Keywords and texts of few letters, so that these meet at all places of blocks and of texts. */
static void
test_keywords(void)
{
	static const char letters[] = "ab@[/-AB\xe1`{";
	size_t different = 0, found = 0;
	char texts[FEW][12];
	uint8_t text[9000];

	for (unsigned i = 0; i < 3000; i++) {
		unsigned kinds = 2 + next_random() % (sizeof(letters) - 2);
		size_t len = next_random() % (i % 16 == 0 ? sizeof(text) : 200);
		struct secret_keyword list[FEW];
		struct bytes all = bytes_of(text, len);
		struct places wanted;

		for (size_t k = 0; k < FEW; k++) {
			/* All different, as a list has to be. */
			size_t n = 3 + next_random() % 8;

			for (size_t c = 0; c + 1 < n; c++)
				texts[k][c] = letters[next_random() % 6];
			texts[k][n - 1] = "cdef12"[k];
			texts[k][n] = '\0';
			list[k] = (struct secret_keyword){ texts[k], n, 0, 0 };
		}
		for (size_t k = 0; k < len; k++)
			text[k] =
			    (uint8_t)(next_random() % 6 == 0 ? "cdef12CDEF"[next_random() % 10]
							     : letters[next_random() % kinds]);
		for (size_t k = next_random() % (1 + len / 20); k > 0; k--)
			plant(&list[next_random() % FEW], text, len);
		wanted = find_one_by_one(list, all);
		found += wanted.n;
		different += !finds_all(list, all, wanted, KEYWORDS_AUTOMATON) ||
		    !finds_all(list, all, wanted, KEYWORDS_ANCHORS) ||
		    !finds_all(list, all, wanted, KEYWORDS_ANCHORS_AVX2);
	}
	ok(found > 1000, "many keywords are found");
	eq_u64(different, 0, "each engine finds every keyword once, wherever it stands");
}

static struct rules *
open_rules(const char *folder, enum keywords_engine engine, const void **ret)
{
	struct status status = { 0 };
	struct rules *rules = rules_open(&folder, 1, &status);

	*ret = rules == NULL ? NULL : rules_get(rules, detector_secret.rules, &status);
	if (*ret == NULL)
		abort();
	secret_use_engine(*ret, engine);
	return rules;
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	const struct rule_file *files;
	struct rules *rules[ARRAY_LEN(engines)];
	size_t n;

	top = top == NULL ? "." : top;
	snprintf(folder, sizeof(folder), "%s/rules", top);
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		rules[i] = open_rules(folder, engines[i].engine, &engines[i].compiled);
	examples = buffer_up_to(16 * MIB);
	files = rules_files(rules[0], "secrets", &n);
	for (size_t i = 0; i < n; i++)
		read_examples(&files[i]);
	if (!buffer_ok(&examples))
		abort();
	test_keywords();
	test_difference();
	test_examples();
	test_mixes();
	test_files(top, getenv("ASSAY_TEXTS"));
	buffer_free(&examples);
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		rules_free(rules[i]);
	return done_testing();
}
