/* What a pickle imports and calls. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define MAX_IMPORTS 50000 /* different names; a real model has some hundreds */
#define MAX_NAME 1000	  /* bytes of one; nothing has a longer one */
#define MAX_STORAGES 1000000

static pickle_value
unknown(void)
{
	return value_of(TAG_UNKNOWN, 0);
}

/* Could Python find something by this name? A line break could be added by a text mode of old. */
static bool
is_name(struct bytes b)
{
	for (size_t i = 0; i < b.len && b.len <= MAX_NAME; i++)
		if (b.data[i] <= ' ' || b.data[i] == 0x7f)
			return false;
	return b.len > 0 && b.len <= MAX_NAME && text_is_utf8(b);
}

static struct bytes
without_cr(struct bytes b)
{
	while (b.len > 0 && b.data[b.len - 1] == '\r')
		b.len--;
	return b;
}

static bool
is_import(const struct import *import, const char *module, const char *name)
{
	return bytes_equal_string(import->name, name) && bytes_equal_string(import->module, module);
}

const struct globals *
pickle_lists_get(struct pickle_lists *lists)
{
	struct status status = { 0 };

	if (lists->globals != NULL || lists->has_failed)
		return lists->globals;
	lists->globals = rules_get(lists->rules, &globals_kind, &status);
	if (lists->globals == NULL) {
		lists->has_failed = true;
		sink_trouble(lists->sink, STATUS_INTERNAL, "scan/detector-failed", 0,
		    "the lists of globals: %s", status.text);
	}
	return lists->globals;
}

/* What the format needs to know of a new import. */
static void
recognize(struct pickle_vm *vm, struct import *import)
{
	const struct globals *globals = vm->lists == NULL ? NULL : pickle_lists_get(vm->lists);

	if (globals != NULL)
		import->verdict = globals_judge(globals, import->module, import->name);
	import->is_wrapper = bytes_equal_string(import->name, "NumpyArrayWrapper") &&
	    bytes_ends(import->module, "numpy_pickle");
	import->is_getattr =
	    is_import(import, "builtins", "getattr") || is_import(import, "__builtin__", "getattr");
	import->is_dtype = is_import(import, "numpy", "dtype");
	import->is_partial = bytes_equal_string(import->name, "partial");
	import->is_tensor = bytes_starts(import->name, "_rebuild_tensor") &&
	    bytes_equal_string(import->module, "torch._utils");
	if (import->is_wrapper)
		vm->has_wrappers = true;
	if (vm->survey == NULL)
		return;
	if (bytes_starts(import->module, "__torch__"))
		vm->survey->uses_torchscript = true;
	if (bytes_starts(import->module, "sklearn."))
		vm->survey->has_estimator = true;
}

