/*
 * SARIF 2.1.0, for code scanning services. Rules come from the catalog; findings that are waived or
 * in the baseline stand with their suppression or baseline state; a verdict of incomplete is an
 * invocation that was not successful, so that an empty list of results never looks like a pass.
 */
#include "config.h"

#include "core/text.h"
#include "policy/baseline.h"
#include "report/report.h"
#include "report/stream.h"

#include <stdlib.h>

/* GitHub takes no more results of one run. The worst are kept, and the property bag says how many
 * were left out. */
#define RESULTS_MAX 25000

static const char *
level_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
		return "warning";
	case SEVERITY_LOW:
	case SEVERITY_INFO:
	case SEVERITY_COUNT:
		break;
	}
	return "note";
}

/* GitHub ranks by this number: over 9 critical, over 7 high, over 4 medium. */
static const char *
score_of(enum severity severity)
{
	static const char *const scores[] = { "0.0", "3.0", "5.5", "8.0", "9.5", "0.0" };

	return scores[severity];
}

static struct json_object *
text_object(const char *text)
{
	struct json_object *object = json_object_new_object();

	item_string(object, "text", text);
	return object;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int
compare_checks(const void *a, const void *b)
{
	return strcmp((*(const struct check *const *)a)->id, (*(const struct check *const *)b)->id);
}

/* The checks that were reported, each once, sorted by id. The caller frees the list. */
static const struct check **
reported_checks(const struct result *result, size_t *ret_n)
{
	const struct check **checks = calloc(result->nfindings + 1, sizeof(*checks));
	size_t n = 0;

	*ret_n = 0;
	if (checks == NULL)
		return NULL;
	for (size_t i = 0; i < result->nfindings; i++)
		checks[i] = result->findings[i].check;
	if (result->nfindings > 1)
		qsort(checks, result->nfindings, sizeof(const struct check *), compare_checks);
	for (size_t i = 0; i < result->nfindings; i++)
		if (n == 0 || checks[n - 1] != checks[i])
			checks[n++] = checks[i];
	*ret_n = n;
	return checks;
}

/* Where a check stands in the sorted list. */
static size_t
index_of(const struct check *const *checks, size_t n, const struct check *check)
{
	const struct check *const *found =
	    bsearch(&check, checks, n, sizeof(const struct check *), compare_checks);

	return found == NULL ? 0 : (size_t)(found - checks);
}

static struct json_object *
rule_of(const struct check *check)
{
	struct json_object *rule = json_object_new_object(), *help = json_object_new_object(),
			   *level = json_object_new_object(), *bag = json_object_new_object(),
			   *tags = json_object_new_array();
	struct buffer text = buffer_up_to(1 << 20);
	char *whole;

	buffer_add_string(&text, check->meaning);
	buffer_add_string(&text, "\n\nWhat to do: ");
	buffer_add_string(&text, check->fix);
	whole = buffer_take_string(&text);
	item_string(rule, "id", check->id);
	json_object_object_add(rule, "shortDescription", text_object(check->title));
	json_object_object_add(rule, "fullDescription", text_object(check->meaning));
	item_string(help, "text", whole == NULL ? check->fix : whole);
	item_string(help, "markdown", whole == NULL ? check->fix : whole);
	json_object_object_add(rule, "help", help);
	item_string(level, "level", level_of(check->severity));
	json_object_object_add(rule, "defaultConfiguration", level);
	item_string(bag, "security-severity", score_of(check->severity));
	json_object_array_add(tags, json_object_new_string("security"));
	for (size_t i = 0; check->references != NULL && check->references[i] != NULL && i < 9; i++)
		if (strncmp(check->references[i], "https:", 6) != 0)
			json_object_array_add(tags, json_object_new_string(check->references[i]));
	json_object_object_add(bag, "tags", tags);
	json_object_object_add(rule, "properties", bag);
	free(whole);
	return rule;
}

/* ---- results -------------------------------------------------------------------------------- */

/* A path as a URI reference (RFC 3986): everything but unreserved characters and slashes is
 * percent-encoded. */
static struct json_object *
uri_of(const char *path)
{
	static const char plain[] = "-._~/!$'()*+,;=@";
	struct buffer uri = buffer_up_to(1 << 16);
	struct json_object *object = json_object_new_object();
	char *text;

	for (const char *p = path; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
		    strchr(plain, c) != NULL)
			buffer_add_u8(&uri, c);
		else
			buffer_add_format(&uri, "%%%02X", c);
	}
	text = buffer_take_string(&uri);
	item_string(object, "uri", text == NULL ? "" : text);
	free(text);
	return object;
}

