/* Libraries on demand: see core/library.h. */
#include "config.h"

#include "core/library.h"

#include <dlfcn.h>
#include <string.h>

bool
library_load(const char *name, const struct library_symbol *symbols, size_t n, void *functions)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	bool whole = library != NULL;

	for (size_t i = 0; i < n && whole; i++) {
		void *symbol = dlsym(library, symbols[i].name);

		whole = symbol != NULL;
		/* POSIX lets both kinds of pointers have one form; ISO C has no cast for it. */
		if (whole)
			memcpy((char *)functions + symbols[i].place, &symbol, sizeof(symbol));
	}
	if (library != NULL && !whole)
		dlclose(library);
	return whole;
}