static uint64_t
hash_import(struct bytes module, struct bytes name)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < module.len; i++)
		h = (h ^ module.data[i]) * 0x100000001b3u;
	h ^= 0xff;
	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.data[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

/* The slot that holds the import or would take it. */
static uint32_t *
slot_of(const struct pickle_vm *vm, struct bytes module, struct bytes name)
{
	size_t at = hash_import(module, name) & (vm->slot_room - 1);

	while (vm->import_slots[at] != 0) {
		const struct import *import = &vm->imports[vm->import_slots[at] - 1];

		if (bytes_equal(import->name, name) && bytes_equal(import->module, module))
			break;
		at = (at + 1) & (vm->slot_room - 1);
	}
	return &vm->import_slots[at];
}

/* The same in a table that has room for one more; NULL out of memory. */
static uint32_t *
find_import(struct pickle_vm *vm, struct bytes module, struct bytes name)
{
	if (vm->nimports * 2 >= vm->slot_room) {
		size_t room = vm->slot_room == 0 ? 64 : vm->slot_room * 2;
		uint32_t *slots = calloc(room, sizeof(*slots));

		if (slots == NULL)
			return NULL;
		free(vm->import_slots);
		vm->import_slots = slots;
		vm->slot_room = room;
		for (size_t i = 0; i < vm->nimports; i++)
			*slot_of(vm, vm->imports[i].module, vm->imports[i].name) = (uint32_t)i + 1;
	}
	return slot_of(vm, module, name);
}

pickle_value
vm_import(struct pickle_vm *vm, struct bytes module, struct bytes name)
{
	uint32_t *found;

	module = without_cr(module);
	name = without_cr(name);
	if (!is_name(module) || !is_name(name)) {
		vm_fail(vm, "a name to import is no name");
		return unknown();
	}
	found = find_import(vm, module, name);
	if (found != NULL && *found != 0)
		return value_of(TAG_GLOBAL, *found - 1);
	if (found == NULL || vm->nimports == MAX_IMPORTS) {
		vm_fail(vm, "it imports more than %d different names", MAX_IMPORTS);
		return unknown();
	}
	if (vm->nimports == vm->import_room) {
		size_t room = vm->import_room == 0 ? 32 : vm->import_room * 2;
		struct import *imports = realloc(vm->imports, room * sizeof(*imports));

		if (imports == NULL) {
			vm_fail(vm, "no memory for its imports");
			return unknown();
		}
		vm->imports = imports;
		vm->import_room = room;
	}
	vm->imports[vm->nimports] =
	    (struct import){ .module = module, .name = name, .offset = vm->op, .arguments = "" };
	recognize(vm, &vm->imports[vm->nimports]);
	*found = (uint32_t)++vm->nimports;
	return value_of(TAG_GLOBAL, vm->nimports - 1);
}

pickle_value
vm_import_values(struct pickle_vm *vm, pickle_value module, pickle_value name)
{
	struct bytes m, n;

	if (vm_text(vm, module, &m) && vm_text(vm, name, &n))
		return vm_import(vm, m, n);
	if (vm_remarks(vm, REMARK_UNRESOLVED))
		sink_finding_once(vm->sink, "pickle/unresolved-import", vm->op, 0, NULL,
		    "a name to import is computed while loading, so nobody can say what it is");
	return unknown();
}

static void
computed_call(struct pickle_vm *vm)
{
	/* The result of a call, a string, a number: an honest pickle calls names only. */
	if (vm_remarks(vm, REMARK_COMPUTED))
		sink_finding_once(vm->sink, "pickle/computed-call", vm->op, 0, NULL,
		    "something is called that is not an imported name but computed while loading");
}

/* Remembers the most serious use of an import, and its arguments. */
static void
use(struct pickle_vm *vm, struct import *import, pickle_value arguments, enum call_kind kind)
{
	if (kind <= import->use)
		return;
	import->use = kind;
	import->called = vm->op;
	if (vm->is_judging)
		import->arguments = vm_show_arguments(vm, arguments);
}

/*
 * getattr(IMPORT, "name") with constants is another way to write a dotted name, which pickles of
 * enumerations, nested classes and bound methods hold: it is judged as that name.
 */
static bool
resolve_getattr(struct pickle_vm *vm, size_t i, pickle_value arguments, pickle_value *ret)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	const struct import *object, *import = &vm->imports[i];
	struct bytes attribute, name;
	char *dotted;

	if (vm->arena == NULL || !import->is_getattr)
		return false;
	if (tuple == NULL || tuple->n != 2 ||
	    (tag_of(tuple->items[0]) != TAG_GLOBAL && tag_of(tuple->items[0]) != TAG_RESULT) ||
	    !vm_text(vm, tuple->items[1], &attribute) || !is_name(attribute))
		return false;
	object = &vm->imports[payload_of(tuple->items[0])];
	if (object->verdict.kind == GLOBAL_DANGEROUS ||
	    memchr(attribute.data, '.', attribute.len) != NULL)
		return false;
	name.len = object->name.len + attribute.len + 1;
	dotted = arena_alloc(vm->arena, name.len);
	if (dotted == NULL)
		return false;
	memcpy(dotted, object->name.data, object->name.len);
	dotted[object->name.len] = '.';
	memcpy(dotted + object->name.len + 1, attribute.data, attribute.len);
	name.data = (const uint8_t *)dotted;
	*ret = vm_import(vm, object->module, name);
	return true;
}

/* A name that calls its first argument: that is what is called. */
static void
call_argument(struct pickle_vm *vm, pickle_value arguments, enum call_kind kind)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);

	if (tuple != NULL && tuple->n > 0 && tag_of(tuple->items[0]) == TAG_GLOBAL)
		use(vm, &vm->imports[payload_of(tuple->items[0])], arguments, kind);
	else
		computed_call(vm);
}

static bool
import_argument(struct pickle_vm *vm, pickle_value arguments, pickle_value *ret)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);

	if (tuple == NULL || tuple->n < 2)
		return false;
	*ret = vm_import_values(vm, tuple->items[0], tuple->items[1]);
	return true;
}

