/* argv to command, command to exit status. */
#include "config.h"

#include "assay.h"

int
main(void)
{
	printf("assay %s\n", assay_version());
	return ASSAY_USAGE;
}
