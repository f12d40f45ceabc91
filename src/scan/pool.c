/* The supervisor's side of the workers: see scan/pool.h. */
#include "config.h"

#include "scan/pool.h"

#include "bundle/libarchive.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Idle workers hold nothing worth waiting for, but gcov's counters in a build for it. */
#ifdef ASSAY_COVERAGE
#define KILLS_IDLE false
#else
#define KILLS_IDLE true
#endif
#define MAX_WORKERS 256
#define WORKER_SOCKET 3
#define WORKER_SCRATCH 4
#define MAX_MESSAGES 20000000 /* of one job: far above LIMIT_MEMBERS times what a member says */

struct slot {
	pid_t pid; /* 0: no process */
	int socket;
	const struct job *job; /* NULL: idle */
	struct buffer in;
	uint64_t messages;
	bool is_bare;	  /* its process was started without libarchive ... */
	bool wants_again; /* ... and asks to be started with it */
	int64_t deadline; /* milliseconds of the monotonic clock */
};

struct pool {
	const struct pool_options *options;
	const struct worker_setup *setup;
	const struct pool_events *events;
	struct slot slots[MAX_WORKERS];
	unsigned nslots;
	struct status *status;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In the child: only the socket and the scratch file stay open. */
static _Noreturn void
become_worker(const struct pool *pool, int socket, int scratch)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int spare;

	/* Move both out of the way of their numbers first. */
	socket = fcntl(socket, F_DUPFD, 10);
	spare = scratch < 0 ? -1 : fcntl(scratch, F_DUPFD, 10);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	dup2(socket, WORKER_SOCKET);
	if (spare >= 0)
		dup2(spare, WORKER_SCRATCH);
	else
		close(WORKER_SCRATCH);
	if (close_range(WORKER_SCRATCH + 1, ~0u, 0) != 0)
		_exit(72);
	worker_run(pool->setup, WORKER_SOCKET, spare >= 0 ? WORKER_SCRATCH : -1);
}

static bool
start_worker(struct pool *pool, struct slot *slot)
{
	int pair[2], scratch;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return status_set(
		    pool->status, STATUS_IO, "cannot start a worker: %s", strerror(errno));
	scratch = target_temporary(pool->options->temporary);
	pid = fork();
	if (pid == 0)
		become_worker(pool, pair[1], scratch);
	close(pair[1]);
	if (scratch >= 0)
		close(scratch);
	if (pid < 0) {
		close(pair[0]);
		return status_set(
		    pool->status, STATUS_IO, "cannot start a worker: %s", strerror(errno));
	}
	slot->pid = pid;
	slot->socket = pair[0];
	slot->is_bare = !libarchive_was_tried();
	slot->wants_again = false;
	buffer_reset(&slot->in);
	return true;
}

