/* Loads Hyperscan when it is asked for: see detect/hyperscan.h. */
#include "config.h"

#include "detect/hyperscan.h"

#ifdef HAVE_HYPERSCAN
#include "core/compiler.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The version whose header this was compiled with: others may disagree about the interface. */
#define NAME_OF(major) "libhs.so." #major
#define NAME(major) NAME_OF(major)

static struct hyperscan functions;
static bool is_tried, is_loaded;

static const struct {
	const char *name;
	size_t place; /* in struct hyperscan */
} symbols[] = {
	{ "hs_alloc_scratch", offsetof(struct hyperscan, alloc_scratch) },
	{ "hs_compile_lit_multi", offsetof(struct hyperscan, compile_lit_multi) },
	{ "hs_free_compile_error", offsetof(struct hyperscan, free_compile_error) },
	{ "hs_free_database", offsetof(struct hyperscan, free_database) },
	{ "hs_free_scratch", offsetof(struct hyperscan, free_scratch) },
	{ "hs_scan", offsetof(struct hyperscan, scan) },
	{ "hs_valid_platform", offsetof(struct hyperscan, valid_platform) },
	{ "hs_version", offsetof(struct hyperscan, version) },
};

static bool
resolve(void *library)
{
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (symbol == NULL)
			return false;
		/* POSIX lets both kinds of pointers have one form; ISO C has no cast for it. */
		memcpy((char *)&functions + symbols[i].place, &symbol, sizeof(symbol));
	}
	return functions.valid_platform() == HS_SUCCESS;
}

const struct hyperscan *
hyperscan_load(void)
{
	void *library;

	if (!is_tried) {
		is_tried = true;
		library = dlopen(NAME(HS_MAJOR), RTLD_NOW | RTLD_LOCAL);
		is_loaded = library != NULL && resolve(library);
		if (library != NULL && !is_loaded)
			dlclose(library);
	}
	return hyperscan_loaded();
}

const struct hyperscan *
hyperscan_loaded(void)
{
	return is_loaded ? &functions : NULL;
}
#endif
