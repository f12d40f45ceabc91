/*
 * Memory that is freed all at once: one arena for each member being scanned. Nothing taken from
 * it is ever freed alone. An arena has a maximum; past it, or out of memory, it returns NULL and
 * arena_failed() stays true.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/bytes.h"
#include "core/compiler.h"

struct arena;

/* NULL out of memory. MAX in bytes. */
MUST_USE struct arena *arena_new(size_t max);
void arena_free(struct arena *);
/* Everything in it ends; the first block is kept for what comes next. */
void arena_reset(struct arena *);
bool arena_failed(const struct arena *);
/* Zeroed, aligned for any type. NULL on failure. */
MUST_USE void *arena_alloc(struct arena *, size_t len);
/* N things of SIZE bytes, zeroed; NULL where the product overflows. */
MUST_USE void *arena_array(struct arena *, size_t n, size_t size);
/* Copies that end with a zero byte. NULL on failure. */
MUST_USE char *arena_string(struct arena *, const char *);
MUST_USE char *arena_string_of(struct arena *, struct bytes);
MUST_USE char *arena_format(struct arena *, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
