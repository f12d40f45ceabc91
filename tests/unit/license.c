/*
 * The license detector: words, texts with changes, notices, declarations. Whole texts come from
 * the system (/usr/share/common-licenses); where it has none, those tests are skipped.
 */
#include "config.h"

#include "core/limits.h"
#include "detect/detector.h"
#include "detect/license_words.h"
#include "tests/tap.h"

#include <stdlib.h>

static struct rules *rules;
static const void *compiled;
static struct sink *sink;

/* ---- helpers ------------------------------------------------------------------------------ */

static void
look(const char *name, const char *text, size_t len, const char *key)
{
	static const char *const formats[] = { "text", NULL };
	struct member member = { .path = name, .name = name, .bytes = bytes_of(text, len) };
	struct span span = { .kind = key == NULL ? SPAN_PROSE : SPAN_VALUE,
		.key = key == NULL ? "" : key,
		.text = member.bytes };

	sink_reset(sink);
	detector_by_name("license")->scan(compiled, &member, formats, &span, 1, sink);
}

static const char *
fact(const char *key)
{
	const char *value = sink_fact_value(sink, key);

	return value == NULL ? "none" : value;
}

static const char *
license_of(const char *text)
{
	look("a.txt", text, strlen(text), NULL);
	return fact("license");
}

static const char *
declared(const char *name, const char *text)
{
	look(name, text, strlen(text), NULL);
	return fact("license.declared");
}

/* The text of NAME below /usr/share/common-licenses; NULL where there is none. */
static char *
common(const char *name, size_t *ret_len)
{
	char path[200], *text = malloc(200000);
	FILE *file;

	snprintf(path, sizeof(path), "/usr/share/common-licenses/%s", name);
	file = fopen(path, "rb");
	if (file == NULL || text == NULL) {
		free(text);
		return NULL;
	}
	*ret_len = fread(text, 1, 199999, file);
	text[*ret_len] = '\0';
	fclose(file);
	return text;
}

/* ---- words -------------------------------------------------------------------------------- */

static bool
same_words(const char *a, const char *b)
{
	struct license_words x = { 0 }, y = { 0 };
	bool same;

	license_words_read(&x, NULL, bytes_of_string(a));
	license_words_read(&y, NULL, bytes_of_string(b));
	same = x.n == y.n;
	for (size_t i = 0; same && i < x.n; i++)
		same = x.words[i].hash == y.words[i].hash;
	license_words_free(&x);
	license_words_free(&y);
	return same;
}

static void
test_words(void)
{
	ok(same_words("Permission is\n * hereby GRANTED,", "permission is hereby granted"),
	    "case, punctuation and comment leaders say nothing");
	ok(same_words("1. Copies\n(b) must\n  iv) keep\n2.3. this", "copies must keep this"),
	    "bullets say nothing");
	ok(!same_words("version 2.0 of", "version of"), "numbers inside a line do");
	ok(same_words("<p>You <b>may</b></p>&nbsp;not", "you may not"), "markup says nothing");
	ok(!same_words("copyright <year> <owner>", "copyright"), "placeholders are words");
	ok(same_words("\xe2\x80\x9c"
		      "as is\xe2\x80\x9d\xc2\xa0now",
	       "as is now"),
	    "typographic quotes and spaces are none");
	ok(same_words("GPLv2+ C++", "gplv 2+ c"), "a plus behind a version is a word");
	ok(same_words("line one\\nline two", "line one line two"), "escaped line feeds");
	ok(same_words("dnl Copying\ndnl is fine", "copying is fine"), "comments of m4");
	ok(same_words("caf\xc3\xa9", "caf\xc3\xa9") && !same_words("caf\xc3\xa9", "caf"),
	    "letters beyond ASCII are letters");
	ok(same_words("a\xff\xfe"
		      "b",
	       "a b"),
	    "bytes that are no text separate");
}

/* ---- notices ------------------------------------------------------------------------------ */

struct said {
	const char *text, *license;
};

