/* Constants of a pickle, read again where they stand. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_ARGUMENTS 160 /* characters of evidence */

#define DECODED_MAX (64 * KIB) /* longer texts with escapes are names of nothing */
#define DECODES_MAX 10000      /* in one stream; no pickler escapes a name */

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* N hexadecimal digits at POS; false where they are not. */
static bool
hex_digits(struct bytes b, size_t pos, size_t n, uint32_t *ret)
{
	uint32_t value = 0;

	if (pos > b.len || n > b.len - pos)
		return false;
	for (size_t i = 0; i < n; i++) {
		int digit = hex_value(b.data[pos + i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	*ret = value;
	return true;
}

/* One escape of a bytes literal at POS, behind its backslash (codecs.escape_decode). */
static size_t
decode_escape(struct bytes b, size_t pos, struct buffer *out)
{
	static const char from[] = "abfnrtv\\'\"", to[] = "\a\b\f\n\r\t\v\\'\"";
	uint8_t c = b.data[pos];
	const char *known = c == '\0' ? NULL : strchr(from, c);
	uint32_t code = 0;
	size_t n = 0;

	if (known != NULL) {
		buffer_add_u8(out, (uint8_t)to[known - from]);
		return 1;
	}
	if (c == '\n')
		return 1;
	if (c == 'x' && hex_digits(b, pos + 1, 2, &code)) {
		buffer_add_u8(out, (uint8_t)code);
		return 3;
	}
	while (n < 3 && pos + n < b.len && b.data[pos + n] >= '0' && b.data[pos + n] <= '7')
		code = code << 3 | (uint32_t)(b.data[pos + n++] - '0');
	if (n > 0) {
		buffer_add_u8(out, (uint8_t)code);
		return n;
	}
	buffer_add_u8(out, '\\');
	return 0;
}

/* An escape of raw-unicode-escape: \uXXXX or \UXXXXXXXX; everything else stays. */
static size_t
decode_unicode(struct bytes b, size_t pos, struct buffer *out)
{
	size_t n = pos < b.len && b.data[pos] == 'u' ? 4
	    : pos < b.len && b.data[pos] == 'U'	     ? 8
						     : 0;
	uint32_t code;

	if (n > 0 && hex_digits(b, pos + 1, n, &code)) {
		text_encode_utf8(out, code);
		return n + 1;
	}
	buffer_add_u8(out, '\\');
	return 0;
}

/* B without its escapes, in the arena; B itself where it has none or there is no arena. */
static struct bytes
unescape(
    struct arena *arena, struct bytes b, size_t (*decode)(struct bytes, size_t, struct buffer *))
{
	struct buffer out = buffer_up_to(DECODED_MAX * 4);
	char *copy = NULL;
	size_t len;

	if (arena == NULL || b.len == 0 || b.len > DECODED_MAX ||
	    memchr(b.data, '\\', b.len) == NULL)
		return b;
	for (size_t pos = 0; pos < b.len;) {
		if (b.data[pos] != '\\' || pos + 1 >= b.len)
			buffer_add_u8(&out, b.data[pos++]);
		else
			pos += 1 + decode(b, pos + 1, &out);
	}
	len = out.len;
	if (buffer_ok(&out))
		copy = arena_string_of(arena, buffer_bytes(&out));
	buffer_free(&out);
	return copy == NULL ? b : bytes_of(copy, len);
}

bool
vm_unquote(struct arena *arena, struct bytes line, struct bytes *ret)
{
	/* Python 2 strips white space behind the quotes, Python 3 refuses it. */
	while (line.len > 0 && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\r'))
		line.len--;
	if (line.len < 2 || line.data[0] != line.data[line.len - 1] ||
	    (line.data[0] != '\'' && line.data[0] != '"'))
		return false;
	*ret = unescape(arena, bytes_slice(line, 1, line.len - 2), decode_escape);
	return true;
}

/* Where B's escapes are decoded; NULL where it has none, or where this has been done too often. */
static struct arena *
arena_for(struct pickle_vm *vm, struct bytes b)
{
	if (vm->arena == NULL || b.len > DECODED_MAX || memchr(b.data, '\\', b.len) == NULL)
		return NULL;
	if (++vm->decoded > DECODES_MAX) {
		vm_fail(vm, "it holds more than %d texts with escapes", DECODES_MAX);
		return NULL;
	}
	return vm->arena;
}

/* The content of the string or bytes opcode at the value's position. */
bool
vm_text(struct pickle_vm *vm, pickle_value v, struct bytes *ret)
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
	case 'S':
		return reader_line(&r, &content) &&
		    vm_unquote(arena_for(vm, content), content, ret);
	case 'P': /* a persistent id */
	case 'V':
		if (!reader_line(&r, &content))
			return false;
		*ret = unescape(arena_for(vm, content), content, decode_unicode);
		return true;
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

/* A number that fits into 64 bits. */
bool
vm_number(const struct pickle_vm *vm, pickle_value v, int64_t *ret)
{
	struct reader r = reader_over(vm->member->bytes);
	struct bytes digits;
	char text[24];
	int32_t i32;
	uint8_t opcode;

	if (tag_of(v) == TAG_INT) {
		*ret = (int64_t)payload_of(v);
		return true;
	}
	if (tag_of(v) != TAG_NUMBER || !reader_seek(&r, payload_of(v)) || !reader_u8(&r, &opcode))
		return false;
	if (opcode == 'J' && reader_i32le(&r, &i32)) {
		*ret = i32;
		return true;
	}
	if ((opcode != 'I' && opcode != 'L') || !reader_line(&r, &digits) || digits.len == 0 ||
	    digits.len >= sizeof(text))
		return false;
	memcpy(text, digits.data, digits.len);
	text[digits.len] = '\0';
	*ret = strtoll(text, NULL, 0);
	return true;
}

/* The tuple that the value is, where it is recent enough. */
const struct tuple *
vm_tuple(const struct pickle_vm *vm, pickle_value v)
{
	bool is_shape = tag_of(v) == TAG_SHAPE;
	uint64_t number = is_shape ? payload_of(v) >> SHAPE_SHIFT : payload_of(v);
	const struct tuple *tuple = &vm->tuples[number % TUPLES];

	if (!is_shape && tag_of(v) != TAG_TUPLE)
		return NULL;
	if (vm->ntuples == 0 || (is_shape ? tuple->number & 0xffff : tuple->number) != number)
		return NULL;
	return tuple;
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
	} else if ((tag_of(v) == TAG_GLOBAL || tag_of(v) == TAG_RESULT) &&
	    payload_of(v) < vm->nimports) {
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
	shown = arena_string_of(vm->arena, buffer_bytes(&out));
	buffer_free(&out);
	return shown == NULL ? "" : shown;
}
