/* Pickles inside constants: as bytes, text, base64 or hexadecimal. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#include <zlib.h>

#define NESTING_MAX 4
#define ENCODED_MAX (16 * MIB)
#define NESTED_OPCODES 5000000
#define MIN_ENCODED 12
#define MIN_PACKED 20 /* a compressed pickle that does anything is longer */
#define MAX_PIECES 1000
#define PLAIN "pickle/nested"
#define ENCODED "pickle/encoded-pickle"

static bool
imports_danger(const struct pickle_vm *vm)
{
	for (size_t i = 0; i < vm->nimports; i++)
		if (vm->imports[i].verdict.kind == GLOBAL_DANGEROUS)
			return true;
	return false;
}

/*
 * Is CONTENT a pickle? Text and raw data look like the beginning of one by chance, so without its
 * header it must go to its end, or import what no text does.
 */
static bool
is_pickle(struct pickle_vm *vm, const struct member *member)
{
	struct bytes content = member->bytes;
	struct pickle_vm trial;
	bool whole, yes;

	if (!vm_init(&trial, member, 0))
		return false;
	trial.lists = vm->lists;
	whole = vm_run(&trial, NESTED_OPCODES);
	yes = trial.nimports > 0 && content.data[0] == 0x80;
	yes |= whole && (content.data[0] == 0x80 || trial.calls > 0 || trial.opcodes > 8);
	yes |= imports_danger(&trial);
	vm_free(&trial);
	return yes;
}

/* Runs a nested pickle; what it would do is reported, what is malformed in it is not. */
static bool
run_nested(
    struct pickle_vm *vm, struct bytes content, uint64_t offset, const char *how, const char *check)
{
	struct member member = { .path = vm->member->path,
		.name = vm->member->name,
		.bytes = content,
		.depth = vm->member->depth };
	struct pickle_vm inner;

	if (vm->nesting >= NESTING_MAX || pickle_probe(content) < 50 || !is_pickle(vm, &member))
		return false;
	sink_finding_once(
	    vm->sink, check, offset, content.len, NULL, "it holds another pickle, %s", how);
	if (!vm_init(&inner, &member, 0))
		return true;
	inner.lists = vm->lists;
	inner.texts = vm->texts;
	inner.outer = vm->nesting > 0 ? vm->outer : offset;
	inner.sink = vm->sink;
	inner.arena = vm->arena;
	inner.is_judging = true;
	inner.nesting = vm->nesting + 1;
	(void)vm_run(&inner, NESTED_OPCODES);
	vm_judge(&inner);
	vm_free(&inner);
	return true;
}

/*
 * A compressed constant becomes a member of its own, which is opened like any other. The two bytes
 * of zlib begin raw data by chance, so there the first bytes must unpack to the beginning of a
 * pickle.
 */
static bool
is_packed(struct bytes b)
{
	uint8_t out[64];
	z_stream z = { .next_in = (Bytef *)(uintptr_t)b.data, .next_out = out };
	bool is_zlib =
	    b.len > 2 && b.data[0] == 0x78 && ((unsigned)b.data[0] << 8 | b.data[1]) % 31 == 0;
	int code;

	if (bytes_starts(b, "PK\3\4") || bytes_starts(b, "\x1f\x8b\x08") ||
	    bytes_starts(b, "BZh") ||
	    bytes_starts(b,
		"\xfd"
		"7zXZ"))
		return true;
	if (!is_zlib || inflateInit(&z) != Z_OK)
		return false;
	z.avail_in = b.len > UINT32_MAX ? UINT32_MAX : (uInt)b.len;
	z.avail_out = sizeof(out);
	code = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR) &&
	    pickle_probe(bytes_of(out, sizeof(out) - z.avail_out)) > 0;
}

static bool
hand_on_packed(struct pickle_vm *vm, struct bytes content, uint64_t offset)
{
	struct piece piece = { .codec = CODEC_NONE, .packed = content, .size = content.len };
	size_t n;

	if (content.len < MIN_PACKED || !is_packed(content))
		return false;
	(void)sink_pieces(vm->sink, &n);
	if (n >= MAX_PIECES)
		return false;
	piece.name = arena_format(vm->arena, "constant-%ju", (uintmax_t)offset);
	if (piece.name != NULL)
		sink_piece(vm->sink, &piece);
	return true;
}

/* Could B be base64 of something that begins like a pickle (80 01 to 80 05, "(", "c", "]", "}") or
 * like a compressed one? */
static bool
looks_like_base64(struct bytes b)
{
	static const char *const starts[] = { "gAE", "gAI", "gAJ", "gAM", "gAN", "gAQ", "gAR",
		"gAS", "gAU", "gAV", "gAW", "Y2", "Y3", "Y1", "Y0", "KG", "KF", "KE", "KC", "KL",
		"XS", "fX", "fS", "H4sI", "eJ", "eA", "eN", "eF", "QlpoO", "/Td6WFo", "UEsDB" };

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
	if (!run_nested(vm, bytes_of(out, n), offset, "encoded as base64", ENCODED))
		(void)hand_on_packed(vm, bytes_of(out, n), offset);
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
	if (!run_nested(vm, bytes_of(out, n), offset, "encoded as hexadecimal", ENCODED))
		(void)hand_on_packed(vm, bytes_of(out, n), offset);
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
	(void)run_nested(vm, bytes_of(out, n), offset, "as text", PLAIN);
}

void
vm_look_inside(struct pickle_vm *vm, struct bytes content, uint64_t offset, bool is_text)
{
	uint8_t first = content.data[0];

	/* Cheap first: most constants are names and words. */
	if (first == 0x80 ||
	    (!is_text && (first == 'c' || first == '(' || first == ']' || first == '}')))
		(void)run_nested(vm, content, offset, "as bytes", PLAIN);
	else if (first == 0xc2 && content.data[1] == 0x80)
		try_latin1(vm, content, offset);
	else if (is_text && (first == 'c' || first == '(') && content.len > MIN_ENCODED &&
	    memchr(content.data, '\n', content.len) != NULL)
		(void)run_nested(vm, content, offset, "as text", PLAIN);
	else if (content.len <= ENCODED_MAX && looks_like_base64(content))
		try_base64(vm, content, offset);
	else if (content.len <= ENCODED_MAX &&
	    (bytes_starts(content, "800") || bytes_starts(content, "63") ||
		bytes_starts(content, "28")))
		try_hex(vm, content, offset);
	else if (!is_text)
		(void)hand_on_packed(vm, content, offset);
}
