/* What Python source plainly calls: programs, evaluated text. Modules of a repository are run by
 * loaders that are told to trust remote code. */
#ifndef FORMAT_PYTHON_H
#define FORMAT_PYTHON_H

#include "core/rules.h"
#include "core/sink.h"

/* Reports calls in TEXT that start programs or evaluate text. RULES may be NULL: then none. */
void python_judge(struct bytes text, uint64_t offset, const struct rules *, struct sink *);

#endif
