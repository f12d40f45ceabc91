/* Waivers: see policy/waivers.h. */
#include "config.h"

#include "policy/waivers.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"
#include "policy/userfile.h"

#include <stdlib.h>

#define DAY 86400

/* Days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's days_from_civil). */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "2027-01-31" as days since 1970. */
static bool
parse_date(const char *text, int64_t *ret_days)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	bool leaps;

	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 || text[4] != '-' ||
	    text[7] != '-')
		return false;
	year = (int)strtol(text, NULL, 10);
	month = (int)strtol(text + 5, NULL, 10);
	day = (int)strtol(text + 8, NULL, 10);
	leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1] ||
	    (month == 2 && day == 29 && !leaps))
		return false;
	*ret_days = days_of(year, month, day);
	return true;
}

static bool
is_hex(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* A text of the waiver, checked: printed in reports, so nothing unsafe may be in it. */
static const char *
get(struct waivers *waivers, const struct yaml_node *node, const char *key)
{
	const char *text = yaml_get_string(node, key);

	return text == NULL || *text == '\0'
	    ? NULL
	    : text_safe(waivers->arena, bytes_of_string(text), LIMIT_NAME);
}

static bool
read_dates(struct waiver *waiver, const struct yaml_node *node, const char *source, int64_t now,
    uint64_t longest_days, struct status *status)
{
	const char *created = yaml_get_string(node, "created");
	int64_t days, from = now / DAY;

	if (!parse_date(waiver->expires, &days))
		return status_set(status, STATUS_USAGE, "%s:%u: expires must be a day, 2027-01-31",
		    source, node->line);
	waiver->ends = (days + 1) * DAY;
	waiver->is_expired = now >= waiver->ends;
	if (created != NULL && !parse_date(created, &from))
		return status_set(status, STATUS_USAGE, "%s:%u: created must be a day, 2026-12-31",
		    source, node->line);
	if (longest_days > 0 && days > from && (uint64_t)(days - from) > longest_days)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: the waiver runs longer than the policy's %ju days (waivers: "
		    "longest-days)",
		    source, node->line, (uintmax_t)longest_days);
	return true;
}

static bool
read_waiver(struct waivers *waivers, const struct yaml_node *node, int64_t now,
    uint64_t longest_days, struct status *status)
{
	static const char *const keys[] = { "fingerprint", "sha256", "check", "reason", "owner",
		"expires", "created", "ticket", NULL };
	struct waiver *waiver = &waivers->items[waivers->n];

	if (!yaml_check_keys(node, waivers->source, keys, status))
		return false;
	*waiver = (struct waiver){ .line = node->line,
		.fingerprint = get(waivers, node, "fingerprint"),
		.sha256 = get(waivers, node, "sha256"),
		.check = get(waivers, node, "check"),
		.reason = get(waivers, node, "reason"),
		.owner = get(waivers, node, "owner"),
		.expires = get(waivers, node, "expires") };
	if (waiver->reason == NULL || waiver->owner == NULL || waiver->expires == NULL)
		return status_set(status, STATUS_USAGE,
		    "%s:%u: a waiver needs reason, owner and expires", waivers->source, node->line);
	if (waiver->fingerprint == NULL && (waiver->sha256 == NULL || waiver->check == NULL))
		return status_set(status, STATUS_USAGE,
		    "%s:%u: a waiver needs the fingerprint of a finding, or sha256 and check",
		    waivers->source, node->line);
	if (waiver->fingerprint != NULL && !is_hex(waiver->fingerprint, 32))
		return status_set(status, STATUS_USAGE,
		    "%s:%u: a fingerprint has 32 lower case hexadecimal digits, as reports print "
		    "it",
		    waivers->source, node->line);
	if (waiver->sha256 != NULL && !is_hex(waiver->sha256, 64))
		return status_set(status, STATUS_USAGE,
		    "%s:%u: sha256 has 64 lower case hexadecimal digits", waivers->source,
		    node->line);
	if (!read_dates(waiver, node, waivers->source, now, longest_days, status))
		return false;
	waivers->n++;
	return true;
}

static bool
read_all(struct waivers *waivers, const struct yaml_node *root, int64_t now, uint64_t longest_days,
    struct status *status)
{
	static const char *const keys[] = { "waivers", NULL };
	const struct yaml_node *list = yaml_get(root, "waivers");

	if (!yaml_check_keys(root, waivers->source, keys, status))
		return false;
	if (list == NULL || list->kind != YAML_LIST)
		return status_set(status, STATUS_USAGE,
		    "%s:1: a file of waivers holds a list, `waivers:`", waivers->source);
	waivers->items = arena_array(waivers->arena, list->n + 1, sizeof(*waivers->items));
	for (size_t i = 0; waivers->items != NULL && i < list->n; i++)
		if (!read_waiver(waivers, &list->items[i], now, longest_days, status))
			return false;
	return !arena_failed(waivers->arena) ||
	    status_set(status, STATUS_MEMORY, "no memory for the waivers");
}

struct waivers *
waivers_read(const char *path, int64_t now, uint64_t longest_days, struct status *status)
{
	struct userfile file;
	struct waivers *waivers = NULL;
	struct arena *arena;
	struct yaml *yaml = NULL;

	if (!userfile_read(&file, path, LIMIT_YAML_BYTES, "waivers", status))
		return NULL;
	arena = arena_new(4 * LIMIT_YAML_BYTES);
	waivers = arena == NULL ? NULL : arena_alloc(arena, sizeof(*waivers));
	if (waivers == NULL) {
		arena_free(arena);
		status_set(status, STATUS_MEMORY, "no memory for the waivers");
		goto out;
	}
	waivers->arena = arena;
	waivers->source = arena_string(arena, path);
	memcpy(waivers->file_sha256, file.sha256, sizeof(file.sha256));
	yaml = yaml_parse(file.bytes, path, status);
	if (yaml == NULL || waivers->source == NULL ||
	    !read_all(waivers, yaml_root(yaml), now, longest_days, status)) {
		waivers_free(waivers);
		waivers = NULL;
	}
	yaml_free(yaml);
out:
	userfile_free(&file);
	return waivers;
}

void
waivers_free(struct waivers *waivers)
{
	if (waivers != NULL)
		arena_free(waivers->arena); /* the waivers live in it */
}

static bool
covers(const struct waiver *waiver, const struct result_finding *finding, const char *sha256)
{
	if (waiver->fingerprint != NULL && strcmp(waiver->fingerprint, finding->fingerprint) != 0)
		return false;
	if (waiver->sha256 != NULL && strcmp(waiver->sha256, sha256) != 0)
		return false;
	return waiver->check == NULL || text_glob(waiver->check, finding->check->id);
}

struct waiver *
waivers_find(
    const struct waivers *waivers, const struct result_finding *finding, const char *sha256)
{
	struct waiver *expired = NULL;

	for (size_t i = 0; i < waivers->n; i++) {
		struct waiver *waiver = &waivers->items[i];

		if (!covers(waiver, finding, sha256))
			continue;
		if (!waiver->is_expired)
			return waiver;
		expired = waiver;
	}
	return expired;
}
