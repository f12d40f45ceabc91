/* The inside of the GGUF analyzer, shared by gguf.c (keys) and gguf_tensors.c. */
#ifndef FORMAT_GGUF_H
#define FORMAT_GGUF_H

#include "core/compiler.h"
#include "core/reader.h"
#include "core/sink.h"

struct gguf {
	struct sink *sink;
	struct reader r;
	uint32_t version;
	bool big; /* big-endian */
	bool failed;
	uint64_t ntensors, nkeys;
	uint64_t alignment;
	uint32_t alignment_type;
	size_t nfacts;
};

/* Says once that it cannot be read further: CHECK and one sentence. Always false. */
bool gguf_fail(struct gguf *, const char *check, const char *what);
MUST_USE bool gguf_u32(struct gguf *, uint32_t *);
MUST_USE bool gguf_u64(struct gguf *, uint64_t *);
/* A length or count: 32 bits in version 1, 64 since. */
MUST_USE bool gguf_size(struct gguf *, uint64_t *);
MUST_USE bool gguf_string(struct gguf *, struct bytes *);
/* Reports a key or a tensor's name that holds control characters. */
void gguf_check_name(struct gguf *, struct bytes name, uint64_t offset);
/* Sorts NAMES and reports the first that stands twice. */
void gguf_check_duplicates(struct gguf *, struct bytes *names, size_t n, const char *what);
/* Reads and checks the tensors behind the keys. */
void gguf_read_tensors(struct gguf *);

#endif
