/* assay_policy_list(), assay_policy_check(), assay_policy_show(). */
#include "config.h"

#include "api/policies.h"
#include "api/session.h"
#include "core/yaml.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* The name of a policy's file, without its suffix, where it is one. */
static int
is_policy(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && *entry->d_name != '.' && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* Lists the policies of one folder; false where one of them is wrong. */
static bool
list_folder(const char *folder, const struct policy_folders *folders, FILE *out)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_policy, alphasort);
	bool done = true;

	for (int i = 0; i < n; i++) {
		char path[4096 + 256];
		struct status status = { 0 };
		struct policy *policy;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		policy = policy_open(path, folders, &status);
		if (policy != NULL)
			fprintf(out, "%-12s %s\n             %s\n", policy->name, path,
			    policy->description == NULL ? "" : policy->description);
		else
			fprintf(out, "%-12s broken: %s\n", entries[i]->d_name, status.text);
		done = done && policy != NULL;
		policy_free(policy);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return done;
}

enum assay_exit
assay_policy_list(const struct assay_settings *settings, FILE *out, struct assay_error *error)
{
	struct policies *policies = calloc(1, sizeof(*policies));
	bool done = true;

	if (policies == NULL) {
		error->exit = ASSAY_ERROR;
		snprintf(error->text, sizeof(error->text), "no memory for the policies");
		return error->exit;
	}
	policies_find(policies, settings);
	for (size_t i = 0; i < policies->n; i++)
		done = list_folder(policies->folders[i],
			   &(struct policy_folders){ policies->folders, policies->n }, out) &&
		    done;
	free(policies);
	return done ? ASSAY_PASS : ASSAY_FAIL;
}

enum assay_exit
assay_policy_show(
    const struct assay_settings *settings, const char *name, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct configuration configuration;
	struct policy *policy;

	if (!configuration_read(&configuration, settings, &status))
		return session_fail(error, &status);
	policy = policies_open(settings, name != NULL ? name : configuration.policy, &status);
	if (policy != NULL && name == NULL && configuration.policy != NULL)
		fprintf(out, "# the default that %s names\n", configuration.policy_origin);
	configuration_free(&configuration);
	if (policy == NULL)
		return session_fail(error, &status);
	fprintf(out, "# %s\n# sha256 %s\n", policy->source, policy->sha256);
	policy_print(policy, out, true);
	policy_free(policy);
	return ASSAY_PASS;
}

/* A pattern that fits no check is a duty that nobody has: most often a slip of the pen. */
static bool
check_patterns(
    const struct policy *policy, struct session *session, FILE *out, struct status *status)
{
	const struct check *const *checks;
	size_t n;
	bool done = true;

	if (!catalog_all(session->catalog, &checks, &n, status))
		return false;
	for (size_t p = 0; p < policy->checks.n; p++) {
		const struct policy_pair *pair = &policy->checks.pairs[p];
		struct policy_map one = { 1, pair };
		struct policy alone = { .checks = one };
		bool fits = false;

		for (size_t i = 0; i < n && !fits; i++)
			fits = policy_check_rule(&alone, checks[i]->id) != NULL;
		if (!fits) {
			fprintf(out,
			    "%s: the pattern \"%s\" fits no check; `assay explain` lists them\n",
			    pair->origin, pair->key);
			done = false;
		}
	}
	return done;
}

/* Is ITEM one that a file of rules/documentation holds? */
static bool
is_item(const struct session *session, const char *item)
{
	size_t n;
	const struct rule_file *files = rules_files(session->rules, "documentation", &n);
	bool is_known = false;

	for (size_t i = 0; i < n && !is_known; i++) {
		struct status ignored = { 0 };
		struct yaml *yaml = yaml_parse(files[i].bytes, files[i].source, &ignored);

		is_known = yaml != NULL && yaml_get(yaml_root(yaml), item) != NULL;
		yaml_free(yaml);
	}
	return is_known;
}

/* An item that nobody looks for would be missing for ever. */
static bool
check_items(const struct policy *policy, const struct session *session, FILE *out)
{
	bool done = true;

	for (size_t i = 0; i < policy->documentation.n; i++) {
		const struct policy_pair *pair = &policy->documentation.pairs[i];

		if (is_item(session, pair->key))
			continue;
		fprintf(out, "%s: no rule of documentation knows the item \"%s\"\n", pair->origin,
		    pair->key);
		done = false;
	}
	return done;
}

enum assay_exit
assay_policy_check(
    const struct assay_settings *settings, const char *file, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct policy *policy = policies_open(settings, file, &status);
	struct session session;
	bool done;

	if (policy == NULL)
		return session_fail(error, &status);
	if (!session_open(&session, settings, NULL, error)) {
		policy_free(policy);
		return error->exit;
	}
	done = check_patterns(policy, &session, out, &status);
	done = check_items(policy, &session, out) && done;
	if (done)
		fprintf(out, "%s: the policy %s is sound; sha256 %s\n", policy->source,
		    policy->name, policy->sha256);
	session_close(&session);
	policy_free(policy);
	if (status.text[0] != '\0')
		return session_fail(error, &status);
	return done ? ASSAY_PASS : ASSAY_FAIL;
}
