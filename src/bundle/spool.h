/* Unpacked bytes on their way into the scratch space; private to bundle/. */
#ifndef BUNDLE_SPOOL_H
#define BUNDLE_SPOOL_H

#include "bundle/unpack.h"
#include "core/buffer.h"

struct spool {
	struct scratch *scratch;
	struct buffer memory; /* until it is full */
	uint64_t start;	      /* in the scratch file */
	uint64_t written, len;
	bool in_file, failed;
};

struct spool spool_to(struct scratch *);
/* False where the scratch space is full: what was added before stays. */
MUST_USE bool spool_add(struct spool *, struct bytes);
/* Makes the bytes readable until the scratch is released; the spool is then done with. */
MUST_USE bool spool_finish(struct spool *, struct unpacked *ret);
void spool_drop(struct spool *);

#endif
