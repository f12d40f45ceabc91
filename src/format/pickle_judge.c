/* What the imports and calls of a pickle mean. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/text.h"

#define NAME_SHOWN 200

const char *
vm_full_name(struct pickle_vm *vm, const struct import *import)
{
	const char *name =
	    arena_format(vm->arena, "%s.%s", text_safe(vm->arena, import->module, NAME_SHOWN),
		text_safe(vm->arena, import->name, NAME_SHOWN));

	return name == NULL ? "" : name;
}

static void
judge_dangerous(struct pickle_vm *vm, const struct import *import, const char *name)
{
	const char *why = import->verdict.why == NULL ? "" : import->verdict.why;

	if (import->use != CALL_NONE)
		sink_finding(vm->sink, "pickle/dangerous-call", import->called, 0, name,
		    "loading it calls %s(%s): %s", name, import->arguments, why);
	else if (!import->is_resolved)
		sink_finding(vm->sink, "pickle/dangerous-import", import->offset, 0, name,
		    "loading it imports %s: %s", name, why);
}

/* A name of the standard library or of a listed library that no list allows. */
static void
judge_unlisted(struct pickle_vm *vm, const struct import *import, const char *name)
{
	bool is_stdlib = import->verdict.kind == GLOBAL_STDLIB;

	if (import->use == CALL_FULL || (import->use == CALL_NEW && is_stdlib))
		sink_finding(vm->sink, "pickle/unlisted-call", import->called, 0, name,
		    "loading it calls %s(%s), which no list of harmless names holds", name,
		    import->arguments);
	else if (import->use == CALL_NEW)
		sink_finding(vm->sink, "pickle/unlisted-class", import->called, 0, name,
		    "loading it makes an object of %s, which no list of harmless names holds",
		    name);
	else
		sink_finding(vm->sink, "pickle/uncalled-import", import->offset, 0, name,
		    "loading it imports %s without calling it; no list of harmless names holds it",
		    name);
}

static void
judge_import(struct pickle_vm *vm, const struct import *import)
{
	const char *name = vm_full_name(vm, import);

	if (import->is_built_on)
		sink_finding(vm->sink, "pickle/changed-callable", import->offset, 0, name,
		    "it sets attributes of %s itself, not of an object: that changes code for the "
		    "whole program",
		    name);
	switch (import->verdict.kind) {
	case GLOBAL_SAFE:
		return;
	case GLOBAL_KNOWN:
		if (import->use == CALL_FULL)
			judge_unlisted(vm, import, name);
		return;
	case GLOBAL_DANGEROUS:
		judge_dangerous(vm, import, name);
		return;
	case GLOBAL_STDLIB:
	case GLOBAL_LIBRARY:
		judge_unlisted(vm, import, name);
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
