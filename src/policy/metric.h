/* Thresholds on the metrics that a model states: "review >= 0.9". */
#ifndef POLICY_METRIC_H
#define POLICY_METRIC_H

#include "policy/policy.h"

struct metric_rule {
	enum action action; /* where the threshold is missed, or the metric is not stated */
	char comparison[3]; /* ">=", ">", "<=", "<" */
	double threshold;
};

MUST_USE bool metric_parse(const char *, struct metric_rule *ret);
/* Does VALUE, as the model states it ("0.91", "91 %"), keep to the rule? False where it is no
 * number. */
bool metric_holds(const struct metric_rule *, const char *value);

#endif
