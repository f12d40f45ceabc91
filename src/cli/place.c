/*
 * Where the program's data lies: beside the program, so that an installation can be moved and a
 * program that was built but not installed uses the rules it was built with. Only the place of
 * the executable counts, never the current folder.
 */
#include "config.h"

#include "cli/command.h"

#include <string.h>
#include <unistd.h>

static bool
has(const char *folder, const char *name)
{
	char path[5000];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

const char *
data_folder_beside_program(char *ret, size_t size)
{
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	if (has(program, "config.status")) { /* the folder of a build, maybe below its sources */
		if ((size_t)snprintf(ret, size, "%s", program) < size && has(ret, "rules/checks"))
			return ret;
		if ((size_t)snprintf(ret, size, "%s/..", program) < size &&
		    has(ret, "rules/checks"))
			return ret;
	}
	if ((size_t)snprintf(ret, size, "%s/../share/assay", program) < size &&
	    has(ret, "rules/checks"))
		return ret;
	return NULL;
}
