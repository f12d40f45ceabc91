/*
 * Compiles YARA rules from source. The rules that come with assay are compiled when it is built,
 * too, by tools/yara-packs with the same functions: that form is part of the program and is used
 * where the rules at hand are those, by digest. It saves some milliseconds of every scan.
 */
#ifndef DETECT_YARA_COMPILE_H
#define DETECT_YARA_COMPILE_H

#include "core/rules.h"

#include <yara.h>

#define YARA_DIGEST 32

/* Those of FILES that end in ".yar"; YARA must be initialized. NULL and a status on failure. */
MUST_USE YR_RULES *yara_compile_sources(const struct rule_file *files, size_t n, struct status *);
/* SHA-256 over their names and contents, and YARA's version. False: OpenSSL failed. */
MUST_USE bool yara_digest_sources(
    const struct rule_file *files, size_t n, uint8_t digest[YARA_DIGEST]);

#endif
