/* What a configuration of Keras names, wherever it stands. */
#ifndef FORMAT_KERAS_H
#define FORMAT_KERAS_H

#include "core/rules.h"
#include "core/sink.h"

/* Judges the configuration TEXT, one JSON value at OFFSET of the member. RULES must not be NULL. */
void keras_judge_config(struct bytes text, uint64_t offset, const struct rules *, struct sink *);

#endif
