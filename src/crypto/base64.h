/* Base64 (RFC 4648), strict: canonical padding, no white space, no stray bits. */
#ifndef CRYPTO_BASE64_H
#define CRYPTO_BASE64_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/bytes.h"
#include "core/compiler.h"

/* The standard alphabet with its padding. False where TEXT is none or memory ends. */
MUST_USE bool base64_decode(struct arena *, struct bytes text, struct bytes *ret);
/* Standard or URL-safe alphabet, padding optional, as DSSE asks of readers. */
MUST_USE bool base64_decode_any(struct arena *, struct bytes text, struct bytes *ret);
void base64_add(struct buffer *, struct bytes);

#endif