/* Ends the slot's process; says in WHY how it ended. */
static void
end_worker(struct slot *slot, bool killed, char *why, size_t size)
{
	int wait_status = 0;

	if (killed)
		kill(slot->pid, SIGKILL);
	close(slot->socket);
	while (waitpid(slot->pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	slot->pid = 0;
	slot->socket = -1;
	buffer_free(&slot->in);
	if (why == NULL || killed)
		return;
	if (WIFSIGNALED(wait_status))
		snprintf(why, size, "the worker that read it was killed by signal %d (%s)",
		    WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else
		snprintf(why, size, "the worker that read it ended with status %d",
		    WEXITSTATUS(wait_status));
}

static void
finish_job(struct pool *pool, struct slot *slot)
{
	const struct job *job = slot->job;

	slot->job = NULL;
	slot->messages = 0;
	pool->events->done(pool->events->context, job);
}

static void
fail_job(struct pool *pool, struct slot *slot, const char *why)
{
	pool->events->failed(pool->events->context, slot->job, "scan/worker-failed", why);
	finish_job(pool, slot);
}

static void
make_body(const struct job *job, struct buffer *body)
{
	switch ((int)job->type) {
	case JOB_FILE:
		wire_u64(body, job->flags);
		wire_string(body, job->path);
		wire_string(body, job->entry->name);
		break;
	case JOB_DIGEST:
		wire_string(body, job->path);
		wire_string(body, job->algorithm);
		wire_u64(body, job->start);
		wire_u64(body, job->end);
		break;
	default:
		wire_u64(body, job->claim);
		break;
	}
}

/* Gives JOB to SLOT. False where no worker can be started at all. */
static bool
give_job(struct pool *pool, struct slot *slot, const struct job *job)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	struct status status = { 0 };
	unsigned seconds =
	    pool->options->seconds > 0 ? pool->options->seconds : LIMIT_WORKER_SECONDS;
	bool given = true;
	int fd = -1;

	if (job->target != NULL) {
		fd = target_open_entry(job->target, job->entry, &status);
		if (fd < 0) {
			pool->events->failed(
			    pool->events->context, job, "scan/unreadable", status.text);
			pool->events->done(pool->events->context, job);
			return true;
		}
	}
	slot->job = job;
	slot->deadline =
	    now_ms() + 1000 * (int64_t)(seconds + job->bytes / LIMIT_WORKER_BYTES_PER_SECOND);
	make_body(job, &body);
	for (int tries = 0; given && tries < 2; tries++) {
		if (slot->pid == 0)
			given = start_worker(pool, slot);
		if (given && wire_send_job(slot->socket, job->type, &body, fd))
			break;
		if (given) {
			end_worker(slot, true, NULL, 0);
			if (tries == 1)
				fail_job(pool, slot, "no worker takes this file");
		}
	}
	if (!given)
		slot->job = NULL;
	buffer_free(&body);
	if (fd >= 0)
		close(fd);
	return given;
}

/* Handles the whole messages in the slot's buffer. False: the worker breaks the protocol. */
static bool
handle_messages(struct pool *pool, struct slot *slot)
{
	struct reader r = reader_over(buffer_bytes(&slot->in));
	size_t rest;

	while (slot->job != NULL) {
		struct reader message = r;
		struct bytes body;
		uint32_t len;
		uint8_t type;

		if (!reader_u32le(&message, &len))
			break;
		if (len == 0 || len > LIMIT_MESSAGE)
			return false;
		if (!reader_bytes(&message, len, &body))
			break;
		r = message;
		message = reader_over(body);
		if (!reader_u8(&message, &type) || ++slot->messages > MAX_MESSAGES)
			return false;
		if (type == MESSAGE_AGAIN) {
			slot->wants_again = slot->is_bare && slot->messages == 1;
			return slot->wants_again;
		}
		if (type == MESSAGE_DONE)
			finish_job(pool, slot);
		else if (!pool->events->message(pool->events->context, slot->job,
			     (enum message_type)type, reader_over(bytes_slice(body, 1, SIZE_MAX))))
			return false;
	}
	rest = reader_left(&r);
	if (slot->job == NULL && rest > 0)
		return false; /* it speaks without having been asked */
	memmove(slot->in.data, slot->in.data + r.pos, rest);
	slot->in.len = rest;
	return true;
}

/* Another process, with the library, does the slot's job from its beginning. */
static void
start_anew(struct pool *pool, struct slot *slot)
{
	const struct job *job = slot->job;

	(void)libarchive_load();
	end_worker(slot, true, NULL, 0);
	slot->messages = 0;
	if (!give_job(pool, slot, job)) {
		slot->job = job;
		fail_job(pool, slot, "no other worker could be started to unpack it");
	}
}

static void
read_slot(struct pool *pool, struct slot *slot)
{
	uint8_t block[1 << 16];
	char why[160] = "the worker that read it broke the protocol";
	ssize_t n = recv(slot->socket, block, sizeof(block), MSG_DONTWAIT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		buffer_add(&slot->in, bytes_of(block, (size_t)n));
		if (buffer_ok(&slot->in) && handle_messages(pool, slot)) {
			if (slot->wants_again)
				start_anew(pool, slot);
			return;
		}
		end_worker(slot, true, NULL, 0);
	} else {
		end_worker(slot, false, why, sizeof(why));
	}
	if (slot->job != NULL)
		fail_job(pool, slot, why);
}

/* Waits for the next words of any worker, or for the next deadline. */
static void
wait_for_workers(struct pool *pool)
{
	struct pollfd fds[MAX_WORKERS];
	struct slot *owners[MAX_WORKERS];
	int64_t now = now_ms(), next = now + 1000;
	nfds_t n = 0;

	for (unsigned i = 0; i < pool->nslots; i++) {
		struct slot *slot = &pool->slots[i];

		if (slot->job == NULL)
			continue;
		if (slot->deadline <= now) {
			char why[96];

			snprintf(
			    why, sizeof(why), "reading it took too long; its worker was ended");
			end_worker(slot, true, NULL, 0);
			fail_job(pool, slot, why);
			continue;
		}
		next = slot->deadline < next ? slot->deadline : next;
		fds[n] = (struct pollfd){ .fd = slot->socket, .events = POLLIN };
		owners[n++] = slot;
	}
	if (n == 0 || poll(fds, n, (int)(next - now)) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents != 0)
			read_slot(pool, owners[i]);
}

static bool
is_busy(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->nslots; i++)
		if (pool->slots[i].job != NULL)
			return true;
	return false;
}

static int
compare_jobs(const void *a, const void *b)
{
	const struct job *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->path, y->path);
}

bool
pool_run(const struct pool_options *options, const struct worker_setup *setup, struct job *jobs,
    size_t n, const struct pool_events *events, struct status *status)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	size_t next = 0;
	bool working = true, is_first = options->meanwhile != NULL;

	if (pool == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the workers");
	*pool =
	    (struct pool){ .options = options, .setup = setup, .events = events, .status = status };
	pool->nslots = options->workers < 1  ? 1
	    : options->workers > MAX_WORKERS ? MAX_WORKERS
					     : options->workers;
	if (pool->nslots > n)
		pool->nslots = (unsigned)n;
	for (unsigned i = 0; i < pool->nslots; i++)
		pool->slots[i] =
		    (struct slot){ .socket = -1, .in = buffer_up_to(2 * LIMIT_MESSAGE) };
	if (n > 1)
		qsort(jobs, n, sizeof(*jobs), compare_jobs);
	while (working && (next < n || is_busy(pool))) {
		for (unsigned i = 0; i < pool->nslots && working && next < n; i++)
			while (working && next < n && pool->slots[i].job == NULL)
				working = give_job(pool, &pool->slots[i], &jobs[next++]);
		if (working && is_first)
			options->meanwhile(options->context);
		is_first = false;
		if (working)
			wait_for_workers(pool);
	}
	for (unsigned i = 0; i < pool->nslots; i++)
		if (pool->slots[i].pid != 0)
			end_worker(&pool->slots[i], KILLS_IDLE, NULL, 0);
	free(pool);
	return working;
}
