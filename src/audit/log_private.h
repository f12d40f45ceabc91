/* The inside of a log, shared by log.c (reading) and log_write.c; private to audit/. */
#ifndef AUDIT_LOG_PRIVATE_H
#define AUDIT_LOG_PRIVATE_H

#include "audit/log.h"

#define LOG_CHECKPOINT "checkpoint"
#define LOG_VKEY "log.vkey"
#define LOG_KEY "log.key.pem"
#define LOG_ROOT "trusted_root.json"
#define LOG_MAX_FILE 65536 /* checkpoint, keys */

struct log {
	int folder;
	struct arena *arena;
	const char *origin;
	struct key *key, *private_key; /* the latter only where it writes */
	uint64_t size;
	struct merkle_hash root;
	struct buffer note; /* the checkpoint, signed */
	struct buffer vkey;
};

/* Reads the checkpoint again and checks its signature. */
MUST_USE bool log_read_checkpoint(struct log *, struct status *);

#endif
