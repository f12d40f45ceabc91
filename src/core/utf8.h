/* How far text is UTF-8 (RFC 3629), sixteen or 32 bytes at a time. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/bytes.h"

/* The number of bytes from the start of B that are whole characters. */
size_t utf8_run(struct bytes b);
/* The same without AVX2, and a character at a time, for the tests that compare. */
size_t utf8_run_narrow(struct bytes b);
size_t utf8_run_plain(struct bytes b);

#endif
