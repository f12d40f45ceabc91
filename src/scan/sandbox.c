/* Confinement of a worker: see scan/sandbox.h. */
#include "config.h"

#include "scan/sandbox.h"

#include "core/limits.h"
#include "scan/landlock.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* What parsing needs: bytes of descriptors it was given, memory, time, the end. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(pwrite64),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
	SCMP_SYS(close),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(sysinfo),
	SCMP_SYS(sched_yield),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static scmp_filter_ctx
make_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed = 0;

	if (filter == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* Memory may be mapped and its protection changed, but never made executable. */
	failed |= seccomp_rule_add(
	    filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (failed != 0) {
		seccomp_release(filter);
		return NULL;
	}
	return filter;
}

/* Sanitizers need files, signals and memory that the confinement forbids. */
#ifdef ASSAY_SANITIZED
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

void
sandbox_open(struct sandbox *sandbox, bool wanted)
{
	*sandbox = (struct sandbox){ .wanted = wanted, .enabled = wanted };
	if (!wanted) {
		sandbox->why_not = "none (--no-sandbox)";
		return;
	}
	if (is_sanitized) {
		sandbox->enabled = false;
		sandbox->why_not = "none (sanitizer build)";
		return;
	}
	sandbox->landlock = landlock_abi();
	sandbox->filter = make_filter();
	sandbox->has_seccomp = sandbox->filter != NULL;
}

void
sandbox_close(struct sandbox *sandbox)
{
	if (sandbox->filter != NULL)
		seccomp_release(sandbox->filter);
	sandbox->filter = NULL;
}

void
sandbox_describe(const struct sandbox *sandbox, char *ret, size_t size)
{
	char landlock[32] = "no landlock";

	if (!sandbox->enabled) {
		snprintf(ret, size, "%s", sandbox->why_not);
		return;
	}
	if (sandbox->landlock > 0)
		snprintf(landlock, sizeof(landlock), "landlock abi %d", sandbox->landlock);
	snprintf(ret, size, "%s, %sseccomp, rlimits", landlock, sandbox->has_seccomp ? "" : "no ");
}

static bool
limit(int resource, uint64_t value)
{
	struct rlimit now;

	/* Never raise what the user has lowered. */
	if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		value = now.rlim_max;
	return setrlimit(resource, &(struct rlimit){ value, value }) == 0;
}

bool
sandbox_enter(const struct sandbox *sandbox, struct status *status)
{
	if (!sandbox->enabled)
		return true;
	/*
	 * RLIMIT_DATA counts private writable memory only, so files of any size can still be
	 * mapped. RLIMIT_FSIZE bounds the scratch file, which is the only file a worker can write.
	 */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !limit(RLIMIT_CORE, 0) ||
	    !limit(RLIMIT_DATA, LIMIT_WORKER_MEMORY) || !limit(RLIMIT_FSIZE, LIMIT_EXPANDED) ||
	    !limit(RLIMIT_NPROC, 0))
		return status_set(
		    status, STATUS_INTERNAL, "cannot limit a worker: %s", strerror(errno));
	if (sandbox->landlock > 0 && !landlock_enter(sandbox->landlock, NULL, 0))
		return status_set(status, STATUS_INTERNAL,
		    "cannot confine a worker with Landlock: %s", strerror(errno));
	if (sandbox->has_seccomp && seccomp_load(sandbox->filter) != 0)
		return status_set(status, STATUS_INTERNAL, "cannot confine a worker with seccomp");
	return true;
}
