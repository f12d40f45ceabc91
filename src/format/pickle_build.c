/* Tuples and containers of the pickle virtual machine, and what a small file expands to. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#include <math.h>
#include <stdlib.h>

#define WEIGHTS_MAX (4 * MIB) /* containers that are weighed; later ones weigh nothing */
#define EXPANSION 20.0f	      /* log2 of the items that nobody minds */
#define EXPANSION_RATIO 4096  /* items to opcodes: references to shared lists stay far below */
#define OWN_REFERENCES 16     /* a list that holds itself more often stands for no real structure */

static float
weight_of(const struct pickle_vm *vm, pickle_value v)
{
	const struct tuple *tuple;

	if (is_container(v))
		return payload_of(v) < vm->nweights ? vm->weights[payload_of(v)] : 0;
	tuple = tag_of(v) == TAG_TUPLE ? vm_tuple(vm, v) : NULL;
	return tuple == NULL ? 0 : tuple->weight;
}

/* log2(2^a + 2^b) */
static float
log_add(float a, float b)
{
	float high = a > b ? a : b, low = a > b ? b : a;

	return high - low > 24 ? high : high + log2f(1 + exp2f(low - high));
}

static void
add_weight(struct pickle_vm *vm, pickle_value container, const pickle_value *items, size_t n)
{
	uint64_t id = payload_of(container);
	float weight;
	size_t own = 0;

	if (!is_container(container) || id >= vm->nweights)
		return;
	weight = vm->weights[id];
	if (n > 2)
		weight = log_add(weight, log2f((float)n));
	for (size_t i = 0; i < n; i++) {
		float w = weight_of(vm, items[i]);

		own += items[i] == container;
		if (w > 0)
			weight = log_add(weight, w);
	}
	/* Lists that hold themselves grow on each reference, since walking them never ends. */
	if (own > OWN_REFERENCES)
		weight += (float)own;
	vm->weights[id] = weight;
	vm->heaviest = weight > vm->heaviest ? weight : vm->heaviest;
}

void
vm_judge_weight(struct pickle_vm *vm)
{
	if (vm->heaviest < EXPANSION ||
	    vm->heaviest < log2f((float)vm->opcodes) + log2f(EXPANSION_RATIO))
		return;
	sink_finding_once(vm->sink, "pickle/expansion", 0, 0, NULL,
	    "containers that hold each other stand for more than 2^%d items: walking them never "
	    "ends",
	    (int)vm->heaviest);
}

static pickle_value
new_container(struct pickle_vm *vm, enum pickle_tag tag)
{
	if (vm->nweights == vm->weight_room && vm->weight_room < WEIGHTS_MAX) {
		size_t room = vm->weight_room == 0 ? 1024 : vm->weight_room * 2;
		float *weights = realloc(vm->weights, room * sizeof(*weights));

		if (weights != NULL) {
			vm->weights = weights;
			vm->weight_room = room;
		}
	}
	if (vm->nweights == vm->ncontainers && vm->nweights < vm->weight_room)
		vm->weights[vm->nweights++] = 1;
	return value_of(tag, vm->ncontainers++);
}

static float
weight_of_tuple(const struct pickle_vm *vm, const pickle_value *items, size_t n)
{
	float weight = n > 1 ? log2f((float)n) : 0;

	for (size_t i = 0; i < n; i++) {
		float w = weight_of(vm, items[i]);

		if (w > 0)
			weight = log_add(weight, w);
	}
	return weight;
}

pickle_value
vm_new_tuple(struct pickle_vm *vm, const pickle_value *items, size_t n)
{
	struct tuple *tuple = &vm->tuples[vm->ntuples % TUPLES], new;
	uint64_t product = 1;
	bool is_shape = n > 0;

	for (size_t i = 0; i < n && is_shape; i++)
		is_shape = tag_of(items[i]) == TAG_INT &&
		    !__builtin_mul_overflow(product, payload_of(items[i]), &product) &&
		    product <= SHAPE_PRODUCT;
	new.number = vm->ntuples++;
	new.n = (unsigned)(n > UINT32_MAX ? UINT32_MAX : n);
	new.weight = is_shape ? 0 : weight_of_tuple(vm, items, n);
	vm->heaviest = new.weight > vm->heaviest ? new.weight : vm->heaviest;
	for (size_t i = 0; i < n && i < TUPLE_ITEMS; i++)
		new.items[i] = items[i];
	for (size_t i = n; i < TUPLE_ITEMS; i++)
		new.items[i] = value_of(TAG_OPAQUE, 0);
	*tuple = new;
	if (is_shape)
		return value_of(TAG_SHAPE, (new.number & 0xffff) << SHAPE_SHIFT | product);
	return value_of(TAG_TUPLE, new.number);
}

