/* Escapes in JSON strings (RFC 8259, section 7); private to core/json*.c. */
#ifndef CORE_JSON_ESCAPE_H
#define CORE_JSON_ESCAPE_H

#include "core/bytes.h"

/*
 * The length of the escape at the start of B, and the code point it stands for: 2, 6, or 12 for
 * a pair of surrogates. 0 where it is none; *ret_lone says whether that was for a surrogate
 * without its other half.
 */
size_t json_escape(struct bytes b, uint32_t *ret_code, bool *ret_lone);
/*
 * Writes what the valid string TEXT means to OUT, which has room for TEXT.len bytes: an escape
 * is never shorter than what it stands for. Returns the number of bytes written.
 */
size_t json_decode_escapes(struct bytes text, uint8_t *out);

#endif
