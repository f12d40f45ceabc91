/* A JSON report read back: see report/load.h. */
#include "config.h"

#include "report/load.h"

#include "core/limits.h"
#include "core/text.h"
#include "policy/jsonfile.h"

#include <stdlib.h>
#include <time.h>

struct loading {
	struct arena *arena;
	struct catalog *catalog;
	const char *path;
	struct status *status;
};

/* The string KEY, safe to print; "" where there is none. */
static const char *
string_of(const struct loading *loading, struct json_object *object, const char *key)
{
	const char *text = jsonfile_string(object, key), *safe;

	if (text == NULL)
		return "";
	safe = text_safe(loading->arena, bytes_of_string(text), LIMIT_MESSAGE);
	return safe == NULL ? "" : safe;
}

/* The number of items of the list KEY; 0 where there is none. */
static size_t
list_of(struct json_object *object, const char *key, struct json_object **ret)
{
	*ret = jsonfile_list(object, key);
	return *ret == NULL ? 0 : json_object_array_length(*ret);
}

static bool
is_hex(const char *text, size_t len)
{
	return text != NULL && strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* "family/kebab-name", as catalogs have it. */
static bool
is_check(const char *id)
{
	size_t family = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

	return family > 0 && id[family] == '/' && id[family + 1] != '\0' &&
	    id[family + 1 + strspn(id + family + 1, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
	    '\0';
}

/* Where NAME stands in NAMES (n of them), or FALLBACK. */
static size_t
word_of(const char *name, const char *const *names, size_t n, size_t fallback)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return fallback;
}

static bool
load_targets(const struct loading *loading, struct json_object *root, struct result *result)
{
	struct json_object *list;
	size_t n = list_of(root, "targets", &list);

	result->targets = arena_array(loading->arena, n + 1, sizeof(*result->targets));
	for (size_t i = 0; result->targets != NULL && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		result->targets[result->ntargets++] =
		    (struct result_target){ .path = string_of(loading, item, "path"),
			    .name = "",
			    .sha256 = string_of(loading, item, "sha256"),
			    .kind = string_of(loading, item, "kind"),
			    .bytes = jsonfile_number(item, "bytes", 0) };
	}
	return result->targets != NULL;
}

static const char *const *
formats_of(const struct loading *loading, struct json_object *item)
{
	struct json_object *list;
	size_t n = list_of(item, "formats", &list);
	const char **formats = arena_array(loading->arena, n + 1, sizeof(*formats));

	for (size_t i = 0; formats != NULL && i < n; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(list, i));

		formats[i] = text_safe(
		    loading->arena, bytes_of_string(name == NULL ? "" : name), LIMIT_NAME);
	}
	return formats;
}

static void
load_facts(const struct loading *loading, struct json_object *item, struct result_member *member)
{
	struct json_object *object = jsonfile_object(item, "facts");
	struct fact *facts;

	if (object == NULL)
		return;
	facts = arena_array(
	    loading->arena, (size_t)json_object_object_length(object) + 1, sizeof(*facts));
	json_object_object_foreach(object, key, value)
	{
		const char *text = json_object_get_string(value);

		if (facts == NULL)
			break;
		facts[member->nfacts].key =
		    text_safe(loading->arena, bytes_of_string(key), LIMIT_NAME);
		facts[member->nfacts++].value = text_safe(
		    loading->arena, bytes_of_string(text == NULL ? "" : text), LIMIT_MESSAGE);
	}
	member->facts = facts;
}

static bool
load_members(const struct loading *loading, struct json_object *root, struct result *result)
{
	static const char *const kinds[] = { [TREE_FILE] = "file",
		[TREE_SYMLINK] = "symlink",
		[TREE_SPECIAL] = "special",
		[TREE_NESTED] = "nested" };
	struct json_object *list;
	size_t n = list_of(root, "members", &list);

	result->members = arena_array(loading->arena, n + 1, sizeof(*result->members));
	for (size_t i = 0; result->members != NULL && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct result_member *member = &result->members[result->nmembers];
		const char *kind = string_of(loading, item, "kind");

		*member = (struct result_member){ .path = string_of(loading, item, "path"),
			.sha256 = string_of(loading, item, "sha256"),
			.bytes = jsonfile_number(item, "bytes", 0),
			.formats = formats_of(loading, item) };
		member->kind = (enum tree_kind)word_of(kind, kinds, ARRAY_LEN(kinds), TREE_FILE);
		if (member->formats == NULL)
			return false;
		load_facts(loading, item, member);
		result->nmembers++;
	}
	return result->members != NULL;
}

/* The catalog's check, or one that says only its id where the catalog has none any more. */
static const struct check *
check_of(const struct loading *loading, const char *id)
{
	static const char *const none[] = { NULL };
	struct status ignored = { 0 };
	const struct check *check = catalog_find(loading->catalog, id, &ignored);
	struct check *made;

	if (check != NULL)
		return check;
	made = arena_alloc(loading->arena, sizeof(*made));
	if (made != NULL)
		*made = (struct check){ .id = id,
			.title = id,
			.meaning = "The installed catalog does not hold this check.",
			.fix = "Read the report with the version of assay that wrote it.",
			.severity = SEVERITY_HIGH,
			.references = none };
	return made;
}

static bool
load_finding(const struct loading *loading, struct json_object *item, struct result_finding *ret)
{
	static const char *const effects[] = { [EFFECT_NONE] = "none",
		[EFFECT_REVIEW] = "review",
		[EFFECT_INCOMPLETE] = "incomplete",
		[EFFECT_FAIL] = "fail" };
	const char *waived = string_of(loading, item, "waived");
	size_t effect =
	    word_of(string_of(loading, item, "effect"), effects, ARRAY_LEN(effects), EFFECT_FAIL);
	static const int numbers[] = { EFFECT_NONE, EFFECT_REVIEW, EFFECT_INCOMPLETE, EFFECT_FAIL };

	*ret =
	    (struct result_finding){ .check = check_of(loading, string_of(loading, item, "check")),
		    .severity = SEVERITY_CRITICAL,
		    .member = string_of(loading, item, "member"),
		    .offset = jsonfile_number(item, "offset", 0),
		    .len = jsonfile_number(item, "length", 0),
		    .line = jsonfile_number(item, "line", 0),
		    .confidence = (unsigned)jsonfile_number(item, "confidence", 100),
		    .message = string_of(loading, item, "message"),
		    .evidence = string_of(loading, item, "evidence"),
		    .fingerprint = string_of(loading, item, "fingerprint"),
		    .more = jsonfile_number(item, "more", 0),
		    .effect = numbers[effect],
		    .waived = *waived == '\0' ? NULL : waived };
	ret->is_new = !json_object_object_get_ex(item, "baseline", NULL);
	if (ret->check == NULL || !is_check(ret->check->id) || !is_hex(ret->fingerprint, 32))
		return status_set(loading->status, STATUS_USAGE,
		    "%s: a finding without check or fingerprint", loading->path);
	return (severity_parse(string_of(loading, item, "severity"), &ret->severity) ||
	    status_set(
		loading->status, STATUS_USAGE, "%s: a finding without severity", loading->path));
}

static bool
load_findings(const struct loading *loading, struct json_object *root, struct result *result)
{
	struct json_object *list;
	size_t n = list_of(root, "findings", &list);

	result->findings = arena_array(loading->arena, n + 1, sizeof(*result->findings));
	for (size_t i = 0; result->findings != NULL && i < n; i++) {
		if (!load_finding(loading, json_object_array_get_idx(list, i),
			&result->findings[result->nfindings]))
			return false;
		result->nfindings++;
	}
	return result->findings != NULL;
}

static bool
load_coverage(const struct loading *loading, struct json_object *root, struct result *result)
{
	struct json_object *coverage = jsonfile_object(root, "coverage"), *list;
	size_t n = list_of(coverage, "skipped", &list);

	result->bytes = jsonfile_number(coverage, "bytes", 0);
	result->analyzed = jsonfile_number(coverage, "analyzed", 0);
	result->unidentified = jsonfile_number(coverage, "unidentified", 0);
	result->skipped = arena_array(loading->arena, n + 1, sizeof(*result->skipped));
	for (size_t i = 0; result->skipped != NULL && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		result->skipped[result->nskipped++] =
		    (struct result_skip){ string_of(loading, item, "member"),
			    string_of(loading, item, "reason") };
	}
	return result->skipped != NULL;
}

static bool
load_provenance(const struct loading *loading, struct json_object *root, struct result *result)
{
	static const char *const statuses[] = { [PROVENANCE_VERIFIED] = "verified",
		[PROVENANCE_FAILED] = "failed",
		[PROVENANCE_UNTRUSTED] = "untrusted",
		[PROVENANCE_INCOMPLETE] = "incomplete" };
	struct json_object *list;
	size_t n = list_of(root, "provenance", &list);

	result->provenance = arena_array(loading->arena, n + 1, sizeof(*result->provenance));
	for (size_t i = 0; result->provenance != NULL && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *status = string_of(loading, item, "status");

		result->provenance[result->nprovenance++] =
		    (struct provenance){ .kind = string_of(loading, item, "kind"),
			    .path = string_of(loading, item, "path"),
			    .status = (enum provenance_status)word_of(
				status, statuses, ARRAY_LEN(statuses), PROVENANCE_INCOMPLETE),
			    .signer = string_of(loading, item, "signer"),
			    .algorithm = string_of(loading, item, "algorithm"),
			    .time = string_of(loading, item, "time"),
			    .covers = jsonfile_number(item, "covers", 0),
			    .why = string_of(loading, item, "why") };
	}
	return result->provenance != NULL;
}

static bool
load_decision(const struct loading *loading, struct json_object *root, struct loaded_report *report)
{
	static const char *const statuses[] = { "PASS", "FAIL", "ERROR", "UNKNOWN",
		"NOT_APPLICABLE", "NOT_CHECKED", "WAIVED" };
	static const char *const verdicts[] = { "pass", "review", "incomplete", "fail" };
	struct decision *decision = &report->decision;
	struct json_object *list, *summary = jsonfile_object(root, "summary");
	size_t n = list_of(jsonfile_object(root, "decision"), "controls", &list),
	       verdict = word_of(string_of(loading, root, "verdict"), verdicts, 4, 4);

	if (verdict == 4)
		return status_set(
		    loading->status, STATUS_USAGE, "%s: the report has no verdict", loading->path);
	decision->verdict = (enum verdict)verdict;
	decision->why = string_of(loading, root, "why");
	decision->controls = arena_array(loading->arena, n + 1, sizeof(*decision->controls));
	for (size_t i = 0; decision->controls != NULL && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *status = string_of(loading, item, "status");

		decision->controls[decision->ncontrols++] =
		    (struct control){ string_of(loading, item, "id"),
			    (enum control_status)word_of(
				status, statuses, ARRAY_LEN(statuses), CONTROL_UNKNOWN),
			    string_of(loading, item, "why") };
	}
	for (int s = 0; s < SEVERITY_COUNT; s++)
		decision->counts[s] = jsonfile_number(summary, severity_name((enum severity)s), 0);
	decision->nwaived = jsonfile_number(summary, "waived", 0);
	decision->nknown = jsonfile_number(summary, "baseline", 0);
	return decision->controls != NULL;
}

static int64_t
time_of(const char *text)
{
	struct tm parts = { .tm_mday = 1 };

	return strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts) == NULL ? 0 : (int64_t)timegm(&parts);
}

