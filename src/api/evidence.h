/* The user's key of the hash in masked evidence: core/text.h, text_mask(). */
#ifndef API_EVIDENCE_H
#define API_EVIDENCE_H

#include "assay.h"
#include "core/compiler.h"

/*
 * Reads PATH, or where that is NULL the first `evidence.key` of the configuration folders, the
 * user's before the system's; none of them is no error. To be called before a scan forks.
 */
MUST_USE bool evidence_key_read(
    const struct assay_settings *, const char *path, struct assay_error *);

#endif
