/*
 * Stands in for gpgv in test builds (see tests/faults.sh): tries what ATTEMPT says, and where that
 * succeeds calls the signature good. An honest one tries nothing; for any other to be believed
 * means that its confinement has a hole.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

enum attempt {
	try_nothing,
	try_read,
	try_write,
	try_list,
	try_socket,
	try_unix,
	try_run,
	try_fork,
	try_trace,
	try_kill,
};

static int
attempt(enum attempt what)
{
	switch (what) {
	case try_nothing:
		return 1;
	case try_read:
		return open(FOLDER "/secret", O_RDONLY) >= 0;
	case try_write:
		return open(FOLDER "/written", O_WRONLY | O_CREAT, 0600) >= 0;
	case try_list:
		return open(FOLDER, O_RDONLY | O_DIRECTORY) >= 0;
	case try_socket:
		return socket(AF_INET, SOCK_STREAM, 0) >= 0;
	case try_unix:
		return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
	case try_run:
		/* /bin/true would end with 0, but without a word: what was run must say "good" */
		return access("/bin/sh", X_OK) == 0 &&
		    execl("/bin/sh", "sh", "-c",
			"printf '[GNUPG:] NEWSIG\\n[GNUPG:] GOODSIG 1 a\\n[GNUPG:] VALIDSIG 1 "
			"a\\n' >&5",
			(char *)NULL) == 0;
	case try_fork:
		return fork() >= 0;
	case try_trace:
		return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
	case try_kill:
		return kill(getppid(), 0) == 0;
	}
	return 0;
}

int
main(void)
{
	static const char good[] = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1 a\n"
				   "[GNUPG:] VALIDSIG 0123456789012345678901234567890123456789\n";

	if (!attempt(ATTEMPT))
		return 3;
	return write(5, good, strlen(good)) != (ssize_t)strlen(good);
}
