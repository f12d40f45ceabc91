/*
 * The only way out of an analyzer, a detector and a verifier. Through it leave, for one member:
 *
 *   findings   what was seen that somebody should know     sink_finding()
 *   facts      what the member says about itself           sink_fact()
 *   text       runs of text for the detectors              sink_text()
 *   pieces     content to be scanned in turn               sink_piece()
 *   trouble    why we could not look                       sink_trouble()
 *
 * All of them are void and copy the strings they are given, but borrow content (struct bytes),
 * which must live as long as the member. When memory ends, or a check has been reported
 * LIMIT_FINDINGS times, the sink's status says so: nothing is dropped in silence.
 */
#ifndef CORE_SINK_H
#define CORE_SINK_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

struct finding {
	const char *check;    /* id in the catalog: "pickle/dangerous-import" */
	const char *path;     /* the member; filled in by the pipeline where NULL */
	uint64_t offset, len; /* in the member; len 0 means all of it */
	const char *message;  /* one sentence, safe to print */
	const char *evidence; /* what was seen, masked, stable over line moves; "" where none */
	unsigned confidence;  /* in percent: how sure that it is what CHECK says; mostly 100 */
	bool is_guess;	      /* by sink_finding_likely(): it shows its value masked */
};

struct fact {
	const char *key, *value;
};

enum span_kind {
	SPAN_PROSE,	 /* a document, a comment, a description: running text */
	SPAN_SOURCE,	 /* source code or a script */
	SPAN_VALUE,	 /* one value of a structure; KEY names it */
	SPAN_CONSTANT,	 /* a string of a program, for whatever purpose; KEY may name it */
	SPAN_VOCABULARY, /* a tokenizer's vocabulary or merges: not statements of anybody */
};

struct span {
	enum span_kind kind;
	const char *key;   /* JSON path, column, metadata key; "" where the text has no name */
	struct bytes text; /* borrowed, UTF-8: other encodings and escapes are decoded before */
	uint64_t offset;   /* of the text's first byte in the member; where the text had to be
			      decoded, offsets inside of it are near, not exact */
};

/* Is the span one piece of data, rather than text that somebody reads? */
static inline bool
span_is_data(const struct span *span)
{
	return span->kind == SPAN_VALUE || span->kind == SPAN_CONSTANT;
}

/* How the bytes of a piece are packed. */
enum codec {
	CODEC_NONE,    /* as they are: zero-copy */
	CODEC_DEFLATE, /* raw, as in zip */
	CODEC_ZLIB,
	CODEC_GZIP,
	CODEC_BZIP2,
	CODEC_XZ,
	CODEC_LZMA,	/* the .lzma format */
	CODEC_ZIP_LZMA, /* zip's method 14 */
	CODEC_ZSTD,
	CODEC_LZ4, /* frames */
	CODEC_TAR, /* an archive: yields many members */
	CODEC_7Z,  /* likewise */
	CODEC_COUNT
};

#define SIZE_UNKNOWN UINT64_MAX

struct piece {
	const char *name; /* what follows "!/" in the path of the new member */
	enum codec codec;
	struct bytes packed; /* borrowed from the member, or copied to the arena by the analyzer */
	uint64_t size;	     /* unpacked size that the container claims, or SIZE_UNKNOWN */
	uint32_t crc32;	     /* that the container claims, where HAS_CRC */
	bool has_crc;
};

struct sink;

/* MAX bytes of strings and records. NULL out of memory. */
MUST_USE struct sink *sink_new(size_t max);
void sink_free(struct sink *);
/* Empties the sink for the next member. */
void sink_reset(struct sink *);
/* Memory that lives as long as the sink's contents. */
struct arena *sink_arena(struct sink *);

/*
 * Reports CHECK at OFFSET. EVIDENCE may be NULL. FORMAT makes one sentence; strings of the
 * bundle go into it through text_safe(), secrets and personal data through sink_mask().
 */
void sink_finding(struct sink *, const char *check, uint64_t offset, uint64_t len,
    const char *evidence, const char *format, ...) PRINTF_LIKE(6, 7);
/* The same, deciding whether it was already said: reports each (check, evidence) once. */
void sink_finding_once(struct sink *, const char *check, uint64_t offset, uint64_t len,
    const char *evidence, const char *format, ...) PRINTF_LIKE(6, 7);
/* The same with how sure it is, 0 to 100: detectors guess, and policies set thresholds. */
void sink_finding_likely(struct sink *, const char *check, unsigned confidence, uint64_t offset,
    uint64_t len, const char *evidence, const char *format, ...) PRINTF_LIKE(7, 8);
void sink_fact(struct sink *, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);
void sink_text(struct sink *, enum span_kind, const char *key, struct bytes text, uint64_t offset);
void sink_piece(struct sink *, const struct piece *);
/*
 * We could not look at all of this member: a finding of CHECK (one whose catalog entry says
 * `incomplete: true`), and the sink's status. A format's own malformed content is a finding of
 * its own family ("gguf/malformed") and may say incomplete in the catalog.
 */
void sink_trouble(struct sink *, enum status_code, const char *check, uint64_t offset,
    const char *format, ...) PRINTF_LIKE(5, 6);

/*
 * Masks VALUE (text_mask()) as evidence, and remembers it for sink_hide(). NULL out of memory.
 */
const char *sink_mask(struct sink *, struct bytes value);
/* Hides the remembered values in every fact, message and evidence so far: a fact taken from
 * metadata, or what another check shows, must not tell what a detector masked. */
void sink_hide(struct sink *);

/* What has been put in, in the order of arrival; valid until the next call that adds. */
const struct finding *sink_findings(const struct sink *, size_t *ret_n);
const struct fact *sink_facts(const struct sink *, size_t *ret_n);
const struct span *sink_spans(const struct sink *, size_t *ret_n);
const struct piece *sink_pieces(const struct sink *, size_t *ret_n);
const struct status *sink_status(const struct sink *);
/*
 * What was dropped without a finding, because memory or the room for findings ran out; NULL where
 * nothing was. Whoever sends the results adds a finding that says incomplete.
 */
const char *sink_untold(const struct sink *);
/* The value of the first fact named KEY, or NULL. */
const char *sink_fact_value(const struct sink *, const char *key);
bool sink_has(const struct sink *, const char *check);

#endif
