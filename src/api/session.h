/* What most calls of the public API start with: the rules and the catalog, found and opened. */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/configuration.h"
#include "assay.h"
#include "core/catalog.h"
#include "core/rules.h"
#include "core/status.h"

struct session {
	const struct assay_settings *settings;
	struct configuration configuration;
	struct rules *rules;
	struct catalog *catalog;
};

/*
 * Reads the configuration; opens the installed rules, the configured ones and those of the folders
 * EXTRA (NULL-terminated, may be NULL). False and an error where they cannot be read; then nothing
 * is left to close.
 */
MUST_USE bool session_open(struct session *, const struct assay_settings *,
    const char *const *extra, struct assay_error *);
void session_close(struct session *);
/* NAME below the data folder ("policies/ci.yaml") into PATH of SIZE bytes. */
void session_data_path(const struct assay_settings *, const char *name, char *path, size_t size);
/* Turns a status into an error: usage, or ours. Returns its exit status. */
enum assay_exit session_fail(struct assay_error *, const struct status *);
/*
 * All of the user's file PATH (a key, a signature, a policy), which the caller frees; MAX bytes at
 * most. NULL and an error that names the file.
 */
MUST_USE uint8_t *session_read_file(
    const char *path, size_t max, size_t *ret_len, struct assay_error *);

#endif
