/* The opcodes of the pickle virtual machine (Python's Lib/pickletools.py). */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STACK_MAX (32 * MIB)	 /* values; a tuple of 30 million items passes, 256 MiB at most */
#define MEMO_MAX (32 * MIB)	 /* slots */
#define MEMO_SPARSE 100000	 /* slots that may be skipped before a number is absurd */
#define CONTAINERS_MAX (4 * MIB) /* weighed; later ones weigh nothing */
#define RELEASE_EVERY (8 * MIB)
#define EXPANSION 30.0f /* log2 of the items that a small file may stand for */

bool
vm_fail(struct pickle_vm *vm, const char *format, ...)
{
	va_list args;

	if (!vm->has_failed) {
		va_start(args, format);
		vsnprintf(vm->failure, sizeof(vm->failure), format, args);
		va_end(args);
	}
	vm->has_failed = true;
	return false;
}

bool
vm_init(struct pickle_vm *vm, const struct member *member, uint64_t start)
{
	*vm = (struct pickle_vm){ .member = member, .r = reader_over(member->bytes) };
	vm->stack.max = STACK_MAX;
	vm->memo.max = MEMO_MAX;
	vm->marks.max = STACK_MAX;
	vm->released = start;
	return reader_seek(&vm->r, start);
}

void
vm_free(struct pickle_vm *vm)
{
	free(vm->stack.v);
	free(vm->memo.v);
	free(vm->marks.v);
	free(vm->imports);
	free(vm->weights);
}

static bool
grow(struct pickle_vm *vm, struct values *values, size_t n)
{
	size_t room = values->room == 0 ? 256 : values->room;
	pickle_value *v;

	if (n > values->max)
		return vm_fail(vm, "it needs more than %zu values at once", values->max);
	while (room < n)
		room *= 2;
	v = realloc(values->v, room * sizeof(*v));
	if (v == NULL)
		return vm_fail(vm, "no memory for %zu values", n);
	values->v = v;
	values->room = room;
	return true;
}

static inline bool
push(struct pickle_vm *vm, pickle_value v)
{
	if (vm->stack.n == vm->stack.room && !grow(vm, &vm->stack, vm->stack.n + 1))
		return false;
	vm->stack.v[vm->stack.n++] = v;
	return true;
}

/* Where the values above the last mark begin; 0 without a mark. */
static inline size_t
floor_of(const struct pickle_vm *vm)
{
	return vm->marks.n == 0 ? 0 : vm->marks.v[vm->marks.n - 1];
}

static inline bool
pop(struct pickle_vm *vm, pickle_value *ret)
{
	if (vm->stack.n <= floor_of(vm))
		return vm_fail(vm, "an opcode takes a value from an empty stack");
	*ret = vm->stack.v[--vm->stack.n];
	return true;
}

static inline bool
peek(struct pickle_vm *vm, pickle_value *ret)
{
	if (vm->stack.n <= floor_of(vm))
		return vm_fail(vm, "an opcode needs a value on an empty stack");
	*ret = vm->stack.v[vm->stack.n - 1];
	return true;
}

static bool
push_mark(struct pickle_vm *vm)
{
	if (vm->marks.n == vm->marks.room && !grow(vm, &vm->marks, vm->marks.n + 1))
		return false;
	vm->marks.v[vm->marks.n++] = vm->stack.n;
	return true;
}

/* The values above the last mark, which goes; they stay where they are until the next push. */
static bool
pop_mark(struct pickle_vm *vm, pickle_value **ret, size_t *ret_n)
{
	size_t start;

	if (vm->marks.n == 0)
		return vm_fail(vm, "an opcode needs a mark and there is none");
	start = vm->marks.v[--vm->marks.n];
	*ret = vm->stack.v + start;
	*ret_n = vm->stack.n - start;
	vm->stack.n = start;
	return true;
}

/* ---- weights: what a small file expands to ----------------------------------------------------
 */

static float
weight_of(const struct pickle_vm *vm, pickle_value v)
{
	uint64_t i = payload_of(v);

	if (tag_of(v) == TAG_TUPLE) {
		const struct tuple *tuple = vm_tuple(vm, v);

		/* Tuples carry the weight of their heaviest item, by number of containers. */
		for (unsigned k = 0; tuple != NULL && k < tuple->n && k < TUPLE_ITEMS; k++)
			if (tag_of(tuple->items[k]) == TAG_CONTAINER &&
			    payload_of(tuple->items[k]) < vm->ncontainers)
				return vm->weights[payload_of(tuple->items[k])] +
				    log2f((float)tuple->n);
		return 0;
	}
	return tag_of(v) == TAG_CONTAINER && i < vm->ncontainers ? vm->weights[i] : 0;
}

