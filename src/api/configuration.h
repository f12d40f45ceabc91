/*
 * The configuration: config.yaml in the system's and the user's configuration folder. It holds
 * defaults for what the command line may say, and never comes from a target.
 *
 *   policy: models-team            # in place of "developer"
 *   rules: [/srv/assay/rules]      # beside the installed ones
 *   public-keys: [keys/release.pem]
 *   trusted-root: trusted_root.json
 *
 * Paths are relative to the folder of the file. The user's policy and trusted root take the place
 * of the system's; rules and keys add up, and those of the command line follow.
 */
#ifndef API_CONFIGURATION_H
#define API_CONFIGURATION_H

#include "assay.h"
#include "core/arena.h"
#include "core/status.h"

#define CONFIGURATION_MAX 32 /* folders of rules, or keys, of all configuration files together */

struct configuration {
	const char *policy, *policy_origin; /* NULL: not set */
	const char *trusted_root;
	const char *rules[CONFIGURATION_MAX + 1], *public_keys[CONFIGURATION_MAX + 1];
	size_t nrules, npublic_keys;
	const char *files[4]; /* that were read; NULL-terminated */
	size_t nfiles;
	struct arena *arena; /* NULL where no file was read */
};

/* A file that is not there is no error; one that cannot be read or is wrong is. */
MUST_USE bool configuration_read(
    struct configuration *, const struct assay_settings *, struct status *);
void configuration_free(struct configuration *);

#endif
