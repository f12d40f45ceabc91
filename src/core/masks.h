/*
 * Secrets and personal data that a member was found to hold, and hiding them wherever else the
 * results of that member would show them: in a fact taken from its metadata, in the evidence of
 * another check. What is shown is what text_mask() made of the value.
 */
#ifndef CORE_MASKS_H
#define CORE_MASKS_H

#include "core/arena.h"

struct mask {
	struct bytes value; /* borrowed: lives as long as what is shown */
	const char *shown;
};

struct masks;

/* In the arena. NULL out of memory. Values too short to be told from chance are left out. */
struct masks *masks_new(struct arena *, const struct mask *, size_t n);
/* S, or a copy in the arena that hides every value. NULL out of memory. */
MUST_USE const char *masks_hide(const struct masks *, struct arena *, const char *s);

#endif