static void
add_weight(struct pickle_vm *vm, pickle_value container, const pickle_value *items, size_t n)
{
	uint64_t id = payload_of(container);
	float most = 0, sum = 0;

	if (tag_of(container) != TAG_CONTAINER || id >= vm->ncontainers || n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		float w = weight_of(vm, items[i]);

		most = w > most ? w : most;
	}
	if (most == 0 && vm->weights[id] == 0)
		return;
	for (size_t i = 0; i < n; i++)
		sum += exp2f(weight_of(vm, items[i]) - most);
	sum = log2f(sum) + most;
	vm->weights[id] = vm->weights[id] > sum ? vm->weights[id] + 0.01f : sum + 0.01f;
	vm->heaviest = vm->weights[id] > vm->heaviest ? vm->weights[id] : vm->heaviest;
}

static pickle_value
new_container(struct pickle_vm *vm)
{
	if (vm->ncontainers == vm->weight_room && vm->weight_room < CONTAINERS_MAX) {
		size_t room = vm->weight_room == 0 ? 1024 : vm->weight_room * 2;
		float *weights = realloc(vm->weights, room * sizeof(*weights));

		if (weights != NULL) {
			vm->weights = weights;
			vm->weight_room = room;
		}
	}
	if (vm->ncontainers >= vm->weight_room)
		return value_of(TAG_OPAQUE, 0);
	vm->weights[vm->ncontainers] = 1;
	return value_of(TAG_CONTAINER, vm->ncontainers++);
}

/* ---- building ------------------------------------------------------------------------------- */

static pickle_value
new_tuple(struct pickle_vm *vm, const pickle_value *items, size_t n)
{
	struct tuple *tuple = &vm->tuples[vm->ntuples % TUPLES];
	uint64_t product = 1;
	bool is_shape = n > 0;

	for (size_t i = 0; i < n && is_shape; i++) {
		int64_t number;

		is_shape = vm_number(vm, items[i], &number) && number >= 0 &&
		    !__builtin_mul_overflow(product, (uint64_t)number, &product) &&
		    product < PAYLOAD;
	}
	if (is_shape && (vm->flavor & PICKLE_JOBLIB))
		return value_of(TAG_SHAPE, product);
	tuple->number = vm->ntuples;
	tuple->n = (unsigned)(n > UINT32_MAX ? UINT32_MAX : n);
	for (size_t i = 0; i < n && i < TUPLE_ITEMS; i++)
		tuple->items[i] = items[i];
	return value_of(TAG_TUPLE, vm->ntuples++);
}

static bool
op_tuple(struct pickle_vm *vm, unsigned n)
{
	if (vm->stack.n - floor_of(vm) < n)
		return vm_fail(vm, "an opcode takes a value from an empty stack");
	vm->stack.n -= n;
	return push(vm, new_tuple(vm, vm->stack.v + vm->stack.n, n));
}

static bool
op_mark_tuple(struct pickle_vm *vm)
{
	pickle_value *items = NULL;
	size_t n = 0;

	return pop_mark(vm, &items, &n) && push(vm, new_tuple(vm, items, n));
}

/* LIST, DICT, FROZENSET: a new container of what stands above the mark. */
static bool
op_mark_container(struct pickle_vm *vm)
{
	pickle_value *items = NULL, container;
	size_t n = 0;

	if (!pop_mark(vm, &items, &n))
		return false;
	container = new_container(vm);
	add_weight(vm, container, items, n);
	return push(vm, container);
}

/* APPENDS, SETITEMS, ADDITEMS: what stands above the mark goes into the value below it. */
static bool
op_mark_add(struct pickle_vm *vm, bool is_map)
{
	pickle_value *items = NULL, container;
	size_t n = 0;

	if (!pop_mark(vm, &items, &n))
		return false;
	if (is_map && n % 2 != 0)
		return vm_fail(vm, "a dictionary gets a key without a value");
	if (is_map && (vm->flavor & PICKLE_JOBLIB))
		for (size_t i = 0; i + 1 < n; i += 2)
			vm_set_wrapper_item(vm, items[i], items[i + 1]);
	if (!peek(vm, &container))
		return false;
	add_weight(vm, container, items, n);
	vm_assign(vm, container);
	return true;
}

