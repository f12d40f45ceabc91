/* The opcodes of the pickle virtual machine (Python's Lib/pickletools.py). */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STACK_MAX (32 * MIB) /* values; a tuple of 30 million items passes, 256 MiB at most */
#define MEMO_MAX (32 * MIB)  /* slots */
#define RELEASE_EVERY (8 * MIB)
#define PROTOCOL_MAX 5

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
	vm->start = vm->released = start;
	return reader_seek(&vm->r, start);
}

void
vm_free(struct pickle_vm *vm)
{
	free(vm->stack.v);
	free(vm->memo.v);
	free(vm->marks.v);
	free(vm->imports);
	free(vm->import_slots);
	free(vm->dtypes);
	free(vm->weights);
}

/* ---- arguments ------------------------------------------------------------------------------ */

bool
vm_truncated(struct pickle_vm *vm)
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
		return vm_truncated(vm);
	if (!reader_bytes(&vm->r, len, ret))
		return vm_fail(vm, "a string of %ju bytes runs past the end", (uintmax_t)len);
	return true;
}

bool
vm_read_line(struct pickle_vm *vm, struct bytes *ret)
{
	if (!reader_line(&vm->r, ret))
		return vm_truncated(vm);
	return true;
}

static bool
op_text(struct pickle_vm *vm, unsigned width, enum pickle_tag tag)
{
	struct bytes content;
	uint64_t offset;

	if (!read_counted(vm, width, &content))
		return false;
	offset = vm->r.pos - content.len;
	if (vm->is_judging)
		vm_hand_text(vm, content, offset, tag == TAG_TEXT);
	if (content.len >= 8 && vm->is_judging)
		vm_look_inside(vm, content, offset, tag == TAG_TEXT);
	return vm_push(vm, value_of(tag, vm->op));
}

/* STRING and UNICODE. */
static bool
op_text_line(struct pickle_vm *vm, bool is_quoted)
{
	struct bytes line, content;
	pickle_value v = value_of(TAG_TEXT, vm->op);

	if (!vm_read_line(vm, &line))
		return false;
	if (is_quoted && !vm_unquote(NULL, line, &content))
		return vm_fail(vm, "a string has no quotes around it");
	if (line.len >= 10 && vm->is_judging && vm_text(vm, v, &content) && content.len >= 8) {
		vm_hand_text(vm, content, vm->op + 1 + is_quoted, true);
		vm_look_inside(vm, content, vm->op + 1, content.data[0] != 0x80);
	}
	return vm_push(vm, v);
}

/* Is B made of the characters in ALLOWED? Loaders are stricter, none is laxer. */
static bool
is_made_of(struct bytes b, const char *allowed)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == '\0' || strchr(allowed, b.data[i]) == NULL)
			return false;
	return b.len > 0;
}

/* INT, LONG, FLOAT: a number as a line. */
static bool
op_number_line(struct pickle_vm *vm, const char *allowed)
{
	pickle_value v = value_of(TAG_NUMBER, vm->op);
	struct bytes line;
	int64_t number;

	if (!vm_read_line(vm, &line))
		return false;
	if (!is_made_of(line, allowed))
		return vm_fail(vm, "a number is no number");
	if (vm_number(vm, v, &number) && number >= 0 && (uint64_t)number <= PAYLOAD)
		v = value_of(TAG_INT, (uint64_t)number);
	return vm_push(vm, v);
}

/* A decimal line as memo number. */
static bool
read_index_line(struct pickle_vm *vm, uint64_t *ret)
{
	struct bytes line;
	uint64_t value = 0;

	if (!vm_read_line(vm, &line))
		return false;
	/* As int() reads them: blanks around, a plus, single underscores between the digits. */
	while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
		line.len--;
	while (line.len > 0 && strchr(" \t+", line.data[0]) != NULL)
		line = bytes_slice(line, 1, SIZE_MAX);
	if (line.len == 0 || line.len > 18)
		return vm_fail(vm, "a memo number is no number");
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '_' && i > 0)
			continue;
		if (line.data[i] < '0' || line.data[i] > '9')
			return vm_fail(vm, "a memo number is no number");
		value = value * 10 + (uint64_t)(line.data[i] - '0');
	}
	*ret = value;
	return true;
}

static bool
op_int4(struct pickle_vm *vm)
{
	int32_t number;

	if (!reader_i32le(&vm->r, &number))
		return vm_truncated(vm);
	return vm_push(
	    vm, number < 0 ? value_of(TAG_NUMBER, vm->op) : value_of(TAG_INT, (uint64_t)number));
}

