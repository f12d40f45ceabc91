/* Where policies are looked for: see api/policies.h. */
#include "config.h"

#include "api/policies.h"

#include "api/session.h"

#include <stdlib.h>

void
policies_find(struct policies *policies, const struct assay_settings *settings)
{
	policies->n = 0;
	session_data_path(
	    settings, "policies", policies->paths[policies->n], sizeof(policies->paths[0]));
	policies->n++;
	for (size_t i = 0; settings->config_folders != NULL &&
	     settings->config_folders[i] != NULL && policies->n < POLICIES_MAX;
	     i++)
		snprintf(policies->paths[policies->n++], sizeof(policies->paths[0]), "%s/policies",
		    settings->config_folders[i]);
	for (size_t i = 0; i < policies->n; i++)
		policies->folders[i] = policies->paths[i];
}

struct policy *
policies_open(const struct assay_settings *settings, const char *name, struct status *status)
{
	struct policies *policies = calloc(1, sizeof(*policies));
	struct policy *policy = NULL;

	if (policies == NULL) {
		status_set(status, STATUS_MEMORY, "no memory for the policy");
		return NULL;
	}
	policies_find(policies, settings);
	policy = policy_open(name == NULL ? "developer" : name,
	    &(struct policy_folders){ policies->folders, policies->n }, status);
	free(policies);
	return policy;
}
