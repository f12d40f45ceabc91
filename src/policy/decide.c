/* Effects, controls, verdict: see policy/decide.h. */
#include "config.h"

#include "policy/decide.h"

#include "core/text.h"
#include "policy/baseline.h"
#include "policy/findings.h"

#include <stdlib.h>

static const char *const verdict_names[] = { "pass", "review", "incomplete", "fail" };
static const char *const status_names[] = { "PASS", "FAIL", "ERROR", "UNKNOWN", "NOT_APPLICABLE",
	"NOT_CHECKED", "WAIVED" };

const char *
verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

const char *
control_status_name(enum control_status status)
{
	return status_names[status];
}

/* ---- effects -------------------------------------------------------------------------------- */

static void
set_effect(struct result_finding *finding, enum action action)
{
	switch (action) {
	case ACTION_PASS:
		finding->effect = EFFECT_NONE;
		return;
	case ACTION_REVIEW:
		finding->effect = EFFECT_REVIEW;
		return;
	case ACTION_INCOMPLETE:
		finding->effect = EFFECT_INCOMPLETE;
		return;
	case ACTION_FAIL:
		finding->effect = EFFECT_FAIL;
		return;
	}
}

static bool
has_family(const struct result_finding *finding, const char *family)
{
	size_t n = strlen(family);

	return strncmp(finding->check->id, family, n) == 0 && finding->check->id[n] == '/';
}

/* By severity: --fail-on moves the border of fail, and what the policy would fail stays a review.
 */
static enum action
action_of_severity(const struct deciding *deciding, enum severity severity)
{
	if (severity >= deciding->fail_on)
		return ACTION_FAIL;
	if (severity >= deciding->policy->review_on || severity >= deciding->policy->fail_on)
		return ACTION_REVIEW;
	return ACTION_PASS;
}

/* By confidence, where the policy sets thresholds for the family. */
static bool
action_of_confidence(
    const struct policy *policy, const struct result_finding *finding, enum action *ret)
{
	uint64_t review, fail;

	if (has_family(finding, "pii")) {
		review = policy->pii_review_from;
		fail = policy->pii_fail_from;
	} else if (has_family(finding, "secret")) {
		review = policy->secrets_review_from;
		fail = policy->secrets_fail_from;
	} else {
		return false;
	}
	if (finding->check->is_incomplete || (review > 100 && fail > 100))
		return false;
	*ret = finding->confidence >= fail  ? ACTION_FAIL
	    : finding->confidence >= review ? ACTION_REVIEW
					    : ACTION_PASS;
	return true;
}

/* A name that the policy allows in pickles; only checks that say "not known" can be allowed so. */
static bool
is_allowed_global(const struct policy *policy, const struct result_finding *finding)
{
	static const char *const checks[] = { "pickle/uncalled-import", "pickle/unlisted-call",
		"pickle/unlisted-global" };

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (strcmp(finding->check->id, checks[i]) == 0)
			return policy_list_matches(&policy->pickle_allow, finding->evidence);
	return false;
}

static void
judge_finding(const struct deciding *deciding, struct result_finding *finding)
{
	const struct policy *policy = deciding->policy;
	const struct policy_pair *rule = policy_check_rule(policy, finding->check->id);
	enum severity severity;
	enum action action;

	if (rule != NULL && severity_parse(rule->value, &severity)) {
		finding->severity = severity;
		rule = NULL;
	}
	if (rule != NULL && action_parse(rule->value, &action)) {
		set_effect(finding, action);
		if (action == ACTION_PASS &&
		    (finding->check->is_incomplete || finding->severity >= deciding->fail_on))
			finding->waived = arena_format(deciding->result->arena,
			    "the policy switches %s off (%s)", finding->check->id, rule->origin);
	} else if (finding->check->is_incomplete) {
		set_effect(finding, policy->unscanned);
	} else if (is_allowed_global(policy, finding)) {
		set_effect(finding, ACTION_PASS);
		finding->waived = "the policy allows this name in pickles";
	} else if (action_of_confidence(policy, finding, &action)) {
		set_effect(finding, action);
	} else {
		set_effect(finding, action_of_severity(deciding, finding->severity));
	}
}

