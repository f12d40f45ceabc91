/*
 * Strings of a pickle that are programs: statements that call what starts programs or runs text.
 * Nothing runs them while the pickle is loaded, but no model needs them, and a program that
 * evaluates settings of its model would. Words in a vocabulary and remarks in a documentation are
 * none: the call must begin a statement, and its module be imported in the same string.
 */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"
#include "format/source.h"

#define LEAST 12
#define IMPORTS 32
#define MOST (1 * MIB) /* of one string: this is about settings, not about libraries */

struct code {
	struct pickle_vm *vm;
	const struct globals *globals;
	struct bytes text;
	uint64_t offset; /* of the text in the member */
	struct bytes imported[IMPORTS];
	unsigned nimported;
};

static bool
may_run(struct bytes name, void *context)
{
	const struct code *code = context;

	return globals_may_run(code->globals, name);
}

/* Does a statement, or the value of an assignment, begin at POS? */
static bool
begins_statement(struct bytes text, size_t pos)
{
	while (pos > 0 && (text.data[pos - 1] == ' ' || text.data[pos - 1] == '\t'))
		pos--;
	return pos == 0 || memchr("\n\r;:=", text.data[pos - 1], 5) != NULL;
}

/* What is built in needs no import; among too many to be kept may be any. */
static bool
is_imported(const struct code *code, struct bytes module)
{
	if (bytes_equal_string(module, "builtins") || code->nimported == IMPORTS)
		return true;
	for (unsigned i = 0; i < code->nimported; i++)
		if (bytes_equal(code->imported[i], module))
			return true;
	return false;
}

static void
look_at(const struct source_item *item, void *context)
{
	struct code *code = context;
	struct pickle_vm *vm = code->vm;
	struct global_verdict verdict;
	const char *call;

	if (item->kind == SOURCE_IMPORT && code->nimported < IMPORTS)
		code->imported[code->nimported++] = item->module;
	if (item->kind != SOURCE_CALL || !globals_may_run(code->globals, item->name))
		return;
	verdict = globals_judge(code->globals, item->module, item->name);
	if (verdict.effect != EFFECT_COMMAND || !is_imported(code, item->module) ||
	    !begins_statement(code->text, item->offset))
		return;
	call = arena_format(vm->arena, "%s.%s", text_safe(vm->arena, item->module, 100),
	    text_safe(vm->arena, item->name, 100));
	sink_finding_once(vm->sink, "pickle/code-text", code->offset, code->text.len, call,
	    "a string of it is a program that calls %s", call == NULL ? "" : call);
}

/* Cheap first: most strings are names and words. */
static bool
could_be_code(struct bytes text)
{
	static const char *const needed[] = { "import", "exec", "eval" };

	if (text.len < LEAST || text.len > MOST || memchr(text.data, '(', text.len) == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (bytes_find(text, bytes_of_string(needed[i]), 0) >= 0)
			return true;
	return false;
}

void
vm_look_for_code(struct pickle_vm *vm, struct bytes content, uint64_t offset)
{
	struct code code = { .vm = vm, .text = content, .offset = offset };
	struct source_visitor visitor = { look_at, may_run, &code, NULL };

	if (vm->lists == NULL || !could_be_code(content))
		return;
	code.globals = pickle_lists_get(vm->lists);
	if (code.globals == NULL)
		return; /* the trouble is told of already */
	visitor.wanted = globals_that_run(code.globals);
	if (!source_walk(content, vm->arena, &visitor))
		sink_trouble(vm->sink, STATUS_LIMIT, "scan/limit", offset,
		    "no memory for the names in a string");
}
