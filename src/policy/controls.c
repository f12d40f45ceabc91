/* Controls: what came of each family of checks and of each duty, passed ones included, since the
 * absence of findings is no evidence. */
#include "config.h"

#include "policy/findings.h"

#include <stdlib.h>

static void
add(struct deciding *deciding, const char *id, enum control_status status, const char *why)
{
	struct decision *decision = deciding->decision;
	struct arena *arena = deciding->result->arena;

	if (decision->ncontrols == deciding->controls_room) {
		size_t room = 2 * decision->ncontrols + 32;
		struct control *grown = arena_array(arena, room, sizeof(*grown));

		if (grown == NULL) {
			deciding->failed = true;
			return;
		}
		if (decision->ncontrols > 0)
			memcpy(grown, decision->controls, decision->ncontrols * sizeof(*grown));
		decision->controls = grown;
		deciding->controls_room = room;
	}
	if (id == NULL || why == NULL)
		deciding->failed = true;
	else
		decision->controls[decision->ncontrols++] = (struct control){ id, status, why };
}

/* What the findings of a check (or, where CHECK ends in a slash, of a family) amount to. */
struct tally {
	size_t n[4], waived, known;
	const struct result_finding *first; /* of the worst effect */
};

static struct tally
tally_of(const struct result *result, const char *check, const char *evidence)
{
	struct tally tally = { .first = NULL };
	size_t len = strlen(check);

	for (size_t i = 0; i < result->nfindings; i++) {
		const struct result_finding *finding = &result->findings[i];

		if (strncmp(finding->check->id, check, len) != 0 ||
		    (check[len - 1] != '/' && finding->check->id[len] != '\0') ||
		    (evidence != NULL && strcmp(finding->evidence, evidence) != 0))
			continue;
		if (finding->waived != NULL) {
			tally.waived++;
		} else if (!finding->is_new) {
			tally.known++;
		} else {
			tally.n[finding->effect]++;
			if (tally.first == NULL || finding->effect > tally.first->effect)
				tally.first = finding;
		}
	}
	return tally;
}

static enum control_status
status_of(const struct tally *tally)
{
	if (tally->n[EFFECT_FAIL] > 0)
		return CONTROL_FAIL;
	if (tally->n[EFFECT_INCOMPLETE] > 0)
		return CONTROL_ERROR;
	if (tally->n[EFFECT_REVIEW] > 0)
		return CONTROL_UNKNOWN;
	return tally->waived > 0 || tally->known > 0 ? CONTROL_WAIVED : CONTROL_PASS;
}

static bool
is_checked_family(const struct deciding *deciding, const char *family)
{
	static const char *const detectors[] = { "pii", "secret", "license", "documentation",
		"dependency", NULL };
	static const char *const of_verify[] = { "bundle", "hash", "policy", "scan", "signature",
		NULL };

	if (!deciding->options->inspects) {
		for (size_t i = 0; of_verify[i] != NULL; i++)
			if (strcmp(of_verify[i], family) == 0)
				return true;
		return false;
	}
	for (size_t i = 0; detectors[i] != NULL; i++)
		if (strcmp(detectors[i], family) == 0)
			return policy_runs(deciding->policy, family);
	return true;
}

static void
add_family(struct deciding *deciding, const char *family)
{
	struct arena *arena = deciding->result->arena;
	const char *prefix = arena_format(arena, "%s/", family);
	const char *id = arena_format(arena, "findings/%s", family);
	struct tally tally;
	size_t total;

	if (prefix == NULL) {
		deciding->failed = true;
		return;
	}
	tally = tally_of(deciding->result, prefix, NULL);
	total = tally.n[0] + tally.n[1] + tally.n[2] + tally.n[3] + tally.waived + tally.known;
	if (total == 0 && !is_checked_family(deciding, family))
		add(deciding, id, CONTROL_NOT_CHECKED,
		    deciding->options->inspects ? "the policy does not ask for it"
						: "`assay verify` does not look inside");
	else if (total == 0)
		add(deciding, id, CONTROL_PASS, "no finding");
	else
		add(deciding, id, status_of(&tally),
		    arena_format(arena,
			"%zu fail, %zu could not be judged, %zu to review, %zu noted, %zu waived, "
			"%zu in the baseline",
			tally.n[EFFECT_FAIL], tally.n[EFFECT_INCOMPLETE], tally.n[EFFECT_REVIEW],
			tally.n[EFFECT_NONE], tally.waived, tally.known));
}

/* A duty that its own check speaks for. */
static void
add_duty(struct deciding *deciding, const char *id, bool is_asked, const char *check,
    const char *evidence, const char *met)
{
	struct tally tally;

	if (!is_asked) {
		add(deciding, id, CONTROL_NOT_CHECKED, "the policy does not ask for it");
		return;
	}
	tally = tally_of(deciding->result, check, evidence);
	add(deciding, id, status_of(&tally), tally.first == NULL ? met : tally.first->message);
}

