/* The table of settings of a policy; private to policy/. */
#ifndef POLICY_SETTINGS_H
#define POLICY_SETTINGS_H

#include "core/yaml.h"
#include "policy/policy.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_SEVERITY,
	SETTING_ACTION,
	SETTING_NUMBER,
	SETTING_PERCENT,
	SETTING_LIST,
	SETTING_MAP,
};

struct setting {
	const char *section; /* "" for the top */
	const char *key;
	enum setting_type type;
	size_t offset; /* of the member of struct policy */
	/* What a scalar, an item of a list or a value of a map may be; NULL: anything. Returns
	 * what would be right where it is wrong, and NULL where it is right. */
	const char *(*wrong)(const char *key, const char *value);
};

extern const struct setting settings[]; /* ends with a row without a key */

/* Applies the map ROOT of the file SOURCE (its short NAME in origins) on top of POLICY. */
MUST_USE bool settings_apply(struct policy *, const struct yaml_node *root, const char *source,
    const char *name, struct status *);
/* What holds where no policy says anything. */
void settings_default(struct policy *);
/* ALL: the defaults that no policy sets, too. */
void settings_print(const struct policy *, FILE *, bool all, bool with_origins);

#endif
