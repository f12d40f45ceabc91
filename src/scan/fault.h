/*
 * Planted faults, in test builds only (--enable-faults): where the environment variable
 * ASSAY_TEST_FAULT was KIND:NAME when the library was asked to scan, a worker that opens a file
 * named NAME misbehaves so. Proves that a lost worker costs its member and nothing else. The
 * program that ASSAY_TEST_GPGV names stands in for gpgv, to prove what that one cannot do.
 */
#ifndef SCAN_FAULT_H
#define SCAN_FAULT_H

#include <stddef.h>

#ifdef ASSAY_FAULTS
void fault_plant(const char *name);
/* The stand-in; NULL: there is none. */
const char *fault_gpgv(void);
#else
static inline void
fault_plant(const char *name)
{
	(void)name;
}

static inline const char *
fault_gpgv(void)
{
	return NULL;
}
#endif

#endif
