/* The pickle virtual machine, private to the files format/pickle_NAME.c. */
#ifndef FORMAT_PICKLE_VM_H
#define FORMAT_PICKLE_VM_H

#include "core/buffer.h"
#include "core/reader.h"
#include "format/globals.h"
#include "format/pickle.h"

/*
 * A value is 64 bits: a tag and a payload. Strings, bytes and most numbers are where their opcode
 * stands, so that a file of millions of them needs no memory for them.
 */
typedef uint64_t pickle_value;

enum pickle_tag {
	TAG_OPAQUE,  /* something without interest */
	TAG_UNKNOWN, /* could be anything: a memo slot that was never set, a computed callable */
	TAG_LIST,    /* payload: its number, for its weight */
	TAG_DICT,    /* likewise */
	TAG_SET,     /* likewise; frozen ones are opaque to assignment but weigh the same */
	TAG_FROZEN,  /* a frozenset */
	TAG_INT,     /* a number from 0 on; payload: the number */
	TAG_NUMBER,  /* any other number; payload: position */
	TAG_TEXT,    /* str; payload: position */
	TAG_BYTES,   /* bytes, bytearray; payload: position */
	TAG_TUPLE,   /* payload: its number in the ring of recent tuples */
	TAG_SHAPE,   /* a tuple of TAG_INT; payload: part of its number, and their product */
	TAG_GLOBAL,  /* payload: index of the import */
	TAG_RESULT,  /* what calling an import gave; payload: index of the import */
	TAG_DTYPE,   /* numpy.dtype(...); payload: index in the table of types */
	TAG_STORAGE, /* a persistent id */
};

#define TAG_SHIFT 60
#define PAYLOAD ((UINT64_C(1) << TAG_SHIFT) - 1)
#define SHAPE_SHIFT 44 /* of the number's part; products below that fit */
#define SHAPE_PRODUCT ((UINT64_C(1) << SHAPE_SHIFT) - 1)

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

static inline bool
is_container(pickle_value v)
{
	return tag_of(v) >= TAG_LIST && tag_of(v) <= TAG_FROZEN;
}

/* How a callable is used, from the most harmless on. */
enum call_kind {
	CALL_NONE, /* imported only */
	CALL_NEW,  /* NEWOBJ: a class is created without its __init__ */
	CALL_FULL, /* called with arguments */
};

/* One imported name, once for each stream. */
struct import {
	struct bytes module, name; /* in the member or in the arena */
	struct global_verdict verdict;
	uint64_t offset; /* of the opcode that imported it first */
	enum call_kind use;
	uint64_t called;       /* offset of that call */
	const char *arguments; /* of that call, safe to print */
	bool is_resolved;      /* a use that was judged as the use of something else */
	bool is_built_on;      /* BUILD or an item assignment changed the callable itself */
	bool is_wrapper;       /* joblib's: an array follows its BUILD */
	bool is_getattr, is_dtype, is_tensor, is_partial;
};

#define TUPLES 64
#define TUPLE_ITEMS 8

struct tuple {
	uint64_t number;
	unsigned n;   /* items, all of them; at most TUPLE_ITEMS are kept */
	float weight; /* log2 of what it expands to */
	pickle_value items[TUPLE_ITEMS];
};

struct values {
	pickle_value *v;
	size_t n, room, max;
};

/* A type of NumPy. */
struct dtype {
	uint64_t size; /* bytes of an item */
	bool has_objects;
};

/* Remarks that a stream makes once, however often the reason comes up. */
enum remark {
	REMARK_MEMO_BOMB,
	REMARK_UNSET_MEMO,
	REMARK_DIVERGENCE,
	REMARK_EXTENSION,
	REMARK_DUP,
	REMARK_SPLICED,
	REMARK_UNRESOLVED,
	REMARK_COMPUTED,
	REMARK_ITEMS,
	REMARK_REMOTE,
};

/* What a dictionary says about an array of joblib. */
struct wrapper {
	uint64_t dict; /* its number + 1; 0: unused */
	uint64_t count;
	pickle_value dtype;
	bool has_count, has_dtype, has_alignment;
};

#define WRAPPERS 16

/* The lists of globals, compiled when the first import asks: a pickle of plain values needs none.
 */
struct pickle_lists {
	const struct rules *rules;
	struct sink *sink;
	const struct globals *globals;
	bool has_failed; /* which the sink has been told */
};

