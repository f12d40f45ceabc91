/* The report for machines: "assay-report/1", DESIGN section 6, schemas/report.schema.json. What
 * differs from run to run stands apart, in "run". */
#include "config.h"

#include "policy/baseline.h"
#include "report/report.h"
#include "report/stream.h"

static void
write_head(struct stream *stream, const struct report_input *input)
{
	struct json_object *rules = json_object_new_object(), *tool = json_object_new_object(),
			   *policy = json_object_new_object();

	item_string(rules, "sha256", input->result->rules_digest);
	item_string(tool, "name", "assay");
	item_string(tool, "version", input->version);
	json_object_object_add(tool, "rules", rules);
	item_string(tool, "sandbox", input->result->sandbox);
	item_string(policy, "name", input->policy->name);
	item_string(policy, "sha256", input->policy->sha256);
	stream_string(stream, "schema", "assay-report/1");
	stream_string(stream, "command", input->inspects ? "scan" : "verify");
	stream_string(stream, "verdict", verdict_name(input->decision->verdict));
	stream_number(stream, "exit", (uint64_t)input->exit);
	stream_string(stream, "why", input->decision->why);
	stream_put(stream, "tool", tool);
	stream_put(stream, "policy", policy);
	if (input->waivers != NULL)
		stream_string(stream, "waivers", input->waivers->file_sha256);
	if (input->baseline != NULL)
		stream_string(stream, "baseline", input->baseline->file_sha256);
}