static bool
op_float8(struct pickle_vm *vm)
{
	if (!reader_skip(&vm->r, 8))
		return vm_truncated(vm);
	return vm_push(vm, value_of(TAG_NUMBER, vm->op));
}

/* LONG1, LONG4: little-endian two's complement. */
static bool
op_long(struct pickle_vm *vm, unsigned width)
{
	struct bytes digits;
	uint64_t number = 0;

	if (!read_counted(vm, width, &digits))
		return false;
	if (width == 4 && digits.len > INT32_MAX)
		return vm_fail(vm, "a number has a negative length");
	if (digits.len > 7 || (digits.len > 0 && (digits.data[digits.len - 1] & 0x80)))
		return vm_push(vm, value_of(TAG_NUMBER, vm->op));
	for (size_t i = 0; i < digits.len; i++)
		number |= (uint64_t)digits.data[i] << (8 * i);
	return vm_push(vm, value_of(TAG_INT, number));
}

/* ---- frames --------------------------------------------------------------------------------- */

/*
 * The C loader reads a frame ahead and then goes on reading through its end; the Python loader
 * reads nothing past it. An opcode that lies across the end of its frame is read as two different
 * programs (cpython issue 154848), and no pickler writes one.
 */
void
vm_diverges(struct pickle_vm *vm)
{
	if (vm_remarks(vm, REMARK_DIVERGENCE))
		sink_finding_once(vm->sink, "pickle/frame-divergence", vm->op, 0, NULL,
		    "an opcode crosses the end of its frame: loaders disagree about what follows");
}

static bool
op_frame(struct pickle_vm *vm)
{
	uint64_t len;

	if (!reader_u64le(&vm->r, &len))
		return vm_truncated(vm);
	if (vm->frame_end > vm->r.pos)
		vm_diverges(vm);
	if (len > reader_left(&vm->r))
		return vm_fail(vm, "a frame of %ju bytes runs past the end", (uintmax_t)len);
	vm->frame_end = vm->r.pos + len;
	return true;
}

static void
check_frame(struct pickle_vm *vm)
{
	if (vm->op < vm->frame_end && vm->r.pos > vm->frame_end)
		vm_diverges(vm);
	if (vm->r.pos >= vm->frame_end)
		vm->frame_end = 0;
}

/* No pickler writes DUP. */
static bool
op_dup(struct pickle_vm *vm)
{
	pickle_value v;

	if (vm_remarks(vm, REMARK_DUP))
		sink_finding_once(vm->sink, "pickle/unusual-opcode", vm->op, 0, NULL,
		    "the opcode DUP is used, which no program that saves models writes");
	return vm_peek(vm, &v) && vm_push(vm, v);
}

/* Picklers write the protocol first and nowhere else: streams that were spliced have it inside. */
static bool
op_protocol(struct pickle_vm *vm)
{
	uint8_t protocol;

	if (!reader_u8(&vm->r, &protocol))
		return vm_truncated(vm);
	if (protocol > PROTOCOL_MAX)
		return vm_fail(vm, "protocol %u does not exist", protocol);
	if (vm->op != vm->start && vm_remarks(vm, REMARK_SPLICED))
		sink_finding_once(vm->sink, "pickle/spliced", vm->op, 0, NULL,
		    "the protocol is declared again inside of the pickle: it was put together from "
		    "several");
	vm->protocol = protocol > vm->protocol ? protocol : vm->protocol;
	return true;
}

static bool
op_stop(struct pickle_vm *vm)
{
	vm->is_stopped = true;
	return vm_pop(vm, &vm->result);
}

static bool
op_memo8(struct pickle_vm *vm, bool is_put)
{
	uint8_t i;

	if (!reader_u8(&vm->r, &i))
		return vm_truncated(vm);
	return is_put ? vm_memo_put(vm, i) : vm_memo_get(vm, i);
}

static bool
op_memo32(struct pickle_vm *vm, bool is_put)
{
	uint32_t i;

	if (!reader_u32le(&vm->r, &i))
		return vm_truncated(vm);
	return is_put ? vm_memo_put(vm, i) : vm_memo_get(vm, i);
}

static bool
op_memo_line(struct pickle_vm *vm, bool is_put)
{
	uint64_t i;

	return read_index_line(vm, &i) && (is_put ? vm_memo_put(vm, i) : vm_memo_get(vm, i));
}

static bool
op_pop_mark(struct pickle_vm *vm)
{
	pickle_value *items = NULL;
	size_t n = 0;

	return vm_pop_mark(vm, &items, &n);
}

