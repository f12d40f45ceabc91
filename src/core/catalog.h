/*
 * The catalog of checks: everything assay can report, one entry each in rules/checks/FAMILY.yaml.
 * `assay explain`, the SARIF rules and the manual come from here.
 *
 *   pickle/dangerous-import:
 *     title: Pickle imports a callable that runs code
 *     severity: critical
 *     incomplete: false          # true: it says that something could not be judged
 *     meaning: >-
 *       What it means and what an attacker gains.
 *     fix: >-
 *       What to do about it.
 *     references: [CWE-502, ATLAS AML.T0011.000, "https://docs.python.org/3/library/pickle.html"]
 */
#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include "core/rules.h"

enum severity {
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_COUNT
};

/* "info", "low", ... */
const char *severity_name(enum severity);
/* False where NAME is none. */
MUST_USE bool severity_parse(const char *name, enum severity *ret);

struct check {
	const char *id, *title, *meaning, *fix;
	enum severity severity;
	bool is_incomplete;
	const char *const *references; /* ends with NULL */
};

struct catalog;

/*
 * Families are read when one of their checks is first asked for, so a clean scan reads none.
 * RULES must outlive the catalog. NULL out of memory.
 */
MUST_USE struct catalog *catalog_new(const struct rules *);
void catalog_free(struct catalog *);
/* NULL where there is no such check, or (with a status) where its family's file is wrong. */
const struct check *catalog_find(struct catalog *, const char *id, struct status *);
/* Every check, sorted by id; reads all families. False and a status where a file is wrong. */
MUST_USE bool catalog_all(
    struct catalog *, const struct check *const **ret, size_t *ret_n, struct status *);

#endif
