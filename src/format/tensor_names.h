/*
 * The names of the tensors in a file of weights, for those who hold an index against it:
 * safetensors, and PyTorch's files, old and new.
 */
#ifndef FORMAT_TENSOR_NAMES_H
#define FORMAT_TENSOR_NAMES_H

#include "bundle/member.h"
#include "core/arena.h"
#include "core/buffer.h"

/*
 * Appends each name as a u32le of its length and its bytes, in the order of the file. False where
 * the file is of no such kind, or broken, or has none.
 */
MUST_USE bool tensor_names(const struct member *, struct arena *, struct buffer *ret);

#endif
