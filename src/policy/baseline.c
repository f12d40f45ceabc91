/* Baselines: see policy/baseline.h. */
#include "config.h"

#include "policy/baseline.h"

#include "core/limits.h"
#include "policy/userfile.h"

#include <json-c/json.h>
#include <stdlib.h>

#define LIMIT_REPORT (1 * GIB)

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* The string KEY of an object, or NULL. */
static const char *
string_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) &&
		json_object_is_type(value, json_type_string)
	    ? json_object_get_string(value)
	    : NULL;
}

static struct json_object *
parse(struct bytes bytes, const char *path, struct status *status)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root = NULL;

	if (tokener != NULL && bytes.len <= INT32_MAX) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		root = json_tokener_parse_ex(tokener, (const char *)bytes.data, (int)bytes.len);
	}
	if (root == NULL)
		status_set(status, STATUS_USAGE, "the baseline %s is no JSON", path);
	json_tokener_free(tokener);
	return root;
}

static bool
read_findings(
    struct baseline *baseline, struct json_object *root, const char *path, struct status *status)
{
	const char *schema = string_of(root, "schema");
	struct json_object *findings;

	if (schema == NULL || strcmp(schema, "assay-report/1") != 0 ||
	    !json_object_object_get_ex(root, "findings", &findings) ||
	    !json_object_is_type(findings, json_type_array))
		return status_set(status, STATUS_USAGE,
		    "the baseline %s is no JSON report of assay (schema assay-report/1)", path);
	baseline->fingerprints =
	    calloc(json_object_array_length(findings) + 1, sizeof(*baseline->fingerprints));
	if (baseline->fingerprints == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the baseline");
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);
		const char *fingerprint = string_of(finding, "fingerprint");

		if (fingerprint == NULL || strlen(fingerprint) != 32)
			return status_set(status, STATUS_USAGE,
			    "the baseline %s: finding %zu has no fingerprint", path, i + 1);
		memcpy(baseline->fingerprints[baseline->n++], fingerprint, 33);
	}
	qsort(baseline->fingerprints, baseline->n, sizeof(*baseline->fingerprints), compare);
	return true;
}

struct baseline *
baseline_read(const char *path, struct status *status)
{
	struct baseline *baseline = calloc(1, sizeof(*baseline));
	struct json_object *root = NULL;
	struct userfile file = { .data = NULL };
	bool done = false;

	if (baseline == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the baseline");
		return NULL;
	}
	if (userfile_read(&file, path, LIMIT_REPORT, "baseline", status)) {
		memcpy(baseline->file_sha256, file.sha256, sizeof(file.sha256));
		root = parse(file.bytes, path, status);
		done = root != NULL && read_findings(baseline, root, path, status);
	}
	json_object_put(root);
	userfile_free(&file);
	if (!done) {
		baseline_free(baseline);
		return NULL;
	}
	return baseline;
}

void
baseline_free(struct baseline *baseline)
{
	if (baseline == NULL)
		return;
	free(baseline->fingerprints);
	free(baseline);
}

bool
baseline_has(const struct baseline *baseline, const char *fingerprint)
{
	return baseline->n > 0 && strlen(fingerprint) == 32 &&
	    bsearch(fingerprint, baseline->fingerprints, baseline->n,
		sizeof(*baseline->fingerprints), compare) != NULL;
}
