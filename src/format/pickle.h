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
	PICKLE_ONE = 1,	       /* stop after the first stream: the caller knows what follows */
	PICKLE_TAIL_KNOWN = 2, /* raw data follows the streams: that is no finding */
};

/* A storage that a pickle of PyTorch refers to by a persistent id. */
struct pickle_storage {
	struct bytes key;   /* the name of its record */
	uint64_t items;	    /* its length in items */
	uint32_t item_size; /* in bytes; 0 where the type is not known */
};

/* What the streams of a member say about their content. Lives in the arena it was made with. */
struct pickle_survey {
	uint64_t end;	   /* where the last whole stream ended; start where there was none */
	uint64_t streams;  /* whole ones */
	unsigned protocol; /* the highest */
	uint64_t tensors;  /* of PyTorch */
	uint64_t parameters;
	struct pickle_storage *storages;
	size_t nstorages;
	uint64_t arrays; /* of joblib, written between the opcodes */
	uint64_t array_bytes;
	/* Keys under which a dictionary got a tensor; kept by pickle_tensor_names() only. */
	struct bytes *names;
	size_t nnames;
	bool keeps_names;
	bool makes_array;      /* the last stream gives a NumPy array */
	bool uses_torchscript; /* it names classes of TorchScript */
	bool has_estimator;    /* it names a class of scikit-learn */
};

/*
 * Analyzes the streams in MEMBER from START on: findings of the family pickle/, facts, nested
 * pickles. False where not even one stream could be read to its end; the findings up to there are
 * in the sink, and pickle/malformed beside them.
 */
bool pickle_analyze(const struct member *, uint64_t start, unsigned flavor, const struct rules *,
    struct sink *, struct pickle_survey *ret);

/* The same for the first stream of B only, without a word to anybody. */
bool pickle_survey(struct bytes b, struct arena *, struct pickle_survey *ret);
/* And with the names of its tensors. */
bool pickle_tensor_names(struct bytes b, struct arena *, struct pickle_survey *ret);

/* Is a pickle likely to begin at the start of B? 0 to 100. */
int pickle_probe(struct bytes b);

#endif
