/* Policies: found by name, read with what they extend. See policy/policy.h. */
#include "config.h"

#include "policy/policy.h"

#include "core/limits.h"
#include "core/text.h"
#include "policy/settings.h"
#include "policy/userfile.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_EXTENDS 8 /* policies that extend each other; real ones use two */

static const char *const action_names[] = { "pass", "review", "incomplete", "fail" };

const char *
action_name(enum action action)
{
	return action_names[action];
}

bool
action_parse(const char *name, enum action *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(action_names); i++)
		if (strcmp(action_names[i], name) == 0) {
			*ret = (enum action)i;
			return true;
		}
	if (strcmp(name, "off") != 0)
		return false;
	*ret = ACTION_PASS;
	return true;
}

/* A path for errors and its last part for origins. */
static bool
is_path(const char *name)
{
	struct bytes b = bytes_of_string(name);

	return strchr(name, '/') != NULL || bytes_ends(b, ".yaml") || bytes_ends(b, ".yml") ||
	    bytes_ends(b, ".json");
}

static struct yaml *
read_file(const char *path, struct status *status)
{
	struct userfile file;
	struct yaml *yaml = NULL;

	if (userfile_read(&file, path, LIMIT_YAML_BYTES, "policy", status)) {
		yaml = yaml_parse(file.bytes, path, status);
		userfile_free(&file);
	}
	return yaml;
}

/* A file that is there and cannot be read is no reason to take another one. */
static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The file of a policy's name; the last folder that has it wins. */
static struct yaml *
find_file(struct policy *policy, const char *name, const struct policy_folders *folders,
    const char **ret_path, struct status *status)
{
	if (is_path(name)) {
		*ret_path = name;
		return read_file(name, status);
	}
	for (size_t i = folders->n; i > 0; i--) {
		*ret_path =
		    arena_format(policy->arena, "%s/%s.yaml", folders->folders[i - 1], name);
		if (*ret_path == NULL)
			return NULL;
		if (is_there(*ret_path))
			return read_file(*ret_path, status);
	}
	status_set(status, STATUS_USAGE,
	    "there is no policy \"%.80s\"; `assay policy list` names them, a file needs a slash or "
	    ".yaml",
	    name);
	return NULL;
}

/* What a policy extends: a name, or a file beside the policy itself wherever assay runs. */
static const char *
parent_of(struct policy *policy, const struct yaml *yaml, const char *path)
{
	const char *extends = yaml_get_string(yaml_root(yaml), "extends"),
		   *slash = strrchr(path, '/');

	if (extends == NULL || !is_path(extends) || *extends == '/' || slash == NULL)
		return extends == NULL ? NULL : arena_string(policy->arena, extends);
	return arena_format(policy->arena, "%.*s/%s", (int)(slash - path), path, extends);
}

/*
 * How many of the folders the parent EXTENDS of the policy at PATH is looked for in. A policy of
 * the user that extends its own name means the one that it takes the place of.
 */
static struct policy_folders
folders_for(const char *extends, const char *path, const struct policy_folders *folders)
{
	for (size_t i = 0; i < folders->n; i++) {
		size_t len = strlen(folders->folders[i]), n = strlen(extends);

		if (strncmp(path, folders->folders[i], len) == 0 && path[len] == '/' &&
		    strncmp(path + len + 1, extends, n) == 0 &&
		    strcmp(path + len + 1 + n, ".yaml") == 0)
			return (struct policy_folders){ folders->folders, i };
	}
	return *folders;
}

static bool
load(struct policy *policy, const char *name, const struct policy_folders *folders, unsigned depth,
    struct status *status)
{
	const char *path = NULL, *extends, *slash, *own;
	struct policy_folders above;
	struct yaml *yaml;
	bool done = false;

	if (depth == MAX_EXTENDS)
		return status_set(status, STATUS_USAGE,
		    "the policy %s extends itself, or more than %d others", name, MAX_EXTENDS);
	yaml = find_file(policy, name, folders, &path, status);
	if (yaml == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the policy");
	path = arena_string(policy->arena, path);
	extends = path == NULL ? NULL : parent_of(policy, yaml, path);
	if (path == NULL)
		goto out;
	if (extends != NULL) {
		above = folders_for(extends, path, folders);
		if (!load(policy, extends, &above, depth + 1, status))
			goto out;
	}
	slash = strrchr(path, '/');
	if (!settings_apply(
		policy, yaml_root(yaml), path, slash == NULL ? path : slash + 1, status))
		goto out;
	own = yaml_get_string(yaml_root(yaml), "name");
	if (own == NULL) {
		status_set(status, STATUS_USAGE, "%s:1: a policy needs a name", path);
		goto out;
	}
	policy->name = text_safe(policy->arena, bytes_of_string(own), 200);
	policy->source = path;
	done = policy->name != NULL;
out:
	yaml_free(yaml);
	return done || status_set(status, STATUS_MEMORY, "no memory for the policy");
}

/* The digest is of the settings that a policy or its parents make: it does not change with
 * comments, file names or a version of assay that has more settings. */
static bool
digest(struct policy *policy)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	bool done = file != NULL;

	if (file != NULL) {
		settings_print(policy, file, false, false);
		done = !ferror(file);
		done = fclose(file) == 0 && done;
	}
	done = done && EVP_Digest(text, len, raw, NULL, EVP_sha256(), NULL) == 1;
	for (size_t i = 0; done && i < 32; i++)
		snprintf(policy->sha256 + 2 * i, 3, "%02x", raw[i]);
	free(text);
	return done;
}

struct policy *
policy_open(const char *name, const struct policy_folders *folders, struct status *status)
{
	struct arena *arena = arena_new(4 * LIMIT_YAML_BYTES);
	struct policy *policy = arena == NULL ? NULL : arena_alloc(arena, sizeof(*policy));

	if (policy == NULL) {
		arena_free(arena);
		status_set(status, STATUS_MEMORY, "no memory for the policy");
		return NULL;
	}
	policy->arena = arena;
	settings_default(policy);
	if (!load(policy, name, folders, 0, status)) {
		policy_free(policy);
		return NULL;
	}
	if (!digest(policy)) {
		status_set(status, STATUS_MEMORY, "no memory for the policy's digest");
		policy_free(policy);
		return NULL;
	}
	return policy;
}

void
policy_free(struct policy *policy)
{
	if (policy != NULL)
		arena_free(policy->arena); /* the policy lives in it */
}

void
policy_print(const struct policy *policy, FILE *file, bool with_origins)
{
	settings_print(policy, file, true, with_origins);
}

const struct policy_pair *
policy_check_rule(const struct policy *policy, const char *check)
{
	for (size_t i = policy->checks.n; i > 0; i--)
		if (text_glob(policy->checks.pairs[i - 1].key, check))
			return &policy->checks.pairs[i - 1];
	return NULL;
}

bool
policy_list_matches(const struct policy_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (text_glob(list->items[i], name))
			return true;
	return false;
}

bool
policy_runs(const struct policy *policy, const char *detector)
{
	return policy->detectors.items == NULL || policy_list_matches(&policy->detectors, detector);
}