/* APPEND (1 value), SETITEM (2). */
static bool
op_add(struct pickle_vm *vm, unsigned n)
{
	pickle_value container;

	if (vm->stack.n - floor_of(vm) < n + 1)
		return vm_fail(vm, "an opcode takes a value from an empty stack");
	vm->stack.n -= n;
	container = vm->stack.v[vm->stack.n - 1];
	if (n == 2 && (vm->flavor & PICKLE_JOBLIB))
		vm_set_wrapper_item(vm, vm->stack.v[vm->stack.n], vm->stack.v[vm->stack.n + 1]);
	add_weight(vm, container, vm->stack.v + vm->stack.n + n - 1, 1);
	vm_assign(vm, container);
	return true;
}

/* ---- memo ----------------------------------------------------------------------------------- */

static bool
memo_put(struct pickle_vm *vm, uint64_t i)
{
	pickle_value v;

	if (!peek(vm, &v))
		return false;
	if (i > vm->memo.n + MEMO_SPARSE) {
		if (vm->is_judging)
			sink_finding_once(vm->sink, "pickle/memo-bomb", vm->op, 0, NULL,
			    "memo slot %ju is set although only %zu are in use: the loader "
			    "allocates all between",
			    (uintmax_t)i, vm->memo.n);
		return true; /* a later GET finds an unknown value */
	}
	if (i >= vm->memo.room && !grow(vm, &vm->memo, i + 1))
		return false;
	while (vm->memo.n <= i)
		vm->memo.v[vm->memo.n++] = value_of(TAG_UNKNOWN, 0);
	vm->memo.v[i] = v;
	return true;
}

static bool
memo_get(struct pickle_vm *vm, uint64_t i)
{
	/* The loader would stop at an unset slot; a scanner that stops with it may be led to. */
	if ((i >= vm->memo.n || tag_of(vm->memo.v[i]) == TAG_UNKNOWN) && vm->is_judging)
		sink_finding_once(vm->sink, "pickle/unset-memo", vm->op, 0, NULL,
		    "memo slot %ju is read but was never set", (uintmax_t)i);
	return push(vm, i < vm->memo.n ? vm->memo.v[i] : value_of(TAG_UNKNOWN, 0));
}

/* ---- arguments ------------------------------------------------------------------------------ */

static bool
truncated(struct pickle_vm *vm)
{
	return vm_fail(vm, "it ends inside an opcode");
}

/* A length of WIDTH bytes and as many bytes. */
static bool
read_counted(struct pickle_vm *vm, unsigned width, struct bytes *ret)
{
	uint64_t len = 0;
	uint32_t len32;
	uint8_t len8;
	bool done = false;

	if (width == 1 && reader_u8(&vm->r, &len8))
		len = len8, done = true;
	else if (width == 4 && reader_u32le(&vm->r, &len32))
		len = len32, done = true;
	else if (width == 8)
		done = reader_u64le(&vm->r, &len);
	if (!done)
		return truncated(vm);
	if (!reader_bytes(&vm->r, len, ret))
		return vm_fail(vm, "a string of %ju bytes runs past the end", (uintmax_t)len);
	return true;
}

static bool
read_line(struct pickle_vm *vm, struct bytes *ret)
{
	if (!reader_line(&vm->r, ret))
		return truncated(vm);
	return true;
}

static bool
op_text(struct pickle_vm *vm, unsigned width, enum pickle_tag tag)
{
	struct bytes content;

	if (!read_counted(vm, width, &content))
		return false;
	if (content.len >= 8 && vm->is_judging)
		vm_look_inside(vm, content, (uint64_t)(content.data - vm->member->bytes.data),
		    tag == TAG_TEXT);
	return push(vm, value_of(tag, vm->op));
}

static bool
op_line(struct pickle_vm *vm, enum pickle_tag tag)
{
	struct bytes line;

	if (!read_line(vm, &line))
		return false;
	if (line.len >= 10 && vm->is_judging && tag == TAG_TEXT)
		vm_look_inside(vm, bytes_slice(line, 1, line.len - 2), vm->op + 2, true);
	return push(vm, value_of(tag, vm->op));
}