/* A name that loads the bytes it is given: they become a member and are judged as a file. */
static bool
load_argument(struct pickle_vm *vm, pickle_value arguments)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);
	struct piece piece = { .codec = CODEC_NONE };

	if (tuple == NULL || tuple->n != 1 || tag_of(tuple->items[0]) != TAG_BYTES ||
	    !vm_text(vm, tuple->items[0], &piece.packed) ||
	    (!bytes_starts(piece.packed, "PK\3\4") && pickle_probe(piece.packed) < 50))
		return false;
	if (!vm->is_judging)
		return true;
	piece.size = piece.packed.len;
	piece.name = arena_format(vm->arena, "bytes-%ju", (uintmax_t)payload_of(tuple->items[0]));
	if (piece.name == NULL)
		return false;
	sink_piece(vm->sink, &piece);
	return true;
}

/* copyreg's ways to create an object without calling its class. */
static bool
is_constructor(const struct import *import)
{
	return (bytes_equal_string(import->module, "copyreg") ||
	    bytes_equal_string(import->module, "copy_reg"));
}

static void
count_tensor(struct pickle_vm *vm, const struct import *import, pickle_value arguments)
{
	const struct tuple *tuple = vm_tuple(vm, arguments);

	if (vm->survey == NULL || !import->is_tensor)
		return;
	vm->survey->tensors++;
	if (tuple != NULL && tuple->n > 2 && tag_of(tuple->items[2]) == TAG_SHAPE)
		vm->survey->parameters += payload_of(tuple->items[2]) & SHAPE_PRODUCT;
	else if (tuple != NULL && tuple->n > 2)
		vm->survey->parameters++; /* a scalar has an empty shape */
}

void
vm_note_tensor(struct pickle_vm *vm, pickle_value key, pickle_value value)
{
	struct pickle_survey *survey = vm->survey;
	const struct import *import;
	struct bytes name;

	if (tag_of(value) != TAG_RESULT || !vm_text(vm, key, &name))
		return;
	/* _rebuild_parameter() wraps a tensor. */
	import = &vm->imports[payload_of(value)];
	if (!import->is_tensor && !bytes_starts(import->name, "_rebuild_parameter"))
		return;
	if (survey->nnames == vm->name_room) {
		size_t room = vm->name_room == 0 ? 256 : vm->name_room * 2;
		struct bytes *names = arena_array(vm->arena, room, sizeof(*names));

		if (names == NULL) {
			(void)vm_fail(vm, "no memory for the names of its tensors");
			return;
		}
		if (survey->nnames > 0)
			memcpy(names, survey->names, survey->nnames * sizeof(*names));
		survey->names = names;
		vm->name_room = room;
	}
	survey->names[survey->nnames++] = name;
}

pickle_value
vm_call(struct pickle_vm *vm, pickle_value callee, pickle_value arguments, enum call_kind kind)
{
	struct import *import;
	pickle_value result;
	uint64_t i = payload_of(callee);

	vm->calls++;
	if (tag_of(callee) != TAG_GLOBAL) {
		computed_call(vm);
		return unknown();
	}
	if (resolve_getattr(vm, i, arguments, &result) ||
	    (vm->imports[i].verdict.effect == EFFECT_IMPORTS &&
		import_argument(vm, arguments, &result)) ||
	    (vm->imports[i].verdict.effect == EFFECT_LOADS && load_argument(vm, arguments) &&
		(result = value_of(TAG_STORAGE, 0)) != 0)) {
		vm->imports[i].is_resolved = true;
		return result;
	}
	import = &vm->imports[i];
	use(vm, import, arguments, kind);
	if (import->verdict.effect == EFFECT_CALLS)
		call_argument(vm, arguments, is_constructor(import) ? CALL_NEW : CALL_FULL);
	else if (import->verdict.effect == EFFECT_IMPORTS)
		vm_import_values(vm, unknown(), unknown());
	count_tensor(vm, import, arguments);
	if (import->is_dtype && vm_new_dtype(vm, arguments, &result))
		return result;
	return value_of(TAG_RESULT, i);
}

bool
vm_build(struct pickle_vm *vm, pickle_value object, pickle_value state)
{
	const struct tuple *tuple;
	struct import *import;

	if (tag_of(object) == TAG_DTYPE) {
		vm_build_dtype(vm, object, state);
		return true;
	}
	if (tag_of(object) != TAG_GLOBAL && tag_of(object) != TAG_RESULT)
		return true;
	import = &vm->imports[payload_of(object)];
	if (tag_of(object) == TAG_GLOBAL) {
		import->is_built_on = true;
		return true;
	}
	if (import->is_wrapper)
		return vm_skip_array(vm, state);
	/* The state of functools.partial replaces what its construction was given. */
	tuple = vm_tuple(vm, state);
	if (import->verdict.effect == EFFECT_CALLS && import->is_partial && tuple != NULL &&
	    tuple->n > 0)
		call_argument(vm, state, CALL_FULL);
	return true;
}

