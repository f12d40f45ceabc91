/* Certificates as OpenSSL has them; private to crypto/. */
#ifndef CRYPTO_X509_PRIVATE_H
#define CRYPTO_X509_PRIVATE_H

#include "core/bytes.h"
#include "core/compiler.h"

#include <openssl/x509.h>

/* A certificate of exactly these bytes of DER; NULL where it is none. */
X509 *x509_parse(struct bytes der);
/* N of them; NULL where one is none. */
STACK_OF(X509) * x509_parse_list(const struct bytes *certificates, size_t n);

#endif
