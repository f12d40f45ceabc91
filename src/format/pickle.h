/*
 * The pickle analyzer: an abstract interpreter of the whole pickle virtual machine (Python's
 * Lib/pickletools.py, protocols 0 to 5). Nothing is loaded: values are kept as where they stand in
 * the file, callables as names, and what matters is which names are imported and which are called.
 */
#ifndef FORMAT_PICKLE_H
#define FORMAT_PICKLE_H

#include "bundle/member.h"
#include "core/sink.h"

enum pickle_flavor {
	PICKLE_PLAIN = 0,
	PICKLE_JOBLIB = 1, /* raw array bytes follow each NumpyArrayWrapper */
	PICKLE_ONE = 2,	   /* stop after the first stream: the caller knows what follows */
};

/*
 * Analyzes the streams in MEMBER from START on: findings of the family pickle/, facts, nested
 * pickles. *RET_END is where the last whole stream ended. False where not even one stream could be
 * read to its end; the findings up to there are in the sink, and pickle/malformed beside them.
 */
bool pickle_analyze(const struct member *, uint64_t start, unsigned flavor, const struct rules *,
    struct sink *, uint64_t *ret_end);

/* Is a pickle likely to begin at the start of B? 0 to 100. */
int pickle_probe(struct bytes b);

#endif
