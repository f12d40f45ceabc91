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
 * Evidence without the secret: the first and last characters and the length, as
 * "ghp_****(36)****x9". Short values are masked whole.
 */
const char *text_mask(struct arena *, struct bytes secret);
/* Lower case ASCII letters only; everything else unchanged. */
int text_lower(int c);
bool text_equal_ignoring_case(struct bytes a, const char *b);
/* Does a shell pattern of `*` (any run without '/'), `**` (any run), `?` match NAME? */
bool text_glob(const char *pattern, const char *name);

#endif
