/*
 * libarchive, loaded when the first compressed stream or 7z archive is met: it brings ten libraries
 * along, among them XML and Unicode, and linking them takes longer than scanning a small model.
 */
#ifndef BUNDLE_LIBARCHIVE_H
#define BUNDLE_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdint.h>

/* The functions that are used, without their prefix "archive_". */
struct libarchive {
	__typeof__(archive_entry_filetype) *entry_filetype;
	__typeof__(archive_entry_is_encrypted) *entry_is_encrypted;
	__typeof__(archive_entry_pathname) *entry_pathname;
	__typeof__(archive_entry_symlink) *entry_symlink;
	__typeof__(archive_error_string) *error_string;
	__typeof__(archive_filter_code) *filter_code;
	__typeof__(archive_read_data) *read_data;
	__typeof__(archive_read_free) *read_free;
	__typeof__(archive_read_has_encrypted_entries) *read_has_encrypted_entries;
	__typeof__(archive_read_new) *read_new;
	__typeof__(archive_read_next_header) *read_next_header;
	__typeof__(archive_read_open_memory) *read_open_memory;
	__typeof__(archive_read_support_filter_bzip2) *read_support_filter_bzip2;
	__typeof__(archive_read_support_filter_lz4) *read_support_filter_lz4;
	__typeof__(archive_read_support_filter_lzma) *read_support_filter_lzma;
	__typeof__(archive_read_support_filter_xz) *read_support_filter_xz;
	__typeof__(archive_read_support_filter_zstd) *read_support_filter_zstd;
	__typeof__(archive_read_support_format_7zip) *read_support_format_7zip;
	__typeof__(archive_read_support_format_raw) *read_support_format_raw;
	__typeof__(archive_version_string) *version_string;
};

/*
 * Loads the library, once. NULL where it is not installed. Opens files, so not in a confined
 * worker: that one asks its supervisor, see MESSAGE_AGAIN in scan/wire.h.
 */
const struct libarchive *libarchive_load(void);
/* For a scan of BYTES altogether: loads it at once where a second start would cost more. */
void libarchive_prepare(uint64_t bytes);
/* Was it asked for yet, by this process or its parent? */
bool libarchive_was_tried(void);

#endif
