/* What an entry of Rekor is about; private to rekor.c. */
#ifndef PROVENANCE_REKOR_BODY_H
#define PROVENANCE_REKOR_BODY_H

#include "provenance/rekor.h"

/* Does BODY, of that kind and version, name this signature, this content and this key? */
MUST_USE bool rekor_body_fits(struct bytes body, const char *kind, const char *version,
    const struct rekor_subject *, struct arena *, struct status *);

#endif
