/*
 * What is known about the operators of graphs: the YAML files of rules/graphs/.
 *
 *   dangerous: { WHY: NAMES }   run code, or write files of the graph's choice
 *   review: { WHY: NAMES }      reach files or other machines, and have honest uses
 *   known: NAMES                the others that the framework itself has
 */
#ifndef FORMAT_OPERATORS_H
#define FORMAT_OPERATORS_H

#include "core/bytes.h"
#include "core/rules.h"

enum operator_class {
	OPERATOR_UNKNOWN, /* of no list */
	OPERATOR_KNOWN,
	OPERATOR_REVIEW,
	OPERATOR_DANGEROUS,
};

extern const struct rule_kind operators_kind;

struct operators;

/* What the lists say of NAME; ret_why lives as long as the rules, NULL where there is none. */
enum operator_class operators_judge(
    const struct operators *, struct bytes name, const char **ret_why);

#endif