/* Is REST what follows the name of a target in a member's path? */
static bool
is_rest(const char *rest)
{
	return *rest == '\0' || *rest == '/' || strncmp(rest, "!/", 2) == 0;
}

/*
 * The file that holds MEMBER as the user would name it: the target's path and what follows in it,
 * without what is inside an archive. Services look for it in the repository they run in.
 */
static void
file_of(const struct result *result, const char *member, char *path, size_t size)
{
	const char *inside = strstr(member, "!/");
	int len = inside == NULL ? (int)strlen(member) : (int)(inside - member);

	for (size_t i = 0; i < result->ntargets; i++) {
		const struct result_target *target = &result->targets[i];
		const char *slash = strrchr(target->path, '/'),
			   *name = slash == NULL ? target->path : slash + 1;
		size_t n = strlen(name);
		bool is_folder = strcmp(target->kind, "file") != 0;

		if (*member == '\0' || (result->ntargets == 1 && !is_folder)) {
			snprintf(path, size, "%s", target->path);
			return;
		}
		if (result->ntargets == 1) {
			snprintf(path, size, "%s%s%.*s", target->path,
			    slash != NULL && slash[1] == '\0' ? "" : "/", len, member);
			return;
		}
		if (n > 0 && strncmp(member, name, n) == 0 && is_rest(member + n)) {
			snprintf(path, size, "%s%.*s", target->path, len - (int)n, member + n);
			return;
		}
	}
	snprintf(path, size, "%.*s", len, member);
}

static struct json_object *
location_of(const struct result *result, const struct result_finding *finding)
{
	struct json_object *location = json_object_new_object(),
			   *physical = json_object_new_object(), *region = json_object_new_object();
	const char *inside = strstr(finding->member, "!/");
	char path[2 * 4096];

	file_of(result, finding->member, path, sizeof(path));
	json_object_object_add(
	    physical, "artifactLocation", uri_of(strncmp(path, "./", 2) == 0 ? path + 2 : path));
	item_number(region, "startLine", finding->line > 0 && inside == NULL ? finding->line : 1);
	if (inside == NULL && *finding->member != '\0') {
		item_number(region, "byteOffset", finding->offset);
		if (finding->len > 0)
			item_number(region, "byteLength", finding->len);
	}
	json_object_object_add(physical, "region", region);
	json_object_object_add(location, "physicalLocation", physical);
	if (inside != NULL) {
		struct json_object *logical = json_object_new_array(),
				   *one = json_object_new_object();

		item_string(one, "fullyQualifiedName", finding->member);
		item_string(one, "kind", "member");
		json_object_array_add(logical, one);
		json_object_object_add(location, "logicalLocations", logical);
	}
	return location;
}

static struct json_object *
suppressions_of(const struct result_finding *finding)
{
	struct json_object *list = json_object_new_array(), *one = json_object_new_object();

	item_string(one, "kind", "external");
	item_string(one, "status", "accepted");
	item_string(one, "justification", finding->waived);
	json_object_array_add(list, one);
	return list;
}

static struct json_object *
result_of(const struct result *result, const struct result_finding *finding, size_t rule,
    bool has_baseline)
{
	struct json_object *item = json_object_new_object(), *prints = json_object_new_object(),
			   *bag = json_object_new_object(), *locations = json_object_new_array();

	item_string(item, "ruleId", finding->check->id);
	item_number(item, "ruleIndex", rule);
	item_string(item, "level", level_of(finding->severity));
	json_object_object_add(item, "message", text_object(finding->message));
	json_object_array_add(locations, location_of(result, finding));
	json_object_object_add(item, "locations", locations);
	item_string(prints, "assay/1", finding->fingerprint);
	item_string(prints, "primaryLocationLineHash", finding->fingerprint);
	json_object_object_add(item, "partialFingerprints", prints);
	if (finding->waived != NULL)
		json_object_object_add(item, "suppressions", suppressions_of(finding));
	if (has_baseline)
		item_string(item, "baselineState", finding->is_new ? "new" : "unchanged");
	item_string(bag, "severity", severity_name(finding->severity));
	item_string(bag, "effect", report_effect_name(finding));
	item_string(bag, "security-severity", score_of(finding->severity));
	if (*finding->evidence != '\0')
		item_string(bag, "evidence", finding->evidence);
	if (finding->more > 0)
		item_number(bag, "more", finding->more);
	json_object_object_add(item, "properties", bag);
	return item;
}

