/*
 * Hyperscan, or Vectorscan, which has the same interface: loaded when a scan is large enough to
 * gain from it, since loading it and its C++ library takes longer than reading a small model.
 */
#ifndef DETECT_HYPERSCAN_H
#define DETECT_HYPERSCAN_H

#ifdef HAVE_HYPERSCAN
#include <hs.h>

struct hyperscan {
	__typeof__(hs_alloc_scratch) *alloc_scratch;
	__typeof__(hs_compile_lit_multi) *compile_lit_multi;
	__typeof__(hs_free_compile_error) *free_compile_error;
	__typeof__(hs_free_database) *free_database;
	__typeof__(hs_free_scratch) *free_scratch;
	__typeof__(hs_scan) *scan;
	__typeof__(hs_valid_platform) *valid_platform;
	__typeof__(hs_version) *version;
};

/*
 * Loads the library, once. NULL where it is not installed, is another version's or does not run on
 * this processor. Opens files, so not in a confined worker: that one takes what its supervisor
 * loaded, by hyperscan_loaded().
 */
const struct hyperscan *hyperscan_load(void);
/* NULL where it was not loaded. */
const struct hyperscan *hyperscan_loaded(void);
#endif

#endif