/* A decimal line as memo number. */
static bool
read_index_line(struct pickle_vm *vm, uint64_t *ret)
{
	struct bytes line;
	uint64_t value = 0;

	if (!read_line(vm, &line))
		return false;
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0 || line.len > 18)
		return vm_fail(vm, "a memo number is no number");
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] < '0' || line.data[i] > '9')
			return vm_fail(vm, "a memo number is no number");
		value = value * 10 + (uint64_t)(line.data[i] - '0');
	}
	*ret = value;
	return true;
}

static bool
op_number(struct pickle_vm *vm, uint64_t len)
{
	if (!reader_skip(&vm->r, len))
		return truncated(vm);
	return push(vm, value_of(TAG_NUMBER, vm->op));
}

static bool
op_long(struct pickle_vm *vm, unsigned width)
{
	struct bytes digits;

	return read_counted(vm, width, &digits) && push(vm, value_of(TAG_NUMBER, vm->op));
}

/* ---- frames --------------------------------------------------------------------------------- */

/*
 * The C loader reads a frame ahead and then goes on reading through its end; the Python loader
 * reads nothing past it. An opcode that lies across the end of its frame is read as two different
 * programs (cpython issue 154848), and no pickler writes one.
 */
static void
diverges(struct pickle_vm *vm)
{
	if (vm->is_judging)
		sink_finding_once(vm->sink, "pickle/frame-divergence", vm->op, 0, NULL,
		    "an opcode crosses the end of its frame: loaders disagree about what follows");
}

static bool
op_frame(struct pickle_vm *vm)
{
	uint64_t len;

	if (!reader_u64le(&vm->r, &len))
		return truncated(vm);
	if (vm->frame_end > vm->r.pos)
		diverges(vm);
	if (len > reader_left(&vm->r))
		return vm_fail(vm, "a frame of %ju bytes runs past the end", (uintmax_t)len);
	vm->frame_end = vm->r.pos + len;
	return true;
}

static void
check_frame(struct pickle_vm *vm)
{
	if (vm->op < vm->frame_end && vm->r.pos > vm->frame_end)
		diverges(vm);
	if (vm->r.pos >= vm->frame_end)
		vm->frame_end = 0;
}

/* ---- imports and calls ------------------------------------------------------------------------
 */

static bool
op_global(struct pickle_vm *vm)
{
	struct bytes module, name;

	return read_line(vm, &module) && read_line(vm, &name) &&
	    push(vm, vm_import(vm, module, name));
}

static bool
op_stack_global(struct pickle_vm *vm)
{
	pickle_value module, name;

	return pop(vm, &name) && pop(vm, &module) && push(vm, vm_import_values(vm, module, name));
}

/* INST: the class as lines; OBJ: the class as the first value above the mark. */
static bool
op_instance(struct pickle_vm *vm, bool is_inst)
{
	struct bytes module = { 0 }, name = { 0 };
	pickle_value *items = NULL, callee, arguments;
	size_t n = 0;

	if (is_inst && (!read_line(vm, &module) || !read_line(vm, &name)))
		return false;
	if (!pop_mark(vm, &items, &n))
		return false;
	if (!is_inst && n == 0)
		return vm_fail(vm, "OBJ has no class");
	callee = is_inst ? vm_import(vm, module, name) : items[0];
	arguments = new_tuple(vm, is_inst ? items : items + 1, is_inst ? n : n - 1);
	return push(vm, vm_call(vm, callee, arguments));
}

static bool
op_reduce(struct pickle_vm *vm)
{
	pickle_value callee, arguments;

	return pop(vm, &arguments) && pop(vm, &callee) && push(vm, vm_call(vm, callee, arguments));
}

static bool
op_newobj_ex(struct pickle_vm *vm)
{
	pickle_value callee, arguments, keywords;

	return pop(vm, &keywords) && pop(vm, &arguments) && pop(vm, &callee) &&
	    push(vm, vm_call(vm, callee, arguments));
}

static bool
op_build(struct pickle_vm *vm)
{
	pickle_value object, state;

	return pop(vm, &state) && peek(vm, &object) && vm_build(vm, object, state);
}

/* An extension code stands for a callable that only the loading program knows (PEP 307). */
static bool
op_extension(struct pickle_vm *vm, uint64_t width)
{
	if (!reader_skip(&vm->r, width))
		return truncated(vm);
	if (vm->is_judging)
		sink_finding_once(vm->sink, "pickle/extension-code", vm->op, 0, NULL,
		    "an extension code stands for a callable that only the loading program knows");
	return push(vm, value_of(TAG_UNKNOWN, 0));
}