static bool
load_head(const struct loading *loading, struct json_object *root, struct loaded_report *report)
{
	struct json_object *tool = jsonfile_object(root, "tool"),
			   *policy = jsonfile_object(root, "policy");
	const char *schema = string_of(loading, root, "schema"),
		   *waivers = string_of(loading, root, "waivers");

	if (strcmp(schema, "assay-report/1") != 0)
		return status_set(loading->status, STATUS_USAGE,
		    "%s is no JSON report of assay (schema assay-report/1)", loading->path);
	report->result->rules_digest = string_of(loading, jsonfile_object(tool, "rules"), "sha256");
	report->result->sandbox = string_of(loading, tool, "sandbox");
	report->result->started = report->result->finished =
	    time_of(string_of(loading, jsonfile_object(root, "run"), "started"));
	if (!is_hex(jsonfile_string(policy, "sha256"), 64) ||
	    !is_hex(jsonfile_string(jsonfile_object(tool, "rules"), "sha256"), 64) ||
	    (*waivers != '\0' && !is_hex(waivers, 64)))
		return status_set(loading->status, STATUS_USAGE,
		    "%s: the report's digests are none", loading->path);
	report->policy.name = string_of(loading, policy, "name");
	snprintf(report->policy.sha256, sizeof(report->policy.sha256), "%s",
	    string_of(loading, policy, "sha256"));
	snprintf(report->waivers.file_sha256, sizeof(report->waivers.file_sha256), "%s", waivers);
	report->input = (struct report_input){ .result = report->result,
		.decision = &report->decision,
		.policy = &report->policy,
		.waivers = *waivers == '\0' ? NULL : &report->waivers,
		.version = string_of(loading, tool, "version"),
		.exit = (int)jsonfile_number(root, "exit", 4),
		.inspects = strcmp(string_of(loading, root, "command"), "verify") != 0 };
	return true;
}

