/* Landlock: see scan/landlock.h. */
#include "config.h"

#include "scan/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Debian 12's headers stop at Landlock ABI 2, so the structures and the bits of later ABIs are
 * spelt out here (linux/landlock.h, Linux 6.12); what the kernel does not know is masked.
 */
struct landlock_attr {
	uint64_t fs, net, scoped;
};

struct landlock_beneath {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

#define LANDLOCK_VERSION_FLAG 1u
#define LANDLOCK_BENEATH 1
#define LANDLOCK_FS_ABI1 0x1fffull
#define LANDLOCK_FS_REFER 0x2000ull
#define LANDLOCK_FS_TRUNCATE 0x4000ull
#define LANDLOCK_FS_IOCTL_DEV 0x8000ull
#define LANDLOCK_NET_TCP 0x3ull
#define LANDLOCK_SCOPE 0x3ull

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);

	return abi < 0 ? 0 : (int)abi;
}

static bool
allow(int ruleset, const struct landlock_path *path)
{
	struct landlock_beneath rule = { path->rights, open(path->path, O_PATH | O_CLOEXEC) };
	bool done;

	if (rule.fd < 0)
		return true;
	done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_BENEATH, &rule, 0) == 0;
	close(rule.fd);
	return done;
}

bool
landlock_enter(int abi, const struct landlock_path *paths, size_t n)
{
	struct landlock_attr attr = { .fs = LANDLOCK_FS_ABI1 };
	size_t size = abi >= 6 ? sizeof(attr) : abi >= 4 ? 16 : 8;
	bool done = true;
	long fd;

	if (abi >= 2)
		attr.fs |= LANDLOCK_FS_REFER;
	if (abi >= 3)
		attr.fs |= LANDLOCK_FS_TRUNCATE;
	if (abi >= 5)
		attr.fs |= LANDLOCK_FS_IOCTL_DEV;
	if (abi >= 4)
		attr.net = LANDLOCK_NET_TCP;
	if (abi >= 6)
		attr.scoped = LANDLOCK_SCOPE;
	fd = syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd < 0)
		return false;
	for (size_t i = 0; i < n && done; i++)
		done = allow((int)fd, &paths[i]);
	done = done && syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
	close((int)fd);
	return done;
}