static void
write_targets(struct stream *stream, const struct result *result)
{
	stream_begin(stream, "targets", '[');
	for (size_t i = 0; i < result->ntargets; i++) {
		const struct result_target *target = &result->targets[i];
		struct json_object *item = json_object_new_object();

		item_string(item, "path", target->path);
		item_string(item, "sha256", target->sha256);
		item_number(item, "bytes", target->bytes);
		item_string(item, "kind", target->kind);
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
}

static void
write_coverage(struct stream *stream, const struct result *result)
{
	stream_begin(stream, "coverage", '{');
	stream_number(stream, "members", result->nmembers);
	stream_number(stream, "bytes", result->bytes);
	stream_number(stream, "analyzed", result->analyzed);
	stream_number(stream, "unidentified", result->unidentified);
	stream_begin(stream, "skipped", '[');
	for (size_t i = 0; i < result->nskipped; i++) {
		struct json_object *item = json_object_new_object();

		item_string(item, "member", result->skipped[i].member);
		item_string(item, "reason", result->skipped[i].reason);
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
	stream_end(stream, '}');
}

/* A fact may be stated more than once; then its value is the list of all. */
static struct json_object *
facts_of(const struct result_member *member)
{
	struct json_object *facts = json_object_new_object(), *before;

	for (size_t i = 0; i < member->nfacts; i++) {
		const char *key = member->facts[i].key;
		struct json_object *value = json_object_new_string(member->facts[i].value);

		if (json_object_object_get_ex(facts, key, &before)) {
			struct json_object *list = before;

			if (!json_object_is_type(before, json_type_array)) {
				list = json_object_new_array();
				json_object_array_add(list, json_object_get(before));
				json_object_object_add(facts, key, list);
			}
			json_object_array_add(list, value);
		} else {
			json_object_object_add(facts, key, value);
		}
	}
	return facts;
}

static void
write_members(struct stream *stream, const struct result *result)
{
	static const char *const kinds[] = { [TREE_FILE] = "file",
		[TREE_SYMLINK] = "symlink",
		[TREE_SPECIAL] = "special",
		[TREE_NESTED] = "nested" };

	stream_begin(stream, "members", '[');
	for (size_t i = 0; i < result->nmembers; i++) {
		const struct result_member *member = &result->members[i];
		struct json_object *item = json_object_new_object(),
				   *formats = json_object_new_array();

		for (size_t f = 0; member->formats[f] != NULL; f++)
			json_object_array_add(formats, json_object_new_string(member->formats[f]));
		item_string(item, "path", member->path);
		item_string(item, "kind", kinds[member->kind]);
		item_number(item, "bytes", member->bytes);
		item_string(item, "sha256", member->sha256);
		json_object_object_add(item, "formats", formats);
		json_object_object_add(item, "facts", facts_of(member));
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
}

static void
write_findings(struct stream *stream, const struct result *result)
{
	stream_begin(stream, "findings", '[');
	for (size_t i = 0; i < result->nfindings; i++) {
		const struct result_finding *finding = &result->findings[i];
		struct json_object *item = json_object_new_object();

		item_string(item, "check", finding->check->id);
		item_string(item, "severity", severity_name(finding->severity));
		item_string(item, "effect", report_effect_name(finding));
		item_string(item, "member", finding->member);
		item_number(item, "offset", finding->offset);
		if (finding->len > 0)
			item_number(item, "length", finding->len);
		if (finding->line > 0)
			item_number(item, "line", finding->line);
		item_string(item, "message", finding->message);
		item_string(item, "evidence", finding->evidence);
		if (finding->confidence < 100)
			item_number(item, "confidence", finding->confidence);
		item_string(item, "fingerprint", finding->fingerprint);
		json_object_object_add(item, "waived",
		    finding->waived == NULL ? NULL : json_object_new_string(finding->waived));
		if (!finding->is_new)
			json_object_object_add(item, "baseline", json_object_new_boolean(1));
		if (finding->more > 0)
			item_number(item, "more", finding->more);
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
}

static void
write_provenance(struct stream *stream, const struct result *result)
{
	stream_begin(stream, "provenance", '[');
	for (size_t i = 0; i < result->nprovenance; i++) {
		const struct provenance *row = &result->provenance[i];
		struct json_object *item = json_object_new_object();

		item_string(item, "kind", row->kind);
		item_string(item, "path", row->path);
		item_string(item, "status", provenance_status_name(row->status));
		item_string(item, "signer", row->signer);
		item_string(item, "algorithm", row->algorithm == NULL ? "" : row->algorithm);
		item_string(item, "time", row->time);
		item_number(item, "covers", row->covers);
		item_string(item, "why", row->why);
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
}

static void
write_decision(struct stream *stream, const struct decision *decision)
{
	stream_begin(stream, "decision", '{');
	stream_begin(stream, "controls", '[');
	for (size_t i = 0; i < decision->ncontrols; i++) {
		struct json_object *item = json_object_new_object();

		item_string(item, "id", decision->controls[i].id);
		item_string(item, "status", control_status_name(decision->controls[i].status));
		item_string(item, "why", decision->controls[i].why);
		stream_put(stream, NULL, item);
	}
	stream_end(stream, ']');
	stream_end(stream, '}');
}

static void
write_summary(struct stream *stream, const struct decision *decision)
{
	struct json_object *item = json_object_new_object();

	for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		item_number(
		    item, severity_name((enum severity)severity), decision->counts[severity]);
	item_number(item, "waived", decision->nwaived);
	item_number(item, "baseline", decision->nknown);
	stream_put(stream, "summary", item);
}

static void
write(const struct report_input *input, FILE *file)
{
	struct json_object *run = json_object_new_object();
	struct stream stream;
	char text[32];

	stream_open(&stream, file);
	stream_begin(&stream, NULL, '{');
	write_head(&stream, input);
	write_targets(&stream, input->result);
	write_coverage(&stream, input->result);
	write_members(&stream, input->result);
	write_findings(&stream, input->result);
	write_provenance(&stream, input->result);
	write_decision(&stream, input->decision);
	write_summary(&stream, input->decision);
	report_time(input->result->started, text);
	item_string(run, "started", text);
	stream_put(&stream, "run", run);
	stream_end(&stream, '}');
}

const struct report_format report_json = {
	.name = "json",
	.media_type = "application/json",
	.suffix = "json",
	.write = write,
};
