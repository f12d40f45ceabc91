/* The user's key of the hash in masked evidence: see api/evidence.h. */
#include "config.h"

#include "api/evidence.h"

#include "api/session.h"
#include "core/text.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#define KEY_MIN 16 /* bytes: a key that can be guessed hides nothing */
#define KEY_FILE_MAX 4096

static bool
use_key(const char *path, struct assay_error *error)
{
	size_t len;
	uint8_t *data = session_read_file(path, KEY_FILE_MAX, &len, error);
	bool is_long;

	if (data == NULL)
		return false;
	is_long = len >= KEY_MIN;
	if (is_long)
		text_mask_set_key(bytes_of(data, len));
	OPENSSL_cleanse(data, len);
	free(data);
	if (!is_long) {
		error->exit = ASSAY_USAGE;
		snprintf(error->text, sizeof(error->text),
		    "the evidence key %s is too short: it needs %d bytes or more", path, KEY_MIN);
	}
	return is_long;
}

bool
evidence_key_read(
    const struct assay_settings *settings, const char *path, struct assay_error *error)
{
	char found[4096];
	size_t n = 0;

	text_mask_set_key((struct bytes){ NULL, 0 });
	if (path != NULL)
		return use_key(path, error);
	while (settings->config_folders != NULL && settings->config_folders[n] != NULL)
		n++;
	while (n-- > 0) {
		snprintf(found, sizeof(found), "%s/evidence.key", settings->config_folders[n]);
		if (access(found, F_OK) == 0)
			return use_key(found, error);
	}
	return true;
}
