/* The data on licenses: every id in it is one of the SPDX list, or named as ours. */
#include "config.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "detect/license_expression.h"
#include "detect/license_names.h"
#include "detect/license_texts.h"
#include "tests/tap.h"

#include <stdlib.h>

static struct arena *arena;
static const struct rule_file *files;
static size_t nfiles;
static struct license_names *names;
static struct license_texts *texts;
static char unknown[2000];

static void
note(const char *id)
{
	size_t n = strlen(unknown);

	snprintf(unknown + n, sizeof(unknown) - n, " %s", id);
}

static bool
check_one(const struct license_node *one, void *context)
{
	(void)context;
	if (license_names_known(names, one->id, false) == NULL &&
	    strncmp(one->id, "LicenseRef-HF-", 14) != 0 &&
	    strcmp(one->id, "LicenseRef-public-domain") != 0)
		note(one->id);
	if (one->exception != NULL && license_names_known(names, one->exception, true) == NULL)
		note(one->exception);
	return true;
}

static void
check_expression(const char *text)
{
	struct status status = { 0 };
	const struct license_node *node = license_expression_parse(arena, text, &status);

	if (node == NULL)
		note(text);
	else
		(void)license_expression_each(node, check_one, NULL);
}

static struct yaml *
open_yaml(const char *name)
{
	struct status status = { 0 };

	for (size_t i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, name) == 0)
			return yaml_parse(files[i].bytes, name, &status);
	return NULL;
}

/* Keys or values of a map, or items of a list. */
static void
check_all(const struct yaml_node *node, bool keys)
{
	for (size_t i = 0; node != NULL && i < node->n; i++)
		check_expression(keys ? node->keys[i] : node->items[i].text);
}

static void
check_family(const struct yaml_node *family)
{
	const struct yaml_node *versions = yaml_get(family, "versions");
	const char *suffix = yaml_get_string(family, "later") == NULL ? "" : "-only";

	if (yaml_get_string(family, "unversioned") != NULL)
		check_expression(yaml_get_string(family, "unversioned"));
	for (size_t i = 0; versions != NULL && i < versions->n; i++)
		check_expression(arena_format(arena, "%s-%s%s", yaml_get_string(family, "id"),
		    versions->items[i].text, suffix));
}

static void
test_names(void)
{
	struct yaml *yaml = open_yaml("licenses/names.yaml");
	const struct yaml_node *root = yaml_root(yaml), *families = yaml_get(root, "families"),
			       *exceptions = yaml_get(root, "exceptions");

	unknown[0] = '\0';
	check_all(yaml_get(root, "names"), true);
	check_all(yaml_get(root, "weak"), true);
	check_all(yaml_get(root, "urls"), false);
	check_all(yaml_get(root, "deprecated"), false);
	for (size_t i = 0; exceptions != NULL && i < exceptions->n; i++)
		if (license_names_known(names, exceptions->keys[i], true) == NULL)
			note(exceptions->keys[i]);
	eq_str(unknown, "", "each license that a name stands for is known");
	unknown[0] = '\0';
	for (size_t i = 0; families != NULL && i < families->n; i++)
		check_family(&families->items[i]);
	eq_str(unknown, "", "each version of a family is known");
	yaml_free(yaml);
}

static void
test_obligations(void)
{
	struct yaml *yaml = open_yaml("licenses/obligations.yaml");
	const struct yaml_node *root = yaml_root(yaml), *terms = yaml_get(root, "terms");

	unknown[0] = '\0';
	check_all(yaml_get(root, "base-models"), false);
	for (size_t i = 0; terms != NULL && i < terms->n; i++) {
		const struct yaml_node *list = yaml_get(&terms->items[i], "licenses");

		for (size_t k = 0; list != NULL && k < list->n; k++)
			if (strchr(list->items[k].text, '*') == NULL)
				check_expression(list->items[k].text);
	}
	eq_str(unknown, "", "each license that terms are given for is known");
	yaml_free(yaml);
}

static void
test_texts(void)
{
	size_t n;
	const struct license_template *templates = license_texts_templates(texts, &n);
	size_t longest = 0;

	unknown[0] = '\0';
	ok(n > 700, "there are texts for the whole list");
	for (size_t i = 0; i < n; i++) {
		if (license_names_known(names, templates[i].id, templates[i].is_exception) == NULL)
			note(templates[i].id);
		longest = templates[i].n > longest ? templates[i].n : longest;
	}
	eq_str(unknown, "", "each text is of a license on the list");
	ok(longest > 5000, "the longest are whole");
}

static void
test_malformed_texts(void)
{
	static uint8_t copy[4 * 1024 * 1024];
	struct status status = { 0 };
	struct bytes data = { 0 };
	unsigned refused = 0;

	for (size_t i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, "licenses/texts.dat") == 0)
			data = files[i].bytes;
	for (size_t len = 0; len < data.len && len < sizeof(copy); len += data.len / 40) {
		struct license_texts *cut;

		memcpy(copy, data.data, len);
		cut = license_texts_new(bytes_of(copy, len), "cut.dat", &status);
		refused += cut == NULL;
		license_texts_free(cut);
	}
	ok(refused >= 40, "a file that ends early is refused");
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096];
	const char *folders[] = { folder };
	struct license_variants *variants = NULL;
	struct status status = { 0 };
	struct rules *rules;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	arena = arena_new(16 * MIB);
	rules = rules_open(folders, 1, &status);
	files = rules == NULL ? NULL : rules_files(rules, "licenses", &nfiles);
	for (size_t i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, "licenses/words.tsv") == 0)
			variants = license_variants_new(files[i].bytes, "words.tsv", &status);
	for (size_t i = 0; i < nfiles; i++)
		if (strcmp(files[i].name, "licenses/texts.dat") == 0)
			texts = license_texts_new(files[i].bytes, "texts.dat", &status);
	names = variants == NULL ? NULL : license_names_new(files, nfiles, variants, &status);
	if (ok(names != NULL && texts != NULL && arena != NULL, "the data is read")) {
		test_names();
		test_obligations();
		test_texts();
		test_malformed_texts();
	} else {
		printf("# %s\n", status.text);
	}
	license_names_free(names);
	license_texts_free(texts);
	license_variants_free(variants);
	rules_free(rules);
	arena_free(arena);
	return done_testing();
}
