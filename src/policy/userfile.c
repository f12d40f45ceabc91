/* A whole file of the user: see policy/userfile.h. */
#include "config.h"

#include "policy/userfile.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads up to MAX + 1 bytes; the buffer doubles, so that a small file costs little. */
static bool
read_all(struct userfile *file, FILE *in, size_t max)
{
	size_t len = 0, room = 0, n = 1;

	while (n > 0 && len <= max) {
		if (room - len < 4096) {
			char *grown = realloc(file->data, room == 0 ? 65536 : room * 2);

			if (grown == NULL)
				return false;
			room = room == 0 ? 65536 : room * 2;
			file->data = grown;
		}
		n = fread(file->data + len, 1, room - len, in);
		len += n;
	}
	file->bytes = bytes_of(file->data, len);
	if (len > max)
		errno = EFBIG;
	return len <= max && !ferror(in);
}

bool
userfile_read(
    struct userfile *file, const char *path, size_t max, const char *what, struct status *status)
{
	FILE *in = fopen(path, "rbe");
	unsigned char digest[EVP_MAX_MD_SIZE];
	bool done;

	*file = (struct userfile){ .data = NULL };
	if (in == NULL)
		return status_set(
		    status, STATUS_USAGE, "cannot read the %s %s: %s", what, path, strerror(errno));
	errno = 0;
	done = read_all(file, in, max);
	if (!done)
		status_set(status, STATUS_USAGE, "cannot read the %s %s: %s", what, path,
		    errno == 0 ? "no memory" : strerror(errno));
	fclose(in);
	if (done && EVP_Digest(file->data, file->bytes.len, digest, NULL, EVP_sha256(), NULL) != 1)
		done = status_set(status, STATUS_INTERNAL, "cannot digest the %s %s", what, path);
	for (size_t i = 0; done && i < 32; i++)
		snprintf(file->sha256 + 2 * i, 3, "%02x", digest[i]);
	if (!done)
		userfile_free(file);
	return done;
}

void
userfile_free(struct userfile *file)
{
	free(file->data);
	*file = (struct userfile){ .data = NULL };
}