/* Strings on their way to the detectors; shared by all streams of a member. */
struct pickle_texts {
	struct sink *sink;
	struct buffer lines; /* short ones, not handed on yet */
	uint64_t offset;     /* of the first of those */
	uint64_t copied;
	unsigned own_left;	     /* how many more strings get a span each */
	unsigned long_left;	     /* the same of long ones */
	struct bytes member;	     /* of what follows once there is no room for more ... */
	uint64_t run_start, run_end; /* ... from here to there */
};

struct pickle_vm {
	const struct member *member;
	struct pickle_lists *lists;   /* NULL in a dry run */
	struct pickle_texts *texts;   /* NULL in a dry run */
	struct sink *sink;	      /* NULL in a dry run */
	struct arena *arena;	      /* NULL in a dry run that keeps nothing */
	struct pickle_survey *survey; /* may be NULL */
	unsigned nesting;
	uint64_t outer; /* of a nested pickle: where its constant stands in the member */
	struct reader r;
	uint64_t op; /* offset of the current opcode */
	struct values stack, memo, marks;
	struct import *imports;
	size_t nimports, import_room;
	uint32_t *import_slots; /* index + 1 by hash; a power of two, at most half full */
	size_t slot_room;
	struct tuple tuples[TUPLES];
	uint64_t ntuples;
	struct dtype *dtypes;
	size_t ndtypes, dtype_room;
	struct wrapper wrappers[WRAPPERS];
	unsigned nwrappers;
	bool has_wrappers; /* a wrapper was imported: arrays may follow */
	size_t storage_room, name_room;
	float *weights; /* log2 of the expanded size of each container */
	size_t nweights, weight_room;
	uint64_t ncontainers;
	float heaviest;
	uint64_t frame_end; /* 0: not in a frame */
	uint64_t start, released, opcodes, calls;
	unsigned decoded; /* texts with escapes that were read */
	uint64_t said;	  /* a bit for each remark that was made */
	unsigned protocol;
	pickle_value result; /* what STOP returned */
	bool is_judging;     /* false: a dry run, nothing goes into the sink */
	bool is_stopped;
	bool has_failed;
	char failure[160];
};

/* pickle_vm.c */
bool vm_init(struct pickle_vm *, const struct member *, uint64_t start);
void vm_free(struct pickle_vm *);
/* Runs one stream to STOP, an error, or LIMIT opcodes (0: no limit). True at STOP. */
bool vm_run(struct pickle_vm *, uint64_t limit);
bool vm_fail(struct pickle_vm *, const char *format, ...) PRINTF_LIKE(2, 3);
bool vm_truncated(struct pickle_vm *);
bool vm_read_line(struct pickle_vm *, struct bytes *ret);
/* An opcode or array that loaders read at different places. */
void vm_diverges(struct pickle_vm *);

/* Is REMARK still to be made? False in a dry run. */
static inline bool
vm_remarks(struct pickle_vm *vm, enum remark remark)
{
	bool is_new = vm->is_judging && (vm->said & (UINT64_C(1) << remark)) == 0;

	vm->said |= UINT64_C(1) << remark;
	return is_new;
}

/* pickle_ops.c: opcodes that import and call. *RET_TAKEN is false where OPCODE is none of them. */
bool vm_step_call(struct pickle_vm *, uint8_t opcode, bool *ret_taken);

/* pickle_stack.c: stack, marks, memo. */
bool values_grow(struct pickle_vm *, struct values *, size_t n);
bool vm_push_mark(struct pickle_vm *);
/* The values above the last mark, which goes; they stay where they are until the next push. */
bool vm_pop_mark(struct pickle_vm *, pickle_value **ret, size_t *ret_n);
bool vm_pop_any(struct pickle_vm *);
bool vm_memo_put(struct pickle_vm *, uint64_t i);
bool vm_memo_get(struct pickle_vm *, uint64_t i);

static inline bool
vm_push(struct pickle_vm *vm, pickle_value v)
{
	if (vm->stack.n == vm->stack.room && !values_grow(vm, &vm->stack, vm->stack.n + 1))
		return false;
	vm->stack.v[vm->stack.n++] = v;
	return true;
}

/* Where the values above the last mark begin; 0 without a mark. */
static inline size_t
vm_floor(const struct pickle_vm *vm)
{
	return vm->marks.n == 0 ? 0 : vm->marks.v[vm->marks.n - 1];
}

static inline bool
vm_has(struct pickle_vm *vm, size_t n)
{
	if (vm->stack.n - vm_floor(vm) < n)
		return vm_fail(vm, "an opcode needs more values than the stack holds");
	return true;
}

