/* Rules are data: see core/rules.h. */
#include "config.h"

#include "core/rules.h"

#include "core/arena.h"
#include "core/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_KINDS 16
#define MAX_FILES 4096
#define READ_WHOLE (64 * KIB) /* up to this a copy is quicker than a mapping */

/* The folders that hold rules; anything else in a rule folder is ignored. */
static const char *const known[] = { "checks", "documentation", "globals", "graphs", "licenses",
	"pii", "secrets", "tables", "yara", NULL };

struct compiled {
	const struct rule_kind *kind;
	void *made; /* NULL after a failure */
	struct status status;
};

struct rules {
	struct arena *arena;
	struct rule_file *files; /* by rule folder, then by name */
	size_t nfiles;
	struct compiled compiled[MAX_KINDS];
	size_t ncompiled;
	char digest[65]; /* empty: not yet computed */
};

/* The names in FOLDER that do not begin with a dot, sorted; NULL and errno where it cannot be
 * listed. */
static int
list_folder(int fd, struct dirent ***ret)
{
	return scandirat(fd, ".", ret, NULL, alphasort);
}

/* A small file into the arena. */
static bool
read_file(struct arena *arena, struct rule_file *file, int fd, size_t len, struct status *status)
{
	uint8_t *data = arena_alloc(arena, len);
	size_t done = 0;

	if (data == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the rules");
	while (done < len) {
		ssize_t n = read(fd, data + done, len - done);

		if (n <= 0)
			return status_set(status, STATUS_IO, "cannot read all of %s: %s",
			    file->source, n == 0 ? "it became shorter" : strerror(errno));
		done += (size_t)n;
	}
	file->bytes = bytes_of(data, len);
	return true;
}

static bool
open_file(struct arena *arena, struct rule_file *file, int fd, struct status *status)
{
	struct stat st;
	void *data;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return status_set(status, STATUS_USAGE, "%s is no regular file", file->source);
	if ((uint64_t)st.st_size > LIMIT_RULE_BYTES)
		return status_set(status, STATUS_USAGE, "%s is larger than %ju MiB", file->source,
		    (uintmax_t)(LIMIT_RULE_BYTES / MIB));
	if (st.st_size == 0)
		return true;
	if ((uint64_t)st.st_size <= READ_WHOLE)
		return read_file(arena, file, fd, (size_t)st.st_size, status);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (data == MAP_FAILED)
		return status_set(
		    status, STATUS_IO, "cannot read %s: %s", file->source, strerror(errno));
	file->bytes = bytes_of(data, (size_t)st.st_size);
	return true;
}

static bool
add_file(struct rules *rules, int folder, const char *path, const char *kind, const char *name,
    struct status *status)
{
	struct rule_file *file = &rules->files[rules->nfiles];
	int fd;
	bool done;

	if (rules->nfiles == MAX_FILES)
		return status_set(
		    status, STATUS_USAGE, "%s holds more than %d rule files", path, MAX_FILES);
	file->name = arena_format(rules->arena, "%s/%s", kind, name);
	file->source = arena_format(rules->arena, "%s/%s/%s", path, kind, name);
	if (file->name == NULL || file->source == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the rules");
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return status_set(
		    status, STATUS_USAGE, "cannot read %s: %s", file->source, strerror(errno));
	done = open_file(rules->arena, file, fd, status);
	close(fd);
	rules->nfiles += done;
	return done;
}

/* All files of the folder KIND below TOP; a folder that is not there holds none. */
static bool
add_kind(struct rules *rules, int top, const char *path, const char *kind, struct status *status)
{
	int fd = openat(top, kind, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent **names = NULL;
	bool done = true;
	int n;

	if (fd < 0 && errno == ENOENT)
		return true;
	n = fd < 0 ? -1 : list_folder(fd, &names);
	if (n < 0)
		done = status_set(status, STATUS_USAGE, "cannot read the rules in %s/%s: %s", path,
		    kind, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (done && names[i]->d_name[0] != '.')
			done = add_file(rules, fd, path, kind, names[i]->d_name, status);
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		close(fd);
	return done;
}

static bool
add_folder(struct rules *rules, const char *path, struct status *status)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = true;

	if (fd < 0)
		return status_set(status, STATUS_USAGE, "cannot open the rule folder %s: %s", path,
		    strerror(errno));
	for (size_t i = 0; done && known[i] != NULL; i++)
		done = add_kind(rules, fd, path, known[i], status);
	close(fd);
	return done;
}

/* Name, length and content of every file, so that no two sets of files have one digest. */
static bool
digest_files(struct rules *rules)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; done && i < rules->nfiles; i++) {
		const struct rule_file *file = &rules->files[i];
		char header[32];
		int n = snprintf(header, sizeof(header), "%zu\n", file->bytes.len);

		done = EVP_DigestUpdate(context, file->name, strlen(file->name) + 1) == 1 &&
		    EVP_DigestUpdate(context, header, (size_t)n) == 1 &&
		    EVP_DigestUpdate(context, file->bytes.data, file->bytes.len) == 1;
	}
	done = done && EVP_DigestFinal_ex(context, digest, NULL) == 1;
	for (int i = 0; done && i < 32; i++)
		snprintf(rules->digest + 2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(context);
	return done;
}

struct rules *
rules_open(const char *const *folders, size_t n, struct status *status)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	bool done = rules != NULL;

	if (!done) {
		status_set(status, STATUS_MEMORY, "no memory for the rules");
		return NULL;
	}
	rules->arena = arena_new(64 * MIB);
	rules->files = calloc(MAX_FILES, sizeof(*rules->files));
	if (rules->arena == NULL || rules->files == NULL)
		done = status_set(status, STATUS_MEMORY, "no memory for the rules");
	for (size_t i = 0; done && i < n; i++)
		done = add_folder(rules, folders[i], status);
	if (!done) {
		rules_free(rules);
		return NULL;
	}
	return rules;
}

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->ncompiled; i++)
		if (rules->compiled[i].made != NULL)
			rules->compiled[i].kind->free(rules->compiled[i].made);
	for (size_t i = 0; i < rules->nfiles; i++)
		if (rules->files[i].bytes.len > READ_WHOLE)
			munmap((void *)(uintptr_t)rules->files[i].bytes.data,
			    rules->files[i].bytes.len);
	free(rules->files);
	arena_free(rules->arena);
	free(rules);
}

