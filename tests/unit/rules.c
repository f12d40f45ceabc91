/* Rules, YAML and the catalog: what is wrong is named with its line. */
#include "config.h"

#include "core/catalog.h"
#include "core/yaml.h"
#include "tests/tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/assay-rules-XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file != NULL) {
		fputs(text, file);
		fclose(file);
	}
}

static bool
refused(const char *text, const char *why)
{
	struct status status = { 0 };
	struct yaml *yaml = yaml_parse(bytes_of_string(text), "x.yaml", &status);
	bool is_refused = yaml == NULL && strstr(status.text, why) != NULL;

	if (!is_refused)
		printf("# %s\n", yaml == NULL ? status.text : "accepted");
	yaml_free(yaml);
	return is_refused;
}

static void
test_yaml_is_strict(void)
{
	struct status status = { 0 };
	struct yaml *yaml =
	    yaml_parse(bytes_of_string("a: 1\nb: [x, 'y']\nc: {d: true}\n"), "x.yaml", &status);
	const struct yaml_node *root;
	uint64_t number = 0;
	bool yes = false;

	ok(yaml != NULL, "a small document");
	root = yaml_root(yaml);
	ok(yaml_get_uint(root, "a", 7, &number, &status) && number == 1, "a number");
	ok(yaml_get(root, "b")->n == 2 && yaml_get(root, "b")->items[0].is_plain &&
		!yaml_get(root, "b")->items[1].is_plain,
	    "a list of a plain and a quoted text");
	ok(yaml_get_bool(yaml_get(root, "c"), "d", false, &yes, &status) && yes, "a truth");
	ok(yaml_get_uint(root, "z", 7, &number, &status) && number == 7, "a fallback");
	ok(!yaml_get_uint(yaml_get(root, "c"), "d", 7, &number, &status) &&
		strstr(status.text, "line 3") != NULL,
	    "a word is no number");
	yaml_free(yaml);
	ok(refused("a: &x 1\nb: *x\n", "anchors"), "anchors are refused");
	ok(refused("a: !!python/object:os.system 1\n", "tags"), "tags are refused");
	ok(refused("a: 1\nb: 2\na: 3\n", "twice"), "duplicate keys are refused");
	ok(refused("a: 1\n---\nb: 2\n", "one document"), "two documents are refused");
	ok(refused("a: [1\n", "x.yaml:2"), "an error names its line");
	ok(refused("? [a]\n: 1\n", "key"), "keys are texts");
}

static void
test_catalog(void)
{
	const char *folders[] = { folder };
	struct status status = { 0 };
	struct rules *rules;
	struct catalog *catalog;
	const struct check *check;
	char digest[65];

	write_file("checks/zip.yaml",
	    "zip/a:\n  title: A\n  severity: high\n  meaning: M\n  fix: F\n  references: [CWE-1]\n"
	    "zip/b:\n  title: B\n  severity: low\n  incomplete: true\n  meaning: M\n  fix: F\n");
	rules = rules_open(folders, 1, &status);
	ok(rules != NULL, "rules are read");
	snprintf(digest, sizeof(digest), "%s", rules_digest(rules, &status));
	catalog = catalog_new(rules);
	check = catalog_find(catalog, "zip/a", &status);
	ok(check != NULL && check->severity == SEVERITY_HIGH && !check->is_incomplete,
	    "a check is found");
	eq_str(check->references[0], "CWE-1", "with its references");
	ok(catalog_find(catalog, "zip/b", &status)->is_incomplete, "another says incomplete");
	ok(catalog_find(catalog, "zip/c", &status) == NULL &&
		catalog_find(catalog, "nofamily", &status) == NULL,
	    "what is not there is not found");
	catalog_free(catalog);
	rules_free(rules);

	write_file(
	    "checks/tar.yaml", "tar/a:\n  title: A\n  severity: huge\n  meaning: M\n  fix: F\n");
	rules = rules_open(folders, 1, &status);
	ok(strcmp(digest, rules_digest(rules, &status)) != 0, "another file, another digest");
	catalog = catalog_new(rules);
	ok(catalog_find(catalog, "tar/a", &status) == NULL &&
		strstr(status.text, "tar.yaml:2") != NULL,
	    "a wrong severity names its line");
	catalog_free(catalog);
	rules_free(rules);
	status = (struct status){ 0 };
	folders[0] = "/nonexistent";
	ok(rules_open(folders, 1, &status) == NULL && strstr(status.text, "/nonexistent") != NULL,
	    "a missing folder is an error");
}

int
main(void)
{
	char path[256];

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/checks", folder);
	mkdir(path, 0700);
	test_yaml_is_strict();
	test_catalog();
	snprintf(path, sizeof(path), "%s/checks/zip.yaml", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/checks/tar.yaml", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/checks", folder);
	rmdir(path);
	rmdir(folder);
	return done_testing();
}