static const struct said notices[] = {
	{ "Licensed under the Apache License, Version 2.0 (the \"License\")", "Apache-2.0" },
	{ "This program is free software under the GNU General Public License as published by\n"
	  "# the Free Software Foundation; either version 2 of the License, or (at your option)\n"
	  "# any later version.",
	    "GPL-2.0-or-later" },
	{ "under the terms of version 3 of the GNU General Public License", "GPL-3.0-only" },
	{ "GNU Lesser General Public License v2.1 or later. Licensed so.", "LGPL-2.1-or-later" },
	{ "the terms of the GNU Affero General Public License version 3 only", "AGPL-3.0-only" },
	{ "may be distributed under the terms of the GNU General Public License",
	    "GPL-1.0-or-later" },
	{ "Dual licensed under the MIT and GPLv2 licenses.", "MIT AND GPL-2.0-only" },
	{ "Licensed under either of Apache License, Version 2.0 or MIT license at your option.",
	    "Apache-2.0 OR MIT" },
	{ "GPL-2.0-only code is fine.\nSPDX-License-Identifier: (MIT OR Apache-2.0) AND ISC */",
	    "GPL-2.0-only AND (MIT OR Apache-2.0) AND ISC" },
	{ "/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */",
	    "GPL-2.0-only WITH Linux-syscall-note" },
	{ "License: see https://www.apache.org/licenses/LICENSE-2.0.html.", "Apache-2.0" },
	{ "license at http://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0" },
	{ "see the license (https://opensource.org/licenses/MIT)", "MIT" },
	{ "This work is licensed under CC BY-NC 4.0.", "CC-BY-NC-4.0" },
	{ "Creative Commons Attribution-ShareAlike 4.0 International License", "CC-BY-SA-4.0" },
	{ "This file is placed in the public domain; no license is needed.",
	    "LicenseRef-public-domain" },
	{ "The weights are under the Llama 3.1 Community License.", "LicenseRef-HF-llama3.1" },
	{ "Gemma is provided under the Gemma Terms of Use; permission needed",
	    "LicenseRef-HF-gemma" },
	{ "subject to the Mistral AI Research License", "LicenseRef-HF-mrl" },
	{ "the GNU General Public License, version 2, with the Classpath Exception",
	    "GPL-2.0-only WITH Classpath-exception-2.0" },
	{ "Dual licensed under the MIT, BSD, and GPL licenses.",
	    "MIT AND BSD-3-Clause AND GPL-1.0-or-later" },
	{ "Version: MPL 1.1/GPL 2.0/LGPL 2.1 (license)",
	    "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-only" },
	{ "<a rel=\"license\" href=\"https://creativecommons.org/licenses/by-nc/4.0/\">x</a>",
	    "CC-BY-NC-4.0" },
	{ "You should have received a copy of the GNU Lesser General Public License",
	    "LGPL-2.1-or-later" },
	{ "the GNU General Public License, either version 2.1 of the License, or any later version",
	    "LGPL-2.1-or-later" },
	{ "Licensed under the Apache License v2.0 with LLVM Exceptions",
	    "Apache-2.0 WITH LLVM-exception" },
	{ "SPDX-License-Identifier: eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0" },
	{ "Licensed under the MIT license or the Apache License 2.0. The MIT license follows.",
	    "MIT OR Apache-2.0" },
	{ "The BSD license. Licensed under the Apache License 2.0 or the BSD license.",
	    "Apache-2.0 OR BSD-3-Clause" },
	{ "a license of some kind, or a BSD tape, or the MIT campus", "none" },
	{ "This GPL-compatible license manager checks licenses.", "none" },
	{ "The public domain of the license plate registry: permission denied", "none" },
};

static void
test_notices(void)
{
	for (size_t i = 0; i < ARRAY_LEN(notices); i++)
		eq_str(license_of(notices[i].text), notices[i].license, notices[i].text);
}

static void
test_encodings(void)
{
	static const char tag[] = "SPDX-License-Identifier: MIT\n";
	char wide[2 * sizeof(tag) + 2] = "\xff\xfe";

	for (size_t i = 0; i + 1 < sizeof(tag); i++)
		wide[2 + 2 * i] = tag[i];
	look("a.txt", wide, 2 * sizeof(tag), NULL);
	eq_str(fact("license"), "MIT", "UTF-16 with a byte order mark");
	eq_str(
	    license_of("Copyright \xa9 2020. Licensed under the MIT License.\n"), "MIT", "Latin-1");
}

static void
test_license_files(void)
{
	static const char nothing[] = "Nobody may do anything with this.\n";

	look("LICENSE", nothing, strlen(nothing), NULL);
	ok(sink_has(sink, "license/unknown"), "a file called LICENSE should hold one");
	look("LICENSE-MODEL.md", nothing, strlen(nothing), NULL);
	ok(sink_has(sink, "license/unknown"), "so should LICENSE-MODEL.md");
	look("license.py", nothing, strlen(nothing), NULL);
	ok(!sink_has(sink, "license/unknown"), "license.py is a program");
	look("licensed.txt", nothing, strlen(nothing), NULL);
	ok(!sink_has(sink, "license/unknown"), "licensed.txt is something else");
}

