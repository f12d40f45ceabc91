/* What the bundle claims about itself, held against what the policy asks for. */
#include "config.h"

#include "policy/findings.h"

#include "core/limits.h"

/* Hash lists have no signer. */
static bool
is_signature(const struct provenance *row)
{
	return *row->signer != '\0';
}

/* By one of the pinned keys, or by the identity; anybody's where the policy names neither. */
static bool
is_by_whom_policy_wants(const struct policy *policy, const char *signer)
{
	if (policy->signature_keys.n > 0 && policy_list_matches(&policy->signature_keys, signer))
		return true;
	if (policy->signature_identity != NULL && strcmp(policy->signature_identity, signer) == 0)
		return true;
	return policy->signature_keys.items == NULL && policy->signature_identity == NULL;
}

/* Does this row satisfy `signature: require`? */
static bool
is_required_signature(const struct policy *policy, const struct provenance *row)
{
	return row->status == PROVENANCE_VERIFIED && is_signature(row) &&
	    (policy->signature_kinds.items == NULL ||
		policy_list_matches(&policy->signature_kinds, row->kind)) &&
	    is_by_whom_policy_wants(policy, row->signer);
}

static void
check_signature(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	const struct policy *policy = deciding->policy;
	size_t nsignatures = 0;

	if (policy->signature_require == ACTION_PASS)
		return;
	for (size_t i = 0; i < result->nprovenance; i++) {
		if (is_required_signature(policy, &result->provenance[i]))
			return;
		nsignatures += is_signature(&result->provenance[i]);
	}
	deciding_finding(deciding, "policy/signature-required", policy->signature_require, "", "",
	    nsignatures == 0 ? "the bundle carries no signature that could be verified"
			     : "no signature of the bundle is of the kind, key and identity that "
			       "the policy asks "
			       "for and verified");
}

/* Algorithms that the policy does not allow, in claims that would count otherwise. */
static void
check_algorithms(struct deciding *deciding)
{
	const struct policy *policy = deciding->policy;

	for (size_t i = 0; i < deciding->result->nprovenance; i++) {
		const struct provenance *row = &deciding->result->provenance[i];
		const struct policy_list *allowed =
		    is_signature(row) ? &policy->signature_algorithms : &policy->hashes_algorithms;
		const char *algorithm =
		    row->algorithm == NULL || *row->algorithm == '\0' ? "unknown" : row->algorithm;

		if (row->status != PROVENANCE_VERIFIED || allowed->items == NULL ||
		    policy_list_matches(allowed, algorithm))
			continue;
		deciding_finding(deciding, "policy/algorithm", ACTION_FAIL, row->path, algorithm,
		    arena_format(deciding->result->arena,
			"it relies on the algorithm %s, which the policy %s does not allow",
			algorithm, policy->name));
	}
}

/* ---- what is covered ------------------------------------------------------------------------- */

/* Where the member PATH stands; nmembers where it does not. */
static size_t
index_of(const struct result *result, const char *path)
{
	size_t len = strlen(path), i = member_find(result, path, len);

	return member_is(result, i, path, len) ? i : result->nmembers;
}

/* Marks the members that a verified claim binds, and the claims themselves, which nothing can. */
static bool *
mark_covered(const struct result *result)
{
	bool *covered = arena_array(result->arena, result->nmembers + 1, sizeof(*covered));

	for (size_t p = 0; covered != NULL && p < result->nprovenance; p++) {
		const struct provenance *row = &result->provenance[p];

		covered[index_of(result, row->path)] = true;
		if (row->status != PROVENANCE_VERIFIED)
			continue;
		for (size_t i = 0; i < row->ncovered; i++)
			covered[index_of(result, row->covered[i])] = true;
	}
	return covered;
}

static void
check_hashes(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	enum action action = deciding->policy->hashes_require;
	size_t nmembers = result->nmembers, nmissing = 0;
	bool *covered;

	if (action == ACTION_PASS)
		return;
	covered = mark_covered(result);
	for (size_t i = 0; covered != NULL && i < nmembers; i++) {
		if (covered[i] || deciding->result->members[i].kind != TREE_FILE ||
		    nmissing++ >= LIMIT_FINDINGS)
			continue;
		deciding_finding(deciding, "policy/hashes-required", action,
		    deciding->result->members[i].path, "",
		    "no verified hash list or signature covers this file");
	}
	if (nmissing > LIMIT_FINDINGS)
		deciding_finding(deciding, "policy/hashes-required", action, "", "",
		    arena_format(result->arena,
			"no verified hash list or signature covers %zu files in all", nmissing));
}

/* ---- what was asked for ---------------------------------------------------------------------- */

/* A signature that the user named must be verified: everything else would be silence. */
static void
check_given(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	const char *const *paths = deciding->options->signatures;

	for (size_t s = 0; paths != NULL && paths[s] != NULL; s++) {
		enum verdict verdict = VERDICT_INCOMPLETE;
		const char *why = "nothing recognized it as a signature";

		for (size_t i = 0; i < result->nprovenance; i++) {
			const struct provenance *row = &result->provenance[i];

			if (strcmp(row->path, paths[s]) != 0)
				continue;
			why = row->why;
			verdict = row->status == PROVENANCE_VERIFIED ? VERDICT_PASS
			    : row->status == PROVENANCE_FAILED	     ? VERDICT_FAIL
								     : VERDICT_INCOMPLETE;
			break;
		}
		if (verdict != VERDICT_PASS)
			raise_verdict(deciding->decision, verdict,
			    arena_format(result->arena, "the signature %s is not verified: %s",
				paths[s], why));
	}
}

/* `assay verify`: at least one claim must hold and none may fail. */
static void
check_verification(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	size_t nverified = 0;

	for (size_t i = 0; i < result->nprovenance; i++) {
		const struct provenance *row = &result->provenance[i];

		nverified += row->status == PROVENANCE_VERIFIED;
		if (row->status == PROVENANCE_FAILED)
			raise_verdict(deciding->decision, VERDICT_FAIL,
			    arena_format(
				result->arena, "%s does not hold: %s", row->path, row->why));
		else if (row->status == PROVENANCE_INCOMPLETE)
			raise_verdict(deciding->decision, VERDICT_INCOMPLETE,
			    arena_format(
				result->arena, "%s could not be judged: %s", row->path, row->why));
	}
	if (nverified == 0)
		raise_verdict(deciding->decision, VERDICT_INCOMPLETE,
		    result->nprovenance == 0
			? "there is no hash list or signature to verify"
			: "no hash list or signature could be verified with the keys given");
}

void
claims_check(struct deciding *deciding)
{
	if (!deciding->options->inspects)
		check_verification(deciding);
	check_given(deciding);
	check_signature(deciding);
	check_algorithms(deciding);
	check_hashes(deciding);
}
