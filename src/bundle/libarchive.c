/* Loads libarchive when it is asked for: see bundle/libarchive.h. */
#include "config.h"

#include "bundle/libarchive.h"

#include "core/library.h"
#include "core/limits.h"

/* Every libarchive 3 has this name; its functions are of one interface since 2011. */
#define NAME "libarchive.so.13"
#define WORTH_LOADING (4 * MIB) /* of a scan: as much is read again in the time of linking it */

static struct libarchive functions;
static bool is_tried, is_loaded;

static const struct library_symbol symbols[] = {
	{ "archive_entry_filetype", offsetof(struct libarchive, entry_filetype) },
	{ "archive_entry_is_encrypted", offsetof(struct libarchive, entry_is_encrypted) },
	{ "archive_entry_pathname", offsetof(struct libarchive, entry_pathname) },
	{ "archive_entry_symlink", offsetof(struct libarchive, entry_symlink) },
	{ "archive_error_string", offsetof(struct libarchive, error_string) },
	{ "archive_filter_code", offsetof(struct libarchive, filter_code) },
	{ "archive_read_data", offsetof(struct libarchive, read_data) },
	{ "archive_read_free", offsetof(struct libarchive, read_free) },
	{ "archive_read_has_encrypted_entries",
	    offsetof(struct libarchive, read_has_encrypted_entries) },
	{ "archive_read_new", offsetof(struct libarchive, read_new) },
	{ "archive_read_next_header", offsetof(struct libarchive, read_next_header) },
	{ "archive_read_open_memory", offsetof(struct libarchive, read_open_memory) },
	{ "archive_read_support_filter_bzip2",
	    offsetof(struct libarchive, read_support_filter_bzip2) },
	{ "archive_read_support_filter_lz4", offsetof(struct libarchive, read_support_filter_lz4) },
	{ "archive_read_support_filter_lzma",
	    offsetof(struct libarchive, read_support_filter_lzma) },
	{ "archive_read_support_filter_xz", offsetof(struct libarchive, read_support_filter_xz) },
	{ "archive_read_support_filter_zstd",
	    offsetof(struct libarchive, read_support_filter_zstd) },
	{ "archive_read_support_format_7zip",
	    offsetof(struct libarchive, read_support_format_7zip) },
	{ "archive_read_support_format_raw", offsetof(struct libarchive, read_support_format_raw) },
	{ "archive_version_string", offsetof(struct libarchive, version_string) },
};

const struct libarchive *
libarchive_load(void)
{
	if (!is_tried) {
		is_tried = true;
		is_loaded = library_load(NAME, symbols, ARRAY_LEN(symbols), &functions);
	}
	return is_loaded ? &functions : NULL;
}

void
libarchive_prepare(uint64_t bytes)
{
	if (bytes > WORTH_LOADING)
		(void)libarchive_load();
}

bool
libarchive_was_tried(void)
{
	return is_tried;
}
