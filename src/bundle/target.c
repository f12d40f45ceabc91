/* Targets: what the user named, walked with openat2(2). See bundle/target.h. */
#include "config.h"

#include "bundle/target.h"

#include "core/limits.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct walk {
	struct target *target;
	struct arena *arena;
	const char *prefix;
	size_t room;
	struct status *status;
};

/* Opens NAME below FOLDER; RESOLVE says what the way may hold. -1 and errno on failure. */
static int
open_beneath(int folder, const char *name, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve };

	/* A pipe must not block us, a terminal not become ours; openat2(2) allows neither flag with
	 * O_PATH. */
	if (!(flags & O_PATH))
		how.flags |= O_NOCTTY | O_NONBLOCK;
	return (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
}

/* A new entry at the end of the list; NULL (and a status) past the limits. */
static struct entry *
add_entry(struct walk *walk, const char *name, enum entry_kind kind)
{
	struct target *target = walk->target;
	struct entry *entry;

	if (target->nentries == LIMIT_MEMBERS) {
		status_set(walk->status, STATUS_LIMIT, "%s holds more than %d files", target->path,
		    LIMIT_MEMBERS);
		return NULL;
	}
	if (target->nentries == walk->room) {
		size_t room = walk->room == 0 ? 64 : walk->room * 2;
		struct entry *entries = arena_array(walk->arena, room, sizeof(*entries));

		if (entries == NULL) {
			status_set(walk->status, STATUS_MEMORY,
			    "no memory for the list of files of %s", target->path);
			return NULL;
		}
		if (target->nentries > 0)
			memcpy(entries, target->entries, target->nentries * sizeof(*entries));
		target->entries = entries;
		walk->room = room;
	}
	entry = &target->entries[target->nentries];
	*entry = (struct entry){ .kind = kind };
	entry->name = arena_string(walk->arena, name);
	entry->path =
	    arena_format(walk->arena, "%s%s%s", walk->prefix, *walk->prefix == '\0' ? "" : "/",
		text_safe(walk->arena, bytes_of_string(name), 4 * LIMIT_NAME));
	if (entry->name == NULL || entry->path == NULL) {
		status_set(walk->status, STATUS_MEMORY, "no memory for the list of files of %s",
		    target->path);
		return NULL;
	}
	target->nentries++;
	return entry;
}

static void
add_unreadable(struct walk *walk, const char *name, const char *why)
{
	struct entry *entry = add_entry(walk, name, ENTRY_UNREADABLE);

	if (entry != NULL)
		entry->why = arena_string(walk->arena, why);
}

