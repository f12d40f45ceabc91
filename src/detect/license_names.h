/*
 * What licenses are called: the names, ids and URLs of the SPDX list and of the Hugging Face Hub
 * (rules/licenses/list.tsv) and what people write instead (names.yaml).
 */
#ifndef DETECT_LICENSE_NAMES_H
#define DETECT_LICENSE_NAMES_H

#include "core/arena.h"
#include "core/rules.h"
#include "detect/license_anchors.h"
#include "detect/license_words.h"

#define LICENSE_VERSIONS 8

/* A license in several versions; ids are "ID-VERSION" with what "later" adds. */
struct license_family {
	const char *id;
	const char *versions[LICENSE_VERSIONS]; /* NULL where there are fewer */
	const char *unversioned; /* what the bare name means; NULL where it says too little */
	const struct license_family *mistaken_for; /* has versions that this one has not; or NULL */
	bool has_suffix;			   /* "-only" and "-or-later" belong to the id */
};

/* One way to name a license or a family. */
struct license_phrase {
	const uint32_t *words;
	unsigned n;
	const char *id; /* an expression; NULL for a family */
	const struct license_family *family;
	bool is_weak;	   /* counts only where the words around it speak of licensing */
	bool is_exception; /* goes behind WITH */
};

struct license_names;

/* NULL and a status where a file is wrong. Reads what it knows of FILES and ignores the rest. */
MUST_USE struct license_names *license_names_new(
    const struct rule_file *files, size_t n, const struct license_variants *, struct status *);
void license_names_free(struct license_names *);

/* Where the names can stand. */
const struct license_anchors *license_names_anchors(const struct license_names *);
/* The longest phrase at word I, or NULL; *ret_end is behind it. */
const struct license_phrase *license_names_at(const struct license_names *, struct bytes text,
    const struct license_words *, size_t i, size_t *ret_end);
/* The license that a whole value names ("apache-2.0", "Apache License, Version 2.0"), as an
 * expression; NULL where it names none. */
const char *license_names_whole(const struct license_names *, struct bytes value);
/* The license that URL leads to, or NULL. */
const char *license_names_url(const struct license_names *, struct bytes url);
/* What an id of the Hub that names no version ("gpl", "cc") means in a model card; or NULL. */
const char *license_names_hub_family(const struct license_names *, struct bytes value);
/* Is ID a license (or, with IS_EXCEPTION, an exception) of the SPDX list or a known LicenseRef?
 * Returns its proper spelling, or NULL. */
const char *license_names_known(const struct license_names *, const char *id, bool is_exception);

#endif
