/*
 * Keyless signatures: a short-lived certificate of Fulcio, whose time comes from a log or a time
 * stamp, and whose authorities stand in a Sigstore trusted root that the user gave.
 */
#ifndef PROVENANCE_KEYLESS_H
#define PROVENANCE_KEYLESS_H

#include "provenance/signer.h"

/* As signer_verify(), for a bundle with a certificate. */
void keyless_verify(const struct signer_request *, struct provenance *ret);

/*
 * For a signature by KEY: the entries and time stamps that its bundle carries, if any, must hold
 * under the trusted root. False and a status otherwise.
 */
MUST_USE bool keyless_check_logs(const struct signer_request *, struct key *key, struct status *);

#endif
