/* What a pickle imports and calls, and what that means. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define MAX_IMPORTS 100000
#define NAME_SHOWN 200

static pickle_value
unknown(void)
{
	return value_of(TAG_UNKNOWN, 0);
}

/* Letters, digits, underscores and dots, or anything that is not ASCII: what Python takes for a
 * name. */
static bool
is_name(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		uint8_t c = b.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_' || c == '.' || c == '-' || c == '<' || c == '>' || c >= 0x80))
			return false;
	}
	return b.len > 0;
}

pickle_value
vm_import(struct pickle_vm *vm, struct bytes module, struct bytes name)
{
	struct import *import;

	if (!is_name(module) || !is_name(name)) {
		vm_fail(vm, "a name to import is no name");
		return unknown();
	}
	for (size_t i = vm->nimports; i > 0; i--)
		if (bytes_equal(vm->imports[i - 1].name, name) &&
		    bytes_equal(vm->imports[i - 1].module, module))
			return value_of(TAG_GLOBAL, i - 1);
	if (vm->nimports == vm->import_room) {
		size_t room = vm->import_room == 0 ? 32 : vm->import_room * 2;
		struct import *imports =
		    room > MAX_IMPORTS ? NULL : realloc(vm->imports, room * sizeof(*imports));

		if (imports == NULL) {
			vm_fail(vm, "it imports more than %d different names", MAX_IMPORTS / 2);
			return unknown();
		}
		vm->imports = imports;
		vm->import_room = room;
	}
	import = &vm->imports[vm->nimports];
	*import =
	    (struct import){ .module = module, .name = name, .offset = vm->op, .arguments = "" };
	if (vm->globals != NULL)
		import->kind = globals_judge(vm->globals, module, name, &import->why);
	return value_of(TAG_GLOBAL, vm->nimports++);
}

pickle_value
vm_import_values(struct pickle_vm *vm, pickle_value module, pickle_value name)
{
	struct bytes m, n;

	if (vm_text(vm, module, &m) && vm_text(vm, name, &n))
		return vm_import(vm, m, n);
	if (vm->is_judging)
		sink_finding_once(vm->sink, "pickle/unresolved-import", vm->op, 0, NULL,
		    "a name to import is computed while loading, so nobody can say what it is");
	return unknown();
}

/*
 * getattr(IMPORT, "name") with constants is another way to write a dotted name, which pickles of
 * enumerations and nested classes hold: it is judged as that name.
 */
static bool
resolve_getattr(
    struct pickle_vm *vm, const struct import *import, pickle_value arguments, pickle_value *ret)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	struct bytes attribute;
	const struct import *object;
	char *dotted;

	if (!bytes_equal_string(import->name, "getattr") ||
	    (!bytes_equal_string(import->module, "builtins") &&
		!bytes_equal_string(import->module, "__builtin__")))
		return false;
	if (tuple == NULL || tuple->n != 2 || tag_of(tuple->items[0]) != TAG_GLOBAL ||
	    !vm_text(vm, tuple->items[1], &attribute) || !is_name(attribute))
		return false;
	object = &vm->imports[payload_of(tuple->items[0])];
	if (object->kind == GLOBAL_DANGEROUS)
		return false;
	dotted = arena_alloc(sink_arena(vm->sink), object->name.len + attribute.len + 2);
	if (dotted == NULL)
		return false;
	memcpy(dotted, object->name.data, object->name.len);
	dotted[object->name.len] = '.';
	memcpy(dotted + object->name.len + 1, attribute.data, attribute.len);
	*ret =
	    vm_import(vm, object->module, bytes_of(dotted, object->name.len + 1 + attribute.len));
	return true;
}

/* numpy.dtype("f8"): how many bytes an item takes, for joblib's arrays. */
static bool
resolve_dtype(
    struct pickle_vm *vm, const struct import *import, pickle_value arguments, pickle_value *ret)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	struct bytes code;
	uint64_t size = 0;

	if (!(vm->flavor & PICKLE_JOBLIB) || !bytes_equal_string(import->module, "numpy") ||
	    !bytes_equal_string(import->name, "dtype") || tuple == NULL || tuple->n == 0 ||
	    !vm_text(vm, tuple->items[0], &code) || code.len < 2)
		return false;
	for (size_t i = 1; i < code.len && i < 8 && code.data[i] >= '0' && code.data[i] <= '9'; i++)
		size = size * 10 + (uint64_t)(code.data[i] - '0');
	if (code.data[0] == 'U')
		size *= 4;
	*ret = value_of(TAG_DTYPE, code.data[0] == 'O' ? DTYPE_OBJECT : size);
	return true;
}

pickle_value
vm_call(struct pickle_vm *vm, pickle_value callee, pickle_value arguments)
{
	struct import *import;
	pickle_value result;
	uint64_t i = payload_of(callee);

	if (tag_of(callee) != TAG_GLOBAL) {
		/* The result of a call, a string, a number: an honest pickle calls names only. */
		if (vm->is_judging)
			sink_finding_once(vm->sink, "pickle/computed-call", vm->op, 0, NULL,
			    "something is called that is not an imported name but computed while "
			    "loading");
		return unknown();
	}
	import = &vm->imports[i];
	if (resolve_getattr(vm, import, arguments, &result)) {
		vm->imports[i].kind = GLOBAL_SAFE; /* this use of it; another use is judged again */
		return result;
	}
	if (bytes_equal_string(import->name, "getattr") && import->why != NULL)
		import->kind = GLOBAL_DANGEROUS;
	if (import->called == 0) {
		import->called = vm->op + 1;
		if (vm->is_judging)
			import->arguments = vm_show_arguments(vm, arguments);
	}
	if (resolve_dtype(vm, import, arguments, &result))
		return result;
	return value_of(TAG_RESULT, i);
}