static inline bool
vm_pop(struct pickle_vm *vm, pickle_value *ret)
{
	if (!vm_has(vm, 1))
		return false;
	*ret = vm->stack.v[--vm->stack.n];
	return true;
}

static inline bool
vm_peek(struct pickle_vm *vm, pickle_value *ret)
{
	if (!vm_has(vm, 1))
		return false;
	*ret = vm->stack.v[vm->stack.n - 1];
	return true;
}

/* pickle_build.c: tuples, containers and what they expand to. */
pickle_value vm_new_tuple(struct pickle_vm *, const pickle_value *items, size_t n);
bool vm_tuple_of(struct pickle_vm *, unsigned n);
bool vm_mark_tuple(struct pickle_vm *);
bool vm_push_container(struct pickle_vm *, enum pickle_tag);
bool vm_mark_container(struct pickle_vm *, enum pickle_tag);
/* APPENDS, SETITEMS, ADDITEMS: what stands above the mark goes into the value below it. */
bool vm_mark_add(struct pickle_vm *, bool is_map);
/* APPEND (1 value), SETITEM (2). */
bool vm_add(struct pickle_vm *, unsigned n);
void vm_judge_weight(struct pickle_vm *);

/* pickle_values.c: constants by position. False where the value is no constant of that kind. */
bool vm_text(struct pickle_vm *, pickle_value, struct bytes *ret);
bool vm_number(const struct pickle_vm *, pickle_value, int64_t *ret);
/* The content of a STRING line with or without its quotes and escapes. False where the loader
 * refuses it. */
bool vm_unquote(struct arena *, struct bytes line, struct bytes *ret);
const char *vm_show_arguments(struct pickle_vm *, pickle_value);
const struct tuple *vm_tuple(const struct pickle_vm *, pickle_value);

/* pickle_calls.c: imports and calls. */
/* NULL where they cannot be compiled. */
const struct globals *pickle_lists_get(struct pickle_lists *);
pickle_value vm_import(struct pickle_vm *, struct bytes module, struct bytes name);
pickle_value vm_import_values(struct pickle_vm *, pickle_value module, pickle_value name);
pickle_value vm_call(
    struct pickle_vm *, pickle_value callee, pickle_value arguments, enum call_kind);
bool vm_build(struct pickle_vm *, pickle_value object, pickle_value state);
void vm_assign(struct pickle_vm *, pickle_value object, bool is_map);
bool vm_persistent(struct pickle_vm *, pickle_value id);
/* The item VALUE of a dictionary under KEY: the survey keeps the names of tensors. */
void vm_note_tensor(struct pickle_vm *, pickle_value key, pickle_value value);

/* pickle_joblib.c: NumPy's types, and arrays between the opcodes. */
bool vm_new_dtype(struct pickle_vm *, pickle_value arguments, pickle_value *ret);
void vm_build_dtype(struct pickle_vm *, pickle_value dtype, pickle_value state);
void vm_set_item(struct pickle_vm *, pickle_value dict, pickle_value key, pickle_value value);
/* The array behind the wrapper that has just got its STATE. */
bool vm_skip_array(struct pickle_vm *, pickle_value state);

/* pickle_judge.c: says what the imports of the stream mean. */
void vm_judge(struct pickle_vm *);
/* "module.name", safe to print: the evidence, and what a policy allows by. */
const char *vm_full_name(struct pickle_vm *, const struct import *);

/* pickle_nested.c: a pickle inside a constant. */
void vm_look_inside(struct pickle_vm *, struct bytes content, uint64_t offset, bool is_text);

/* pickle_text.c: strings become text for the detectors. */
struct pickle_texts pickle_texts_new(struct sink *);
void pickle_texts_end(struct pickle_texts *);
/* The string or bytes just read, before it is pushed. */
/* Reports CONTENT, a string at OFFSET, where it is a program that starts others. */
void vm_look_for_code(struct pickle_vm *, struct bytes content, uint64_t offset);
void vm_hand_text(struct pickle_vm *, struct bytes content, uint64_t offset, bool is_text);

/* pickle_search.c: what stands outside of the streams. */
/* Where the next stream begins that imports something. False where there is none, and with trouble
 * in the sink where the search was given up. */
bool pickle_resync(const struct member *, uint64_t from, struct sink *, uint64_t *ret);
/* Reports imports of dangerous names in the bytes from START to END, which no stream holds. */
void pickle_salvage(
    const struct member *, uint64_t start, uint64_t end, struct pickle_lists *, struct sink *);

#endif
