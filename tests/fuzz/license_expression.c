/* Fuzz target: license expressions. What is read prints, reads again and stays equal. */
#include "config.h"

#include "detect/license_expression.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const allow[] = { "MIT", "GPL-2.0", "A* WITH B", NULL };
	struct license_lists lists = { allow, allow };
	struct arena *arena = arena_new(16 * MIB);
	struct status status = { 0 };
	const struct license_node *node, *again;
	const char *text;

	if (arena == NULL)
		abort();
	text = arena_string_of(arena, bytes_of(data, size < 4096 ? size : 4096));
	node = text == NULL ? NULL : license_expression_parse(arena, text, &status);
	if (node != NULL) {
		(void)license_expression_evaluate(node, &lists);
		text = license_expression_print(arena, node);
		again = text == NULL ? NULL : license_expression_parse(arena, text, &status);
		if (again == NULL || !license_expression_equal(node, again))
			abort();
	}
	arena_free(arena);
	return 0;
}
