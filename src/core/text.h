/* Text that strangers wrote, made safe to print and to show. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/bytes.h"
#include "core/compiler.h"

#include <stdio.h>

/*
 * Decodes the character at the start of B. Returns its length in bytes (1 to 4) and the code
 * point, or 0 where the bytes are not UTF-8 (RFC 3629: no surrogates, no overlong forms).
 */
size_t text_decode_utf8(struct bytes b, uint32_t *ret);
/* Appends CODE as UTF-8; a code point that is none becomes U+FFFD. */
void text_encode_utf8(struct buffer *, uint32_t code);
bool text_is_utf8(struct bytes);
/* Is CODE invisible, a control, a line separator or a bidirectional control (Trojan Source,
 * CVE-2021-42574)? */
bool text_is_unsafe(uint32_t code);
/*
 * B with everything unsafe escaped: controls and bytes that are not UTF-8 as \xNN, unsafe
 * code points as \u{N}. A backslash stays as it is, so ordinary names stay readable. MAX bytes
 * at most, cut with "...".
 */
const char *text_safe(struct arena *, struct bytes b, size_t max);
void text_add_safe(struct buffer *, struct bytes b, size_t max);
void text_print_safe(FILE *, const char *);
/*
 * Evidence without the secret: the first and last characters, the length and a short keyed hash,
 * as "ghp_****(40)****x9#3f1c". Short values show no character at all. The hash tells two values
 * of one shape apart, so that their findings have different fingerprints. It is HMAC-SHA-256: of
 * the user's key 64 bits, without one of a key that everybody knows and 16 bits only. Whoever
 * guesses values of few possibilities (a social security number) learns no more than these 16
 * bits, which one number in 65,536 shares.
 */
const char *text_mask(struct arena *, struct bytes secret);
/*
 * The user's key of the hash, or none where it is empty. The one setting of the process in this
 * library: it is made before any worker is forked, and never changed after that.
 */
#define TEXT_MASK_KEY_MAX 64 /* bytes; a longer key is cut, SHA-256 takes 64 */
void text_mask_set_key(struct bytes key);
/* Lower case ASCII letters only; everything else unchanged. */
int text_lower(int c);
bool text_equal_ignoring_case(struct bytes a, const char *b);
/* Does a shell pattern of `*` (any run without '/'), `**` (any run), `?` match NAME? */
bool text_glob(const char *pattern, const char *name);

#endif
