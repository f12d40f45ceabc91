/* The settings of a policy, a row each: see policy/policy.h. */
#include "config.h"

#include "policy/settings.h"

#include "core/limits.h"
#include "core/text.h"
#include "detect/license_expression.h"
#include "policy/metric.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const char *
wrong_action(const char *key, const char *value)
{
	enum action action;

	(void)key;
	return action_parse(value, &action) ? NULL : "off, pass, review, incomplete or fail";
}

/* What could not be looked at is never a pass, nor a matter of opinion. */
static const char *
wrong_unscanned(const char *key, const char *value)
{
	(void)key;
	return strcmp(value, "incomplete") == 0 || strcmp(value, "fail") == 0
	    ? NULL
	    : "incomplete or fail";
}

/* For what a verifier either accepts or refuses. */
static const char *
wrong_choice(const char *key, const char *value)
{
	(void)key;
	return strcmp(value, "pass") == 0 || strcmp(value, "fail") == 0 ? NULL : "pass or fail";
}

static const char *
wrong_check(const char *key, const char *value)
{
	enum severity severity;
	enum action action;

	if (strchr(key, '/') == NULL && strcmp(key, "**") != 0)
		return "under a check or a pattern such as \"pii/*\"";
	if (severity_parse(value, &severity) || action_parse(value, &action))
		return NULL;
	return "a severity (info, low, medium, high, critical), off, review, incomplete or fail";
}

static const char *
wrong_metric(const char *key, const char *value)
{
	struct metric_rule rule;

	(void)key;
	return metric_parse(value, &rule) ? NULL : "a rule such as \">= 0.9\" or \"review >= 0.9\"";
}

static const char *
wrong_fingerprint(const char *key, const char *value)
{
	(void)key;
	if (strncmp(value, "sha256:", 7) == 0 && strlen(value) == 71 &&
	    strspn(value + 7, "0123456789abcdef") == 64)
		return NULL;
	return "a fingerprint: sha256: and 64 lower case hexadecimal digits";
}

static const char *
wrong_confinement(const char *key, const char *value)
{
	(void)key;
	if (strcmp(value, "landlock") == 0 || strcmp(value, "seccomp") == 0 ||
	    strcmp(value, "rlimits") == 0)
		return NULL;
	return "landlock, seccomp or rlimits";
}

static const char *
wrong_detector(const char *key, const char *value)
{
	static const char *const names[] = { "yara", "secret", "pii", "license", "documentation",
		"dependency" };

	(void)key;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], value) == 0)
			return NULL;
	return "yara, secret, pii, license, documentation or dependency";
}

static const char *
wrong_expression(const char *key, const char *value)
{
	struct arena *arena = arena_new(64 * KIB);
	struct status status = { 0 };
	bool done = arena != NULL && license_expression_parse(arena, value, &status) != NULL;

	(void)key;
	arena_free(arena);
	return done ? NULL : "a pattern of model names and an SPDX license expression";
}

/* A bare `*` would allow whatever can be imported. */
static const char *
wrong_global(const char *key, const char *value)
{
	size_t fixed = strcspn(value, "*?");

	(void)key;
	if (fixed >= 2 && memchr(value, '.', fixed) != NULL)
		return NULL;
	return "a name (\"module.name\") or the names of a module (\"module.*\")";
}

#define AT(member) offsetof(struct policy, member)

