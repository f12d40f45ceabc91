/* What the bundle claims about itself, held against what the policy asks for. */
#include "config.h"

#include "policy/findings.h"

/* Hash lists have no signer. */
static bool
is_signature(const struct provenance *row)
{
	return *row->signer != '\0';
}

static bool
is_in(const struct policy_list *list, const char *word)
{
	return list->n == 0 || policy_list_matches(list, word);
}

/* Does this row satisfy `signature: require`? */
static bool
is_required_signature(const struct policy *policy, const struct provenance *row)
{
	if (row->status != PROVENANCE_VERIFIED || !is_signature(row) ||
	    !is_in(&policy->signature_kinds, row->kind) ||
	    !is_in(&policy->signature_keys, row->signer))
		return false;
	return policy->signature_identity == NULL ||
	    strcmp(policy->signature_identity, row->signer) == 0;
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

/* Files that a claim can cover: those that are no claims themselves. */
static uint64_t
coverable(const struct result *result)
{
	uint64_t n = 0;

	for (size_t i = 0; i < result->nmembers; i++) {
		bool is_claim = false;

		for (size_t p = 0; p < result->nprovenance && !is_claim; p++)
			is_claim = strcmp(result->provenance[p].path, result->members[i].path) == 0;
		n += result->members[i].kind == TREE_FILE && !is_claim;
	}
	return n;
}

static void
check_hashes(struct deciding *deciding)
{
	const struct result *result = deciding->result;
	uint64_t wanted, best = 0;

	if (deciding->policy->hashes_require == ACTION_PASS)
		return;
	wanted = coverable(result);
	for (size_t i = 0; i < result->nprovenance; i++)
		if (result->provenance[i].status == PROVENANCE_VERIFIED &&
		    result->provenance[i].covers > best)
			best = result->provenance[i].covers;
	if (best >= wanted && best > 0)
		return;
	deciding_finding(deciding, "policy/hashes-required", deciding->policy->hashes_require, "",
	    "",
	    arena_format(result->arena,
		"the hash list or signature that covers most covers %ju of %ju files",
		(uintmax_t)best, (uintmax_t)wanted));
}

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
	check_hashes(deciding);
}
