/*
 * What policy makes of a result: each finding gets an effect, each duty of the policy becomes a
 * control, and both together a verdict. Fail beats incomplete beats review beats pass.
 *
 * Duties that a bundle neglects are findings too (license/denied, documentation/missing, ...):
 * they can be waived, compared with a baseline and explained like all others.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/policy.h"
#include "policy/waivers.h"
#include "scan/result.h"

enum verdict { VERDICT_PASS, VERDICT_REVIEW, VERDICT_INCOMPLETE, VERDICT_FAIL };

enum control_status {
	CONTROL_PASS,
	CONTROL_FAIL,
	CONTROL_ERROR,	 /* it could not be judged */
	CONTROL_UNKNOWN, /* a human must judge it */
	CONTROL_NOT_APPLICABLE,
	CONTROL_NOT_CHECKED, /* the policy does not ask for it */
	CONTROL_WAIVED,
};

struct control {
	const char *id; /* findings/FAMILY, duty/signature, documentation/ITEM, metric/NAME, ... */
	enum control_status status;
	const char *why; /* one sentence */
};

struct decision {
	enum verdict verdict;
	const char *why; /* one sentence: what decided */
	size_t ncontrols;
	struct control *controls;      /* sorted by id */
	size_t counts[SEVERITY_COUNT]; /* of findings that count, by severity */
	size_t nwaived, nknown;	       /* findings that do not: waived, or in the baseline */
	size_t neffects[4];	       /* of findings that count, by effect */
};

struct baseline; /* policy/baseline.h */

struct decide_options {
	const struct policy *policy;
	struct catalog *catalog;
	const struct waivers *waivers;	 /* NULL: none */
	const struct baseline *baseline; /* NULL: none */
	const char *const *families;	 /* of checks, for the controls; NULL-terminated */
	const char *fail_on;		 /* a severity that replaces the policy's; NULL: none */
	bool inspects;			 /* false: `assay verify` */
	const struct rules *rules;     /* the terms of licenses; NULL: licenses are not compared */
	const char *const *signatures; /* paths that must be verified; NULL-terminated or NULL */
	int64_t now;
};

/*
 * Fills in the effects of RESULT, may add findings to it, and makes *ret; all of it lives in the
 * result's arena. False and a status where nothing could be decided.
 */
MUST_USE bool decide(
    struct result *, const struct decide_options *, struct decision *ret, struct status *);

/* "pass", "review", "incomplete", "fail". */
const char *verdict_name(enum verdict);
/* "PASS", "FAIL", ..., "NOT_CHECKED", "WAIVED". */
const char *control_status_name(enum control_status);

#endif