static bool
op_pop(struct pickle_vm *vm)
{
	/* Without a value above the mark, POP takes the mark. */
	if (vm->marks.n > 0 && vm->stack.n == floor_of(vm)) {
		vm->marks.n--;
		return true;
	}
	if (vm->stack.n == 0)
		return vm_fail(vm, "an opcode takes a value from an empty stack");
	vm->stack.n--;
	return true;
}

static bool
op_dup(struct pickle_vm *vm)
{
	pickle_value v;

	return peek(vm, &v) && push(vm, v);
}

static bool
op_protocol(struct pickle_vm *vm)
{
	uint8_t protocol;

	if (!reader_u8(&vm->r, &protocol))
		return truncated(vm);
	if (protocol > 5)
		return vm_fail(vm, "protocol %u does not exist", protocol);
	vm->protocol = protocol > vm->protocol ? protocol : vm->protocol;
	return true;
}

static bool
op_stop(struct pickle_vm *vm)
{
	pickle_value v;

	vm->is_stopped = true;
	return pop(vm, &v);
}

static bool
op_persid(struct pickle_vm *vm)
{
	struct bytes line;

	return read_line(vm, &line) && push(vm, value_of(TAG_OPAQUE, 0));
}

static bool
op_binpersid(struct pickle_vm *vm)
{
	pickle_value v;

	return pop(vm, &v) && push(vm, value_of(TAG_OPAQUE, 0));
}

static bool
op_memo8(struct pickle_vm *vm, bool is_put)
{
	uint8_t i;

	if (!reader_u8(&vm->r, &i))
		return truncated(vm);
	return is_put ? memo_put(vm, i) : memo_get(vm, i);
}

static bool
op_memo32(struct pickle_vm *vm, bool is_put)
{
	uint32_t i;

	if (!reader_u32le(&vm->r, &i))
		return truncated(vm);
	return is_put ? memo_put(vm, i) : memo_get(vm, i);
}

static bool
op_memo_line(struct pickle_vm *vm, bool is_put)
{
	uint64_t i;

	return read_index_line(vm, &i) && (is_put ? memo_put(vm, i) : memo_get(vm, i));
}

static bool
op_pop_mark(struct pickle_vm *vm)
{
	pickle_value *items = NULL;
	size_t n = 0;

	return pop_mark(vm, &items, &n);
}