/* A license without any word that others have: nobody but the name of the file says what it is. */
static void
test_named_files(void)
{
	static const char text[] = "You can use this code in whatever way you want, as long as you "
				   "don't try to claim you wrote it.\n";

	look("COPYING", text, strlen(text), NULL);
	eq_str(fact("license"), "Gutmann", "a file called COPYING is read whatever it says");
	look("a.txt", text, strlen(text), NULL);
	eq_str(fact("license"), "none", "another is not");
	eq_str(license_of("This software may be used by anyone for any reason so long as the "
			  "copyright notice in the source files remains intact.\n"),
	    "HIDAPI", "a short text needs no more than a copyright");
}

static void
test_limits(void)
{
	static char many[1024 * 1024];
	size_t n = 0;

	for (int i = 0; i < 12000; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n,
		    "SPDX-License-Identifier: LicenseRef-number-%d\n", i);
	look("a.txt", many, n, NULL);
	ok(sink_has(sink, "scan/limit"), "more licenses than an expression holds are said");
}

/* ---- declarations ------------------------------------------------------------------------- */

static void
test_declarations(void)
{
	eq_str(declared("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: mit\n"),
	    "Apache-2.0", "the front matter of a model card");
	eq_str(declared("README.md", "---\nlicense:\n- mit\n- cc-by-4.0\ntags: [x]\n---\n"),
	    "MIT AND CC-BY-4.0", "a list in it");
	eq_str(declared("README.md", "---\nlicense: other\nlicense_name: my-own\n---\n"),
	    "LicenseRef-my-own", "a name of its own");
	eq_str(declared("README.md", "---\nlicense: other\nlicense_name: gemma\n---\n"),
	    "LicenseRef-HF-gemma", "a name that is known");
	eq_str(declared("README.md", "---\nlicense: gpl\n---\n"), "GPL-2.0-or-later",
	    "a family of the Hub");
	eq_str(declared("README.md", "---\nlicense: openrail++\n---\n"), "LicenseRef-HF-openrail++",
	    "an id of the Hub with plus signs");
	(void)declared("README.md", "---\nlicense: mit\nbase_model:\n- a/b\n- 'c/d'\n---\n");
	eq_str(fact("license.base_model"), "a/b, c/d", "base models");
	eq_str(declared("README.md", "---\nlicense: nonsense\n---\n"), "none", "nonsense");
	ok(sink_has(sink, "license/unknown"), "is reported");
	eq_str(declared("pyproject.toml", "[project]\nlicense = {text = \"BSD-3-Clause\"}\n"),
	    "BSD-3-Clause", "pyproject.toml");
	eq_str(declared("METADATA", "Name: x\nLicense-Expression: MIT OR Apache-2.0\n"),
	    "MIT OR Apache-2.0", "metadata of a wheel");
	eq_str(declared("setup.cfg", "[metadata]\nlicense = Apache License, Version 2.0\n"),
	    "Apache-2.0", "setup.cfg");
	eq_str(declared("DESCRIPTION", "Package: x\nLicense: GPL (>= 2)\n"), "GPL-2.0-or-later",
	    "R: at least a version");
	eq_str(declared("DESCRIPTION", "Package: x\nLicense: MIT + file LICENSE\n"), "MIT",
	    "R: and a file");
	eq_str(declared("DESCRIPTION", "Package: x\nLicense: GPL-2 | GPL-3\n"),
	    "GPL-2.0-only OR GPL-3.0-only", "R: a choice");
	eq_str(declared("package.json", "{\"name\": \"x\", \"license\": \"(MIT OR ISC)\"}"),
	    "MIT OR ISC", "package.json");
	eq_str(declared("package.json", "{\"licenses\": [{\"type\": \"MIT\", \"url\": \"u\"}]}"),
	    "MIT", "package.json of old");
	eq_str(declared("package.json", "{\"scripts\": {\"license\": \"npx licenses\"}}"), "none",
	    "package.json: a script called license");
	ok(!sink_has(sink, "license/unknown"), "says nothing");
	eq_str(declared("index.json",
		   "{\"annotations\": {\"org.opencontainers.image.licenses\": \"Apache-2.0\"}}"),
	    "Apache-2.0", "an OCI annotation");
	look("m.gguf", "llama3.1", 8, "general.license");
	eq_str(fact("license.declared"), "LicenseRef-HF-llama3.1", "a key of GGUF");
}

