/* One piece of content that is looked at: a file of the target, or something inside one. */
#ifndef BUNDLE_MEMBER_H
#define BUNDLE_MEMBER_H

#include "core/bytes.h"
#include "core/rules.h"

struct member {
	const char *path;	     /* as reported: "model.zip!/archive/data.pkl" */
	const char *name;	     /* its own part of that: "archive/data.pkl" */
	struct bytes bytes;	     /* valid until the member is closed */
	const struct member *parent; /* NULL for a file of the target */
	unsigned depth;		     /* 0 for a file of the target */
	bool is_mapped;		     /* backed by a file: member_release() may give pages back */
};

/* What follows the last '/' of the member's name. */
const char *member_basename(const struct member *);
/* Does the name end with SUFFIX (".pkl"), ASCII case ignored? */
bool member_has_suffix(const struct member *, const char *suffix);
/*
 * Says that the bytes from POS on, LEN of them, are done with, so that resident memory does not
 * grow with the model. They can still be read. Call it every few MiB of a long walk.
 */
void member_release(const struct member *, uint64_t pos, uint64_t len);

#endif