/* One opcode, whose byte has been read. */
static bool
step(struct pickle_vm *vm, uint8_t opcode)
{
	switch (opcode) {
	case '(': /* MARK */
		return push_mark(vm);
	case '.': /* STOP */
		return op_stop(vm);
	case '0': /* POP */
		return op_pop(vm);
	case '1': /* POP_MARK */
		return op_pop_mark(vm);
	case '2': /* DUP */
		return op_dup(vm);
	case 'F': /* FLOAT */
	case 'I': /* INT */
	case 'L': /* LONG */
		return op_line(vm, TAG_NUMBER);
	case 'J': /* BININT */
		return op_number(vm, 4);
	case 'K': /* BININT1 */
		return op_number(vm, 1);
	case 'M': /* BININT2 */
		return op_number(vm, 2);
	case 'G': /* BINFLOAT */
		return op_number(vm, 8);
	case 'N':  /* NONE */
	case 0x88: /* NEWTRUE */
	case 0x89: /* NEWFALSE */
		return push(vm, value_of(TAG_OPAQUE, 1));
	case 'P': /* PERSID */
		return op_persid(vm);
	case 'Q': /* BINPERSID */
		return op_binpersid(vm);
	case 'R':  /* REDUCE */
	case 0x81: /* NEWOBJ */
		return op_reduce(vm);
	case 0x92: /* NEWOBJ_EX */
		return op_newobj_ex(vm);
	case 'S': /* STRING */
	case 'V': /* UNICODE */
		return op_line(vm, TAG_TEXT);
	case 'T': /* BINSTRING */
		return op_text(vm, 4, TAG_TEXT);
	case 'U': /* SHORT_BINSTRING */
		return op_text(vm, 1, TAG_TEXT);
	case 'X': /* BINUNICODE */
		return op_text(vm, 4, TAG_TEXT);
	case 0x8c: /* SHORT_BINUNICODE */
		return op_text(vm, 1, TAG_TEXT);
	case 0x8d: /* BINUNICODE8 */
		return op_text(vm, 8, TAG_TEXT);
	case 'B': /* BINBYTES */
		return op_text(vm, 4, TAG_BYTES);
	case 'C': /* SHORT_BINBYTES */
		return op_text(vm, 1, TAG_BYTES);
	case 0x8e: /* BINBYTES8 */
	case 0x96: /* BYTEARRAY8 */
		return op_text(vm, 8, TAG_BYTES);
	case 'a': /* APPEND */
		return op_add(vm, 1);
	case 's': /* SETITEM */
		return op_add(vm, 2);
	case 'e':  /* APPENDS */
	case 0x90: /* ADDITEMS */
		return op_mark_add(vm, false);
	case 'u': /* SETITEMS */
		return op_mark_add(vm, true);
	case 'b': /* BUILD */
		return op_build(vm);
	case 'c': /* GLOBAL */
		return op_global(vm);
	case 0x93: /* STACK_GLOBAL */
		return op_stack_global(vm);
	case 'i': /* INST */
		return op_instance(vm, true);
	case 'o': /* OBJ */
		return op_instance(vm, false);
	case 'd':  /* DICT */
	case 'l':  /* LIST */
	case 0x91: /* FROZENSET */
		return op_mark_container(vm);
	case '}':  /* EMPTY_DICT */
	case ']':  /* EMPTY_LIST */
	case 0x8f: /* EMPTY_SET */
		return push(vm, new_container(vm));
	case ')': /* EMPTY_TUPLE */
		return op_tuple(vm, 0);
	case 't': /* TUPLE */
		return op_mark_tuple(vm);
	case 0x85: /* TUPLE1 */
	case 0x86: /* TUPLE2 */
	case 0x87: /* TUPLE3 */
		return op_tuple(vm, opcode - 0x84u);
	case 'g': /* GET */
		return op_memo_line(vm, false);
	case 'h': /* BINGET */
		return op_memo8(vm, false);
	case 'j': /* LONG_BINGET */
		return op_memo32(vm, false);
	case 'p': /* PUT */
		return op_memo_line(vm, true);
	case 'q': /* BINPUT */
		return op_memo8(vm, true);
	case 'r': /* LONG_BINPUT */
		return op_memo32(vm, true);
	case 0x94: /* MEMOIZE */
		return memo_put(vm, vm->memo.n);
	case 0x80: /* PROTO */
		return op_protocol(vm);
	case 0x82: /* EXT1 */
		return op_extension(vm, 1);
	case 0x83: /* EXT2 */
		return op_extension(vm, 2);
	case 0x84: /* EXT4 */
		return op_extension(vm, 4);
	case 0x8a: /* LONG1 */
		return op_long(vm, 1);
	case 0x8b: /* LONG4 */
		return op_long(vm, 4);
	case 0x95: /* FRAME */
		return op_frame(vm);
	case 0x97: /* NEXT_BUFFER */
		return push(vm, value_of(TAG_OPAQUE, 0));
	case 0x98: /* READONLY_BUFFER */
		return true;
	default:
		return vm_fail(vm, "byte 0x%02x is no opcode", opcode);
	}
}

bool
vm_run(struct pickle_vm *vm, uint64_t limit)
{
	uint8_t opcode;

	while (!vm->is_stopped) {
		vm->op = vm->r.pos;
		if (limit > 0 && vm->opcodes >= limit)
			return false;
		if (!reader_u8(&vm->r, &opcode))
			return vm_fail(vm, "it ends without STOP");
		vm->opcodes++;
		if (!step(vm, opcode))
			return false;
		if (vm->frame_end != 0 && opcode != 0x95)
			check_frame(vm);
		if (vm->r.pos - vm->released >= RELEASE_EVERY) {
			member_release(vm->member, vm->released, vm->r.pos - vm->released);
			vm->released = vm->r.pos;
		}
	}
	if (vm->is_judging && vm->heaviest > EXPANSION)
		sink_finding_once(vm->sink, "pickle/expansion", 0, 0, NULL,
		    "lists that hold each other stand for more than 2^%d items: walking them never "
		    "ends",
		    (int)vm->heaviest);
	return !vm->has_failed;
}