/* ---- the run -------------------------------------------------------------------------------- */

static struct json_object *
invocation_of(const struct report_input *input)
{
	struct json_object *item = json_object_new_object(), *notes = json_object_new_array();
	const struct result *result = input->result;
	char text[32];

	report_time(result->started, text);
	json_object_object_add(item, "executionSuccessful",
	    json_object_new_boolean(input->decision->verdict != VERDICT_INCOMPLETE));
	item_number(item, "exitCode", (uint64_t)input->exit);
	item_string(item, "exitCodeDescription", verdict_name(input->decision->verdict));
	item_string(item, "startTimeUtc", text);
	for (size_t i = 0; i < result->nskipped && i < RESULTS_MAX; i++) {
		struct json_object *note = json_object_new_object();
		struct buffer line = buffer_up_to(1 << 16);
		char *whole;

		buffer_add_format(&line, "not looked at: %s: %s", result->skipped[i].member,
		    result->skipped[i].reason);
		whole = buffer_take_string(&line);
		item_string(note, "level", "error");
		json_object_object_add(note, "message", text_object(whole == NULL ? "" : whole));
		json_object_array_add(notes, note);
		free(whole);
	}
	json_object_object_add(item, "toolExecutionNotifications", notes);
	return item;
}

static void
write_tool(struct stream *stream, const struct report_input *input,
    const struct check *const *checks, size_t n)
{
	stream_begin(stream, "tool", '{');
	stream_begin(stream, "driver", '{');
	stream_string(stream, "name", "assay");
	stream_string(stream, "version", input->version);
	stream_string(stream, "semanticVersion", input->version);
	stream_begin(stream, "rules", '[');
	for (size_t i = 0; i < n; i++)
		stream_put(stream, NULL, rule_of(checks[i]));
	stream_end(stream, ']');
	stream_end(stream, '}');
	stream_end(stream, '}');
}

static void
write_bag(struct stream *stream, const struct report_input *input, size_t nleft)
{
	struct json_object *bag = json_object_new_object();

	item_string(bag, "verdict", verdict_name(input->decision->verdict));
	item_string(bag, "why", input->decision->why);
	item_string(bag, "policy", input->policy->name);
	item_string(bag, "policySha256", input->policy->sha256);
	item_string(bag, "rulesSha256", input->result->rules_digest);
	if (nleft > 0)
		item_number(bag, "resultsLeftOut", nleft);
	stream_put(stream, "properties", bag);
}

static void
write(const struct report_input *input, FILE *file)
{
	const struct result *result = input->result;
	struct stream stream;
	size_t nchecks, nshown;
	const struct check **checks = reported_checks(result, &nchecks);
	const struct result_finding **order = report_order(result, REPORT_ALL, &nshown);

	if (nshown > RESULTS_MAX)
		nshown = RESULTS_MAX;

	stream_open(&stream, file);
	stream_begin(&stream, NULL, '{');
	stream_string(&stream, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	stream_string(&stream, "version", "2.1.0");
	stream_begin(&stream, "runs", '[');
	stream_begin(&stream, NULL, '{');
	write_tool(&stream, input, checks, nchecks);
	stream_begin(&stream, "invocations", '[');
	stream_put(&stream, NULL, invocation_of(input));
	stream_end(&stream, ']');
	stream_begin(&stream, "results", '[');
	for (size_t i = 0; i < nshown; i++)
		stream_put(&stream, NULL,
		    result_of(result, order[i], index_of(checks, nchecks, order[i]->check),
			input->baseline != NULL));
	stream_end(&stream, ']');
	stream_string(&stream, "columnKind", "utf16CodeUnits");
	write_bag(&stream, input, result->nfindings - nshown);
	stream_end(&stream, '}');
	stream_end(&stream, ']');
	stream_end(&stream, '}');
	free(order);
	free(checks);
}

const struct report_format report_sarif = {
	.name = "sarif",
	.media_type = "application/sarif+json",
	.suffix = "sarif.json",
	.write = write,
};