bool
vm_tuple_of(struct pickle_vm *vm, unsigned n)
{
	if (!vm_has(vm, n))
		return false;
	vm->stack.n -= n;
	/* The stack may never have been allocated: () can be the first thing on it. */
	return vm_push(vm, vm_new_tuple(vm, n == 0 ? NULL : vm->stack.v + vm->stack.n, n));
}

bool
vm_mark_tuple(struct pickle_vm *vm)
{
	pickle_value *items = NULL;
	size_t n = 0;

	return vm_pop_mark(vm, &items, &n) && vm_push(vm, vm_new_tuple(vm, items, n));
}

bool
vm_push_container(struct pickle_vm *vm, enum pickle_tag tag)
{
	return vm_push(vm, new_container(vm, tag));
}

/* A list, dictionary or set as a key: the loader stops there. */
static bool
check_key(struct pickle_vm *vm, pickle_value key)
{
	if (tag_of(key) == TAG_LIST || tag_of(key) == TAG_DICT || tag_of(key) == TAG_SET)
		return vm_fail(vm, "a list, dictionary or set is used as a key");
	return true;
}

bool
vm_mark_container(struct pickle_vm *vm, enum pickle_tag tag)
{
	pickle_value *items = NULL, container;
	size_t n = 0;

	if (!vm_pop_mark(vm, &items, &n))
		return false;
	if (tag == TAG_DICT && n % 2 != 0)
		return vm_fail(vm, "a dictionary gets a key without a value");
	container = new_container(vm, tag);
	for (size_t i = 0; i < n && tag != TAG_LIST; i += tag == TAG_DICT ? 2 : 1)
		if (!check_key(vm, items[i]))
			return false;
	add_weight(vm, container, items, n);
	if (tag == TAG_DICT && vm->has_wrappers)
		for (size_t i = 0; i + 1 < n; i += 2)
			vm_set_item(vm, container, items[i], items[i + 1]);
	return vm_push(vm, container);
}

/* Keys and values into a dictionary, or into an object that takes items. */
static bool
set_items(struct pickle_vm *vm, pickle_value container, const pickle_value *items, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		if (tag_of(container) == TAG_DICT && !check_key(vm, items[i]))
			return false;
		if (vm->has_wrappers)
			vm_set_item(vm, container, items[i], items[i + 1]);
		if (vm->survey != NULL && vm->survey->keeps_names)
			vm_note_tensor(vm, items[i], items[i + 1]);
	}
	return true;
}

bool
vm_mark_add(struct pickle_vm *vm, bool is_map)
{
	pickle_value *items = NULL, container;
	size_t n = 0;

	if (!vm_pop_mark(vm, &items, &n))
		return false;
	if (is_map && n % 2 != 0)
		return vm_fail(vm, "a dictionary gets a key without a value");
	if (!vm_peek(vm, &container) || (is_map && !set_items(vm, container, items, n)))
		return false;
	for (size_t i = 0; i < n && tag_of(container) == TAG_SET; i++)
		if (!check_key(vm, items[i]))
			return false;
	add_weight(vm, container, items, n);
	vm_assign(vm, container, is_map);
	return true;
}

bool
vm_add(struct pickle_vm *vm, unsigned n)
{
	pickle_value container;

	if (!vm_has(vm, n + 1))
		return false;
	vm->stack.n -= n;
	container = vm->stack.v[vm->stack.n - 1];
	if (n == 2 && !set_items(vm, container, vm->stack.v + vm->stack.n, 2))
		return false;
	add_weight(vm, container, vm->stack.v + vm->stack.n, n);
	vm_assign(vm, container, n == 2);
	return true;
}
