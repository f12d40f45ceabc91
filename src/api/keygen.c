/* assay_keygen(): a key that signs reports. */
#include "config.h"

#include "api/session.h"
#include "crypto/key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PATH 4096

/* Writes a file that must not exist yet. */
static bool
write_new(const char *path, unsigned mode, struct bytes b, struct status *status)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	bool done;

	if (fd < 0)
		return status_set(status, STATUS_USAGE, "%s cannot be made: %s", path,
		    errno == EEXIST ? "it exists, and a key is never replaced" : strerror(errno));
	done = write(fd, b.data, b.len) == (ssize_t)b.len && fsync(fd) == 0;
	if (!done)
		status_set(status, STATUS_IO, "%s cannot be written: %s", path, strerror(errno));
	close(fd);
	if (!done)
		(void)unlink(path);
	return done;
}

enum assay_exit
assay_keygen(
    const struct assay_settings *settings, const char *name, FILE *out, struct assay_error *error)
{
	struct status status = { 0 };
	struct buffer secret = buffer_up_to(65536), public = buffer_up_to(65536);
	char secret_path[MAX_PATH], public_path[MAX_PATH], fingerprint[65];
	struct key *key = NULL;
	enum assay_exit code = ASSAY_PASS;

	(void)settings;
	snprintf(public_path, sizeof(public_path), "%s.pub.pem", name);
	if (snprintf(secret_path, sizeof(secret_path), "%s.pem", name) > MAX_PATH - 16)
		status_set(&status, STATUS_USAGE, "the name of the key is too long");
	else if (access(public_path, F_OK) == 0)
		status_set(&status, STATUS_USAGE,
		    "%s cannot be made: it exists, and a key is never replaced", public_path);
	else
		key = key_generate(KEY_P256, &status);
	if (key == NULL || !key_add_private_pem(key, &secret) ||
	    !key_add_public_pem(key, &public) || !key_fingerprint(key, fingerprint))
		status_set(&status, STATUS_INTERNAL, "OpenSSL could not write the key");
	else if (write_new(secret_path, 0600, buffer_bytes(&secret), &status) &&
	    write_new(public_path, 0644, buffer_bytes(&public), &status))
		fprintf(out,
		    "%s      the private key: keep it where only the gate can read it\n"
		    "%s  the public key: give it to whoever verifies reports\n"
		    "fingerprint sha256:%s\n",
		    secret_path, public_path, fingerprint);
	if (status.code != STATUS_OK)
		code = session_fail(error, &status);
	if (secret.data != NULL)
		OPENSSL_cleanse(secret.data, secret.len);
	buffer_free(&secret);
	buffer_free(&public);
	key_free(key);
	return code;
}
