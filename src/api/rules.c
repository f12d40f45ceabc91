/* assay_rules_list(), assay_rules_check(), assay_rules_test(). */
#include "config.h"

#include "api/session.h"
#include "api/rulekinds.h"
#include "core/limits.h"
#include "core/yaml.h"
#include "detect/detector.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static bool
open_with(struct session *session, const struct assay_settings *settings, const char *folder,
    struct assay_error *error)
{
	const char *const extra[] = { folder, NULL };

	return session_open(session, settings, folder == NULL ? NULL : extra, error);
}

enum assay_exit
assay_rules_list(
    const struct assay_settings *settings, const char *folder, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct session session;
	const char *digest;

	if (!open_with(&session, settings, folder, error))
		return error->exit;
	for (const char *const *kind = rules_folders(); *kind != NULL; kind++) {
		size_t n;
		const struct rule_file *files = rules_files(session.rules, *kind, &n);

		for (size_t i = 0; i < n; i++)
			fprintf(out, "%-14s %9zu bytes  %s\n", *kind, files[i].bytes.len,
			    files[i].source);
	}
	digest = rules_digest(session.rules, &status);
	if (digest != NULL)
		fprintf(out, "sha256 %s\n", digest);
	session_close(&session);
	return digest == NULL ? session_fail(error, &status) : ASSAY_PASS;
}

/* ---- check ---------------------------------------------------------------------------------- */

/* Is a kind of rules sound, down to what is compiled only when it is needed? */
static bool
is_sound(const struct session *session, const struct rule_kind *kind, struct status *status)
{
	const void *compiled = rules_get(session->rules, kind, status);

	return compiled != NULL && (kind->complete == NULL || kind->complete(compiled, status));
}

bool
rulekinds_check(struct session *session, FILE *out)
{
	const struct check *const *checks;
	struct status status = { 0 };
	size_t n;
	bool done = catalog_all(session->catalog, &checks, &n, &status);

	if (done)
		fprintf(out, "ok      checks: %zu of them in the catalog\n", n);
	else
		fprintf(out, "broken  checks: %s\n", status.text);
	for (size_t i = 0; rulekinds[i].kind != NULL; i++) {
		struct status trouble = { 0 };

		if (is_sound(session, rulekinds[i].kind, &trouble)) {
			fprintf(out, "ok      %s\n", rulekinds[i].name);
		} else {
			fprintf(out, "broken  %s: %s\n", rulekinds[i].name, trouble.text);
			done = false;
		}
	}
	for (size_t i = 0; detectors[i] != NULL; i++) {
		struct status trouble = { 0 };

		if (detectors[i]->rules == NULL)
			continue;
		if (is_sound(session, detectors[i]->rules, &trouble)) {
			fprintf(out, "ok      rules of the detector %s\n", detectors[i]->name);
		} else {
			fprintf(out, "broken  rules of the detector %s: %s\n", detectors[i]->name,
			    trouble.text);
			done = false;
		}
	}
	return done;
}

/* A folder that nobody reads is a slip of the pen: its rules would be missing in silence. */
static bool
check_names(const char *folder, FILE *out)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	bool done = true;

	for (int i = 0; i < n; i++) {
		const char *const *known = rules_folders();
		bool is_folder = entries[i]->d_type == DT_DIR && *entries[i]->d_name != '.';

		while (*known != NULL && strcmp(*known, entries[i]->d_name) != 0)
			known++;
		if (is_folder && *known == NULL) {
			fprintf(out, "broken  %s/%s: rules of this name are not read\n", folder,
			    entries[i]->d_name);
			done = false;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return done;
}

enum assay_exit
assay_rules_check(
    const struct assay_settings *settings, const char *folder, FILE *out, struct assay_error *error)
{
	struct session session;
	bool done;

	if (!open_with(&session, settings, folder, error))
		return error->exit;
	done = rulekinds_check(&session, out);
	if (folder != NULL)
		done = check_names(folder, out) && done;
	session_close(&session);
	return done ? ASSAY_PASS : ASSAY_FAIL;
}

/* ---- test ----------------------------------------------------------------------------------- */

struct testing {
	const struct session *session;
	const struct detector *detector;
	const void *compiled;
	const struct rule_file *file;
	struct sink *sink;
	FILE *out;
	size_t ndone, nfailed;
};

/* Does the detector see CHECK (an id, or a name without family: that of the detector) in TEXT? */
static bool
sees(struct testing *testing, const char *name, struct bytes text)
{
	static const char *const formats[] = { "text", NULL };
	const char *slash = strchr(name, '/'), *base = slash == NULL ? name : slash + 1;
	struct member member = { .path = "example.txt", .name = "example.txt", .bytes = text };
	const struct span span = { SPAN_PROSE, "", text, 0 };
	const struct finding *findings;
	size_t n;

	sink_reset(testing->sink);
	testing->detector->scan(testing->compiled, &member, formats, &span, 1, testing->sink);
	findings = sink_findings(testing->sink, &n);
	for (size_t i = 0; i < n; i++) {
		const char *found = strchr(findings[i].check, '/');

		if (found != NULL && strcmp(found + 1, base) == 0)
			return true;
	}
	return false;
}

static void
run_examples(struct testing *testing, const char *name, const struct yaml_node *rule,
    const char *key, bool wanted)
{
	const struct yaml_node *list = yaml_get(rule, key);

	for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->n; i++) {
		const struct yaml_node *example = &list->items[i];

		if (example->kind != YAML_SCALAR)
			continue;
		testing->ndone++;
		if (sees(testing, name, bytes_of(example->text, example->len)) == wanted)
			continue;
		testing->nfailed++;
		fprintf(testing->out, "not ok  %s:%u: %s %s\n", testing->file->source,
		    example->line, name,
		    wanted ? "does not find its example" : "finds its counter-example");
	}
}