static bool
make_room(struct deciding *deciding)
{
	struct result *result = deciding->result;
	size_t room = 2 * result->nfindings + 16;
	struct result_finding *grown;

	if (result->nfindings < deciding->room)
		return true;
	grown = arena_array(result->arena, room, sizeof(*grown));
	if (grown == NULL)
		return false;
	if (result->nfindings > 0)
		memcpy(grown, result->findings, result->nfindings * sizeof(*grown));
	result->findings = grown;
	deciding->room = room;
	return true;
}

void
deciding_note(struct deciding *deciding, const char *check, const char *member,
    const char *evidence, const char *message)
{
	struct result *result = deciding->result;
	struct result_finding *finding;

	if (deciding->failed || message == NULL || evidence == NULL || !make_room(deciding)) {
		deciding->failed = true;
		return;
	}
	finding = &result->findings[result->nfindings];
	*finding = (struct result_finding){ .confidence = 100,
		.member = member,
		.message = message,
		.evidence = evidence,
		.is_new = true };
	finding->check = catalog_find(deciding->options->catalog, check, deciding->status);
	if (finding->check == NULL) {
		status_set(deciding->status, STATUS_USAGE,
		    "the check %s stands in no catalog; `assay doctor` says what is wrong", check);
		deciding->failed = true;
		return;
	}
	finding->severity = finding->check->severity;
	finding->fingerprint = result_fingerprint(result->arena, check, member, evidence);
	judge_finding(deciding, finding);
	result->nfindings++;
}

void
deciding_finding(struct deciding *deciding, const char *check, enum action action,
    const char *member, const char *evidence, const char *message)
{
	const struct policy_pair *rule = policy_check_rule(deciding->policy, check);
	enum action said;

	if (action == ACTION_PASS)
		return;
	deciding_note(deciding, check, member, evidence, message);
	/* What the policy says of the duty counts, unless it says more of the check. */
	if (!deciding->failed && (rule == NULL || !action_parse(rule->value, &said)))
		set_effect(&deciding->result->findings[deciding->result->nfindings - 1], action);
}

/* ---- waivers and baseline ------------------------------------------------------------------- */