struct loaded_report *
report_load(const char *path, struct catalog *catalog, struct status *status)
{
	struct loaded_report *report = calloc(1, sizeof(*report));
	struct loading loading = { arena_new(4 * GIB), catalog, path, status };
	struct json_object *root = NULL;
	bool done = false;

	if (report != NULL && loading.arena != NULL)
		report->result = arena_alloc(loading.arena, sizeof(*report->result));
	if (report == NULL || report->result == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the report");
		goto out;
	}
	report->result->arena = loading.arena;
	root = jsonfile_read(path, "report", report->sha256, status);
	if (root == NULL)
		goto out;
	done = load_head(&loading, root, report) && load_targets(&loading, root, report->result) &&
	    load_coverage(&loading, root, report->result) &&
	    load_members(&loading, root, report->result) &&
	    load_findings(&loading, root, report->result) &&
	    load_provenance(&loading, root, report->result) &&
	    load_decision(&loading, root, report);
	if (done && arena_failed(loading.arena))
		done = status_set(status, STATUS_MEMORY, "no memory for the report");
out:
	json_object_put(root);
	if (!done) {
		status_set(status, STATUS_MEMORY, "no memory for the report");
		arena_free(loading.arena);
		free(report);
		return NULL;
	}
	return report;
}

void
report_unload(struct loaded_report *report)
{
	if (report == NULL)
		return;
	result_free(report->result);
	free(report);
}
