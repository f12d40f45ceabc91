/* The catalog of checks, a family at a time: see core/catalog.h. */
#include "config.h"

#include "core/catalog.h"

#include "core/arena.h"
#include "core/limits.h"
#include "core/yaml.h"

#include <stdlib.h>

#define MAX_CHECKS 4096

struct catalog {
	const struct rules *rules;
	struct arena *arena;
	const struct check *checks[MAX_CHECKS]; /* sorted by id */
	size_t nchecks;
	const char *read[MAX_CHECKS]; /* files that are in it already */
	size_t nread;
};

static const char *const severities[SEVERITY_COUNT] = { "info", "low", "medium", "high",
	"critical" };

const char *
severity_name(enum severity severity)
{
	return severity < SEVERITY_COUNT ? severities[severity] : "critical";
}

bool
severity_parse(const char *name, enum severity *ret)
{
	for (int i = 0; i < SEVERITY_COUNT; i++)
		if (strcmp(name, severities[i]) == 0) {
			*ret = (enum severity)i;
			return true;
		}
	return false;
}

struct catalog *
catalog_new(const struct rules *rules)
{
	struct catalog *catalog = calloc(1, sizeof(*catalog));

	if (catalog == NULL)
		return NULL;
	catalog->rules = rules;
	catalog->arena = arena_new(64 * MIB);
	if (catalog->arena == NULL) {
		free(catalog);
		return NULL;
	}
	return catalog;
}

void
catalog_free(struct catalog *catalog)
{
	if (catalog == NULL)
		return;
	arena_free(catalog->arena);
	free(catalog);
}

static const char *
copy(struct catalog *catalog, const struct yaml_node *entry, const char *key)
{
	const char *text = yaml_get_string(entry, key);

	return text == NULL ? NULL : arena_string(catalog->arena, text);
}

static const char *const *
copy_references(struct catalog *catalog, const struct yaml_node *list)
{
	size_t n = list == NULL || list->kind != YAML_LIST ? 0 : list->n;
	const char **references = arena_array(catalog->arena, n + 1, sizeof(*references));

	for (size_t i = 0; references != NULL && i < n; i++)
		references[i] = arena_string(catalog->arena, list->items[i].text);
	return references;
}

static int
compare_checks(const void *a, const void *b)
{
	return strcmp((*(const struct check *const *)a)->id, (*(const struct check *const *)b)->id);
}

static bool
add_check(struct catalog *catalog, const char *source, const char *id,
    const struct yaml_node *entry, struct status *status)
{
	static const char *const keys[] = { "title", "severity", "incomplete", "meaning", "fix",
		"references", NULL };
	struct check *check = arena_alloc(catalog->arena, sizeof(*check));
	const char *severity = yaml_get_string(entry, "severity");

	if (check == NULL || catalog->nchecks == MAX_CHECKS)
		return status_set(status, STATUS_MEMORY, "no memory for the catalog of checks");
	if (!yaml_check_keys(entry, source, keys, status) ||
	    !yaml_get_bool(entry, "incomplete", false, &check->is_incomplete, status))
		return false;
	check->id = arena_string(catalog->arena, id);
	check->title = copy(catalog, entry, "title");
	check->meaning = copy(catalog, entry, "meaning");
	check->fix = copy(catalog, entry, "fix");
	check->references = copy_references(catalog, yaml_get(entry, "references"));
	if (severity == NULL || !severity_parse(severity, &check->severity))
		return status_set(status, STATUS_USAGE,
		    "%s:%u: %s needs a severity: info, low, medium, high or critical", source,
		    entry->line, id);
	if (check->id == NULL || check->title == NULL || check->meaning == NULL ||
	    check->fix == NULL || check->references == NULL)
		return status_set(status, STATUS_USAGE, "%s:%u: %s needs title, meaning and fix",
		    source, entry->line, id);
	catalog->checks[catalog->nchecks++] = check;
	return true;
}

static bool
read_file(struct catalog *catalog, const struct rule_file *file, struct status *status)
{
	struct yaml *yaml;
	const struct yaml_node *root;
	bool done = true;

	for (size_t i = 0; i < catalog->nread; i++)
		if (catalog->read[i] == file->source)
			return true;
	if (catalog->nread == MAX_CHECKS)
		return status_set(
		    status, STATUS_USAGE, "more files of checks than there is room for");
	catalog->read[catalog->nread++] = file->source;
	yaml = yaml_parse(file->bytes, file->source, status);
	if (yaml == NULL)
		return false;
	root = yaml_root(yaml);
	if (root->kind != YAML_MAP)
		done = status_set(status, STATUS_USAGE,
		    "%s: a map from check ids to entries is needed", file->source);
	for (size_t i = 0; done && i < root->n; i++)
		done = add_check(catalog, file->source, root->keys[i], &root->items[i], status);
	yaml_free(yaml);
	if (catalog->nchecks > 1)
		qsort(
		    catalog->checks, catalog->nchecks, sizeof(catalog->checks[0]), compare_checks);
	return done;
}

static const struct check *
look_up(const struct catalog *catalog, const char *id)
{
	struct check wanted = { .id = id };
	const struct check *key = &wanted;
	const struct check *const *found = catalog->nchecks == 0
	    ? NULL
	    : bsearch(&key, catalog->checks, catalog->nchecks, sizeof(catalog->checks[0]),
		  compare_checks);

	return found == NULL ? NULL : *found;
}

const struct check *
catalog_find(struct catalog *catalog, const char *id, struct status *status)
{
	const struct check *check = look_up(catalog, id);
	const char *slash = strchr(id, '/');
	size_t family = slash == NULL ? 0 : (size_t)(slash - id), n;
	const struct rule_file *files;

	if (check != NULL || slash == NULL)
		return check;
	files = rules_files(catalog->rules, "checks", &n);
	for (size_t i = 0; files != NULL && i < n; i++) {
		const char *name = files[i].name + strlen("checks/");

		if (strncmp(name, id, family) == 0 && strcmp(name + family, ".yaml") == 0 &&
		    !read_file(catalog, &files[i], status))
			return NULL;
	}
	return look_up(catalog, id);
}

bool
catalog_all(
    struct catalog *catalog, const struct check *const **ret, size_t *ret_n, struct status *status)
{
	size_t n;
	const struct rule_file *files = rules_files(catalog->rules, "checks", &n);

	for (size_t i = 0; files != NULL && i < n; i++)
		if (!read_file(catalog, &files[i], status))
			return false;
	*ret = catalog->checks;
	*ret_n = catalog->nchecks;
	return true;
}