/*
 * Items are set on dictionaries and what derives from them; on a storage, a tensor or an array
 * that is a way to write memory (CVE-2026-24747), and on a callable it changes the program.
 */
void
vm_assign(struct pickle_vm *vm, pickle_value object, bool is_map)
{
	const struct import *import;

	if (tag_of(object) == TAG_GLOBAL) {
		vm->imports[payload_of(object)].is_built_on = true;
		return;
	}
	if (!is_map || (vm->said & (UINT64_C(1) << REMARK_ITEMS)) != 0 ||
	    (tag_of(object) != TAG_RESULT && tag_of(object) != TAG_STORAGE))
		return;
	import = tag_of(object) == TAG_RESULT ? &vm->imports[payload_of(object)] : NULL;
	if (import != NULL && !bytes_starts(import->name, "_rebuild_") &&
	    !bytes_equal_string(import->name, "_reconstruct"))
		return;
	if (vm_remarks(vm, REMARK_ITEMS))
		sink_finding_once(vm->sink, "pickle/item-assignment", vm->op, 0, NULL,
		    "items are set on a tensor, an array or a storage, as on a dictionary: that "
		    "writes "
		    "memory");
}

/* The bytes of an item of a storage class of PyTorch. */
static uint32_t
storage_item(struct bytes name)
{
	static const struct {
		const char *name;
		uint32_t size;
	} types[] = {
		{ "BFloat16Storage", 2 },
		{ "BoolStorage", 1 },
		{ "ByteStorage", 1 },
		{ "CharStorage", 1 },
		{ "ComplexDoubleStorage", 16 },
		{ "ComplexFloatStorage", 8 },
		{ "DoubleStorage", 8 },
		{ "FloatStorage", 4 },
		{ "HalfStorage", 2 },
		{ "IntStorage", 4 },
		{ "LongStorage", 8 },
		{ "QInt32Storage", 4 },
		{ "QInt8Storage", 1 },
		{ "QUInt8Storage", 1 },
		{ "ShortStorage", 2 },
		{ "UntypedStorage", 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (bytes_equal_string(name, types[i].name))
			return types[i].size;
	return 0;
}

/* ('storage', torch.FloatStorage, key, device, number of items, ...) */
static void
add_storage(struct pickle_vm *vm, const struct tuple *tuple)
{
	struct pickle_survey *survey = vm->survey;
	struct pickle_storage storage = { 0 };
	int64_t items;

	if (survey == NULL || vm->arena == NULL || survey->nstorages >= MAX_STORAGES ||
	    !vm_text(vm, tuple->items[2], &storage.key) ||
	    !vm_number(vm, tuple->items[4], &items) || items < 0)
		return;
	storage.items = (uint64_t)items;
	if (tag_of(tuple->items[1]) == TAG_GLOBAL)
		storage.item_size = storage_item(vm->imports[payload_of(tuple->items[1])].name);
	if (survey->nstorages == vm->storage_room) {
		size_t room = vm->storage_room == 0 ? 64 : vm->storage_room * 2;
		struct pickle_storage *storages = arena_array(vm->arena, room, sizeof(*storages));

		if (storages == NULL)
			return;
		if (survey->nstorages > 0)
			memcpy(storages, survey->storages, survey->nstorages * sizeof(*storages));
		survey->storages = storages;
		vm->storage_room = room;
	}
	survey->storages[survey->nstorages++] = storage;
}

bool
vm_persistent(struct pickle_vm *vm, pickle_value id)
{
	const struct tuple *tuple = vm_tuple(vm, id);
	struct bytes text;

	/* ('module', class, file, source): PyTorch's legacy format names classes like this. */
	if (tuple != NULL && tuple->n == 4 && vm_text(vm, tuple->items[0], &text) &&
	    bytes_equal_string(text, "module"))
		return vm_push(vm, tuple->items[1]);
	if (tuple != NULL && tuple->n >= 5 && vm_text(vm, tuple->items[0], &text) &&
	    bytes_equal_string(text, "storage"))
		add_storage(vm, tuple);
	else if (vm->is_judging && vm_text(vm, id, &text) &&
	    bytes_find(bytes_slice(text, 0, MAX_NAME), bytes_of_string("://"), 0) >= 0 &&
	    vm_remarks(vm, REMARK_REMOTE))
		sink_finding_once(vm->sink, "pickle/remote-id", vm->op, 0, NULL,
		    "a persistent id names a place elsewhere: \"%s\"",
		    text_safe(vm->arena, text, 100));
	return vm_push(vm, value_of(TAG_STORAGE, 0));
}
