/*
 * What is known about the names that pickles import: the YAML files of rules/globals/, by exact
 * module and name. Names are one text, with blanks between them; "*" stands for every name, also of
 * submodules, and an exact name wins over it.
 *
 *   safe: { MODULE: NAMES }        harmless with any argument and any state
 *   known: { MODULE: NAMES }       harmless as a value, or as a class that is created without
 *                                  being called; not when it is called
 *   calls: { MODULE: NAMES }       calls its first argument: judged as that
 *   imports: { MODULE: NAMES }     imports what its two arguments name
 *   loads: { MODULE: NAMES }       loads the bytes given to it: judged as a file
 *   commands: { MODULE: NAMES }    dangerous, in source code too: starts programs or runs text
 *   dangerous: { CLASS: { MODULE: NAMES } }
 *   standard: [MODULE, ...]        top-level modules of Python
 *   libraries: [MODULE, ...]       top-level modules whose harmless names are listed
 */
#ifndef FORMAT_GLOBALS_H
#define FORMAT_GLOBALS_H

#include "core/bytes.h"
#include "core/rules.h"
#include "format/tail_set.h"

enum global_class {
	GLOBAL_SAFE,	  /* listed as harmless */
	GLOBAL_KNOWN,	  /* listed as harmless unless it is called */
	GLOBAL_DANGEROUS, /* listed as an attack, or an attribute walk to one */
	GLOBAL_STDLIB,	  /* not listed, but of the standard library: should not be called */
	GLOBAL_LIBRARY,	  /* not listed, but of a library whose names are known: likewise */
	GLOBAL_FOREIGN,	  /* of a module that no list knows */
};

/* What calling a name does to its arguments. */
enum global_effect {
	EFFECT_NONE,
	EFFECT_CALLS,	/* calls the first one */
	EFFECT_IMPORTS, /* imports what the first two name */
	EFFECT_LOADS,	/* loads the bytes that the first one is */
	EFFECT_COMMAND, /* runs it: dangerous in source code as well */
};

struct global_verdict {
	enum global_class kind;
	enum global_effect effect;
	const char *why; /* the attack class of a dangerous one ("process"), NULL otherwise */
};

extern const struct rule_kind globals_kind;

struct globals;

/* False where NAME has EFFECT_COMMAND in no module: the cheap question before the next one. */
bool globals_may_run(const struct globals *, struct bytes name);
/* The names of which that is true, and perhaps others. */
const struct tail_set *globals_that_run(const struct globals *);
/* Judges NAME in MODULE, every dotted component considered. Strings live as long as the rules. */
struct global_verdict globals_judge(const struct globals *, struct bytes module, struct bytes name);

#endif
