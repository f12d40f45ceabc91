/* Planted faults of test builds: see scan/fault.h. */
#include "config.h"

#include "scan/fault.h"

#include "scan/wire.h"

#ifdef ASSAY_FAULTS

#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
allocate_without_end(void)
{
	for (;;) {
		char *p = malloc(16 << 20);

		if (p == NULL)
			abort();
		memset(p, 1, 16 << 20);
	}
}

void
fault_plant(const char *name)
{
	const char *fault = getenv("ASSAY_TEST_FAULT");
	const char *colon = fault == NULL ? NULL : strchr(fault, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - fault);

	if (colon == NULL || strcmp(colon + 1, name) != 0)
		return;
	if (strncmp(fault, "segfault", n) == 0)
		*(volatile char *)(uintptr_t)strlen("") = 1;
	else if (strncmp(fault, "spin", n) == 0)
		for (volatile int spinning = 1; spinning;)
			;
	else if (strncmp(fault, "allocate", n) == 0)
		allocate_without_end();
	else if (strncmp(fault, "exec", n) == 0)
		execl("/bin/true", "true", (char *)NULL);
	else if (strncmp(fault, "connect", n) == 0)
		(void)socket(AF_INET, SOCK_STREAM, 0);
	else if (strncmp(fault, "open", n) == 0)
		(void)!open("/etc/passwd", O_RDONLY);
	else if (strncmp(fault, "exit", n) == 0)
		_exit(0);
	else if (strncmp(fault, "babble", n) == 0)
		(void)!write(3, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	else if (strncmp(fault, "again", n) == 0)
		(void)!write(3, (const uint8_t[]){ 1, 0, 0, 0, MESSAGE_AGAIN }, 5);
}

const char *
fault_gpgv(void)
{
	return getenv("ASSAY_TEST_GPGV");
}

#else

typedef int fault_none; /* ISO C forbids an empty file */

#endif
