/* Tags of YAML that make Python objects when a careless loader reads it. */
#ifndef FORMAT_YAML_TAGS_H
#define FORMAT_YAML_TAGS_H

#include "core/rules.h"
#include "core/sink.h"

/* Reports tags in TEXT, which stands at OFFSET, by what they name. RULES may be NULL: then none. */
void yaml_tags_judge(struct bytes text, uint64_t offset, const struct rules *, struct sink *);

#endif