/* An array that joblib wrote behind the wrapper it has just finished. */
static bool
skip_array(struct pickle_vm *vm)
{
	uint64_t bytes;
	uint8_t padding;

	if (vm->wrapper.item == DTYPE_OBJECT) {
		struct pickle_vm inner;
		bool done;

		/* An object array is a pickle of its own in the middle of this one. */
		if (!vm_init(&inner, vm->member, vm->r.pos))
			return false;
		inner.globals = vm->globals;
		inner.sink = vm->sink;
		inner.is_judging = vm->is_judging;
		inner.nesting = vm->nesting + 1;
		done = vm->nesting < 4 && vm_run(&inner, 0);
		if (inner.is_judging)
			vm_judge(&inner);
		done = done && reader_seek(&vm->r, inner.r.pos);
		vm_free(&inner);
		return done || vm_fail(vm, "the pickle of an object array is broken");
	}
	if (__builtin_mul_overflow(vm->wrapper.count, vm->wrapper.item, &bytes))
		return vm_fail(vm, "an array is larger than any file");
	if (vm->wrapper.has_alignment &&
	    (!reader_u8(&vm->r, &padding) || !reader_skip(&vm->r, padding)))
		return vm_fail(vm, "an array's padding runs past the end");
	if (!reader_skip(&vm->r, bytes))
		return vm_fail(vm, "an array of %ju bytes runs past the end", (uintmax_t)bytes);
	vm->frame_end = 0;
	return true;
}

bool
vm_build(struct pickle_vm *vm, pickle_value object, pickle_value state)
{
	struct import *import;

	(void)state;
	if (tag_of(object) == TAG_DTYPE ||
	    (tag_of(object) != TAG_GLOBAL && tag_of(object) != TAG_RESULT))
		return true;
	import = &vm->imports[payload_of(object)];
	if (tag_of(object) == TAG_GLOBAL)
		import->is_built_on = true;
	else if ((vm->flavor & PICKLE_JOBLIB) &&
	    bytes_equal_string(import->name, "NumpyArrayWrapper"))
		return skip_array(vm);
	return true;
}

void
vm_assign(struct pickle_vm *vm, pickle_value object)
{
	if (tag_of(object) == TAG_GLOBAL)
		vm->imports[payload_of(object)].is_built_on = true;
}

void
vm_set_wrapper_item(struct pickle_vm *vm, pickle_value key, pickle_value value)
{
	struct bytes name;
	int64_t number;

	if (!vm_text(vm, key, &name))
		return;
	if (bytes_equal_string(name, "shape")) {
		vm->wrapper.count = tag_of(value) == TAG_SHAPE ? payload_of(value) : 1;
		vm->wrapper.has_alignment = false;
	} else if (bytes_equal_string(name, "dtype")) {
		vm->wrapper.item = tag_of(value) == TAG_DTYPE ? payload_of(value) : 0;
	} else if (bytes_equal_string(name, "numpy_array_alignment_bytes")) {
		vm->wrapper.has_alignment = vm_number(vm, value, &number) && number > 0;
	}
}

/* "module.name", safe to print: the evidence, and what a policy allows by. */
static const char *
full_name(struct pickle_vm *vm, const struct import *import)
{
	struct arena *arena = sink_arena(vm->sink);
	const char *name =
	    arena_format(arena, "%s.%s", text_safe(arena, import->module, NAME_SHOWN),
		text_safe(arena, import->name, NAME_SHOWN));

	return name == NULL ? "" : name;
}

static void
judge_dangerous(struct pickle_vm *vm, const struct import *import, const char *name)
{
	if (import->called != 0)
		sink_finding(vm->sink, "pickle/dangerous-call", import->called - 1, 0, name,
		    "loading it calls %s(%s): %s", name, import->arguments,
		    import->why == NULL ? "" : import->why);
	else
		sink_finding(vm->sink, "pickle/dangerous-import", import->offset, 0, name,
		    "loading it imports %s: %s", name, import->why == NULL ? "" : import->why);
}

static void
judge_import(struct pickle_vm *vm, const struct import *import)
{
	const char *name = full_name(vm, import);

	if (import->is_built_on && import->kind != GLOBAL_FOREIGN)
		sink_finding(vm->sink, "pickle/changed-callable", import->offset, 0, name,
		    "it sets attributes of %s itself, not of an object: that changes code for the "
		    "whole program",
		    name);
	switch (import->kind) {
	case GLOBAL_SAFE:
		return;
	case GLOBAL_DANGEROUS:
		judge_dangerous(vm, import, name);
		return;
	case GLOBAL_LIBRARY:
		if (import->called != 0)
			sink_finding(vm->sink, "pickle/unlisted-call", import->called - 1, 0, name,
			    "loading it calls %s(%s), which no list of harmless names holds", name,
			    import->arguments);
		else
			sink_finding(vm->sink, "pickle/uncalled-import", import->offset, 0, name,
			    "loading it imports %s without calling it; no list of harmless names "
			    "holds it",
			    name);
		return;
	case GLOBAL_FOREIGN:
		sink_finding(vm->sink, "pickle/unlisted-global", import->offset, 0, name,
		    "loading it needs %s, of a module that assay does not know", name);
		return;
	}
}

void
vm_judge(struct pickle_vm *vm)
{
	for (size_t i = 0; i < vm->nimports; i++)
		judge_import(vm, &vm->imports[i]);
}
