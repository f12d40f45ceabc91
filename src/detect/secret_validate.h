/* The checksum in GitHub's and npm's tokens. */
#ifndef DETECT_SECRET_VALIDATE_H
#define DETECT_SECRET_VALIDATE_H

#include "core/bytes.h"

#define SECRET_CHECKSUM_LEN 6

/* CRC-32 of TEXT, in digits of base 62. */
void secret_checksum(struct bytes text, char ret[SECRET_CHECKSUM_LEN + 1]);

#endif
