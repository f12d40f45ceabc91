/*
 * A policy: what may pass. People write it in YAML; it comes from the installed policies, the
 * configuration or the command line, never from what is judged.
 *
 * Every setting is a row of one table (settings.c): the row drives reading, inheriting, checking,
 * `assay policy show` and the digest. To add a setting: a member of struct policy, a row, a line
 * in assay-policy(5) and schemas/policy.schema.json, and the code in decide.c or duties.c that
 * honors it.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "core/arena.h"
#include "core/catalog.h"
#include "core/status.h"

#include <stdio.h>

enum action {
	ACTION_PASS,   /* recorded, nothing more ("pass" or "off") */
	ACTION_REVIEW, /* a human must accept it */
	ACTION_INCOMPLETE,
	ACTION_FAIL,
};

struct policy_list {
	size_t n;
	const char *const *items; /* ends with NULL as well; NULL where the policy says nothing */
};

struct policy_pair {
	const char *key, *value;
	const char *origin; /* "ci.yaml:12" */
};

struct policy_map {
	size_t n;
	const struct policy_pair *pairs; /* those of the parent first: the last that fits wins */
};

#define SEVERITY_NEVER SEVERITY_COUNT /* "never": no severity is enough */
#define POLICY_SETTINGS 48	      /* room for the rows of the table */

struct policy {
	const char *name;	 /* "ci" */
	const char *description; /* one paragraph, or NULL */
	const char *source;	 /* the file it was read from */
	char sha256[65];	 /* of the effective settings */

	enum severity fail_on, review_on;
	struct policy_list detectors;
	struct policy_map checks; /* pattern of check ids: an action or a severity */

	enum action unidentified; /* members that no format claims */
	enum action unscanned;	  /* what could not be looked at: incomplete or fail */
	struct policy_list formats_allow, formats_forbid;
	struct policy_list confinement; /* "landlock", "seccomp", "rlimits" */

	enum action signature_require;
	struct policy_list signature_kinds, signature_keys, signature_algorithms;
	const char *signature_identity, *signature_issuer;
	enum action signature_expired, signature_unsigned;

	enum action hashes_require;
	struct policy_list hashes_algorithms;

	enum action license_missing, license_unlisted;
	struct policy_list license_allow, license_review, license_deny;
	struct policy_map license_bases; /* pattern of base models: an expression */

	uint64_t pii_review_from, pii_fail_from; /* confidence in percent; over 100: never */
	uint64_t secrets_review_from, secrets_fail_from;

	struct policy_map documentation; /* item: an action */
	struct policy_map metrics;	 /* metric: "review >= 0.9" */

	struct policy_list pickle_allow; /* "module.name", "module.*" */

	enum action waivers_expired;
	uint64_t waivers_days; /* a waiver may run so long at most; 0: as long as it says */

	const char *origins[POLICY_SETTINGS]; /* of each row of the table; NULL: built in */
	struct arena *arena;
};

/* Where policies are looked for by name: FOLDERS/NAME.yaml, the last folder first. */
struct policy_folders {
	const char *const *folders;
	size_t n;
};

/*
 * NAME_OR_FILE is a name ("ci") or, where it holds a slash or ends in .yaml, .yml or .json, a
 * file. Follows `extends`. NULL and a status that names file, line and what to do.
 */
MUST_USE struct policy *policy_open(
    const char *name_or_file, const struct policy_folders *, struct status *);
void policy_free(struct policy *);
/* The effective settings as YAML, with the origin of each value where WITH_ORIGINS. */
void policy_print(const struct policy *, FILE *, bool with_origins);

const char *action_name(enum action);
/* "off", "pass", "review", "incomplete", "fail". */
MUST_USE bool action_parse(const char *, enum action *ret);
/* What the policy's `checks` say about an id: the last pair that fits, or NULL. */
const struct policy_pair *policy_check_rule(const struct policy *, const char *check);
/* Does the policy run the detector NAME? */
bool policy_runs(const struct policy *, const char *detector);
/* Does one of the patterns of LIST match NAME? */
bool policy_list_matches(const struct policy_list *, const char *name);

#endif
