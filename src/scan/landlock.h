/*
 * Landlock (kernel documentation, userspace-api/landlock): a process gives up every path, TCP port
 * and scope that it does not name, for good and for its children.
 */
#ifndef SCAN_LANDLOCK_H
#define SCAN_LANDLOCK_H

#include "core/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rights to files; folders hand theirs down. */
#define LANDLOCK_EXECUTE 0x1ull
#define LANDLOCK_READ 0x4ull

struct landlock_path {
	const char *path; /* passed over where there is none */
	uint64_t rights;
};

/* The ABI of the kernel; 0 where it has none. */
int landlock_abi(void);
/* Leaves the process nothing but PATHS. no_new_privs is in force. False where the kernel refuses.
 */
MUST_USE bool landlock_enter(int abi, const struct landlock_path *paths, size_t n);

#endif
