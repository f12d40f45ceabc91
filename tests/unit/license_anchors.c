/*
 * What decides which text the license detector reads: stems, words next to "license", regions. A
 * place may be anywhere in a block and anywhere in a text: the fast loops must see it all the same.
 */
#include "config.h"

#include "core/limits.h"
#include "detect/license_anchors.h"
#include "detect/license_filter.h"
#include "detect/license_names.h"
#include "detect/license_regions.h"
#include "detect/license_texts.h"
#include "tests/tap.h"

#include <endian.h>
#include <limits.h>
#include <stdlib.h>

#define ROOM (8 * LICENSE_BLOCK)

static const struct license_anchors *anchors;
static const struct rule_file *files;
static size_t nfiles;
static char room[ROOM + 1];

/* LEN bytes of dull prose with WHAT at POS. */
static struct bytes
prose(size_t len, size_t pos, const char *what)
{
	for (size_t i = 0; i < len; i++)
		room[i] = "on the time that is "[i % 20];
	memcpy(room + pos, what, strlen(what));
	return bytes_of(room, len);
}

static struct bytes
spaced(const char *what)
{
	char between[200];

	snprintf(between, sizeof(between), " %s ", what);
	return prose(400, 200, between);
}

static bool
holds_anywhere(struct bytes text)
{
	struct license_places places;

	for (size_t pos = 0; pos < text.len; pos += LICENSE_BLOCK) {
		license_filter_block(text, pos, &places);
		if (license_anchors_hold(anchors, text, pos, &places))
			return true;
	}
	return false;
}

/* ---- stems -------------------------------------------------------------------------------- */

static const char *const strong[] = { "license", "LICENCE", "Lizenz", "redistribute",
	"Public Domain", "publicdomain", "creativecommons", "same terms as", "GPL ", "gplv2",
	"Commons" };
static const char *const weak[] = { "Permission", "permitted", "WARRANTY", "as is ", "AS-IS ",
	"freeware", "freely", "any purpose", "Copyright", "under", "AGREEMENT", "clause" };

static bool
are_same(const struct license_places *a, const struct license_places *b)
{
	bool same = a->n == b->n && a->stems == b->stems;

	for (unsigned i = 0; same && i < a->n; i++)
		same = a->list[i].at == b->list[i].at && a->list[i].stem == b->list[i].stem;
	return same;
}

/* The stems of a block; all loops that this processor can run must see the same places. */
static unsigned
stems_at(struct bytes text, size_t pos)
{
	static const enum license_loop loops[] = { LICENSE_VBMI, LICENSE_AVX2, LICENSE_PLAIN };
	struct license_places best, other;

	license_filter_block(text, pos, &best);
	for (size_t i = 0; i < ARRAY_LEN(loops); i++)
		if (license_filter_by(loops[i], text, pos, &other) && !are_same(&best, &other))
			return UINT_MAX;
	return best.stems;
}

/* Is WORD seen, and only in its block, wherever it begins in a text of LEN bytes? */
static bool
is_seen(const char *word, size_t len, bool is_strong)
{
	for (size_t pos = 0; pos + strlen(word) <= len; pos++) {
		struct bytes text = prose(len, pos, word);
		unsigned all = 0;

		for (size_t at = 0; at < len; at += LICENSE_BLOCK)
			all |= stems_at(text, at);
		if (is_strong != ((all & LICENSE_SAYS) != 0) || all == 0 || all == UINT_MAX)
			return false;
	}
	return true;
}

static void
test_stems(void)
{
	bool done = true;

	ok(stems_at(prose(3000, 0, "now"), 0) == 0, "dull prose has no stem");
	for (size_t i = 0; i < ARRAY_LEN(strong); i++)
		done &= is_seen(strong[i], 100, true) && is_seen(strong[i], 1100, true);
	ok(done, "a stem that says license is seen wherever it stands");
	for (size_t i = 0; i < ARRAY_LEN(weak); i++)
		done &= is_seen(weak[i], 100, false) && is_seen(weak[i], 1100, false);
	ok(done, "so is one that says less");
	ok(license_filter_passes(LICENSE_GRANTS, 300) &&
		!license_filter_passes(LICENSE_GRANTS, 9000),
	    "one that says less counts alone in a short text only");
}

