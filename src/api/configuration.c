/* The configuration: see api/configuration.h. */
#include "config.h"

#include "api/configuration.h"

#include "core/limits.h"
#include "core/yaml.h"
#include "policy/userfile.h"

#include <unistd.h>

static const char *
path_of(struct configuration *configuration, const char *folder, const char *name)
{
	return *name == '/' ? arena_string(configuration->arena, name)
			    : arena_format(configuration->arena, "%s/%s", folder, name);
}

static bool
read_paths(struct configuration *configuration, const struct yaml_node *root, const char *key,
    const char *file, const char *folder, const char **paths, size_t *n, struct status *status)
{
	const struct yaml_node *list = yaml_get(root, key);

	if (list == NULL)
		return true;
	if (list->kind != YAML_LIST)
		return status_set(
		    status, STATUS_USAGE, "%s:%u: %s must be a list", file, list->line, key);
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != YAML_SCALAR || list->items[i].len == 0)
			return status_set(status, STATUS_USAGE, "%s:%u: %s must be a list of paths",
			    file, list->items[i].line, key);
		if (*n == CONFIGURATION_MAX)
			return status_set(status, STATUS_USAGE, "%s:%u: more than %d %s", file,
			    list->items[i].line, CONFIGURATION_MAX, key);
		paths[(*n)++] = path_of(configuration, folder, list->items[i].text);
	}
	return true;
}

static bool
read_settings(struct configuration *configuration, const struct yaml_node *root, const char *file,
    const char *folder, struct status *status)
{
	static const char *const keys[] = { "policy", "rules", "public-keys", "trusted-root",
		NULL };
	const char *policy, *trusted_root;

	if (!yaml_check_keys(root, file, keys, status))
		return false;
	policy = yaml_get_string(root, "policy");
	trusted_root = yaml_get_string(root, "trusted-root");
	if (policy != NULL) {
		/* A name stays a name; a file is relative to the folder. */
		configuration->policy = strchr(policy, '/') == NULL && strchr(policy, '.') == NULL
		    ? arena_string(configuration->arena, policy)
		    : path_of(configuration, folder, policy);
		configuration->policy_origin = arena_string(configuration->arena, file);
	}
	if (trusted_root != NULL)
		configuration->trusted_root = path_of(configuration, folder, trusted_root);
	return read_paths(configuration, root, "rules", file, folder, configuration->rules,
		   &configuration->nrules, status) &&
	    read_paths(configuration, root, "public-keys", file, folder, configuration->public_keys,
		&configuration->npublic_keys, status);
}

static bool
read_file(struct configuration *configuration, const char *folder, const char *path,
    struct status *status)
{
	struct userfile file;
	struct yaml *yaml;
	bool done;

	if (configuration->arena == NULL)
		configuration->arena = arena_new(MIB);
	if (configuration->arena == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the configuration");
	if (!userfile_read(&file, path, MIB, "configuration", status))
		return false;
	yaml = yaml_parse(file.bytes, path, status);
	done = yaml != NULL && read_settings(configuration, yaml_root(yaml), path, folder, status);
	configuration->files[configuration->nfiles++] = arena_string(configuration->arena, path);
	yaml_free(yaml);
	userfile_free(&file);
	if (done && arena_failed(configuration->arena))
		done = status_set(status, STATUS_MEMORY, "no memory for the configuration");
	return done;
}

bool
configuration_read(struct configuration *configuration, const struct assay_settings *settings,
    struct status *status)
{
	*configuration = (struct configuration){ .policy = NULL };
	for (size_t i = 0; settings->config_folders != NULL &&
	     settings->config_folders[i] != NULL && configuration->nfiles < 3;
	     i++) {
		char path[LIMIT_NAME];

		snprintf(path, sizeof(path), "%s/config.yaml", settings->config_folders[i]);
		if (access(path, F_OK) != 0)
			continue;
		if (!read_file(configuration, settings->config_folders[i], path, status)) {
			configuration_free(configuration);
			return false;
		}
	}
	return true;
}

void
configuration_free(struct configuration *configuration)
{
	arena_free(configuration->arena);
	*configuration = (struct configuration){ .policy = NULL };
}