const struct setting settings[] = {
	{ "", "description", SETTING_TEXT, AT(description), NULL },
	{ "", "fail-on", SETTING_SEVERITY, AT(fail_on), NULL },
	{ "", "review-on", SETTING_SEVERITY, AT(review_on), NULL },
	{ "", "detectors", SETTING_LIST, AT(detectors), wrong_detector },
	{ "", "checks", SETTING_MAP, AT(checks), wrong_check },
	{ "members", "unidentified", SETTING_ACTION, AT(unidentified), wrong_action },
	{ "members", "unscanned", SETTING_ACTION, AT(unscanned), wrong_unscanned },
	{ "formats", "allow", SETTING_LIST, AT(formats_allow), NULL },
	{ "formats", "forbid", SETTING_LIST, AT(formats_forbid), NULL },
	{ "confinement", "require", SETTING_LIST, AT(confinement), wrong_confinement },
	{ "signature", "require", SETTING_ACTION, AT(signature_require), wrong_action },
	{ "signature", "kinds", SETTING_LIST, AT(signature_kinds), NULL },
	{ "signature", "keys", SETTING_LIST, AT(signature_keys), wrong_fingerprint },
	{ "signature", "identity", SETTING_TEXT, AT(signature_identity), NULL },
	{ "signature", "issuer", SETTING_TEXT, AT(signature_issuer), NULL },
	{ "signature", "algorithms", SETTING_LIST, AT(signature_algorithms), NULL },
	{ "signature", "expired", SETTING_ACTION, AT(signature_expired), wrong_choice },
	{ "signature", "unsigned-members", SETTING_ACTION, AT(signature_unsigned), wrong_choice },
	{ "hashes", "require", SETTING_ACTION, AT(hashes_require), wrong_action },
	{ "hashes", "algorithms", SETTING_LIST, AT(hashes_algorithms), NULL },
	{ "licenses", "missing", SETTING_ACTION, AT(license_missing), wrong_action },
	{ "licenses", "unlisted", SETTING_ACTION, AT(license_unlisted), wrong_action },
	{ "licenses", "allow", SETTING_LIST, AT(license_allow), NULL },
	{ "licenses", "review", SETTING_LIST, AT(license_review), NULL },
	{ "licenses", "deny", SETTING_LIST, AT(license_deny), NULL },
	{ "licenses", "base-models", SETTING_MAP, AT(license_bases), wrong_expression },
	{ "pii", "review-from", SETTING_PERCENT, AT(pii_review_from), NULL },
	{ "pii", "fail-from", SETTING_PERCENT, AT(pii_fail_from), NULL },
	{ "secrets", "review-from", SETTING_PERCENT, AT(secrets_review_from), NULL },
	{ "secrets", "fail-from", SETTING_PERCENT, AT(secrets_fail_from), NULL },
	{ "documentation", "require", SETTING_MAP, AT(documentation), wrong_action },
	{ "documentation", "metrics", SETTING_MAP, AT(metrics), wrong_metric },
	{ "pickle", "allow", SETTING_LIST, AT(pickle_allow), wrong_global },
	{ "waivers", "expired", SETTING_ACTION, AT(waivers_expired), wrong_action },
	{ "waivers", "longest-days", SETTING_NUMBER, AT(waivers_days), NULL },
	{ NULL, NULL, SETTING_TEXT, 0, NULL },
};

_Static_assert(ARRAY_LEN(settings) <= POLICY_SETTINGS, "raise POLICY_SETTINGS");

void
settings_default(struct policy *policy)
{
	policy->fail_on = SEVERITY_HIGH;
	policy->review_on = SEVERITY_MEDIUM;
	policy->unscanned = ACTION_INCOMPLETE;
	policy->signature_expired = ACTION_FAIL;
	policy->signature_unsigned = ACTION_FAIL;
	policy->pii_review_from = policy->pii_fail_from = 101;
	policy->secrets_review_from = policy->secrets_fail_from = 101;
	policy->waivers_expired = ACTION_REVIEW;
}

/* ---- reading -------------------------------------------------------------------------------- */

struct reading {
	struct policy *policy;
	const char *source, *name;
	struct status *status;
};

static bool
refuse(const struct reading *reading, const struct yaml_node *node, const char *key,
    const char *wanted)
{
	return status_set(reading->status, STATUS_USAGE, "%s:%u: \"%s\" must be %s",
	    reading->source, node->line, key, wanted);
}

static bool
read_severity(const struct reading *reading, const struct setting *setting,
    const struct yaml_node *node, enum severity *slot)
{
	enum severity severity;

	if (strcmp(node->text, "never") == 0)
		*slot = SEVERITY_NEVER;
	else if (severity_parse(node->text, &severity))
		*slot = severity;
	else
		return refuse(reading, node, setting->key,
		    "a severity (info, low, medium, high, critical) or never");
	return true;
}

static bool
read_number(const struct reading *reading, const struct setting *setting,
    const struct yaml_node *node, uint64_t *slot)
{
	bool is_percent = setting->type == SETTING_PERCENT;
	unsigned long long number;
	char *end;

	if (is_percent && strcmp(node->text, "never") == 0) {
		*slot = 101;
		return true;
	}
	errno = 0;
	number = strtoull(node->text, &end, 10);
	if (*node->text < '0' || *node->text > '9' || errno != 0 || *end != '\0' ||
	    (is_percent && number > 100))
		return refuse(reading, node, setting->key,
		    is_percent ? "a confidence from 0 to 100, or never" : "a number");
	*slot = number;
	return true;
}

static bool
read_list(const struct reading *reading, const struct setting *setting,
    const struct yaml_node *node, struct policy_list *slot)
{
	const char **items = arena_array(reading->policy->arena, node->n + 1, sizeof(*items));

	/* The way back from a list that the parent sets. */
	if (node->kind == YAML_SCALAR && strcmp(node->text, "unset") == 0) {
		*slot = (struct policy_list){ 0, NULL };
		return true;
	}
	if (node->kind != YAML_LIST)
		return refuse(reading, node, setting->key, "a list");
	for (size_t i = 0; i < node->n && items != NULL; i++) {
		const struct yaml_node *item = &node->items[i];
		const char *wanted;

		if (item->kind != YAML_SCALAR || item->len == 0)
			return refuse(reading, item, setting->key, "a list of words");
		wanted = setting->wrong == NULL ? NULL : setting->wrong(setting->key, item->text);
		if (wanted != NULL)
			return refuse(reading, item, item->text, wanted);
		items[i] = arena_string(reading->policy->arena, item->text);
	}
	*slot = (struct policy_list){ node->n, items };
	return true;
}