/* Where a word begins, in its block only; and in text of nothing but beginnings of stems. */
static void
test_places(void)
{
	/* The last ones have bits in common with letters. */
	static const char letters[] = "aegplicnzdstmuoyrvf -WLN!,0\r\xec\xf0";
	struct license_places places;
	bool done = true;
	unsigned random = 1;

	for (size_t pos = 0; pos < 1200; pos++) {
		struct bytes text = prose(1500, pos, "license");

		license_filter_block(text, 0, &places);
		done &= places.n == (pos < LICENSE_BLOCK) &&
		    (pos >= LICENSE_BLOCK ||
			(places.list[0].at == pos && places.list[0].stem == STEM_LICENSE));
	}
	ok(done, "a place is where the word begins, in its block only");
	for (unsigned round = 0; round < 3000; round++) {
		size_t len = round % 1100;

		for (size_t i = 0; i < len; i++) {
			random = random * 1103515245 + 12345;
			room[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
			if (random >> 28 == 3 && i + 8 < len) {
				const char *word = strong[random >> 20 & 7];

				memcpy(room + i, word, 5);
				i += 4;
			}
		}
		done &= stems_at(bytes_of(room, len), 0) != UINT_MAX;
	}
	ok(done, "all loops see the same places");
}

/* ---- words near "license" ------------------------------------------------------------------ */

static void
test_distance(void)
{
	bool near = true, far = true;

	for (size_t at = 0; at < 300; at++)
		for (size_t gap = 0; gap < 100; gap += 3) {
			struct bytes text = prose(500, at, "license ");
			bool is_near = gap + 8 + 1 + 4 < 64;

			memcpy(room + at + 8 + gap, " zlib ", 6);
			near &= !is_near || holds_anywhere(text);
			far &= gap < 64 || !holds_anywhere(text);
		}
	ok(near, "a name behind \"license\" counts wherever the two stand");
	ok(far, "unless it is too far away");
	near = far = true;
	for (size_t at = 0; at < 300; at++)
		for (size_t gap = 0; gap < 100; gap += 3) {
			struct bytes text = prose(500, at, " Zlib ");

			memcpy(room + at + 6 + gap, " license ", 9);
			near &= gap + 7 >= 64 || holds_anywhere(text);
			far &= gap < 64 || !holds_anywhere(text);
		}
	ok(near && far, "the same holds for a name before it");
}

static void
test_context(void)
{
	static const char *const yes[] = { "under the license", "this License", "LICENSE: MIT",
		"BSD\xc2\xa0licence", "the licensor", "sublicense it", "<b>Apache</b> License",
		"SPDX-License-Identifier: Foo", "under Apache 2.0", "3-clause BSD", "the GPL, and",
		"the public domain", "redistribution", "# sous licence", "LGPLv3" },
				 *const no[] = { "license = None", "a license plate",
					 "the license key for", "specific domain", "forms as they",
					 "licensed drivers", "edgpl ",
					 "understand the common clause of agreement" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		ok(holds_anywhere(spaced(yes[i])), yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		ok(!holds_anywhere(spaced(no[i])), no[i]);
}

/* Words of all lengths, among them some that count, at each place of texts of all lengths. */
static void
test_loops(void)
{
	static const char *const words[] = { "zlib", "Apache", "mozilla", "under", "a", "the",
		"sentences", "notwithstanding", "x", "of", "\xc3\xa9t\xc3\xa9", "is", "2.0", "zli",
		"zlibs", "therefore", "elephants", "it", "windows", "them" };
	unsigned random = 1, counts[2] = { 0 };
	bool same = true;

	for (size_t len = 1; len < 400; len++) {
		size_t n = 0;

		while (n < len) {
			random = random * 1103515245 + 12345;
			/* Mostly what does not count: text is so. */
			n += (size_t)snprintf(room + n, sizeof(room) - n, "%s%c",
			    words[random >> 27 == 0 ? random >> 16 & 3 : 4 + (random >> 16) % 16],
			    " \n_"[random >> 20 & 1]);
		}
		for (size_t at = 0; at < len; at++)
			for (unsigned is_license = 0; is_license < 2; is_license++) {
				struct bytes text = bytes_of(room, len);
				bool found =
				    license_anchors_near(anchors, text, at, is_license != 0, false);

				same &= found ==
				    license_anchors_near(anchors, text, at, is_license != 0, true);
				counts[found]++;
			}
	}
	ok(same && counts[0] > 10000 && counts[1] > 10000,
	    "eight words at a time count as they do one by one");
	printf("# %u places without a word that counts, %u with one\n", counts[0], counts[1]);
}

/* ---- all names ------------------------------------------------------------------------------ */

/* Field N of a line of list.tsv. */
static struct bytes
field(struct bytes line, unsigned n)
{
	const uint8_t *tab;

	for (; n > 0; n--) {
		tab = memchr(line.data, '\t', line.len);
		if (tab == NULL)
			return bytes_slice(line, line.len, 0);
		line = bytes_slice(line, (uint64_t)(tab - line.data) + 1, line.len);
	}
	tab = line.len == 0 ? NULL : memchr(line.data, '\t', line.len);
	return bytes_slice(line, 0, tab == NULL ? line.len : (uint64_t)(tab - line.data));
}

static bool
is_noticed(const char *before, struct bytes name, const char *behind)
{
	char notice[600];
	int n = snprintf(notice, sizeof(notice), " %s%.*s%s ", before, (int)name.len,
	    (const char *)name.data, behind);

	if (n > 0 && holds_anywhere(prose(2000, 700, notice)))
		return true;
	printf("# %s\n", notice);
	return false;
}

static void
test_names(void)
{
	unsigned n = 0, missed = 0;

	for (size_t i = 0; i < nfiles; i++)
		for (size_t pos = 0;
		     strcmp(files[i].name, "licenses/list.tsv") == 0 && pos < files[i].bytes.len;) {
			struct bytes rest = bytes_slice(files[i].bytes, pos, files[i].bytes.len),
				     line;
			const uint8_t *end = memchr(rest.data, '\n', rest.len);

			line = bytes_slice(
			    rest, 0, end == NULL ? rest.len : (uint64_t)(end - rest.data));
			pos += line.len + 1;
			if (!bytes_starts(line, "license\t"))
				continue;
			n++;
			missed += !is_noticed("licensed by the ", field(line, 2), "");
			missed += !is_noticed("use the ", field(line, 2), " license");
		}
	ok(n > 500 && missed == 0, "each name of the list is noticed");
}

/* ---- regions -------------------------------------------------------------------------------- */

static void
test_regions(void)
{
	static struct license_regions regions;
	size_t start, end;

	for (size_t i = 0; i < ROOM; i++)
		room[i] = "a license on the way "[i % 21];
	ok(license_regions_find(&regions, anchors, bytes_of(room, ROOM), false) &&
		!license_regions_next(&regions, &start, &end),
	    "no text is read for the word alone");
	license_regions_free(&regions);
	memcpy(room + 5000, " under the MIT license ", 23);
	ok(license_regions_find(&regions, anchors, bytes_of(room, ROOM), false) &&
		license_regions_next(&regions, &start, &end) && start == 0 && end == ROOM &&
		!license_regions_next(&regions, &start, &end),
	    "a short text full of it is read whole for a name");
	license_regions_free(&regions);
}

static void
test_long(void)
{
	static struct license_regions regions;
	size_t len = 400 * LICENSE_BLOCK, start = 0, end = 0, at = 200 * LICENSE_BLOCK + 77;
	char *text = malloc(len);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < len; i++)
		text[i] = "a license on the way "[i % 21];
	memcpy(text + at, " under the MIT license ", 23);
	ok(license_regions_find(&regions, anchors, bytes_of(text, len), false) &&
		license_regions_next(&regions, &start, &end) && start < at && end > at + 23 &&
		end - start < 64 * LICENSE_BLOCK,
	    "of a long one what is around it");
	ok(!license_regions_next(&regions, &start, &end), "and no more");
	license_regions_free(&regions);
	free(text);
}

/* ---- all texts ------------------------------------------------------------------------------ */

/*
 * The data hold hashes of words. Those that count are spelled again, all others are a word that
 * counts nowhere: what is left must still be read.
 */
static const char *const spelled[] = { "license", "licenses", "licensed", "licensing", "licensor",
	"licensee", "lizenz", "permission", "permissions", "permitted", "warranty", "warranties",
	"warrant", "warranted", "redistribute", "redistribution", "redistributions",
	"redistributed", "public", "domain", "freely", "freeware", "any", "purpose", "as", "is",
	"creative", "commons", "gpl", "lgpl", "agpl", "under", "this", "agreement", "terms",
	"copyright", "grant", "granted", "grants", "hereby", "covered", "esta", "cette", "sous",
	"presente", "questa", "same", "pr\xc3\xa9sente", "gnu", "apache", "mit", "bsd", "clause",
	"mozilla" };

static const char *
spelling(struct bytes data, unsigned id)
{
	size_t at = 28 + 4 * ((size_t)id - 1);
	uint32_t hash;

	if (at + 4 > data.len)
		return "x";
	memcpy(&hash, data.data + at, sizeof(hash));
	for (size_t i = 0; i < ARRAY_LEN(spelled); i++)
		if (license_hash(bytes_of_string(spelled[i])) == le32toh(hash))
			return spelled[i];
	return "mmmmm";
}

/* How many bytes of TEXT no region covers. */
static size_t
uncovered(struct bytes text)
{
	static struct license_regions regions;
	size_t start, end, left = 0, last = 0;

	if (!license_regions_find(&regions, anchors, text, false))
		abort();
	while (license_regions_next(&regions, &start, &end)) {
		left += start > last ? start - last : 0;
		last = end;
	}
	license_regions_free(&regions);
	return left + text.len - last;
}

/* A sentence or two without any word of licenses, and one in Japanese: read only in files that are
 * named as licenses. */
static bool
is_wordless(const char *id)
{
	static const char *const ids[] = { "swrule", "Gutmann", "any-OSI", "dvipdfm", "diffmark",
		"threeparttable", "CC-BY-SA-2.1-JP", "Bison-exception-1.24" };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

static void
test_texts(void)
{
	struct license_texts *texts = NULL;
	const struct license_template *templates;
	struct status status = { 0 };
	struct bytes data = { 0 };
	char *text = malloc(1024 * 1024);
	size_t n = 0, missed = 0;

	for (size_t i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, "licenses/texts.dat") == 0)
			data = files[i].bytes;
	texts = license_texts_new(data, "texts.dat", &status);
	if (texts == NULL || text == NULL)
		abort();
	templates = license_texts_templates(texts, &n);
	for (size_t t = 0; t < n; t++) {
		size_t len = 0, left;

		for (uint32_t i = 0; i < templates[t].n && len < 1024 * 1024 - 40; i++)
			len += (size_t)sprintf(
			    text + len, "%s ", spelling(data, templates[t].words[i]));
		left = uncovered(bytes_of(text, len));
		missed += left > 0 && !is_wordless(templates[t].id);
		if (left > 0 && !is_wordless(templates[t].id))
			printf("# %s: %zu of %zu bytes are not read\n", templates[t].id, left, len);
	}
	ok(n > 600 && missed == 0, "of the words of each license all are read");
	license_texts_free(texts);
	free(text);
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	const char *folders[] = { folder };
	struct status status = { 0 };
	struct rules *rules;
	struct license_names *names;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	files = rules == NULL ? NULL : rules_files(rules, "licenses", &nfiles);
	names = files == NULL ? NULL : license_names_new(files, nfiles, NULL, &status);
	if (!ok(names != NULL, "the project's names of licenses are read")) {
		printf("# %s\n", status.text);
		return done_testing();
	}
	anchors = license_names_anchors(names);
	test_stems();
	test_places();
	test_distance();
	test_context();
	test_loops();
	test_names();
	test_regions();
	test_long();
	test_texts();
	license_names_free(names);
	rules_free(rules);
	return done_testing();
}
