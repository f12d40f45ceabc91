/*
 * The printable strings of content that no format claims (a database, compiled Python, a format of
 * another day), as strings(1) finds them: what people left in there is searched, too.
 */
#ifndef FORMAT_STRINGS_H
#define FORMAT_STRINGS_H

#include "bundle/member.h"
#include "core/sink.h"

/* Hands on runs of printable ASCII as SPAN_CONSTANT. */
void strings_hand_on(const struct member *, struct sink *);

#endif
