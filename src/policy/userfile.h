/* A whole file of the user with its digest: waivers, baselines, reports. */
#ifndef POLICY_USERFILE_H
#define POLICY_USERFILE_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

struct userfile {
	struct bytes bytes;
	char sha256[65];
	char *data; /* what bytes borrow from */
};

/* False and a status that names PATH and what it should be (WHAT: "waivers") on failure. */
MUST_USE bool userfile_read(
    struct userfile *, const char *path, size_t max, const char *what, struct status *);
void userfile_free(struct userfile *);

#endif
