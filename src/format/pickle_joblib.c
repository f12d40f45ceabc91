/*
 * joblib writes an array as a NumpyArrayWrapper, and behind the BUILD that completes the wrapper
 * the bytes of the array, in the middle of the pickle (joblib/numpy_pickle.py, 0.10 to 1.5). So
 * shapes and types are followed as far as needed to know how many bytes those are.
 */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <stdlib.h>

#define MAX_DTYPES 100000
#define NESTING_MAX 4
#define ITEM_HASOBJECT 1 /* NPY_ITEM_REFCOUNT in the flags of a type */

bool
vm_new_dtype(struct pickle_vm *vm, pickle_value arguments, pickle_value *ret)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	struct dtype dtype = { 0 };
	struct bytes code;
	size_t i = 0;

	if (tuple == NULL || tuple->n == 0 || !vm_text(vm, tuple->items[0], &code) || code.len == 0)
		return false;
	if (memchr("<>=|", code.data[0], 4) != NULL)
		code = bytes_slice(code, 1, SIZE_MAX);
	if (code.len == 0)
		return false;
	for (i = 1; i < code.len && i < 12 && code.data[i] >= '0' && code.data[i] <= '9'; i++)
		dtype.size = dtype.size * 10 + (uint64_t)(code.data[i] - '0');
	if (code.data[0] == 'U')
		dtype.size *= 4;
	dtype.has_objects = code.data[0] == 'O';
	if (vm->ndtypes == vm->dtype_room) {
		size_t room = vm->dtype_room == 0 ? 16 : vm->dtype_room * 2;
		struct dtype *dtypes =
		    room > MAX_DTYPES ? NULL : realloc(vm->dtypes, room * sizeof(*dtypes));

		if (dtypes == NULL)
			return false;
		vm->dtypes = dtypes;
		vm->dtype_room = room;
	}
	vm->dtypes[vm->ndtypes] = dtype;
	*ret = value_of(TAG_DTYPE, vm->ndtypes++);
	return true;
}

/* The state of a type: version, byte order, subarray, names, fields, size, alignment, flags. */
void
vm_build_dtype(struct pickle_vm *vm, pickle_value dtype, pickle_value state)
{
	const struct tuple *tuple = vm_tuple(vm, state);
	struct dtype *type = &vm->dtypes[payload_of(dtype)];

	if (tuple == NULL || tuple->n < 8)
		return;
	if (tag_of(tuple->items[5]) == TAG_INT)
		type->size = payload_of(tuple->items[5]);
	if (tag_of(tuple->items[7]) == TAG_INT && (payload_of(tuple->items[7]) & ITEM_HASOBJECT))
		type->has_objects = true;
}

static struct wrapper *
wrapper_of(struct pickle_vm *vm, pickle_value dict)
{
	for (unsigned i = 0; i < WRAPPERS; i++)
		if (vm->wrappers[i].dict == payload_of(dict) + 1)
			return &vm->wrappers[i];
	return NULL;
}

/* An item of some dictionary: perhaps of the state of a wrapper, which comes to be one later. */
void
vm_set_item(struct pickle_vm *vm, pickle_value dict, pickle_value key, pickle_value value)
{
	struct wrapper *wrapper;
	struct bytes name;
	int64_t number;
	bool is_shape, is_dtype;

	if (tag_of(dict) != TAG_DICT || !vm_text(vm, key, &name))
		return;
	is_shape = bytes_equal_string(name, "shape");
	is_dtype = bytes_equal_string(name, "dtype");
	if (!is_shape && !is_dtype && !bytes_equal_string(name, "numpy_array_alignment_bytes"))
		return;
	wrapper = wrapper_of(vm, dict);
	if (wrapper == NULL) {
		wrapper = &vm->wrappers[vm->nwrappers++ % WRAPPERS];
		*wrapper = (struct wrapper){ .dict = payload_of(dict) + 1 };
	}
	if (is_shape) {
		const struct tuple *tuple = vm_tuple(vm, value);

		wrapper->has_count = tag_of(value) == TAG_SHAPE || (tuple != NULL && tuple->n == 0);
		wrapper->count = tag_of(value) == TAG_SHAPE ? payload_of(value) & SHAPE_PRODUCT : 1;
	} else if (is_dtype) {
		wrapper->has_dtype = tag_of(value) == TAG_DTYPE;
		wrapper->dtype = value;
	} else {
		wrapper->has_alignment = vm_number(vm, value, &number) && number > 0;
	}
}

/* An array of objects is a pickle of its own in the middle of this one. */
static bool
skip_objects(struct pickle_vm *vm)
{
	struct pickle_vm inner;
	bool done;

	if (vm->nesting >= NESTING_MAX || !vm_init(&inner, vm->member, vm->r.pos))
		return vm_fail(vm, "arrays of objects hold each other too deep");
	inner.lists = vm->lists;
	inner.sink = vm->sink;
	inner.arena = vm->arena;
	inner.is_judging = vm->is_judging;
	inner.nesting = vm->nesting + 1;
	done = vm_run(&inner, 0);
	if (inner.is_judging)
		vm_judge(&inner);
	done = done && reader_seek(&vm->r, inner.r.pos);
	vm_free(&inner);
	return done || vm_fail(vm, "the pickle of an array of objects is broken");
}

bool
vm_skip_array(struct pickle_vm *vm, pickle_value state)
{
	const struct wrapper *wrapper = tag_of(state) == TAG_DICT ? wrapper_of(vm, state) : NULL;
	uint64_t bytes;
	uint8_t padding;

	/* joblib reads from the file, its pickle from the frame: no pickler leaves one open here.
	 */
	if (vm->frame_end > vm->r.pos)
		vm_diverges(vm);
	vm->frame_end = 0;
	/* What stands there now is the array, no longer its wrapper. */
	vm->stack.v[vm->stack.n - 1] = value_of(TAG_OPAQUE, 0);
	if (wrapper == NULL || !wrapper->has_count || !wrapper->has_dtype)
		return vm_fail(vm, "an array does not say how many bytes it has");
	if (vm->survey != NULL)
		vm->survey->arrays++;
	if (vm->dtypes[payload_of(wrapper->dtype)].has_objects)
		return skip_objects(vm);
	if (__builtin_mul_overflow(
		wrapper->count, vm->dtypes[payload_of(wrapper->dtype)].size, &bytes))
		return vm_fail(vm, "an array is larger than any file");
	if (wrapper->has_alignment &&
	    (!reader_u8(&vm->r, &padding) || !reader_skip(&vm->r, padding)))
		return vm_fail(vm, "an array's padding runs past the end");
	if (!reader_skip(&vm->r, bytes))
		return vm_fail(vm, "an array of %ju bytes runs past the end", (uintmax_t)bytes);
	if (vm->survey != NULL)
		vm->survey->array_bytes += bytes;
	return true;
}