static void
add_licenses(struct deciding *deciding)
{
	static const char *const checks[] = { "license/denied", "license/needs-review",
		"license/unlisted" };
	static const char *const ids[] = { "duty/license-not-denied", "duty/license-reviewed",
		"duty/license-listed" };
	const struct policy *policy = deciding->policy;
	bool runs = deciding->options->inspects && policy_runs(policy, "license");

	add_duty(deciding, "duty/license-stated", runs && policy->license_missing != ACTION_PASS,
	    "license/missing", NULL, "a license is stated");
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		bool is_asked = i == 0 ? policy->license_deny.n > 0
		    : i == 1	       ? policy->license_review.n > 0
				       : policy->license_allow.items != NULL &&
			policy->license_unlisted != ACTION_PASS;

		add_duty(deciding, ids[i], runs && is_asked, checks[i], NULL,
		    "no license of the bundle is such");
	}
}

static void
add_documentation(struct deciding *deciding, const struct policy_map *map, const char *prefix,
    const char *check, const char *met)
{
	for (size_t i = 0; i < map->n; i++) {
		enum action action = ACTION_FAIL;
		size_t later = i + 1;

		while (later < map->n && strcmp(map->pairs[later].key, map->pairs[i].key) != 0)
			later++;
		if (later < map->n)
			continue;
		if (!action_parse(map->pairs[i].value, &action))
			action = ACTION_FAIL; /* a rule on a metric */
		add_duty(deciding,
		    arena_format(deciding->result->arena, "%s/%s", prefix, map->pairs[i].key),
		    deciding->options->inspects && action != ACTION_PASS, check, map->pairs[i].key,
		    met);
	}
}

static void
add_coverage(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	size_t nlost = deciding->decision->neffects[EFFECT_INCOMPLETE];

	if (!deciding->options->inspects)
		add(deciding, "coverage/members", CONTROL_NOT_CHECKED,
		    "`assay verify` does not look inside");
	else if (nlost > 0 || result->nskipped > 0)
		add(deciding, "coverage/members", nlost > 0 ? CONTROL_ERROR : CONTROL_WAIVED,
		    arena_format(result->arena,
			"%zu findings say that something could not be looked at; %zu parts were "
			"skipped",
			nlost, result->nskipped));
	else
		add(deciding, "coverage/members", CONTROL_PASS,
		    arena_format(result->arena, "every member was looked at: %zu, %ju bytes",
			result->nmembers, (uintmax_t)result->bytes));
}

static void
add_claims(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	size_t n[4] = { 0 };

	for (size_t i = 0; i < result->nprovenance; i++)
		n[result->provenance[i].status]++;
	if (result->nprovenance == 0)
		add(deciding, "claims/held",
		    deciding->options->inspects ? CONTROL_NOT_APPLICABLE : CONTROL_UNKNOWN,
		    "the bundle carries no hash list and no signature");
	else
		add(deciding, "claims/held",
		    n[PROVENANCE_FAILED] > 0	       ? CONTROL_FAIL
			: n[PROVENANCE_INCOMPLETE] > 0 ? CONTROL_ERROR
			: n[PROVENANCE_VERIFIED] == 0  ? CONTROL_UNKNOWN
						       : CONTROL_PASS,
		    arena_format(result->arena,
			"%zu verified, %zu failed, %zu without a key to verify them, %zu could not "
			"be judged",
			n[PROVENANCE_VERIFIED], n[PROVENANCE_FAILED], n[PROVENANCE_UNTRUSTED],
			n[PROVENANCE_INCOMPLETE]));
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct control *)a)->id, ((const struct control *)b)->id);
}

void
controls_make(struct deciding *deciding)
{
	const struct policy *policy = deciding->policy;
	const char *const *families = deciding->options->families;
	bool inspects = deciding->options->inspects;

	for (size_t i = 0; families != NULL && families[i] != NULL; i++)
		add_family(deciding, families[i]);
	add_coverage(deciding);
	add_claims(deciding);
	add_duty(deciding, "duty/formats-allowed", inspects && policy->formats_allow.items != NULL,
	    "policy/format-not-allowed", NULL, "all model formats are allowed");
	add_duty(deciding, "duty/formats-forbidden", inspects && policy->formats_forbid.n > 0,
	    "policy/format-forbidden", NULL, "there is no forbidden format");
	add_duty(deciding, "duty/members-identified",
	    inspects && policy->unidentified != ACTION_PASS, "policy/unidentified-member", NULL,
	    "every member is of a known format");
	add_duty(deciding, "duty/confinement", policy->confinement.n > 0,
	    "policy/confinement-missing", NULL, deciding->result->sandbox);
	add_duty(deciding, "duty/signature", policy->signature_require != ACTION_PASS,
	    "policy/signature-required", NULL, "a signature that the policy asks for is verified");
	add_duty(deciding, "duty/algorithms",
	    policy->signature_algorithms.items != NULL || policy->hashes_algorithms.items != NULL,
	    "policy/algorithm", NULL, "only allowed algorithms are relied on");
	add_duty(deciding, "duty/hashes", policy->hashes_require != ACTION_PASS,
	    "policy/hashes-required", NULL, "every file is covered");
	add_licenses(deciding);
	add_documentation(deciding, &policy->documentation, "documentation",
	    "documentation/missing", "it is documented");
	add_documentation(
	    deciding, &policy->metrics, "metric", "documentation/metric", "the threshold is kept");
	if (deciding->decision->ncontrols > 1)
		qsort(deciding->decision->controls, deciding->decision->ncontrols,
		    sizeof(*deciding->decision->controls), compare);
}
