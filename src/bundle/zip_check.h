/* What loaders disagree about in a zip file, and every reading of its members as pieces. */
#ifndef BUNDLE_ZIP_CHECK_H
#define BUNDLE_ZIP_CHECK_H

#include "bundle/zip.h"
#include "core/sink.h"

/*
 * Compares what central directory, local headers and the bytes themselves say; findings of the
 * families zip/ and archive/. Each member that some loader would read becomes a piece: by its
 * central and by its local header where they differ, hidden ones and what stands around the
 * archive too.
 */
void zip_check(struct bytes file, struct sink *);

#endif