const char *const *
rules_folders(void)
{
	return known;
}

const char *
rules_digest(const struct rules *rules, struct status *status)
{
	/* A cache, too: two megabytes of rules cost more than all of a tiny scan's own work. */
	struct rules *cache = (struct rules *)(uintptr_t)rules;

	if (rules->digest[0] == '\0' && !digest_files(cache)) {
		status_set(status, STATUS_INTERNAL, "OpenSSL cannot compute SHA-256");
		return NULL;
	}
	return rules->digest;
}

const struct rule_file *
rules_files(const struct rules *rules, const char *folder, size_t *ret_n)
{
	struct rule_file *list;
	size_t len = strlen(folder), n = 0;

	*ret_n = 0;
	for (size_t i = 0; i < rules->nfiles; i++)
		n += strncmp(rules->files[i].name, folder, len) == 0 &&
		    rules->files[i].name[len] == '/';
	list = arena_array(rules->arena, n + 1, sizeof(*list));
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < rules->nfiles; i++)
		if (strncmp(rules->files[i].name, folder, len) == 0 &&
		    rules->files[i].name[len] == '/')
			list[(*ret_n)++] = rules->files[i];
	return list;
}

/* The slot of KIND, compiled now where this is the first time. */
static const struct compiled *
compile(struct rules *rules, const struct rule_kind *kind)
{
	const struct rule_file *files;
	struct compiled *slot;
	size_t n;

	for (size_t i = 0; i < rules->ncompiled; i++)
		if (rules->compiled[i].kind == kind)
			return &rules->compiled[i];
	if (rules->ncompiled == MAX_KINDS)
		return NULL;
	slot = &rules->compiled[rules->ncompiled++];
	slot->kind = kind;
	files = rules_files(rules, kind->folder, &n);
	if (files == NULL)
		status_set(&slot->status, STATUS_MEMORY, "no memory for the rules");
	else
		slot->made = kind->compile(files, n, &slot->status);
	return slot;
}

/* Makes DIGEST of FOLDER part of the digest of all rules. */
static bool
extend_digest(struct rules *rules, const char *folder, const char *digest)
{
	char text[sizeof(rules->digest) + 128];
	unsigned char sum[32];
	int n;

	if (rules->digest[0] == '\0' && !digest_files(rules))
		return false;
	n = snprintf(text, sizeof(text), "%s\n%s\n%s\n", rules->digest, folder, digest);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    EVP_Digest(text, (size_t)n, sum, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (int i = 0; i < 32; i++)
		snprintf(rules->digest + 2 * i, 3, "%02x", sum[i]);
	return true;
}

bool
rules_give(struct rules *rules, const struct rule_kind *kind, void *made, const char *digest,
    struct status *status)
{
	bool is_new = rules->ncompiled < MAX_KINDS;

	for (size_t i = 0; i < rules->ncompiled; i++)
		is_new = is_new && rules->compiled[i].kind != kind;
	if (!is_new || !extend_digest(rules, kind->folder, digest)) {
		kind->free(made);
		return status_set(
		    status, STATUS_INTERNAL, "the rules cannot take what is given for them");
	}
	rules->compiled[rules->ncompiled++] = (struct compiled){ .kind = kind, .made = made };
	return true;
}

const void *
rules_get(const struct rules *rules, const struct rule_kind *kind, struct status *status)
{
	/* What is compiled is a cache: the rules themselves stay as they were read. */
	const struct compiled *slot = compile((struct rules *)(uintptr_t)rules, kind);

	if (slot == NULL) {
		status_set(
		    status, STATUS_INTERNAL, "more kinds of rules than rules.c has room for");
		return NULL;
	}
	if (slot->made == NULL)
		status_set(status,
		    slot->status.code == STATUS_OK ? STATUS_INTERNAL : slot->status.code, "%s",
		    slot->status.code == STATUS_OK ? "the rules do not compile"
						   : slot->status.text);
	return slot->made;
}