/* A pair of the file follows those of the parent, so that it wins. */
static bool
read_map(const struct reading *reading, const struct setting *setting, const struct yaml_node *node,
    struct policy_map *slot)
{
	struct arena *arena = reading->policy->arena;
	struct policy_pair *pairs;

	if (node->kind != YAML_MAP)
		return refuse(reading, node, setting->key, "a map");
	pairs = arena_array(arena, slot->n + node->n, sizeof(*pairs));
	for (size_t i = 0; i < slot->n && pairs != NULL; i++)
		pairs[i] = slot->pairs[i];
	for (size_t i = 0; i < node->n && pairs != NULL; i++) {
		const struct yaml_node *value = &node->items[i];
		const char *wanted;

		if (value->kind != YAML_SCALAR)
			return refuse(reading, value, node->keys[i], "one word");
		wanted = setting->wrong(node->keys[i], value->text);
		if (wanted != NULL)
			return refuse(reading, value, node->keys[i], wanted);
		pairs[slot->n + i] = (struct policy_pair){ arena_string(arena, node->keys[i]),
			arena_string(arena, value->text),
			arena_format(arena, "%s:%u", reading->name, value->line) };
	}
	*slot = (struct policy_map){ slot->n + node->n, pairs };
	return true;
}

static bool
read_value(
    const struct reading *reading, const struct setting *setting, const struct yaml_node *node)
{
	char *slot = (char *)reading->policy + setting->offset;
	bool is_scalar = setting->type != SETTING_LIST && setting->type != SETTING_MAP;

	reading->policy->origins[setting - settings] =
	    arena_format(reading->policy->arena, "%s:%u", reading->name, node->line);
	if (is_scalar && node->kind != YAML_SCALAR)
		return refuse(reading, node, setting->key, "one value");
	switch (setting->type) {
	case SETTING_TEXT:
		*(const char **)(void *)slot =
		    *node->text == '\0' ? NULL : arena_string(reading->policy->arena, node->text);
		return true;
	case SETTING_SEVERITY:
		return read_severity(reading, setting, node, (enum severity *)(void *)slot);
	case SETTING_ACTION:
		if (setting->wrong("", node->text) != NULL ||
		    !action_parse(node->text, (enum action *)(void *)slot))
			return refuse(reading, node, setting->key, setting->wrong("", node->text));
		return true;
	case SETTING_NUMBER:
	case SETTING_PERCENT:
		return read_number(reading, setting, node, (uint64_t *)(void *)slot);
	case SETTING_LIST:
		return read_list(reading, setting, node, (struct policy_list *)(void *)slot);
	case SETTING_MAP:
		return read_map(reading, setting, node, (struct policy_map *)(void *)slot);
	}
	return true;
}

static bool
is_section(const char *name)
{
	for (size_t i = 0; settings[i].key != NULL; i++)
		if (strcmp(settings[i].section, name) == 0)
			return true;
	return false;
}

static bool
read_section(const struct reading *reading, const char *section, const struct yaml_node *map)
{
	if (map->kind != YAML_MAP)
		return status_set(reading->status, STATUS_USAGE,
		    "%s:%u: \"%s\" needs a map of settings", reading->source, map->line,
		    *section == '\0' ? "policy" : section);
	for (size_t i = 0; i < map->n; i++) {
		const struct setting *setting = settings;

		while (setting->key != NULL &&
		    (strcmp(setting->section, section) != 0 ||
			strcmp(setting->key, map->keys[i]) != 0))
			setting++;
		if (setting->key != NULL) {
			if (!read_value(reading, setting, &map->items[i]))
				return false;
		} else if (*section == '\0' && is_section(map->keys[i])) {
			if (!read_section(reading, map->keys[i], &map->items[i]))
				return false;
		} else if (*section != '\0' ||
		    (strcmp(map->keys[i], "name") != 0 && strcmp(map->keys[i], "extends") != 0)) {
			return status_set(reading->status, STATUS_USAGE,
			    "%s:%u: there is no setting \"%s%s%.80s\"; assay-policy(5) lists them",
			    reading->source, map->items[i].line, section,
			    *section == '\0' ? "" : ".", map->keys[i]);
		}
	}
	return true;
}