/* A link: inside the target, inside the cache around it, or out. */
static void
add_link(struct walk *walk, const char *name)
{
	const struct target *target = walk->target;
	char leads[LIMIT_NAME];
	struct entry *entry = add_entry(walk, name, ENTRY_LINK_OUT);
	ssize_t n = readlinkat(target->fd, name, leads, sizeof(leads) - 1);
	struct stat st;
	int fd;

	if (entry == NULL)
		return;
	leads[n < 0 ? 0 : n] = '\0';
	entry->leads = arena_string(walk->arena, leads);
	fd = open_beneath(target->fd, name, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
	if (fd >= 0) {
		entry->kind = ENTRY_LINK;
	} else if (target->link_fd >= 0) {
		const char *down = arena_format(walk->arena, "%s/%s", target->link_down, name);

		fd = down == NULL ? -1
				  : open_beneath(target->link_fd, down, O_PATH,
					RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
		if (fd >= 0)
			entry->kind = ENTRY_LINK_FILE;
	}
	if (fd < 0)
		return;
	if (fstat(fd, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		entry->kind = ENTRY_LINK_OUT;
	else if (S_ISDIR(st.st_mode) && entry->kind == ENTRY_LINK_FILE)
		entry->kind = ENTRY_LINK_OUT;
	entry->size = (uint64_t)st.st_size;
	close(fd);
}

static void
set_status(struct entry *entry, const struct stat *st)
{
	entry->size = (uint64_t)st->st_size;
	entry->modified = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static void
add_by_mode(struct walk *walk, const char *name, const struct stat *st)
{
	struct entry *entry;

	if (S_ISLNK(st->st_mode)) {
		add_link(walk, name);
		return;
	}
	entry = add_entry(walk, name, S_ISREG(st->st_mode) ? ENTRY_FILE : ENTRY_SPECIAL);
	if (entry != NULL)
		set_status(entry, st);
}

/* Lists the folder NAME ("" for the target itself), which lies DEPTH folders down. */
static void
walk_folder(struct walk *walk, const char *name, unsigned depth)
{
	int fd = open_beneath(walk->target->fd, *name == '\0' ? "." : name, O_RDONLY | O_DIRECTORY,
	    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	if (folder == NULL) {
		add_unreadable(walk, name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	while (walk->status->code == STATUS_OK && (item = readdir(folder)) != NULL) {
		struct stat st;
		const char *below;

		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		below = *name == '\0' ? arena_string(walk->arena, item->d_name)
				      : arena_format(walk->arena, "%s/%s", name, item->d_name);
		if (below == NULL)
			status_set(walk->status, STATUS_MEMORY, "no memory for the list of files");
		else if (strlen(below) >= LIMIT_NAME)
			add_unreadable(walk, below, "its name is longer than 4096 bytes");
		else if (fstatat(fd, item->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			add_unreadable(walk, below, strerror(errno));
		else if (!S_ISDIR(st.st_mode))
			add_by_mode(walk, below, &st);
		else if (depth + 1 >= LIMIT_DIRECTORY_DEPTH)
			add_unreadable(walk, below, "it lies more than 256 folders deep");
		else
			walk_folder(walk, below, depth + 1);
	}
	closedir(folder);
}

static int
compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/*
 * A snapshot in a Hugging Face cache (models--ORG--NAME/snapshots/COMMIT) holds links into
 * ../../blobs. Such a folder may be read through the cache that is around it.
 */
static void
find_cache(struct target *target, struct arena *arena)
{
	struct stat blobs, refs, here, above;
	char *down;
	int fd;

	if (fstatat(target->fd, "blobs", &blobs, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(blobs.st_mode) &&
	    fstatat(target->fd, "snapshots", &refs, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(refs.st_mode)) {
		target->kind = TARGET_CACHE;
		return;
	}
	if (fstatat(target->fd, "../../blobs", &blobs, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISDIR(blobs.st_mode))
		return;
	down = arena_format(arena, "snapshots/%s", target->name);
	fd = openat(target->fd, "../..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (down == NULL || fstat(target->fd, &here) != 0 ||
	    fstatat(fd, down, &above, AT_SYMLINK_NOFOLLOW) != 0 || here.st_ino != above.st_ino ||
	    here.st_dev != above.st_dev) {
		close(fd);
		return;
	}
	target->link_fd = fd;
	target->link_down = down;
	target->kind = TARGET_CACHE;
}

int
target_temporary(const char *folder)
{
	char name[LIMIT_NAME];
	int fd;

	if (folder == NULL || *folder == '\0')
		folder = "/tmp";
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* A file system without O_TMPFILE. */
	if ((size_t)snprintf(name, sizeof(name), "%s/assay-XXXXXX", folder) >= sizeof(name))
		return -1;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

/* All of standard input in a temporary file. */
static int
copy_stdin(struct status *status)
{
	static uint8_t block[1 << 16];
	int fd = target_temporary(NULL);
	ssize_t n;

	if (fd < 0) {
		status_set(status, STATUS_IO, "cannot make a temporary file for standard input: %s",
		    strerror(errno));
		return -1;
	}
	while ((n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || write(fd, block, (size_t)n) != n) {
			status_set(
			    status, STATUS_IO, "cannot copy standard input: %s", strerror(errno));
			close(fd);
			return -1;
		}
	}
	return fd;
}

/* The last part of PATH without trailing slashes; for "." and ".." what they stand for. */
static const char *
last_part(struct arena *arena, const char *path)
{
	char *copy = arena_string(arena, path), *slash, *real;
	size_t n;

	if (copy == NULL)
		return "";
	for (n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	slash = strrchr(copy, '/');
	if (slash != NULL && slash[1] != '\0')
		copy = slash + 1;
	if (strcmp(copy, ".") != 0 && strcmp(copy, "..") != 0)
		return copy;
	real = realpath(path, NULL);
	if (real == NULL)
		return copy;
	slash = strrchr(real, '/');
	copy = arena_string(arena, slash == NULL || slash[1] == '\0' ? real : slash + 1);
	free(real);
	return copy == NULL ? "" : copy;
}

bool
target_open(struct target *ret, const char *path, const char *prefix, struct arena *arena,
    struct status *status)
{
	struct target target = { .path = path, .fd = -1, .link_fd = -1 };
	struct walk walk = {
		.target = &target, .arena = arena, .prefix = prefix, .status = status
	};
	struct stat st;

	target.name = strcmp(path, "-") == 0 ? "stdin" : last_part(arena, path);
	target.fd = strcmp(path, "-") == 0
	    ? copy_stdin(status)
	    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (target.fd < 0)
		return status_set(status, STATUS_IO, "cannot open %s: %s", path, strerror(errno));
	if (fstat(target.fd, &st) != 0) {
		close(target.fd);
		return status_set(
		    status, STATUS_IO, "cannot look at %s: %s", path, strerror(errno));
	}
	if (S_ISDIR(st.st_mode)) {
		target.kind = TARGET_DIRECTORY;
		find_cache(&target, arena);
		walk_folder(&walk, "", 0);
		if (target.nentries > 1)
			qsort(target.entries, target.nentries, sizeof(*target.entries),
			    compare_entries);
	} else {
		struct entry *entry =
		    add_entry(&walk, target.name, S_ISREG(st.st_mode) ? ENTRY_FILE : ENTRY_SPECIAL);

		target.kind = strcmp(path, "-") == 0 ? TARGET_STDIN : TARGET_FILE;
		if (entry != NULL) {
			set_status(entry, &st);
			if (*prefix != '\0')
				entry->path = prefix;
		}
	}
	if (status->code != STATUS_OK) {
		target_close(&target);
		return false;
	}
	*ret = target;
	return true;
}

void
target_close(struct target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	if (target->link_fd >= 0)
		close(target->link_fd);
	target->fd = target->link_fd = -1;
}

int
target_open_entry(const struct target *target, const struct entry *entry, struct status *status)
{
	struct stat st;
	int fd = -1;

	if (target->kind == TARGET_FILE || target->kind == TARGET_STDIN) {
		fd = fcntl(target->fd, F_DUPFD_CLOEXEC, 3);
	} else if (entry->kind == ENTRY_LINK_FILE) {
		char down[2 * LIMIT_NAME];

		if ((size_t)snprintf(down, sizeof(down), "%s/%s", target->link_down, entry->name) <
		    sizeof(down))
			fd = open_beneath(target->link_fd, down, O_RDONLY,
			    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
	} else if (entry->kind == ENTRY_LINK) {
		fd = open_beneath(
		    target->fd, entry->name, O_RDONLY, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
	} else {
		fd = open_beneath(target->fd, entry->name, O_RDONLY | O_NOFOLLOW,
		    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	}
	if (fd < 0) {
		status_set(
		    status, STATUS_IO, "%s cannot be opened: %s", entry->path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		status_set(status, STATUS_IO, "%s is no regular file any more", entry->path);
		close(fd);
		return -1;
	}
	return fd;
}

const char *
target_kind_name(enum target_kind kind)
{
	switch (kind) {
	case TARGET_FILE:
		return "file";
	case TARGET_DIRECTORY:
		return "directory";
	case TARGET_CACHE:
		return "huggingface-cache";
	case TARGET_STDIN:
		return "stdin";
	}
	return "file";
}