/* A rule is a map with examples; its name is its `check`, its `id`, or its key. */
static void
walk(struct testing *testing, const char *key, const struct yaml_node *node)
{
	const char *name = yaml_get_string(node, "check");

	if (name == NULL)
		name = yaml_get_string(node, "id");
	if (name == NULL)
		name = key;
	if (node->kind == YAML_MAP && name != NULL) {
		run_examples(testing, name, node, "examples", true);
		run_examples(testing, name, node, "counter-examples", false);
	}
	for (size_t i = 0; node->kind != YAML_SCALAR && i < node->n; i++)
		if (node->items[i].kind != YAML_SCALAR)
			walk(
			    testing, node->kind == YAML_MAP ? node->keys[i] : key, &node->items[i]);
}

/* Rules whose detector knows by which of them an example is found: each needs both kinds. */
static void
run_own(struct testing *testing, const char *rule, const struct yaml_node *node, const char *key,
    bool wanted)
{
	const struct yaml_node *list = yaml_get(node, key);

	if (list == NULL || list->kind != YAML_LIST || list->n == 0) {
		testing->nfailed++;
		fprintf(testing->out, "not ok  %s:%u: %s has no %s\n", testing->file->source,
		    node->line, rule, key);
		return;
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml_node *example = &list->items[i];
		struct bytes text = bytes_of(example->text, example->len);

		testing->ndone++;
		if (example->kind == YAML_SCALAR &&
		    testing->detector->finds(testing->compiled, rule, text) == wanted)
			continue;
		testing->nfailed++;
		fprintf(testing->out, "not ok  %s:%u: %s %s\n", testing->file->source,
		    example->line, rule,
		    wanted ? "does not find its example" : "finds its counter-example");
	}
}

static void
walk_own(struct testing *testing, const struct yaml_node *root)
{
	for (size_t i = 0; root->kind == YAML_MAP && i < root->n; i++) {
		if (root->items[i].kind != YAML_MAP)
			continue;
		run_own(testing, root->keys[i], &root->items[i], "examples", true);
		run_own(testing, root->keys[i], &root->items[i], "counter-examples", false);
	}
}

static bool
test_detector(struct testing *testing, struct status *status)
{
	size_t n;
	const struct rule_file *files =
	    rules_files(testing->session->rules, testing->detector->rules->folder, &n);

	testing->compiled = rules_get(testing->session->rules, testing->detector->rules, status);
	if (testing->compiled == NULL ||
	    !is_sound(testing->session, testing->detector->rules, status))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct status no_yaml = { 0 };
		struct yaml *yaml;

		if (!bytes_ends(bytes_of_string(files[i].name), ".yaml"))
			continue;
		yaml = yaml_parse(files[i].bytes, files[i].source, &no_yaml);
		testing->file = &files[i];
		if (yaml != NULL && testing->detector->finds != NULL)
			walk_own(testing, yaml_root(yaml));
		else if (yaml != NULL)
			walk(testing, NULL, yaml_root(yaml));
		yaml_free(yaml);
	}
	return true;
}

enum assay_exit
assay_rules_test(
    const struct assay_settings *settings, const char *folder, FILE *out, struct assay_error *error)
{
	struct testing testing = { .out = out, .sink = sink_new(LIMIT_ARENA) };
	struct status status = { 0 };
	struct session session;
	bool done = testing.sink != NULL;

	if (!open_with(&session, settings, folder, error)) {
		sink_free(testing.sink);
		return error->exit;
	}
	testing.session = &session;
	for (size_t i = 0; done && detectors[i] != NULL; i++) {
		testing.detector = detectors[i];
		if (detectors[i]->rules != NULL)
			done = test_detector(&testing, &status);
	}
	fprintf(out, "%zu examples, %zu of them wrong\n", testing.ndone, testing.nfailed);
	sink_free(testing.sink);
	session_close(&session);
	if (!done)
		return session_fail(error, &status);
	return testing.nfailed == 0 ? ASSAY_PASS : ASSAY_FAIL;
}
