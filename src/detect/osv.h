/*
 * A database of known vulnerabilities: records of the Open Source Vulnerability format
 * (ossf/osv-schema 1.x), as osv.dev publishes them for an ecosystem. The user supplies them; no
 * network is asked. Of all ecosystems only PyPI is kept.
 *
 * osv_new(), osv_add() for each record, osv_finish(); then it is only read, by any number of
 * workers.
 */
#ifndef DETECT_OSV_H
#define DETECT_OSV_H

#include "core/arena.h"
#include "core/bytes.h"
#include "core/compiler.h"
#include "core/rules.h"
#include "core/status.h"

struct osv;

/* What one record says about one version of a package. */
struct osv_match {
	const char *id;	   /* "GHSA-..." */
	const char *alias; /* the CVE, where the record names one; otherwise "" */
	const char *fixed; /* the nearest later version without the vulnerability; "" where none */
	/* The record cannot be applied to this version: one of both follows no known order, or the
	 * record names commits only. */
	bool is_undecided;
};

/* Out of memory: NULL. */
MUST_USE struct osv *osv_new(void);
/*
 * Reads one record. Withdrawn ones and other ecosystems are left out. False and a status that
 * names SOURCE where it is no record of the format.
 */
MUST_USE bool osv_add(struct osv *, struct bytes json, const char *source, struct status *);
/* Ends adding: sorts the records by package. */
MUST_USE bool osv_finish(struct osv *, struct status *);
void osv_free(struct osv *);
/* Packages of records, of which one record may name several. */
size_t osv_size(const struct osv *);
/*
 * The vulnerabilities of VERSION of the package NAME, as they stand in a bundle, each once though
 * several records may tell of it. In ARENA; NULL out of memory.
 */
MUST_USE const struct osv_match *osv_find(
    const struct osv *, struct arena *, struct bytes name, struct bytes version, size_t *ret_n);

/* The rules of the detector of dependencies: empty unless rules_give() gave a database. */
extern const struct rule_kind osv_rules;

#endif
