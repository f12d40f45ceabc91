/* Loads Hyperscan when it is asked for: see detect/hyperscan.h. */
#include "config.h"

#include "detect/hyperscan.h"

#ifdef HAVE_HYPERSCAN
#include "core/library.h"

/* The version whose header this was compiled with: others may disagree about the interface. */
#define NAME_OF(major) "libhs.so." #major
#define NAME(major) NAME_OF(major)

static struct hyperscan functions;
static bool is_tried, is_loaded;

static const struct library_symbol symbols[] = {
	{ "hs_alloc_scratch", offsetof(struct hyperscan, alloc_scratch) },
	{ "hs_compile_lit_multi", offsetof(struct hyperscan, compile_lit_multi) },
	{ "hs_free_compile_error", offsetof(struct hyperscan, free_compile_error) },
	{ "hs_free_database", offsetof(struct hyperscan, free_database) },
	{ "hs_free_scratch", offsetof(struct hyperscan, free_scratch) },
	{ "hs_scan", offsetof(struct hyperscan, scan) },
	{ "hs_valid_platform", offsetof(struct hyperscan, valid_platform) },
	{ "hs_version", offsetof(struct hyperscan, version) },
};

const struct hyperscan *
hyperscan_load(void)
{
	if (!is_tried) {
		is_tried = true;
		is_loaded = library_load(NAME(HS_MAJOR), symbols, ARRAY_LEN(symbols), &functions) &&
		    functions.valid_platform() == HS_SUCCESS;
	}
	return hyperscan_loaded();
}

const struct hyperscan *
hyperscan_loaded(void)
{
	return is_loaded ? &functions : NULL;
}
#endif