size_t
member_find(const struct result *result, const char *path, size_t len)
{
	size_t low = 0, high = result->nmembers;

	/* Of all paths that begin so, the one that ends there sorts first. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(result->members[middle].path, path, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
member_is(const struct result *result, size_t i, const char *path, size_t len)
{
	return i < result->nmembers && strncmp(result->members[i].path, path, len) == 0 &&
	    result->members[i].path[len] == '\0';
}

/* The digest of the member of that path; "" where there is none, or several that differ. */
static const char *
digest_of_path(const struct result *result, const char *path, size_t len)
{
	const char *digest = "";

	for (size_t i = member_find(result, path, len); member_is(result, i, path, len); i++) {
		if (*digest != '\0' && strcmp(digest, result->members[i].sha256) != 0)
			return "";
		digest = result->members[i].sha256;
	}
	return digest;
}

size_t
member_container(const char *path, size_t len)
{
	while (len > 0)
		if (strncmp(path + --len, "!/", 2) == 0)
			return len;
	return 0;
}

/* A waiver may name the content of the member, or of the file that it is in. */
static struct waiver *
waiver_of(const struct deciding *deciding, const struct result_finding *finding)
{
	const struct waivers *waivers = deciding->options->waivers;
	size_t len = strlen(finding->member);

	for (;;) {
		const char *digest = digest_of_path(deciding->result, finding->member, len);
		struct waiver *waiver = waivers_find(waivers, finding, digest);

		if (waiver != NULL)
			return waiver;
		len = member_container(finding->member, len);
		if (len == 0)
			return NULL;
	}
}

static void
apply_waivers(struct deciding *deciding)
{
	const struct waivers *waivers = deciding->options->waivers;
	struct arena *arena = deciding->result->arena;
	size_t n = deciding->result->nfindings;

	if (waivers == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		struct result_finding *finding = &deciding->result->findings[i];
		struct waiver *waiver = waiver_of(deciding, finding);

		if (waiver == NULL)
			continue;
		waiver->nused++;
		if (!waiver->is_expired && finding->effect != EFFECT_NONE)
			finding->waived = arena_format(arena, "%s (%s, until %s)", waiver->reason,
			    waiver->owner, waiver->expires);
	}
	for (size_t i = 0; i < waivers->n; i++) {
		const struct waiver *waiver = &waivers->items[i];
		const char *what =
		    waiver->fingerprint != NULL ? waiver->fingerprint : waiver->sha256;

		if (waiver->is_expired)
			deciding_finding(deciding, "policy/waiver-expired",
			    deciding->policy->waivers_expired, "", what,
			    arena_format(arena,
				"the waiver of line %u (%s) ended on %s and does not count",
				waiver->line, waiver->owner, waiver->expires));
		else if (waiver->nused == 0)
			deciding_note(deciding, "policy/waiver-unused", "", what,
			    arena_format(arena, "the waiver of line %u (%s) covers nothing here",
				waiver->line, waiver->owner));
	}
}

static void
apply_baseline(struct deciding *deciding)
{
	if (deciding->options->baseline == NULL)
		return;
	for (size_t i = 0; i < deciding->result->nfindings; i++) {
		struct result_finding *finding = &deciding->result->findings[i];

		finding->is_new = !baseline_has(deciding->options->baseline, finding->fingerprint);
	}
}

/* ---- verdict -------------------------------------------------------------------------------- */

void
raise_verdict(struct decision *decision, enum verdict verdict, const char *why)
{
	if (verdict > decision->verdict || decision->why == NULL) {
		decision->verdict = verdict;
		decision->why = why;
	}
}

static void
count_findings(struct deciding *deciding)
{
	static const enum verdict verdicts[] = { [EFFECT_NONE] = VERDICT_PASS,
		[EFFECT_REVIEW] = VERDICT_REVIEW,
		[EFFECT_INCOMPLETE] = VERDICT_INCOMPLETE,
		[EFFECT_FAIL] = VERDICT_FAIL };
	struct decision *decision = deciding->decision;
	const struct result_finding *worst = NULL;

	for (size_t i = 0; i < deciding->result->nfindings; i++) {
		const struct result_finding *finding = &deciding->result->findings[i];

		if (finding->waived != NULL) {
			decision->nwaived++;
			continue;
		}
		if (!finding->is_new) {
			decision->nknown++;
			continue;
		}
		decision->counts[finding->severity]++;
		decision->neffects[finding->effect]++;
		if (finding->effect != EFFECT_NONE &&
		    (worst == NULL || finding->effect > worst->effect ||
			(finding->effect == worst->effect && finding->severity > worst->severity)))
			worst = finding;
	}
	if (worst != NULL)
		raise_verdict(decision, verdicts[worst->effect],
		    arena_format(deciding->result->arena, "%s%s%s: %s", worst->check->title,
			*worst->member == '\0' ? "" : " in ", worst->member, worst->message));
}

static const char *
why_it_passes(
    const struct decision *decision, const struct decide_options *options, struct arena *arena)
{
	if (!options->inspects)
		return "the claims that were verified hold";
	if (decision->nwaived + decision->nknown > 0)
		return arena_format(arena,
		    "everything was looked at, and nothing counts: %zu findings are waived, %zu "
		    "are in the baseline",
		    decision->nwaived, decision->nknown);
	return "everything was looked at, and nothing that the policy forbids was found";
}

bool
decide(struct result *result, const struct decide_options *options, struct decision *ret,
    struct status *status)
{
	struct decision decision = { .why = NULL };
	struct deciding deciding = { .result = result,
		.options = options,
		.policy = options->policy,
		.decision = &decision,
		.fail_on = options->policy->fail_on,
		.status = status };

	if (options->fail_on != NULL && !severity_parse(options->fail_on, &deciding.fail_on))
		return status_set(status, STATUS_USAGE,
		    "--fail-on takes low, medium, high or critical, not \"%.40s\"",
		    options->fail_on);
	for (size_t i = 0; i < result->nfindings; i++)
		judge_finding(&deciding, &result->findings[i]);
	duties_check(&deciding);
	claims_check(&deciding);
	apply_baseline(&deciding);
	apply_waivers(&deciding);
	result_sort_findings(result);
	count_findings(&deciding);
	controls_make(&deciding);
	if (decision.why == NULL)
		decision.why = why_it_passes(&decision, options, result->arena);
	if (deciding.failed || arena_failed(result->arena))
		return status_set(status, STATUS_MEMORY, "no memory for the decision");
	*ret = decision;
	return true;
}
