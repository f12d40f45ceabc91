/* The rules and the catalog, found and opened: see api/session.h. */
#include "config.h"

#include "api/session.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FOLDERS 32

void
session_data_path(const struct assay_settings *settings, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s",
	    settings->data_folder == NULL ? ASSAY_DATADIR : settings->data_folder, name);
}

enum assay_exit
session_fail(struct assay_error *error, const struct status *status)
{
	error->exit = status->code == STATUS_USAGE || status->code == STATUS_IO ||
		status->code == STATUS_MALFORMED || status->code == STATUS_LIMIT ||
		status->code == STATUS_UNSUPPORTED
	    ? ASSAY_USAGE
	    : ASSAY_ERROR;
	snprintf(error->text, sizeof(error->text), "%s", status->text);
	return error->exit;
}

/* Adds the NULL-terminated LIST to FOLDERS; false where they are too many. */
static bool
add_folders(const char **folders, size_t *n, const char *const *list, struct status *status)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
		if (*n == MAX_FOLDERS)
			return status_set(
			    status, STATUS_USAGE, "more than %d folders of rules", MAX_FOLDERS - 1);
		folders[(*n)++] = list[i];
	}
	return true;
}

bool
session_open(struct session *session, const struct assay_settings *settings,
    const char *const *extra, struct assay_error *error)
{
	const char *folders[MAX_FOLDERS];
	struct status status = { 0 };
	char installed[4096];
	size_t n = 0;

	/* Nothing here depends on the system's OpenSSL configuration, and what the library holds at
	 * the end goes with the process: reading the one and freeing the other costs a tenth of a
	 * tiny scan. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
	session_data_path(settings, "rules", installed, sizeof(installed));
	folders[n++] = installed;
	*session = (struct session){ .settings = settings };
	if (configuration_read(&session->configuration, settings, &status) &&
	    add_folders(folders, &n, session->configuration.rules, &status) &&
	    add_folders(folders, &n, extra, &status))
		session->rules = rules_open(folders, n, &status);
	if (session->rules != NULL)
		session->catalog = catalog_new(session->rules);
	if (session->catalog == NULL) {
		status_set(&status, STATUS_MEMORY, "no memory for the catalog of checks");
		session_fail(error, &status);
		session_close(session);
		return false;
	}
	return true;
}

void
session_close(struct session *session)
{
	catalog_free(session->catalog);
	rules_free(session->rules);
	configuration_free(&session->configuration);
	session->catalog = NULL;
	session->rules = NULL;
}

uint8_t *
session_read_file(const char *path, size_t max, size_t *ret_len, struct assay_error *error)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *data = NULL, *grown;
	size_t len = 0, room = 0, n = 1;

	if (file == NULL)
		goto failed;
	while (n > 0) {
		if (room - len < 4096) {
			room = room == 0 ? 65536 : room * 2;
			grown = realloc(data, room);
			if (grown == NULL)
				goto failed;
			data = grown;
		}
		n = fread(data + len, 1, room - len, file);
		len += n;
		if (len > max) {
			errno = EFBIG;
			goto failed;
		}
	}
	if (ferror(file))
		goto failed;
	fclose(file);
	*ret_len = len;
	return data;
failed:
	error->exit = ASSAY_USAGE;
	snprintf(error->text, sizeof(error->text), "cannot read %s: %s", path, strerror(errno));
	if (file != NULL)
		fclose(file);
	free(data);
	return NULL;
}
