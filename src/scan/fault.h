/*
 * Planted faults, in test builds only (--enable-faults): where the environment variable
 * ASSAY_TEST_FAULT was KIND:NAME when the library was asked to scan, a worker that opens a file
 * named NAME misbehaves so. Proves that a lost worker costs its member and nothing else.
 */
#ifndef SCAN_FAULT_H
#define SCAN_FAULT_H

#ifdef ASSAY_FAULTS
void fault_plant(const char *name);
#else
static inline void
fault_plant(const char *name)
{
	(void)name;
}
#endif

#endif
