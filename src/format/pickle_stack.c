/* Stack, marks and memo of the pickle virtual machine. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <stdlib.h>

#define MEMO_SPARSE 100000 /* slots that may be skipped before a number is absurd */

bool
values_grow(struct pickle_vm *vm, struct values *values, size_t n)
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

bool
vm_push_mark(struct pickle_vm *vm)
{
	if (vm->marks.n == vm->marks.room && !values_grow(vm, &vm->marks, vm->marks.n + 1))
		return false;
	vm->marks.v[vm->marks.n++] = vm->stack.n;
	return true;
}

bool
vm_pop_mark(struct pickle_vm *vm, pickle_value **ret, size_t *ret_n)
{
	size_t start;

	if (vm->marks.n == 0)
		return vm_fail(vm, "an opcode needs a mark and there is none");
	start = vm->marks.v[--vm->marks.n];
	*ret = vm->stack.v == NULL ? NULL : vm->stack.v + start;
	*ret_n = vm->stack.n - start;
	vm->stack.n = start;
	return true;
}

/* POP: without a value above the mark it takes the mark. */
bool
vm_pop_any(struct pickle_vm *vm)
{
	if (vm->marks.n > 0 && vm->stack.n == vm_floor(vm)) {
		vm->marks.n--;
		return true;
	}
	if (!vm_has(vm, 1))
		return false;
	vm->stack.n--;
	return true;
}

bool
vm_memo_put(struct pickle_vm *vm, uint64_t i)
{
	pickle_value v;

	if (!vm_peek(vm, &v))
		return false;
	if (i > vm->memo.n + MEMO_SPARSE) {
		if (vm_remarks(vm, REMARK_MEMO_BOMB))
			sink_finding_once(vm->sink, "pickle/memo-bomb", vm->op, 0, NULL,
			    "memo slot %ju is set although only %zu are in use: the loader "
			    "allocates all between",
			    (uintmax_t)i, vm->memo.n);
		return true; /* a later GET finds an unknown value */
	}
	if (i >= vm->memo.room && !values_grow(vm, &vm->memo, i + 1))
		return false;
	while (vm->memo.n <= i)
		vm->memo.v[vm->memo.n++] = value_of(TAG_UNKNOWN, 0);
	vm->memo.v[i] = v;
	return true;
}

bool
vm_memo_get(struct pickle_vm *vm, uint64_t i)
{
	/* The loader would stop at an unset slot; a scanner that stops with it may be led to. */
	if ((i >= vm->memo.n || tag_of(vm->memo.v[i]) == TAG_UNKNOWN) &&
	    vm_remarks(vm, REMARK_UNSET_MEMO))
		sink_finding_once(vm->sink, "pickle/unset-memo", vm->op, 0, NULL,
		    "memo slot %ju is read but was never set", (uintmax_t)i);
	return vm_push(vm, i < vm->memo.n ? vm->memo.v[i] : value_of(TAG_UNKNOWN, 0));
}
