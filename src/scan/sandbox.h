/*
 * Confinement of a worker: no file, no socket, no program, no more memory than agreed. Applied
 * after the fork and before the first hostile byte; the caller says what was put in force.
 *
 * Landlock (kernel documentation, userspace-api/landlock) with no rule at all denies every path
 * and every TCP port; seccomp allows about thirty system calls and kills on any other.
 */
#ifndef SCAN_SANDBOX_H
#define SCAN_SANDBOX_H

#include "core/compiler.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

struct sandbox {
	bool wanted;  /* false: --no-sandbox */
	bool enabled; /* false: --no-sandbox or a sanitizer build */
	int landlock; /* ABI of the kernel, 0 where it has none */
	bool has_seccomp;
	const char *why_not; /* where !enabled */
	void *filter;	     /* made once before the fork */
};

/* Finds out what this kernel has and prepares the filter. */
void sandbox_open(struct sandbox *, bool wanted);
void sandbox_close(struct sandbox *);
/* "landlock abi 7, seccomp, rlimits" or why there is none. SIZE bytes of ret. */
void sandbox_describe(const struct sandbox *, char *ret, size_t size);
/* In the worker: confines this process for good. False where a mechanism that the kernel has
 * failed. */
MUST_USE bool sandbox_enter(const struct sandbox *, struct status *);
/*
 * In a child that is about to execve(2) PROGRAM, with no_new_privs: for good, nothing but PROGRAM
 * and the system's libraries can be read or run, no file written, no socket made, no process
 * started; what is open stays so. PROGRAM has to be that very pointer in the call. False where a
 * mechanism that the kernel has failed.
 */
MUST_USE bool sandbox_enter_program(const struct sandbox *, const char *program);

#endif
