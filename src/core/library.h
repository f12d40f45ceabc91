/*
 * Shared libraries that only some scans need, loaded when they are: most of the time of looking at
 * a small model would go into linking them.
 */
#ifndef CORE_LIBRARY_H
#define CORE_LIBRARY_H

#include "core/compiler.h"

#include <stdbool.h>
#include <stddef.h>

/* A function of the library, and where its address goes in the caller's structure. */
struct library_symbol {
	const char *name;
	size_t place;
};

/*
 * Loads the library NAME (a soname, as its header's version has it) and puts its N SYMBOLS into
 * the structure at FUNCTIONS. False, with nothing loaded, where the library or one of the symbols
 * is missing. Opens files, so not in a confined worker. dlopen(3), dlsym(3).
 */
MUST_USE bool library_load(
    const char *name, const struct library_symbol *symbols, size_t n, void *functions);

#endif
