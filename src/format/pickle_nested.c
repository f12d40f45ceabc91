/* Pickles inside constants: as bytes, text, base64 or hexadecimal. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#define NESTING_MAX 4
#define ENCODED_MAX (16 * MIB)
#define NESTED_OPCODES 5000000
#define MIN_ENCODED 12
#define MIN_PACKED 32 /* a compressed pickle that does anything is longer */
#define MAX_PIECES 1000

/* Runs a nested pickle; what it would do is reported, what is malformed in it is not. */
static void
run_nested(struct pickle_vm *vm, struct bytes content, uint64_t offset, const char *how)
{
	struct member member = { .path = vm->member->path,
		.name = vm->member->name,
		.bytes = content,
		.depth = vm->member->depth };
	struct pickle_vm trial, inner;
	bool whole, imports;

	if (vm->nesting >= NESTING_MAX || pickle_probe(content) < 50)
		return;
	if (!vm_init(&trial, &member, 0))
		return;
	whole = vm_run(&trial, NESTED_OPCODES);
	imports = trial.nimports > 0;
	vm_free(&trial);
	if (!whole && !imports)
		return;
	sink_finding_once(vm->sink, "pickle/nested", offset, content.len, NULL,
	    "it holds another pickle, %s", how);
	if (!vm_init(&inner, &member, 0))
		return;
	inner.lists = vm->lists;
	inner.sink = vm->sink;
	inner.arena = vm->arena;
	inner.is_judging = true;
	inner.nesting = vm->nesting + 1;
	(void)vm_run(&inner, NESTED_OPCODES);
	vm_judge(&inner);
	vm_free(&inner);
}

/* Could B be base64 of something that begins like a pickle (80 01 to 80 05, "(", "c", "]", "}")? */
static bool
looks_like_base64(struct bytes b)
{
	static const char *const starts[] = { "gAE", "gAI", "gAJ", "gAM", "gAN", "gAQ", "gAR",
		"gAS", "gAU", "gAV", "gAW", "Y2", "Y3", "Y1", "Y0", "KG", "KF", "KE", "KC", "KL",
		"XS", "fX", "fS" };

	if (b.len < MIN_ENCODED)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (bytes_starts(b, starts[i]))
			return true;
	return false;
}

/* The value of a digit of base64, either alphabet; -1 where C is none. */
static int
base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Both alphabets, with or without padding and line breaks: whatever a decoder would take. */
static void
try_base64(struct pickle_vm *vm, struct bytes b, uint64_t offset)
{
	uint8_t *out = arena_alloc(vm->arena, b.len / 4 * 3 + 8);
	uint32_t bits = 0;
	unsigned nbits = 0;
	size_t n = 0;

	if (out == NULL)
		return;
	for (size_t i = 0; i < b.len && b.data[i] != '='; i++) {
		int digit = base64_digit(b.data[i]);

		if (digit < 0 && (b.data[i] == '\n' || b.data[i] == '\r' || b.data[i] == ' '))
			continue;
		if (digit < 0)
			break;
		bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
		nbits += 6;
		if (nbits >= 8) {
			nbits -= 8;
			out[n++] = (uint8_t)(bits >> nbits);
		}
	}
	run_nested(vm, bytes_of(out, n), offset, "encoded as base64");
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
try_hex(struct pickle_vm *vm, struct bytes b, uint64_t offset)
{
	uint8_t *out = arena_alloc(vm->arena, b.len / 2 + 1);
	size_t n = 0;

	if (out == NULL)
		return;
	while (2 * n + 1 < b.len) {
		int high = hex_digit(b.data[2 * n]), low = hex_digit(b.data[2 * n + 1]);

		if (high < 0 || low < 0)
			break;
		out[n++] = (uint8_t)(high << 4 | low);
	}
	run_nested(vm, bytes_of(out, n), offset, "encoded as hexadecimal");
}

/* Bytes that protocol 0 to 2 write as text, a character for each byte (Latin-1). */
static void
try_latin1(struct pickle_vm *vm, struct bytes b, uint64_t offset)
{
	uint8_t *out = b.len > ENCODED_MAX ? NULL : arena_alloc(vm->arena, b.len + 1);
	size_t n = 0;

	if (out == NULL)
		return;
	for (size_t pos = 0; pos < b.len;) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(b, pos, 4), &code);

		if (len == 0 || code > 0xff)
			break;
		out[n++] = (uint8_t)code;
		pos += len;
	}
	run_nested(vm, bytes_of(out, n), offset, "as text");
}

/* A compressed constant becomes a member of its own, which is opened like any other. */
static bool
hand_on_packed(struct pickle_vm *vm, struct bytes content, uint64_t offset)
{
	struct piece piece = { .codec = CODEC_NONE, .packed = content, .size = content.len };
	size_t n;

	if (content.len < MIN_PACKED ||
	    (!bytes_starts(content, "PK\3\4") && !bytes_starts(content, "\x1f\x8b\x08") &&
		!bytes_starts(content, "BZh") &&
		!bytes_starts(content,
		    "\xfd"
		    "7zXZ")))
		return false;
	(void)sink_pieces(vm->sink, &n);
	if (n >= MAX_PIECES)
		return false;
	piece.name = arena_format(vm->arena, "constant-%ju", (uintmax_t)offset);
	if (piece.name != NULL)
		sink_piece(vm->sink, &piece);
	return true;
}

void
vm_look_inside(struct pickle_vm *vm, struct bytes content, uint64_t offset, bool is_text)
{
	uint8_t first = content.data[0];

	/* Cheap first: most constants are names and words. */
	if (first == 0x80 ||
	    (!is_text && (first == 'c' || first == '(' || first == ']' || first == '}')))
		run_nested(vm, content, offset, "as bytes");
	else if (first == 0xc2 && content.data[1] == 0x80)
		try_latin1(vm, content, offset);
	else if (is_text && (first == 'c' || first == '(') && content.len > MIN_ENCODED &&
	    memchr(content.data, '\n', content.len) != NULL)
		run_nested(vm, content, offset, "as text");
	else if (content.len <= ENCODED_MAX && looks_like_base64(content))
		try_base64(vm, content, offset);
	else if (content.len <= ENCODED_MAX &&
	    (bytes_starts(content, "800") || bytes_starts(content, "63") ||
		bytes_starts(content, "28")))
		try_hex(vm, content, offset);
	else if (!is_text)
		(void)hand_on_packed(vm, content, offset);
}
