/*
 * The supervisor's side of the workers: hands out jobs, collects messages, replaces workers that
 * die, hang or babble. Parses nothing of a bundle and trusts nothing that a worker says.
 */
#ifndef SCAN_POOL_H
#define SCAN_POOL_H

#include "bundle/target.h"
#include "scan/wire.h"
#include "scan/worker.h"

struct job {
	enum message_type type;
	const char *path;	     /* the member it is about, as reported */
	const struct target *target; /* JOB_FILE, JOB_DIGEST: where to open ... */
	const struct entry *entry;   /* ... what */
	uint64_t flags;		     /* JOB_FILE */
	const char *algorithm;	     /* JOB_DIGEST */
	uint64_t start, end;
	uint64_t claim; /* JOB_WANTS, JOB_VERIFY */
	uint64_t bytes; /* how much there is to do: order, deadline and progress */
};

struct pool_events {
	/* A message of JOB's worker. False: it breaks the protocol, the worker is ended. */
	bool (*message)(void *context, const struct job *, enum message_type, struct reader body);
	/* JOB could not be done, or not to its end. CHECK is a scan/ check. */
	void (*failed)(void *context, const struct job *, const char *check, const char *why);
	/* JOB is over, one way or the other. */
	void (*done)(void *context, const struct job *);
	void *context;
};

struct pool_options {
	unsigned workers; /* at most; at least 1 */
	unsigned seconds; /* a job's time, beside what its size allows; 0: LIMIT_WORKER_SECONDS */
	const char *temporary; /* folder for scratch files; NULL: /tmp */
	/* Called once, when the first workers have their jobs: what is to be done beside them.
	 * NULL: nothing. */
	void (*meanwhile)(void *context);
	void *context;
};

/*
 * Does all N jobs, the largest first. Reorders JOBS. False and a status where no worker could be
 * started; whatever happens to a single job is an event.
 */
MUST_USE bool pool_run(const struct pool_options *, const struct worker_setup *, struct job *jobs,
    size_t n, const struct pool_events *, struct status *);

#endif
