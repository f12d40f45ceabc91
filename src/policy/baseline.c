/* Baselines: see policy/baseline.h. */
#include "config.h"

#include "policy/baseline.h"

#include "policy/jsonfile.h"

#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static bool
read_findings(
    struct baseline *baseline, struct json_object *root, const char *path, struct status *status)
{
	const char *schema = jsonfile_string(root, "schema");
	struct json_object *findings = jsonfile_list(root, "findings");

	if (schema == NULL || strcmp(schema, "assay-report/1") != 0 || findings == NULL)
		return status_set(status, STATUS_USAGE,
		    "the baseline %s is no JSON report of assay (schema assay-report/1)", path);
	baseline->fingerprints =
	    calloc(json_object_array_length(findings) + 1, sizeof(*baseline->fingerprints));
	if (baseline->fingerprints == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the baseline");
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		struct json_object *finding = json_object_array_get_idx(findings, i);
		const char *fingerprint = jsonfile_string(finding, "fingerprint");

		if (fingerprint == NULL || strlen(fingerprint) != 32)
			return status_set(status, STATUS_USAGE,
			    "the baseline %s: finding %zu has no fingerprint", path, i + 1);
		/* What was waived then is accepted by its waiver only, and for as long as that
		 * runs. */
		if (jsonfile_string(finding, "waived") == NULL)
			memcpy(baseline->fingerprints[baseline->n++], fingerprint, 33);
	}
	qsort(baseline->fingerprints, baseline->n, sizeof(*baseline->fingerprints), compare);
	return true;
}

struct baseline *
baseline_read(const char *path, struct status *status)
{
	struct baseline *baseline = calloc(1, sizeof(*baseline));
	struct json_object *root;
	bool done;

	if (baseline == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the baseline");
		return NULL;
	}
	root = jsonfile_read(path, "baseline", baseline->file_sha256, status);
	done = root != NULL && read_findings(baseline, root, path, status);
	json_object_put(root);
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
