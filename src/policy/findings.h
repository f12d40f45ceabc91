/* How the parts of a decision work together; private to policy/. */
#ifndef POLICY_FINDINGS_H
#define POLICY_FINDINGS_H

#include "policy/decide.h"

struct deciding {
	struct result *result;
	const struct decide_options *options;
	const struct policy *policy;
	struct decision *decision;
	enum severity fail_on;
	size_t room;	      /* of result->findings, once it is an array of ours */
	size_t controls_room; /* of decision->controls */
	struct status *status;
	bool failed; /* sticky: out of memory, or a check that no catalog holds */
};

/*
 * Adds a finding of CHECK at MEMBER with the effect ACTION, unless the policy's `checks` say
 * otherwise. MESSAGE may come straight from arena_format(): NULL counts as out of memory.
 */
void deciding_finding(struct deciding *, const char *check, enum action, const char *member,
    const char *evidence, const char *message);
/* The same with the effect that the check's severity has. */
void deciding_note(struct deciding *, const char *check, const char *member, const char *evidence,
    const char *message);
/* The length of the path of the container that the member PATH, of LEN bytes, lies in; 0: none. */
size_t member_container(const char *path, size_t len);
/* Where a member of that path (its first LEN bytes) stands, if there is one: several may have it.
 */
size_t member_find(const struct result *, const char *path, size_t len);
bool member_is(const struct result *, size_t i, const char *path, size_t len);
void raise_verdict(struct decision *, enum verdict, const char *why);

/* duties.c: formats, licenses, documentation, metrics, confinement become findings. */
void duties_check(struct deciding *);
/* claims.c: signatures and hash lists that the policy asks for become findings. */
void claims_check(struct deciding *);
/* controls.c: what came of each family of checks and of each duty. */
void controls_make(struct deciding *);

#endif
