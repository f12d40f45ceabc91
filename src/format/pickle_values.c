/* Constants of a pickle, read again where they stand. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_ARGUMENTS 160 /* characters of evidence */

/* The content of the string or bytes opcode at the value's position. */
bool
vm_text(const struct pickle_vm *vm, pickle_value v, struct bytes *ret)
{
	struct reader r = reader_over(vm->member->bytes);
	struct bytes content;
	uint64_t len64 = 0;
	uint32_t len32;
	uint8_t opcode, len8;

	if ((tag_of(v) != TAG_TEXT && tag_of(v) != TAG_BYTES) || !reader_seek(&r, payload_of(v)) ||
	    !reader_u8(&r, &opcode))
		return false;
	switch (opcode) {
	case 'S': /* in quotes, which a loader strips */
		if (!reader_line(&r, &content))
			return false;
		while (content.len > 0 &&
		    (content.data[content.len - 1] == ' ' || content.data[content.len - 1] == '\r'))
			content.len--;
		if (content.len < 2)
			return false;
		*ret = bytes_slice(content, 1, content.len - 2);
		return true;
	case 'V':
		return reader_line(&r, ret);
	case 'U':
	case 'C':
	case 0x8c:
		return reader_u8(&r, &len8) && reader_bytes(&r, len8, ret);
	case 'T':
	case 'X':
	case 'B':
		return reader_u32le(&r, &len32) && reader_bytes(&r, len32, ret);
	default:
		return reader_u64le(&r, &len64) && reader_bytes(&r, len64, ret);
	}
}

/* A number that fits; booleans and long integers are numbers too. */
bool
vm_number(const struct pickle_vm *vm, pickle_value v, int64_t *ret)
{
	struct reader r = reader_over(vm->member->bytes);
	struct bytes digits;
	char text[24];
	uint16_t u16;
	int32_t i32;
	uint8_t opcode, u8;

	if (tag_of(v) != TAG_NUMBER || !reader_seek(&r, payload_of(v)) || !reader_u8(&r, &opcode))
		return false;
	switch (opcode) {
	case 'K':
		if (!reader_u8(&r, &u8))
			return false;
		*ret = u8;
		return true;
	case 'M':
		if (!reader_u16le(&r, &u16))
			return false;
		*ret = u16;
		return true;
	case 'J':
		if (!reader_i32le(&r, &i32))
			return false;
		*ret = i32;
		return true;
	case 0x8a: /* LONG1: little-endian two's complement */
		if (!reader_u8(&r, &u8) || u8 > 7 || !reader_bytes(&r, u8, &digits))
			return false;
		*ret = 0;
		for (unsigned i = 0; i < u8; i++)
			*ret |= (int64_t)digits.data[i] << (8 * i);
		return u8 == 0 || (digits.data[u8 - 1] & 0x80) == 0;
	case 'I':
	case 'L':
		if (!reader_line(&r, &digits) || digits.len == 0 || digits.len >= sizeof(text))
			return false;
		memcpy(text, digits.data, digits.len);
		text[digits.len] = '\0';
		*ret = strtoll(text, NULL, 10);
		return true;
	default:
		return false;
	}
}

/* The tuple that the value is, where it is recent enough. */
const struct tuple *
vm_tuple(const struct pickle_vm *vm, pickle_value v)
{
	const struct tuple *tuple = &vm->tuples[payload_of(v) % TUPLES];

	return tag_of(v) == TAG_TUPLE && payload_of(v) < vm->ntuples &&
		tuple->number == payload_of(v)
	    ? tuple
	    : NULL;
}

static void
show(struct pickle_vm *vm, struct buffer *out, pickle_value v)
{
	struct bytes text;
	int64_t number;

	if (vm_text(vm, v, &text)) {
		buffer_add_string(out, tag_of(v) == TAG_BYTES ? "b\"" : "\"");
		text_add_safe(out, text, 60);
		buffer_add_string(out, "\"");
	} else if (vm_number(vm, v, &number)) {
		buffer_add_format(out, "%jd", (intmax_t)number);
	} else if (tag_of(v) == TAG_GLOBAL || tag_of(v) == TAG_RESULT) {
		const struct import *import = &vm->imports[payload_of(v)];

		text_add_safe(out, import->module, 60);
		buffer_add_string(out, ".");
		text_add_safe(out, import->name, 60);
		if (tag_of(v) == TAG_RESULT)
			buffer_add_string(out, "(...)");
	} else {
		buffer_add_string(out, "...");
	}
}

const char *
vm_show_arguments(struct pickle_vm *vm, pickle_value arguments)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	struct buffer out = buffer_up_to(4096);
	const char *shown;

	if (tuple == NULL) {
		show(vm, &out, arguments);
	} else {
		for (unsigned i = 0; i < tuple->n && i < TUPLE_ITEMS && out.len < SHOWN_ARGUMENTS;
		     i++) {
			if (i > 0)
				buffer_add_string(&out, ", ");
			show(vm, &out, tuple->items[i]);
		}
		if (tuple->n > TUPLE_ITEMS)
			buffer_add_string(&out, ", ...");
	}
	shown = arena_string_of(sink_arena(vm->sink), buffer_bytes(&out));
	buffer_free(&out);
	return shown == NULL ? "" : shown;
}
