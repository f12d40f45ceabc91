/* Dead Simple Signing Envelope (secure-systems-lab/dsse, protocol.md and envelope.md v1.0.2). */
#ifndef CRYPTO_DSSE_H
#define CRYPTO_DSSE_H

#include "core/json.h"
#include "crypto/key.h"

#define DSSE_IN_TOTO "application/vnd.in-toto+json"

struct dsse_signature {
	const char *keyid; /* "" where none: unauthenticated, a hint only */
	struct bytes signature;
};

struct dsse {
	const char *payload_type;
	struct bytes payload; /* decoded */
	size_t nsignatures;
	struct dsse_signature *signatures;
};

/* The pre-authentication encoding: what is signed. */
void dsse_add_pae(struct buffer *, const char *payload_type, struct bytes payload);
/* Everything of *ret is put in the arena. Unknown fields are ignored, as the protocol asks. */
MUST_USE bool dsse_parse(
    struct json_object *envelope, struct arena *, struct dsse *ret, struct status *);
/* Does any signature of the envelope verify with KEY? */
bool dsse_verify(const struct dsse *, const struct key *);
/* An envelope over PAYLOAD with one signature by KEY; the caller puts it. NULL on failure. *ret_raw
 * gets the raw signature where it is not NULL. */
MUST_USE struct json_object *dsse_sign(const char *payload_type, struct bytes payload,
    const struct key *, struct buffer *ret_raw, struct status *);

#endif
