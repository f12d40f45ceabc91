/* The pickle virtual machine, private to the files format/pickle_NAME.c. */
#ifndef FORMAT_PICKLE_VM_H
#define FORMAT_PICKLE_VM_H

#include "core/reader.h"
#include "format/globals.h"
#include "format/pickle.h"

/*
 * A value is 64 bits: a tag and a payload. Strings, bytes and numbers are where their opcode
 * stands, so that a file of millions of them needs no memory for them.
 */
typedef uint64_t pickle_value;

enum pickle_tag {
	TAG_OPAQUE,    /* something without interest */
	TAG_UNKNOWN,   /* could be anything: a memo slot that was never set */
	TAG_CONTAINER, /* list, dict or set; payload: its number, for its weight */
	TAG_NUMBER,    /* payload: position */
	TAG_TEXT,      /* str; payload: position */
	TAG_BYTES,     /* bytes, bytearray; payload: position */
	TAG_TUPLE,     /* payload: its number in the ring of recent tuples */
	TAG_SHAPE,     /* a tuple of numbers; payload: their product */
	TAG_GLOBAL,    /* payload: index of the import */
	TAG_RESULT,    /* what calling an import gave; payload: index of the import */
	TAG_DTYPE,     /* numpy.dtype(...); payload: bytes of an item, or DTYPE_OBJECT */
};

#define TAG_SHIFT 60
#define PAYLOAD ((UINT64_C(1) << TAG_SHIFT) - 1)
#define DTYPE_OBJECT PAYLOAD

static inline pickle_value
value_of(enum pickle_tag tag, uint64_t payload)
{
	return (uint64_t)tag << TAG_SHIFT | (payload & PAYLOAD);
}

static inline enum pickle_tag
tag_of(pickle_value v)
{
	return (enum pickle_tag)(v >> TAG_SHIFT);
}

static inline uint64_t
payload_of(pickle_value v)
{
	return v & PAYLOAD;
}

/* One imported name, once for each stream. */
struct import {
	struct bytes module, name; /* in the member or in the arena */
	enum global_class kind;
	const char *why;
	uint64_t offset;       /* of the opcode that imported it first */
	uint64_t called;       /* offset of the first call + 1; 0: never */
	const char *arguments; /* of that call, safe to print */
	bool is_built_on;      /* BUILD or an item assignment changed the callable itself */
};

#define TUPLES 64
#define TUPLE_ITEMS 8

struct tuple {
	uint64_t number;
	unsigned n; /* items, all of them; at most TUPLE_ITEMS are kept */
	pickle_value items[TUPLE_ITEMS];
};

struct values {
	pickle_value *v;
	size_t n, room, max;
};

struct pickle_vm {
	const struct member *member;
	const struct globals *globals;
	struct sink *sink;
	unsigned flavor, nesting;
	struct reader r;
	uint64_t op; /* offset of the current opcode */
	struct values stack, memo, marks;
	struct import *imports;
	size_t nimports, import_room;
	struct tuple tuples[TUPLES];
	uint64_t ntuples;
	float *weights; /* log2 of the expanded size of each container */
	size_t ncontainers, weight_room;
	float heaviest;
	uint64_t frame_end; /* 0: not in a frame */
	uint64_t released, opcodes;
	unsigned protocol;
	bool is_judging; /* false: a dry run, nothing goes into the sink */
	bool is_stopped;
	bool has_failed;
	char failure[160];
	/* joblib: what the wrapper being built says about its array */
	struct {
		uint64_t count, item, alignment;
		bool has_alignment;
	} wrapper;
};

bool vm_init(struct pickle_vm *, const struct member *, uint64_t start);
void vm_free(struct pickle_vm *);
/* Runs one stream to STOP, an error, or LIMIT opcodes (0: no limit). True at STOP. */
bool vm_run(struct pickle_vm *, uint64_t limit);
bool vm_fail(struct pickle_vm *, const char *format, ...) PRINTF_LIKE(2, 3);

/* pickle_values.c: constants by position. False where the value is no constant of that kind. */
bool vm_text(const struct pickle_vm *, pickle_value, struct bytes *ret);
bool vm_number(const struct pickle_vm *, pickle_value, int64_t *ret);
const char *vm_show_arguments(struct pickle_vm *, pickle_value);
const struct tuple *vm_tuple(const struct pickle_vm *, pickle_value);

/* pickle_calls.c: imports and calls. */
pickle_value vm_import(struct pickle_vm *, struct bytes module, struct bytes name);
pickle_value vm_import_values(struct pickle_vm *, pickle_value module, pickle_value name);
pickle_value vm_call(struct pickle_vm *, pickle_value callee, pickle_value arguments);
bool vm_build(struct pickle_vm *, pickle_value object, pickle_value state);
void vm_assign(struct pickle_vm *, pickle_value object);
void vm_set_wrapper_item(struct pickle_vm *, pickle_value key, pickle_value value);
/* Says what the imports of the stream mean. */
void vm_judge(struct pickle_vm *);

/* pickle_nested.c: a pickle inside a constant. */
void vm_look_inside(struct pickle_vm *, struct bytes content, uint64_t offset, bool is_text);

#endif
