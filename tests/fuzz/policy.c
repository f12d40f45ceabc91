/* Fuzz target: a policy is refused or read, and what is shown of it reads back as the same policy.
 */
#include "config.h"

#include "policy/settings.h"
#include "tests/fuzz/fuzz.h"

static struct policy *
read_policy(struct bytes bytes)
{
	struct status status = { 0 };
	struct yaml *yaml = yaml_parse(bytes, "policy.yaml", &status);
	struct arena *arena = arena_new(64 * MIB);
	struct policy *policy = arena == NULL ? NULL : arena_alloc(arena, sizeof(*policy));

	if (policy == NULL)
		abort();
	policy->arena = arena;
	policy->name = "fuzzed";
	settings_default(policy);
	if (yaml == NULL ||
	    !settings_apply(policy, yaml_root(yaml), "policy.yaml", "policy.yaml", &status)) {
		policy_free(policy);
		policy = NULL;
	}
	yaml_free(yaml);
	return policy;
}

static char *
shown(const struct policy *policy)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	if (file == NULL)
		abort();
	policy_print(policy, file, false);
	fclose(file);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *policy = read_policy(bytes_of(data, size)), *again;
	char *text, *twice;

	if (policy == NULL)
		return 0;
	text = shown(policy);
	again = read_policy(bytes_of_string(text));
	if (again == NULL)
		abort();
	twice = shown(again);
	if (strcmp(text, twice) != 0)
		abort();
	free(text);
	free(twice);
	policy_free(policy);
	policy_free(again);
	return 0;
}
