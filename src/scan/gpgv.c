/* OpenPGP signatures through gpgv: see scan/gpgv.h. */
#include "config.h"

#include "scan/gpgv.h"

#include "core/limits.h"
#include "core/reader.h"
#include "crypto/base64.h"
#include "scan/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descriptors of the child; gpgv is told their numbers. */
enum { FD_SIGNATURE = 3, FD_CONTENT, FD_STATUS, FD_KEYRING, FD_FIRST_FREE };

#define STATUS_MAX (64 * KIB)
#define PATIENCE_MS 600000

static const char *const programs[] = { "/usr/bin/gpgv", "/usr/local/bin/gpgv" };

/* The binary form of an armored keyring (RFC 4880, section 6.2); the checksum is not needed. */
static bool
dearmor(struct arena *arena, struct bytes text, struct bytes *ret)
{
	struct buffer base64 = buffer_up_to(text.len + 1);
	struct reader r = reader_over(text);
	bool in_body = false, done;
	struct bytes line;

	while (reader_line(&r, &line)) {
		if (line.len > 0 && line.data[line.len - 1] == '\r')
			line.len--;
		if (in_body && (bytes_starts(line, "=") || bytes_starts(line, "-----")))
			break;
		if (in_body)
			buffer_add(&base64, line);
		in_body = in_body || line.len == 0;
	}
	done = buffer_ok(&base64) && base64_decode(arena, buffer_bytes(&base64), ret);
	buffer_free(&base64);
	return done;
}

static int
file_of(const char *name, struct bytes b)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0 &&
	    (write(fd, b.data, b.len) != (ssize_t)b.len || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
limit(int what, rlim_t value)
{
	struct rlimit both = { value, value };

	if (setrlimit((__rlimit_resource_t)what, &both) != 0)
		_exit(126);
}

/* In the child: nothing open but what it needs, nothing in the environment, no privilege to gain,
 * nothing else to read, write, reach or run. */
static _Noreturn void
become_gpgv(const struct sandbox *sandbox, const char *program, const int fds[FD_FIRST_FREE])
{
	static char *const no_environment[] = { NULL };
	char *arguments[] = { (char *)(uintptr_t) "gpgv", (char *)(uintptr_t) "--homedir",
		(char *)(uintptr_t) "/nonexistent", (char *)(uintptr_t) "--status-fd",
		(char *)(uintptr_t) "5", (char *)(uintptr_t) "--enable-special-filenames",
		(char *)(uintptr_t) "--keyring", (char *)(uintptr_t) "/proc/self/fd/6",
		(char *)(uintptr_t) "--", (char *)(uintptr_t) "-&3", (char *)(uintptr_t) "-&4",
		NULL };
	int moved[FD_FIRST_FREE], null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = FD_SIGNATURE; i < FD_FIRST_FREE; i++)
		if ((moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 20)) < 0)
			_exit(126);
	for (int i = 0; i < FD_SIGNATURE; i++)
		if (null < 0 || dup2(null, i) < 0)
			_exit(126);
	for (int i = FD_SIGNATURE; i < FD_FIRST_FREE; i++)
		if (dup2(moved[i], i) < 0)
			_exit(126);
	if (close_range(FD_FIRST_FREE, ~0u, 0) != 0 || chdir("/") != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(126);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, 64);
	/* A sanitizer holds more than that before the filter is made: it would end us here. */
	if (sandbox->enabled || !sandbox->wanted)
		limit(RLIMIT_DATA, LIMIT_WORKER_MEMORY);
	limit(RLIMIT_CPU, PATIENCE_MS / 1000);
	if (!sandbox_enter_program(sandbox, program))
		_exit(125);
	execve(program, arguments, no_environment);
	_exit(127);
}

static bool
read_status(int fd, struct buffer *ret)
{
	for (;;) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		uint8_t block[4096];
		ssize_t n;

		if (poll(&poller, 1, PATIENCE_MS) <= 0)
			return false;
		n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (ret->len + (size_t)n > STATUS_MAX)
			return false;
		buffer_add(ret, bytes_of(block, (size_t)n));
	}
}

static bool
run(const struct sandbox *sandbox, const char *program, int fds[FD_FIRST_FREE], struct buffer *ret,
    struct status *status)
{
	int pipes[2], how = 0;
	bool was_read;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return status_set(status, STATUS_IO, "gpgv cannot be started: %s", strerror(errno));
	fds[FD_STATUS] = pipes[1];
	pid = fork();
	if (pid == 0)
		become_gpgv(sandbox, program, fds);
	close(pipes[1]);
	was_read = pid > 0 && read_status(pipes[0], ret);
	close(pipes[0]);
	if (pid < 0)
		return status_set(status, STATUS_IO, "gpgv cannot be started: %s", strerror(errno));
	if (!was_read)
		kill(pid, SIGKILL);
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	/* 0: good; 1: a bad signature; 2: other trouble, an unknown key among it */
	if (WIFEXITED(how) && WEXITSTATUS(how) == 125)
		return status_set(status, STATUS_INTERNAL, "gpgv cannot be confined");
	if (!was_read || !WIFEXITED(how) || WEXITSTATUS(how) > 2 || !buffer_ok(ret))
		return status_set(status, STATUS_IO, "gpgv did not come to an end");
	if (WEXITSTATUS(how) != 0)
		buffer_add_string(ret, "[GNUPG:] FAILURE assay-exit\n");
	return true;
}

bool
gpgv_run(const struct sandbox *sandbox, struct bytes keyring, struct bytes signature, int content,
    struct buffer *ret, struct status *status)
{
	struct arena *arena = arena_new(LIMIT_ARENA);
	int fds[FD_FIRST_FREE] = { 0 };
	const char *program = fault_gpgv();
	bool done = false;

	for (size_t i = 0; i < ARRAY_LEN(programs) && program == NULL; i++)
		if (access(programs[i], X_OK) == 0)
			program = programs[i];
	if (program == NULL)
		status_set(status, STATUS_UNSUPPORTED,
		    "OpenPGP signatures need gpgv, which is not installed");
	else if (arena == NULL ||
	    (bytes_starts(keyring, "-----BEGIN PGP") && !dearmor(arena, keyring, &keyring)))
		status_set(status, STATUS_USAGE, "the OpenPGP keyring cannot be read");
	else {
		fds[FD_SIGNATURE] = file_of("signature", signature);
		fds[FD_KEYRING] = file_of("keyring", keyring);
		fds[FD_CONTENT] = content;
		if (fds[FD_SIGNATURE] < 0 || fds[FD_KEYRING] < 0)
			status_set(status, STATUS_IO, "gpgv cannot be given its input");
		else
			done = run(sandbox, program, fds, ret, status);
		if (fds[FD_SIGNATURE] >= 0)
			close(fds[FD_SIGNATURE]);
		if (fds[FD_KEYRING] >= 0)
			close(fds[FD_KEYRING]);
	}
	arena_free(arena);
	return done;
}
