/*
 * Sigstore bundles (protobuf-specs, sigstore_bundle.proto, as JSON): v0.1 to v0.3. Read strictly;
 * nothing in here is believed before signer_verify() says so.
 */
#ifndef PROVENANCE_BUNDLE_H
#define PROVENANCE_BUNDLE_H

#include "core/arena.h"
#include "crypto/dsse.h"

enum bundle_material {
	BUNDLE_KEY,	    /* publicKey: a hint, or in old model signatures the key itself */
	BUNDLE_CHAIN,	    /* x509CertificateChain, leaf first */
	BUNDLE_CERTIFICATE, /* certificate: a leaf alone, as Fulcio issues it */
};

struct bundle {
	struct json_object *object; /* put by bundle_close() */
	const char *media_type;
	unsigned version;     /* 1, 2, 3 for v0.1, v0.2, v0.3 */
	bool is_current_type; /* "application/vnd.dev.sigstore.bundle.v0.3+json" */
	enum bundle_material material;
	const char *hint;     /* BUNDLE_KEY; "" where none */
	struct bytes raw_key; /* BUNDLE_KEY: PEM or DER; empty where none */
	size_t ncertificates;
	struct bytes *certificates;  /* DER */
	struct json_object *entries; /* tlogEntries, an array; NULL where absent */
	size_t ntimestamps;
	struct bytes *timestamps; /* RFC 3161 responses, DER */
	bool has_envelope;
	struct json_object *envelope;
	struct dsse dsse; /* where has_envelope: exactly one signature */
	/* Otherwise a message signature: */
	struct bytes digest, signature; /* digest is empty where the bundle has none */
	const char *digest_algorithm;	/* "SHA2_256" ... */
};

/* Strings and bytes are put in the arena or belong to the object. */
MUST_USE bool bundle_parse(struct bytes, struct arena *, struct bundle *ret, struct status *);
void bundle_close(struct bundle *);
/* The bytes of the only signature. */
struct bytes bundle_signature(const struct bundle *);
/* Does B look like one? Cheap. */
bool bundle_is_likely(struct bytes b);

#endif
