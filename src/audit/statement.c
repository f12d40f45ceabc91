/* The statement of a signed report: see audit/statement.h. */
#include "config.h"

#include "audit/statement.h"

#include "core/json.h"
#include "core/limits.h"

static struct json_object *
digest_of_hex(const char *hex)
{
	struct json_object *digest = json_object_new_object();

	json_object_object_add(digest, "sha256", json_string_of(hex));
	return digest;
}

static void
add_subject(struct json_object *list, const char *name, const char *sha256)
{
	struct json_object *subject;

	if (*sha256 == '\0')
		return; /* what was not hashed cannot be vouched for; the report says why */
	subject = json_object_new_object();
	json_object_object_add(subject, "name", json_string_of(name));
	json_object_object_add(subject, "digest", digest_of_hex(sha256));
	json_object_array_add(list, subject);
}

static struct json_object *
subjects_of(const struct result *result)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < result->ntargets; i++)
		add_subject(list, result->targets[i].name, result->targets[i].sha256);
	for (size_t i = 0; i < result->nmembers; i++)
		if (result->members[i].depth == 0 && result->members[i].kind == TREE_FILE)
			add_subject(list, result->members[i].path, result->members[i].sha256);
	return list;
}

static struct json_object *
inputs_of(const struct outputs *outputs)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < outputs->n; i++) {
		struct json_object *input = json_object_new_object();

		json_object_object_add(input, "uri", json_string_of(outputs->items[i].name));
		json_object_object_add(input, "digest", digest_of_hex(outputs->items[i].sha256));
		json_object_array_add(list, input);
	}
	return list;
}

static struct json_object *
verifier_of(const struct report_input *input)
{
	struct json_object *verifier = json_object_new_object(),
			   *version = json_object_new_object();

	json_object_object_add(version, "assay", json_string_of(input->version));
	json_object_object_add(version, "rules", json_string_of(input->result->rules_digest));
	json_object_object_add(verifier, "id", json_string_of(STATEMENT_VERIFIER));
	json_object_object_add(verifier, "version", version);
	return verifier;
}

/* What a verification summary has no field for. */
static struct json_object *
extension_of(const struct report_input *input, struct bytes log_vkey)
{
	struct json_object *extension = json_object_new_object(),
			   *counts = json_object_new_object();

	for (unsigned i = SEVERITY_COUNT; i > 0; i--)
		json_object_object_add(counts, severity_name((enum severity)(i - 1)),
		    json_object_new_int64((int64_t)input->decision->counts[i - 1]));
	json_object_object_add(
	    extension, "verdict", json_string_of(verdict_name(input->decision->verdict)));
	json_object_object_add(extension, "exit", json_object_new_int(input->exit));
	json_object_object_add(extension, "policy", json_string_of(input->policy->name));
	json_object_object_add(extension, "findings", counts);
	json_object_object_add(
	    extension, "waived", json_object_new_int64((int64_t)input->decision->nwaived));
	if (log_vkey.len > 0)
		json_object_object_add(extension, "log",
		    json_object_new_string_len((const char *)log_vkey.data, (int)log_vkey.len));
	return extension;
}

static struct json_object *
predicate_of(const struct report_input *input, const struct outputs *outputs, struct bytes vkey)
{
	struct json_object *predicate = json_object_new_object(),
			   *policy = json_object_new_object(), *levels = json_object_new_array();
	bool passed = input->decision->verdict == VERDICT_PASS;
	struct buffer uri = buffer_up_to(2 * LIMIT_NAME);
	char time[32];

	report_time(input->result->finished, time);
	buffer_add_string(&uri, "urn:assay:policy:");
	buffer_add_string(&uri, input->policy->name);
	buffer_add_u8(&uri, '\0');
	json_object_object_add(policy, "uri", json_string_of((const char *)uri.data));
	json_object_object_add(policy, "digest", digest_of_hex(input->policy->sha256));
	buffer_reset(&uri);
	buffer_add_string(&uri, "file:");
	buffer_add_string(&uri, input->result->ntargets > 0 ? input->result->targets[0].path : "");
	buffer_add_u8(&uri, '\0');
	json_object_array_add(levels, json_string_of(passed ? "ASSAY_PASSED" : "FAILED"));
	json_object_object_add(predicate, "verifier", verifier_of(input));
	json_object_object_add(predicate, "timeVerified", json_string_of(time));
	json_object_object_add(predicate, "resourceUri", json_string_of((const char *)uri.data));
	json_object_object_add(predicate, "policy", policy);
	json_object_object_add(predicate, "inputAttestations", inputs_of(outputs));
	json_object_object_add(
	    predicate, "verificationResult", json_string_of(passed ? "PASSED" : "FAILED"));
	json_object_object_add(predicate, "verifiedLevels", levels);
	json_object_object_add(predicate, "slsaVersion", json_string_of("1.1"));
	json_object_object_add(predicate, STATEMENT_EXTENSION, extension_of(input, vkey));
	buffer_free(&uri);
	return predicate;
}

bool
statement_write(const struct report_input *input, const struct outputs *outputs,
    struct bytes log_vkey, struct buffer *ret, struct status *status)
{
	struct json_object *statement = json_object_new_object();
	const char *text;

	json_object_object_add(statement, "_type", json_string_of(STATEMENT_TYPE));
	json_object_object_add(statement, "subject", subjects_of(input->result));
	json_object_object_add(statement, "predicateType", json_string_of(STATEMENT_SUMMARY));
	json_object_object_add(statement, "predicate", predicate_of(input, outputs, log_vkey));
	text = json_object_to_json_string_ext(
	    statement, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		buffer_add_string(ret, text);
	json_object_put(statement);
	return (text != NULL && buffer_ok(ret)) ||
	    status_set(status, STATUS_LIMIT, "the statement of the signed report is too long");
}

bool
statement_read(struct bytes payload, struct statement *ret, struct status *status)
{
	struct statement statement = { .object = json_parse(payload, status), .log_vkey = "" };
	struct json_object *predicate, *extension, *policy, *digest;
	const char *type, *kind;

	if (statement.object == NULL)
		return false;
	if (json_get_string(statement.object, "_type", &type) &&
	    strcmp(type, STATEMENT_TYPE) == 0 &&
	    json_get_string(statement.object, "predicateType", &kind) &&
	    strcmp(kind, STATEMENT_SUMMARY) == 0 &&
	    json_get(statement.object, "subject", json_type_array, &statement.subjects) &&
	    json_get(statement.object, "predicate", json_type_object, &predicate) &&
	    json_get_string(predicate, "verificationResult", &statement.result) &&
	    json_get_string(predicate, "timeVerified", &statement.time) &&
	    json_get(predicate, "inputAttestations", json_type_array, &statement.inputs) &&
	    json_get(predicate, "policy", json_type_object, &policy) &&
	    json_get(policy, "digest", json_type_object, &digest) &&
	    json_get_string(digest, "sha256", &statement.policy_sha256) &&
	    json_get(predicate, STATEMENT_EXTENSION, json_type_object, &extension) &&
	    json_get_string(extension, "verdict", &statement.verdict) &&
	    json_get_string(extension, "policy", &statement.policy)) {
		if (!json_get_string(extension, "log", &statement.log_vkey))
			statement.log_vkey = "";
		*ret = statement;
		return true;
	}
	json_object_put(statement.object);
	return status_set(status, STATUS_MALFORMED,
	    "what is signed is no report of assay: an in-toto statement with a SLSA verification "
	    "summary is needed");
}

void
statement_close(struct statement *statement)
{
	json_object_put(statement->object);
	statement->object = NULL;
}
