/*
 * What a supervisor and its workers say to each other: length-prefixed messages over a socket
 * pair. A worker may be in an attacker's hands, so the supervisor reads its messages with
 * core/reader.h like any hostile file, and so does the worker with its own.
 *
 *   message = u32le length of what follows | u8 type | body
 *   string  = u32le length | bytes
 *
 * Numbers are little-endian u64. A job is a message too; its descriptor travels with its first
 * byte.
 */
#ifndef SCAN_WIRE_H
#define SCAN_WIRE_H

#include "core/buffer.h"
#include "core/reader.h"
#include "core/sink.h"
#include "core/status.h"

enum message_type {
	/* From the supervisor: */
	JOB_FILE = 1, /* u64 flags | string path, name | u64 size */
	JOB_DIGEST,   /* string path, algorithm | u64 start, end */
	JOB_WANTS,    /* u64 claim */
	JOB_VERIFY,   /* u64 claim */
	/* From a worker: */
	MESSAGE_MEMBER = 64, /* string path | u64 size, depth, flags | string sha256 | list formats
				| list facts */
	MESSAGE_FINDING, /* string check, path | u64 offset, len, line, confidence | string message,
			    evidence */
	MESSAGE_SKIP,	 /* string path, reason */
	MESSAGE_CLAIM,	 /* string verifier, path, bytes */
	MESSAGE_WANT,	 /* string path, algorithm | u64 start, end */
	MESSAGE_DIGEST,	 /* string path, algorithm | u64 start, end | string hex */
	MESSAGE_PROVENANCE, /* string kind, path | u64 status | string signer, algorithm, time | u64
			       covers | string why | list covered */
	MESSAGE_TENSORS,    /* string path | bytes: string name, string name ... */
	MESSAGE_DONE,	    /* the job is finished */
	MESSAGE_AGAIN,	    /* instead of all others: it needs a library; start it anew with that */
};

enum job_flag {
	JOB_HASH = 1,	 /* SHA-256 of the whole file */
	JOB_INSPECT = 2, /* formats, detectors, what is inside */
	JOB_CLAIMS = 4,	 /* recognize hash lists and signatures */
};

enum member_flag {
	MEMBER_IDENTIFIED = 1, /* some format claimed it */
	MEMBER_ANALYZED = 2,   /* and nothing stopped us from looking at all of it */
	MEMBER_NESTED = 4,
	MEMBER_HASH_ONLY = 8, /* adds its SHA-256 to the member that another job describes */
};

/* Messages on their way out: collected, sent when large or at the end. */
struct wire {
	int fd; /* -1: keep everything in memory */
	struct buffer out;
	bool broken; /* the other side is gone */
	bool again;  /* what is collected is worthless: the job is to be started anew */
	/* Nothing leaves before the job ends, since it might have to be started anew; should it
	 * become too much, it is started anew. */
	bool holds;
};

struct wire wire_over(int fd);
void wire_free(struct wire *);
/* A message of TYPE whose body is BODY; BODY is emptied. A body too large breaks the wire. */
void wire_send(struct wire *, enum message_type, struct buffer *body);
/* Writes out what is collected. */
void wire_flush(struct wire *);
/* Ends a job that cannot be done by this process: MESSAGE_AGAIN is all that its supervisor gets. */
void wire_send_again(struct wire *);

void wire_string(struct buffer *, const char *);
void wire_bytes(struct buffer *, struct bytes);
void wire_u64(struct buffer *, uint64_t);
MUST_USE bool wire_get_u64(struct reader *, uint64_t *);
/* Borrowed from the message. */
MUST_USE bool wire_get_bytes(struct reader *, struct bytes *);

/* Sends one job with descriptor FD (-1: none). False where the worker is gone. */
MUST_USE bool wire_send_job(int socket, enum message_type, const struct buffer *body, int fd);
/*
 * Waits for the next job. 1 with the body in *ret (reset first) and a descriptor or -1; 0 at the
 * end; -1 where the message is no job.
 */
MUST_USE int wire_receive_job(
    int socket, enum message_type *ret_type, struct buffer *ret, int *ret_fd);

#endif
