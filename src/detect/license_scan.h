/*
 * The license detector's own parts: evidence is gathered from texts (license_scan.c) and from
 * fields that declare a license (license_declared.c), then decided (license_decide.c).
 */
#ifndef DETECT_LICENSE_SCAN_H
#define DETECT_LICENSE_SCAN_H

#include "bundle/member.h"
#include "core/sink.h"
#include "detect/license_expression.h"
#include "detect/license_notices.h"
#include "detect/license_terms.h"
#include "detect/license_texts.h"

/* What rules/licenses holds; loaded when the first text needs it. */
struct license_data {
	struct license_variants *variants;
	const struct rule_file *texts_file;
	struct license_texts *texts; /* NULL until the first text that may be one, or where ... */
	struct status texts_status;  /* ... the file is malformed: this says so */
	struct license_names *names;
	struct license_terms *terms;
};

enum license_evidence_kind { EVIDENCE_TEXT, EVIDENCE_NOTICE, EVIDENCE_URL, EVIDENCE_TAG };

/* One reason to believe that a license applies. */
struct license_evidence {
	enum license_evidence_kind kind;
	const char *expression;
	const struct license_family *family; /* of a notice; may be NULL */
	bool is_vague, is_exception;
	bool is_strict;		    /* says "only" in so many words */
	bool is_choice;		    /* the words before it offer it instead of the one before */
	uint64_t offset, end;	    /* in the member */
	uint64_t place;		    /* word of the member, about: to say what is near */
	struct license_match match; /* EVIDENCE_TEXT */
};

struct license_found {
	struct license_evidence *list;
	size_t n, room;
	uint64_t places;    /* words seen so far */
	const char *failed; /* why not everything was looked at; NULL where it was */
};

/* NULL out of memory. */
MUST_USE struct license_found *license_found_new(struct arena *);
/* Appends what TEXT, which starts at OFFSET of its member, says. IS_LICENSE: the name of the member
 * says that it is a license. */
void license_scan_text(struct license_data *, struct arena *, struct bytes text, uint64_t offset,
    bool is_license, struct license_found *);

/* What the member declares. Strings live in the arena. */
struct license_declared {
	const struct license_node *expression; /* NULL: nothing, or nothing known */
	const char *unknown;	   /* a value that names no known license, safe to print; or NULL */
	uint64_t offset;	   /* of the value */
	const char *name, *link;   /* license_name, license_link of a model card; or NULL */
	const char *base_models;   /* base_model of a model card, ", " between; or NULL */
	bool is_card, is_metadata; /* a model card; a file that describes a package */
};

void license_declared_read(const struct license_data *, struct arena *, const struct member *,
    const struct span *spans, size_t n, struct license_declared *ret);

/* The expression that the evidence amounts to; NULL where there is none. */
const struct license_node *license_decide(struct arena *, struct license_found *);

#endif
