/*
 * What is known about the names that pickles import: the YAML files of rules/globals/, by exact
 * module and name.
 *
 *   safe:        { MODULE: [NAME, ...] }              harmless with any argument and any state
 *   dangerous:   { CLASS: { MODULE: [NAME, ...] } }
 *   In both, "*" instead of a list stands for every name, also of submodules; an exact name wins.
 *   libraries:   [MODULE, ...]                    top-level modules whose names are known
 */
#ifndef FORMAT_GLOBALS_H
#define FORMAT_GLOBALS_H

#include "core/bytes.h"
#include "core/rules.h"

enum global_class {
	GLOBAL_SAFE,	  /* listed as harmless */
	GLOBAL_DANGEROUS, /* listed as an attack, or an attribute walk to one */
	GLOBAL_LIBRARY, /* not listed, but of a library whose names are known: should not be called
			 */
	GLOBAL_FOREIGN, /* of a module that no list knows */
};

extern const struct rule_kind globals_kind;

struct globals;

/*
 * The class of NAME in MODULE, every dotted component considered. *RET_WHY is the attack class
 * of a dangerous one ("process"), NULL otherwise; it lives as long as the rules.
 */
enum global_class globals_judge(
    const struct globals *, struct bytes module, struct bytes name, const char **ret_why);

#endif
