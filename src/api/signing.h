/* The last step of a scan: the signed report and its place in the log. */
#ifndef API_SIGNING_H
#define API_SIGNING_H

#include "report/folder.h"

struct signing;

/*
 * Reads the private key KEY and opens (or makes) the log LOG before the scan starts, so that a
 * mistake shows before the work is done. *ret is NULL where KEY is. False and a status where they
 * cannot be used.
 */
MUST_USE bool signing_open(
    struct signing **ret, const char *key, const char *log, const char *output, struct status *);
void signing_close(struct signing *);
/* Signs, appends to the log, and writes report.sigstore.json into FOLDER. Nothing to do where
 * SIGNING is NULL. */
MUST_USE bool signing_finish(struct signing *, const struct report_input *, const char *folder,
    struct outputs *, struct status *);

#endif