bool
settings_apply(struct policy *policy, const struct yaml_node *root, const char *source,
    const char *name, struct status *status)
{
	struct reading reading = { policy, source, name, status };

	/* What describes the parent does not describe its child; the row is the first. */
	policy->description = NULL;
	policy->origins[0] = NULL;
	if (!read_section(&reading, "", root))
		return false;
	if (arena_failed(policy->arena))
		return status_set(status, STATUS_MEMORY, "%s: no memory for the policy", source);
	return true;
}

/* ---- printing ------------------------------------------------------------------------------- */

static void
print_origin(FILE *file, bool with_origins, const char *origin)
{
	if (with_origins)
		fprintf(file, "  # %s", origin == NULL ? "built in" : origin);
	fputc('\n', file);
}

/* A quoted YAML scalar; what a terminal or a YAML reader would take amiss is escaped. */
static void
print_quoted(FILE *file, const char *text)
{
	struct bytes left = bytes_of_string(text);

	fputc('"', file);
	while (left.len > 0) {
		uint32_t code = 0;
		size_t len = text_decode_utf8(left, &code);

		if (len == 0)
			fputs("\\uFFFD", file);
		else if (code == '"' || code == '\\')
			fprintf(file, "\\%c", (int)code);
		else if (text_is_unsafe(code) || code == 0xfeff || code > 0xfffd)
			fprintf(file, "\\U%08" PRIX32, code);
		else
			(void)fwrite(left.data, 1, len, file);
		left = bytes_slice(left, len == 0 ? 1 : len, left.len);
	}
	fputc('"', file);
}

static void
print_map(FILE *file, const struct policy_map *map, const char *indent, bool with_origins)
{
	for (size_t i = 0; i < map->n; i++) {
		size_t later = i + 1;

		/* A pair that a later one replaces says nothing any more. */
		while (later < map->n && strcmp(map->pairs[later].key, map->pairs[i].key) != 0)
			later++;
		if (later < map->n)
			continue;
		fprintf(file, "%s  ", indent);
		print_quoted(file, map->pairs[i].key);
		fputs(": ", file);
		print_quoted(file, map->pairs[i].value);
		print_origin(file, with_origins, map->pairs[i].origin);
	}
}

static void
print_list(FILE *file, const struct policy_list *list)
{
	if (list->items == NULL) {
		fputs("unset", file);
		return;
	}
	fputc('[', file);
	for (size_t i = 0; i < list->n; i++) {
		fputs(i == 0 ? "" : ", ", file);
		print_quoted(file, list->items[i]);
	}
	fputc(']', file);
}

static void
print_value(FILE *file, const struct policy *policy, const struct setting *setting)
{
	const char *slot = (const char *)policy + setting->offset;
	uint64_t number;

	switch (setting->type) {
	case SETTING_TEXT:
		print_quoted(file,
		    *(const char *const *)(const void *)slot == NULL
			? ""
			: *(const char *const *)(const void *)slot);
		break;
	case SETTING_SEVERITY:
		fputs(*(const enum severity *)(const void *)slot == SEVERITY_NEVER
			? "never"
			: severity_name(*(const enum severity *)(const void *)slot),
		    file);
		break;
	case SETTING_ACTION:
		fputs(action_name(*(const enum action *)(const void *)slot), file);
		break;
	case SETTING_NUMBER:
	case SETTING_PERCENT:
		number = *(const uint64_t *)(const void *)slot;
		if (setting->type == SETTING_PERCENT && number > 100)
			fputs("never", file);
		else
			fprintf(file, "%ju", (uintmax_t)number);
		break;
	case SETTING_LIST:
		print_list(file, (const struct policy_list *)(const void *)slot);
		break;
	case SETTING_MAP:
		break; /* print_map() follows, a line a pair */
	}
}

void
settings_print(const struct policy *policy, FILE *file, bool all, bool with_origins)
{
	const char *section = "";

	fprintf(file, "name: %s\n", policy->name);
	for (size_t i = 0; settings[i].key != NULL; i++) {
		const char *indent = *settings[i].section == '\0' ? "" : "  ";

		if (!all && policy->origins[i] == NULL)
			continue;
		if (strcmp(section, settings[i].section) != 0) {
			section = settings[i].section;
			fprintf(file, "%s:\n", section);
		}
		fprintf(file, "%s%s:", indent, settings[i].key);
		if (settings[i].type == SETTING_MAP) {
			const void *slot = (const char *)policy + settings[i].offset;
			const struct policy_map *map = slot;

			if (map->n == 0)
				fputs(" {}", file);
			print_origin(file, with_origins && map->n == 0, policy->origins[i]);
			print_map(file, map, indent, with_origins);
			continue;
		}
		fputc(' ', file);
		print_value(file, policy, &settings[i]);
		print_origin(file, with_origins, policy->origins[i]);
	}
}
