/*
 * Calls in Python source, found without parsing the language: dotted names followed by a
 * parenthesis, resolved through the imports of the same file. Enough to see what a handler or a
 * script says plainly; what hides from this is not made harmless by it.
 */
#ifndef FORMAT_SOURCE_H
#define FORMAT_SOURCE_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "format/tail_set.h"

enum source_kind {
	SOURCE_IMPORT, /* module: what is imported; name: what of it, or empty */
	SOURCE_CALL,   /* module: all but the last part of the name ("builtins" for a bare one) */
};

struct source_item {
	enum source_kind kind;
	struct bytes module, name;
	size_t offset;
};

struct source_visitor {
	void (*visit)(const struct source_item *, void *);
	/*
	 * Could a call of something named NAME matter? Asked before imports are followed, so that
	 * most calls cost little; visit() may be called without it. NULL: all matter.
	 */
	bool (*wants)(struct bytes name, void *);
	void *context;
	/* All names of which that is true, and perhaps others. NULL: it is always asked. */
	const struct tail_set *wanted;
};

/* Visits imports and calls in order. False out of memory. */
MUST_USE bool source_walk(struct bytes text, struct arena *, const struct source_visitor *);
/* The same without AVX2, for the test that compares. */
MUST_USE bool source_walk_narrow(struct bytes text, struct arena *, const struct source_visitor *);

#endif
