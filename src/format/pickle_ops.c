/* The opcodes that import, call and refer to what is outside of the pickle. */
#include "config.h"

#include "format/pickle_vm.h"

static bool
op_global(struct pickle_vm *vm)
{
	struct bytes module, name;

	return vm_read_line(vm, &module) && vm_read_line(vm, &name) &&
	    vm_push(vm, vm_import(vm, module, name));
}

static bool
op_stack_global(struct pickle_vm *vm)
{
	pickle_value module, name;

	return vm_pop(vm, &name) && vm_pop(vm, &module) &&
	    vm_push(vm, vm_import_values(vm, module, name));
}

/* INST: the class as lines; OBJ: the class as the first value above the mark. */
static bool
op_instance(struct pickle_vm *vm, bool is_inst)
{
	struct bytes module = { 0 }, name = { 0 };
	pickle_value *items = NULL, callee, arguments;
	size_t n = 0;

	if (is_inst && (!vm_read_line(vm, &module) || !vm_read_line(vm, &name)))
		return false;
	if (!vm_pop_mark(vm, &items, &n))
		return false;
	if (!is_inst && n == 0)
		return vm_fail(vm, "OBJ has no class");
	callee = is_inst ? vm_import(vm, module, name) : items[0];
	arguments = vm_new_tuple(vm, is_inst ? items : items + 1, is_inst ? n : n - 1);
	return vm_push(vm, vm_call(vm, callee, arguments, CALL_FULL));
}

static bool
op_call(struct pickle_vm *vm, enum call_kind kind)
{
	pickle_value callee, arguments;

	return vm_pop(vm, &arguments) && vm_pop(vm, &callee) &&
	    vm_push(vm, vm_call(vm, callee, arguments, kind));
}

static bool
op_newobj_ex(struct pickle_vm *vm)
{
	pickle_value keywords;

	return vm_pop(vm, &keywords) && op_call(vm, CALL_NEW);
}

static bool
op_build(struct pickle_vm *vm)
{
	pickle_value object, state;

	return vm_pop(vm, &state) && vm_peek(vm, &object) && vm_build(vm, object, state);
}

/* An extension code stands for a callable that only the loading program knows (PEP 307). */
static bool
op_extension(struct pickle_vm *vm, uint64_t width)
{
	if (!reader_skip(&vm->r, width))
		return vm_truncated(vm);
	if (vm_remarks(vm, REMARK_EXTENSION))
		sink_finding_once(vm->sink, "pickle/extension-code", vm->op, 0, NULL,
		    "an extension code stands for a callable that only the loading program knows");
	return vm_push(vm, value_of(TAG_UNKNOWN, 0));
}

static bool
op_persid(struct pickle_vm *vm)
{
	struct bytes line;

	/* The line is read again where it stands, as UNICODE lines are. */
	return vm_read_line(vm, &line) && vm_persistent(vm, value_of(TAG_TEXT, vm->op));
}

static bool
op_binpersid(struct pickle_vm *vm)
{
	pickle_value v;

	return vm_pop(vm, &v) && vm_persistent(vm, v);
}

/* Opcodes that import and call. */
bool
vm_step_call(struct pickle_vm *vm, uint8_t opcode, bool *ret_taken)
{
	switch (opcode) {
	case 'R': /* REDUCE */
		return op_call(vm, CALL_FULL);
	case 0x81: /* NEWOBJ */
		return op_call(vm, CALL_NEW);
	case 0x92: /* NEWOBJ_EX */
		return op_newobj_ex(vm);
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
	case 'P': /* PERSID */
		return op_persid(vm);
	case 'Q': /* BINPERSID */
		return op_binpersid(vm);
	case 0x82: /* EXT1 */
		return op_extension(vm, 1);
	case 0x83: /* EXT2 */
		return op_extension(vm, 2);
	case 0x84: /* EXT4 */
		return op_extension(vm, 4);
	default:
		*ret_taken = false;
		return true;
	}
}
