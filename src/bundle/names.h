/* Names of archive members, as an extractor that trusts them would use them. */
#ifndef BUNDLE_NAMES_H
#define BUNDLE_NAMES_H

#include "core/sink.h"

/*
 * Reports what is wrong with NAME (raw bytes) of the member at OFFSET: a way out of the folder
 * (CWE-22), absolute paths, drive letters, NUL, control and invisible characters, hidden keys.
 */
void names_check(struct bytes name, uint64_t offset, struct sink *);
/* Reports what the Unix MODE of a member makes of it: a device, a pipe, a program with the rights
 * of another. */
void names_check_mode(struct bytes name, uint32_t mode, uint64_t offset, struct sink *);
/* Reports the link NAME -> TARGET: inside the archive or out of it. */
void names_check_link(struct bytes name, struct bytes target, uint64_t offset, struct sink *);
/* Does PATH lead out of the folder in which it is used? */
bool names_escapes(struct bytes path);
/* Is it, by its ending, something that a system or an interpreter runs? ASCII case ignored. */
bool names_program(struct bytes name);

/* A set of names, to find the second of the same. */
struct name_set;
MUST_USE struct name_set *name_set_new(void);
void name_set_free(struct name_set *);
/* False where NAME (or, with FOLD, the same name in other case or with other accents) is in the set
 * already; adds it otherwise. */
bool name_set_add(struct name_set *, struct bytes name, bool fold);
/* Is NAME (a folder with a slash at its end) used as both file and folder? Adds it to the sets. */
bool name_sets_conflict(struct name_set *files, struct name_set *folders, struct bytes name);

#endif