/* Opcodes that push a constant. */
static bool
step_constant(struct pickle_vm *vm, uint8_t opcode)
{
	uint16_t u16;

	switch (opcode) {
	case 'F': /* FLOAT */
		return op_number_line(vm, "0123456789+-.eEinfatyINFATY_ \t\r");
	case 'I': /* INT */
		return op_number_line(vm, "0123456789+-abcdefABCDEFxXoO_ \t\r");
	case 'L': /* LONG */
		return op_number_line(vm, "0123456789+-abcdefABCDEFxXoOlL_ \t\r");
	case 'J': /* BININT */
		return op_int4(vm);
	case 'M': /* BININT2 */
		return reader_u16le(&vm->r, &u16) ? vm_push(vm, value_of(TAG_INT, u16))
						  : vm_truncated(vm);
	case 'G': /* BINFLOAT */
		return op_float8(vm);
	case 'S': /* STRING */
		return op_text_line(vm, true);
	case 'V': /* UNICODE */
		return op_text_line(vm, false);
	case 'T': /* BINSTRING */
	case 'X': /* BINUNICODE */
		return op_text(vm, 4, TAG_TEXT);
	case 'U':  /* SHORT_BINSTRING */
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
	case 0x8a: /* LONG1 */
		return op_long(vm, 1);
	case 0x8b: /* LONG4 */
		return op_long(vm, 4);
	case 0x97: /* NEXT_BUFFER */
		return vm_push(vm, value_of(TAG_OPAQUE, 0));
	case 0x98: /* READONLY_BUFFER */
		return true;
	default:
		return vm_fail(vm, "byte 0x%02x is no opcode", opcode);
	}
}

/* Opcodes of the memo, and those that say something about the stream. */
static bool
step_memo(struct pickle_vm *vm, uint8_t opcode)
{
	switch (opcode) {
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
		return vm_memo_put(vm, vm->memo.n);
	case 0x80: /* PROTO */
		return op_protocol(vm);
	case 0x95: /* FRAME */
		return op_frame(vm);
	default:
		return step_constant(vm, opcode);
	}
}

/* One opcode, whose byte has been read. */
static bool
step(struct pickle_vm *vm, uint8_t opcode)
{
	uint8_t u8;
	bool taken;

	switch (opcode) {
	case 'K': /* BININT1 */
		return reader_u8(&vm->r, &u8) ? vm_push(vm, value_of(TAG_INT, u8))
					      : vm_truncated(vm);
	case 'N':  /* NONE */
	case 0x88: /* NEWTRUE */
	case 0x89: /* NEWFALSE */
		return vm_push(vm, value_of(TAG_OPAQUE, 1));
	case '(': /* MARK */
		return vm_push_mark(vm);
	case '.': /* STOP */
		return op_stop(vm);
	case '0': /* POP */
		return vm_pop_any(vm);
	case '1': /* POP_MARK */
		return op_pop_mark(vm);
	case '2': /* DUP */
		return op_dup(vm);
	case 'a': /* APPEND */
		return vm_add(vm, 1);
	case 's': /* SETITEM */
		return vm_add(vm, 2);
	case 'e':  /* APPENDS */
	case 0x90: /* ADDITEMS */
		return vm_mark_add(vm, false);
	case 'u': /* SETITEMS */
		return vm_mark_add(vm, true);
	case 'd': /* DICT */
		return vm_mark_container(vm, TAG_DICT);
	case 'l': /* LIST */
		return vm_mark_container(vm, TAG_LIST);
	case 0x91: /* FROZENSET */
		return vm_mark_container(vm, TAG_FROZEN);
	case '}': /* EMPTY_DICT */
		return vm_push_container(vm, TAG_DICT);
	case ']': /* EMPTY_LIST */
		return vm_push_container(vm, TAG_LIST);
	case 0x8f: /* EMPTY_SET */
		return vm_push_container(vm, TAG_SET);
	case ')': /* EMPTY_TUPLE */
		return vm_tuple_of(vm, 0);
	case 't': /* TUPLE */
		return vm_mark_tuple(vm);
	case 0x85: /* TUPLE1 */
	case 0x86: /* TUPLE2 */
	case 0x87: /* TUPLE3 */
		return vm_tuple_of(vm, opcode - 0x84u);
	default:
		taken = true;
		if (!vm_step_call(vm, opcode, &taken))
			return false;
		return taken || step_memo(vm, opcode);
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
		if (!step(vm, opcode) || vm->has_failed)
			return false;
		if (vm->frame_end != 0 && opcode != 0x95)
			check_frame(vm);
		if (vm->r.pos - vm->released >= RELEASE_EVERY) {
			member_release(vm->member, vm->released, vm->r.pos - vm->released);
			vm->released = vm->r.pos;
		}
	}
	if (vm->is_judging)
		vm_judge_weight(vm);
	return !vm->has_failed;
}
