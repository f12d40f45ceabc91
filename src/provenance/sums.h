/* One line of a hash list, in any of the forms that checksum programs write. */
#ifndef PROVENANCE_SUMS_H
#define PROVENANCE_SUMS_H

#include "core/arena.h"
#include "provenance/listing.h"

enum sums_line { SUMS_BLANK, SUMS_ENTRY, SUMS_UNKNOWN_ALGORITHM, SUMS_MALFORMED };

/*
 * Reads LINE, without its end. FILE is the base name of the list: it decides between algorithms of
 * one length (BLAKE2b and SHA-512, BLAKE3 and SHA-256) and gives a bare digest its file.
 *
 *   HEX  NAME    HEX *NAME    \HEX  NAME with \n and \\      GNU coreutils, perl's shasum
 *   SHA256 (NAME) = HEX                                      BSD, coreutils --tag
 *   SHA2-256(NAME)= HEX                                      OpenSSL
 *   HEX                                                      a sidecar FILE.sha256
 */
enum sums_line sums_parse_line(
    struct arena *, const char *file, struct bytes line, struct listed *ret);

#endif
