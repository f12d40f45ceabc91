/* Known vulnerabilities in a folder of the user: see api/osv.h. */
#include "config.h"

#include "api/osv.h"

#include "core/buffer.h"
#include "core/limits.h"
#include "core/text.h"
#include "detect/osv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	struct osv *osv;
	EVP_MD_CTX *digest;  /* over name, length and content of every record, in order */
	struct buffer bytes; /* of the record being read */
	size_t top;	     /* bytes of the path before the names that are digested */
	size_t n;
	struct status *status;
};

/* The order of names must not depend on the user's language: the digest follows it. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
is_record(const char *name)
{
	return bytes_ends(bytes_of_string(name), ".json");
}

static bool
complain(struct folder *folder, const char *path)
{
	return status_set(
	    folder->status, STATUS_USAGE, "cannot read %.300s: %s", path, strerror(errno));
}

static bool
read_all(struct folder *folder, const char *path, int fd)
{
	uint8_t part[65536];
	ssize_t n;

	buffer_reset(&folder->bytes);
	while ((n = read(fd, part, sizeof(part))) > 0)
		buffer_add(&folder->bytes, bytes_of(part, (size_t)n));
	if (n < 0)
		return complain(folder, path);
	if (!buffer_ok(&folder->bytes))
		return status_set(folder->status, STATUS_USAGE,
		    "%.300s is larger than %ju MiB, the limit for a record", path,
		    (uintmax_t)(LIMIT_OSV_RECORD / MIB));
	return true;
}

static bool
digest_record(struct folder *folder, const char *path)
{
	const char *name = path + folder->top;
	char length[32];
	int n = snprintf(length, sizeof(length), "%zu\n", folder->bytes.len);

	if (EVP_DigestUpdate(folder->digest, name, strlen(name) + 1) != 1 ||
	    EVP_DigestUpdate(folder->digest, length, (size_t)n) != 1 ||
	    EVP_DigestUpdate(folder->digest, folder->bytes.data, folder->bytes.len) != 1)
		return status_set(
		    folder->status, STATUS_INTERNAL, "OpenSSL cannot compute SHA-256");
	return true;
}

static bool
read_record(struct folder *folder, const char *path, int fd)
{
	struct status status = { 0 };

	if (++folder->n > LIMIT_OSV_RECORDS)
		return status_set(folder->status, STATUS_USAGE,
		    "%.300s: more than %d records of vulnerabilities", path, LIMIT_OSV_RECORDS);
	if (!read_all(folder, path, fd) || !digest_record(folder, path))
		return false;
	if (osv_add(folder->osv, buffer_bytes(&folder->bytes), path, &status))
		return true;
	return status_set(folder->status,
	    status.code == STATUS_MEMORY ? STATUS_MEMORY : STATUS_USAGE, "%s", status.text);
}

static bool read_folder(struct folder *, const char *path, int fd, unsigned depth);

/* NAME in the folder PATH: a record, a folder, or something that is left out. */
static bool
read_entry(struct folder *folder, const char *path, int parent, const char *name, unsigned depth)
{
	char whole[LIMIT_NAME];
	struct stat st;
	bool done = true;
	int fd;

	if (snprintf(whole, sizeof(whole), "%s/%s", path, name) >= (int)sizeof(whole)) {
		errno = ENAMETOOLONG;
		return complain(folder, path);
	}
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return complain(folder, whole);
	if (!S_ISDIR(st.st_mode) && !is_record(name))
		return true;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return status_set(folder->status, STATUS_USAGE, "%.300s is no regular file", whole);
	fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return complain(folder, whole);
	done = S_ISDIR(st.st_mode) ? read_folder(folder, whole, fd, depth + 1)
				   : read_record(folder, whole, fd);
	close(fd);
	return done;
}

static bool
read_folder(struct folder *folder, const char *path, int fd, unsigned depth)
{
	struct dirent **entries = NULL;
	bool done = true;
	int n;

	if (depth > LIMIT_OSV_DEPTH)
		return status_set(folder->status, STATUS_USAGE,
		    "%.300s: folders in folders, more than %d deep", path, LIMIT_OSV_DEPTH);
	n = scandirat(fd, ".", &entries, is_visible, by_bytes);
	if (n < 0)
		return complain(folder, path);
	for (int i = 0; i < n; i++) {
		done = done && read_entry(folder, path, fd, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return done;
}

/* All of it, into folder->osv. */
static bool
read_top(struct folder *folder, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return complain(folder, path);
	done = read_folder(folder, path, fd, 0);
	close(fd);
	if (!done)
		return false;
	if (osv_size(folder->osv) == 0)
		return status_set(folder->status, STATUS_USAGE,
		    "%.300s holds no vulnerability of a PyPI package in files *.json", path);
	return osv_finish(folder->osv, folder->status);
}

bool
osv_open(struct rules *rules, const char *path, struct status *status)
{
	struct folder folder = { .osv = osv_new(),
		.digest = EVP_MD_CTX_new(),
		.bytes = buffer_up_to(LIMIT_OSV_RECORD),
		.top = strlen(path) + 1,
		.status = status };
	unsigned char sum[EVP_MAX_MD_SIZE];
	char hex[65];
	bool done = false;

	if (folder.osv == NULL || folder.digest == NULL ||
	    EVP_DigestInit_ex(folder.digest, EVP_sha256(), NULL) != 1) {
		status_set(status, STATUS_MEMORY, "no memory for the vulnerabilities");
	} else if (read_top(&folder, path)) {
		done = EVP_DigestFinal_ex(folder.digest, sum, NULL) == 1;
		if (!done)
			status_set(status, STATUS_INTERNAL, "OpenSSL cannot compute SHA-256");
	}
	EVP_MD_CTX_free(folder.digest);
	buffer_free(&folder.bytes);
	if (!done) {
		osv_free(folder.osv);
		return false;
	}
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return rules_give(rules, &osv_rules, folder.osv, hex, status);
}
