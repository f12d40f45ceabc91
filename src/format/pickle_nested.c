/* Pickles inside constants: as bytes, base64 or hexadecimal. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <openssl/evp.h>
#include <stdio.h>

#define NESTING_MAX 4
#define ENCODED_MAX (16 * MIB)
#define NESTED_OPCODES 5000000

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
	inner.globals = vm->globals;
	inner.sink = vm->sink;
	inner.is_judging = true;
	inner.nesting = vm->nesting + 1;
	(void)vm_run(&inner, NESTED_OPCODES);
	vm_judge(&inner);
	vm_free(&inner);
}

/* The first two bytes of a pickle of protocol 2 to 5 in base64: 80 02 .. 80 05. */
static bool
looks_like_base64(struct bytes b)
{
	return b.len >= 12 &&
	    (bytes_starts(b, "gAJ") || bytes_starts(b, "gAI") || bytes_starts(b, "gAM") ||
		bytes_starts(b, "gAN") || bytes_starts(b, "gAQ") || bytes_starts(b, "gAR") ||
		bytes_starts(b, "gAS") || bytes_starts(b, "gAU") || bytes_starts(b, "gAV") ||
		bytes_starts(b, "gAW") || bytes_starts(b, "Y2"));
}

static void
try_base64(struct pickle_vm *vm, struct bytes b, uint64_t offset)
{
	uint8_t *out = arena_alloc(sink_arena(vm->sink), b.len / 4 * 3 + 8);
	size_t len = b.len / 4 * 4;
	int n;

	if (out == NULL || len == 0)
		return;
	n = EVP_DecodeBlock(out, b.data, (int)len);
	if (n > 0)
		run_nested(vm, bytes_of(out, (size_t)n), offset, "encoded as base64");
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
	uint8_t *out = arena_alloc(sink_arena(vm->sink), b.len / 2 + 1);
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

void
vm_look_inside(struct pickle_vm *vm, struct bytes content, uint64_t offset, bool is_text)
{
	uint8_t first = content.data[0];

	/* Cheap first: most constants are names and words. */
	if (first == 0x80 || (!is_text && (first == 'c' || first == '(')))
		run_nested(vm, content, offset, "as bytes");
	else if (first == 0xc2 && content.data[1] == 0x80)
		run_nested(vm, bytes_slice(content, 1, SIZE_MAX), offset, "as text");
	else if (content.len <= ENCODED_MAX && looks_like_base64(content))
		try_base64(vm, content, offset);
	else if (content.len <= ENCODED_MAX &&
	    (bytes_starts(content, "800") || bytes_starts(content, "63")))
		try_hex(vm, content, offset);
}