/* ---- whole texts -------------------------------------------------------------------------- */

static void
test_common(const char *name, const char *license)
{
	size_t len = 0;
	char *text = common(name, &len);

	if (text == NULL) {
		printf("ok %d - %s # SKIP the system holds no such text\n", ++tap_count, name);
		return;
	}
	look("COPYING", text, len, NULL);
	eq_str(fact("license"), license, name);
	ok(atof(fact("license.similarity")) >= 98, "it is nearly the official text");
	free(text);
}

/* Replaces the first WORD of TEXT by as many x. */
static bool
spoil(char *text, const char *word)
{
	char *at = strstr(text, word);

	if (at == NULL)
		return false;
	memset(at, 'x', strlen(word));
	return true;
}

static void
test_changes(void)
{
	size_t len = 0;
	char *text = common("Apache-2.0", &len), *cut;

	if (text == NULL) {
		printf("ok %d - changed texts # SKIP the system holds no text\n", ++tap_count);
		return;
	}
	for (int i = 0; i < 70; i++)
		(void)spoil(text, i % 2 == 0 ? "License" : "Work");
	look("LICENSE", text, len, NULL);
	eq_str(fact("license"), "Apache-2.0", "a changed text is still recognized");
	ok(sink_has(sink, "license/modified"), "and the change is reported");
	free(text);
	text = common("BSD", &len);
	cut = text == NULL ? NULL : strstr(text, "3. Neither");
	if (cut != NULL) {
		char *end = strstr(cut, "THIS SOFTWARE");

		memmove(cut, end, strlen(end) + 1);
		look("LICENSE", text, strlen(text), NULL);
		eq_str(fact("license"), "BSD-2-Clause", "BSD without the third clause has two");
	}
	free(text);
}

static const char mit[] =
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software "
    "and associated documentation files (the \"Software\"), to deal in the Software without "
    "restriction, including without limitation the rights to use, copy, modify, merge, publish, "
    "distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the "
    "Software is furnished to do so%s\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF "
    "ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, "
    "FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL %s BE LIABLE FOR ANY "
    "CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, "
    "ARISING "
    "FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";
static const char condition[] =
    ", subject to the following conditions:\n\nThe above copyright notice and this permission "
    "notice "
    "shall be included in all copies or substantial portions of the Software.";

static void
test_variants(void)
{
	char text[4000], again[8100];

	snprintf(text, sizeof(text), mit, condition, "THE AUTHORS OR COPYRIGHT HOLDERS");
	eq_str(license_of(text), "MIT", "MIT has a condition");
	eq_str(fact("license.similarity"), "100.0", "and is as published");
	snprintf(again, sizeof(again), "%s\n----\nSecond part.\n%s", text, text);
	eq_str(license_of(again), "MIT", "the same license twice is one");
	snprintf(text, sizeof(text), mit, condition, "WILLY WONKA AND HIS FACTORY");
	eq_str(license_of(text), "MIT", "names may stand where the template lets them");
	ok(!sink_has(sink, "license/modified"), "and change nothing");
	snprintf(text, sizeof(text), mit, ".", "THE AUTHORS OR COPYRIGHT HOLDERS");
	eq_str(license_of(text), "MIT-0", "MIT-0 has none");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	const char *folders[] = { folder };
	struct status status = { 0 };

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	compiled =
	    rules == NULL ? NULL : rules_get(rules, detector_by_name("license")->rules, &status);
	sink = sink_new(LIMIT_ARENA);
	if (!ok(compiled != NULL && sink != NULL, "the project's licenses are read")) {
		printf("# %s\n", status.text);
		return done_testing();
	}
	test_words();
	test_notices();
	test_encodings();
	test_license_files();
	test_named_files();
	test_limits();
	test_declarations();
	test_common("Apache-2.0", "Apache-2.0");
	test_common("GPL-1", "GPL-1.0-only");
	test_common("GPL-2", "GPL-2.0-only");
	test_common("GPL-3", "GPL-3.0-only");
	test_common("LGPL-2.1", "LGPL-2.1-only");
	test_common("LGPL-3", "LGPL-3.0-only");
	test_common("GFDL-1.3", "GFDL-1.3-only");
	test_common("MPL-2.0", "MPL-2.0");
	test_common("CC0-1.0", "CC0-1.0");
	test_common("BSD", "BSD-3-Clause");
	test_common("Artistic", "Artistic-1.0-Perl");
	test_changes();
	test_variants();
	sink_free(sink);
	rules_free(rules);
	return done_testing();
}
