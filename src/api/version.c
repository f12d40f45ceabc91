/* The library's version. */
#include "config.h"

#include "assay.h"

const char *
assay_version(void)
{
	return PACKAGE_VERSION;
}
