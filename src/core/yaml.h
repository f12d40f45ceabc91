/*
 * YAML that people write (policies, waivers, catalogs, rule tables, model cards), read with
 * libyaml under limits: one document, no aliases, no anchors, no tags, bounded depth, size and
 * number of nodes, no duplicate keys. Scalars stay strings; whoever asks for a number gets the
 * error. JSON is valid input.
 */
#ifndef CORE_YAML_H
#define CORE_YAML_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/status.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	bool is_plain;		 /* a scalar without quotes: null, true, 3 mean what they say */
	unsigned line;		 /* 1 for the first */
	const char *text;	 /* YAML_SCALAR: with a terminating zero; never NULL */
	size_t len;		 /* of text */
	size_t n;		 /* YAML_LIST, YAML_MAP: number of items */
	struct yaml_node *items; /* YAML_LIST, YAML_MAP: the values */
	const char **keys;	 /* YAML_MAP: their keys */
};

struct yaml; /* owns every node */

/* NULL on failure: the status names SOURCE, the line and what to do. */
MUST_USE struct yaml *yaml_parse(struct bytes, const char *source, struct status *);
void yaml_free(struct yaml *);
/* The outermost node; an empty document is a plain empty scalar. */
const struct yaml_node *yaml_root(const struct yaml *);

/* The value of KEY in a map; NULL where there is none or NODE is no map (NODE may be NULL). */
const struct yaml_node *yaml_get(const struct yaml_node *, const char *key);
/* The text of a scalar value; NULL where it is absent or no scalar. */
const char *yaml_get_string(const struct yaml_node *, const char *key);
/* FALLBACK where KEY is absent; false and a status where the value is not of the type. */
MUST_USE bool yaml_get_bool(
    const struct yaml_node *, const char *key, bool fallback, bool *ret, struct status *);
MUST_USE bool yaml_get_uint(
    const struct yaml_node *, const char *key, uint64_t fallback, uint64_t *ret, struct status *);
/* Every key of the map must be one of the NULL-terminated list: misspelt settings are errors. */
MUST_USE bool yaml_check_keys(
    const struct yaml_node *, const char *source, const char *const *allowed, struct status *);

#endif
