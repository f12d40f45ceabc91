/*
 * Confinement of another program: see sandbox_enter_program() in scan/sandbox.h. What is forbidden
 * fails instead of killing, since honest programs ask for more than they need: a C library looks
 * for name services by a socket and takes no for an answer.
 */
#include "config.h"

#include "scan/landlock.h"
#include "scan/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>

/* What a dynamically linked program that reads descriptors and writes a pipe calls. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(fcntl),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(getrlimit),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(times),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

#define READ_ONLY(argument) \
	SCMP_CMP((argument), SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY)

static bool
load_filter(const char *program)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int failed = 0;

	if (filter == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, READ_ONLY(1));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, READ_ONLY(2));
	/* Code comes from files, not from memory that was written. */
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, 0));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_WRITE));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC, PROT_EXEC));
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* Limits may be asked for, not set. */
	failed |= seccomp_rule_add(
	    filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
	/* The program itself, by the address of its name; Landlock lets nothing else run either. */
	failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(execve), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)(uintptr_t)program));
	failed |= seccomp_load(filter);
	seccomp_release(filter);
	return failed == 0;
}

bool
sandbox_enter_program(const struct sandbox *sandbox, const char *program)
{
	const struct landlock_path paths[] = {
		{ program, LANDLOCK_READ | LANDLOCK_EXECUTE },
		/* where the dynamic linker and the libraries are */
		{ "/lib", LANDLOCK_READ | LANDLOCK_EXECUTE },
		{ "/lib64", LANDLOCK_READ | LANDLOCK_EXECUTE },
		{ "/usr/lib", LANDLOCK_READ | LANDLOCK_EXECUTE },
		{ "/usr/lib64", LANDLOCK_READ | LANDLOCK_EXECUTE },
		{ "/usr/local/lib", LANDLOCK_READ | LANDLOCK_EXECUTE },
		{ "/etc/ld.so.cache", LANDLOCK_READ },
	};
	int abi = landlock_abi();

	if (!sandbox->wanted)
		return true;
	return (abi == 0 || landlock_enter(abi, paths, ARRAY_LEN(paths))) && load_filter(program);
}
