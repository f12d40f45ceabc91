/* Time stamps (RFC 3161), on OpenSSL's TS API. */
#ifndef CRYPTO_TSA_H
#define CRYPTO_TSA_H

#include "core/bytes.h"
#include "core/compiler.h"

/* A time-stamping authority: its certificates as DER, the signer's first, the trusted one last. */
struct tsa {
	const struct bytes *certificates;
	size_t n;
};

/* The time that RESPONSE (TimeStampResp, DER) claims, in seconds since 1970; nothing is verified.
 * False where it is no time stamp. */
MUST_USE bool tsa_time(struct bytes response, int64_t *ret);
/* Is RESPONSE a time stamp of MESSAGE by TSA, whose certificates were valid at the time it says? */
bool tsa_verify(struct bytes response, struct bytes message, const struct tsa *);

#endif
