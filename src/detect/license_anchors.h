/*
 * Whether a place in text is one at which a license or a notice can stand. "license" alone stands
 * in so much code and data that reading all of it costs more than everything else: what counts is
 * a word near it that belongs to the name of a license, or to the language of licenses.
 */
#ifndef DETECT_LICENSE_ANCHORS_H
#define DETECT_LICENSE_ANCHORS_H

#include "core/arena.h"
#include "core/compiler.h"
#include "detect/license_filter.h"

struct license_anchors;

/* NULL out of memory of the arena, in which it lives. */
MUST_USE struct license_anchors *license_anchors_new(struct arena *);
/* A name or a URL of a license. */
void license_anchors_add(struct license_anchors *, struct bytes name);
/* Behind the last name: chooses of each the words by which it is known. */
void license_anchors_choose(struct license_anchors *);
/* Are there words around AT that belong to a name, or, where IS_LICENSE, to the language of
 * licenses? IS_PLAIN, for tests: without the instructions that only some processors have. */
bool license_anchors_near(
    const struct license_anchors *, struct bytes text, size_t at, bool is_license, bool is_plain);
/* Can a license or a notice stand in the block of TEXT at POS, in which PLACES are? */
bool license_anchors_hold(const struct license_anchors *, struct bytes text, size_t pos,
    const struct license_places *places);

#endif
