/* Memory that is freed all at once: see core/arena.h. */
#include "config.h"

#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ARENA_BLOCK (16 * 1024)
#define LARGE_BLOCK (8 * 1024 * 1024) /* the largest that an arena takes ahead */
#define LARGE_PAGE (2 * 1024 * 1024)
#define FRESH_BLOCK \
	(128 * 1024) /* from here on malloc(3) takes pages of their own, which are zero */
#define PAGE_SIZE ((uintptr_t)4096)
#define ARENA_ALIGN 16

struct block {
	struct block *next;
	size_t used, room;
	bool is_zero; /* all that is not used */
	_Alignas(ARENA_ALIGN) uint8_t data[];
};

struct arena {
	struct block *first, *current;
	size_t total, max;
	bool failed;
};

/* A large block's pages are not touched before they are used: tables are made for the worst case.
 */
static struct block *
block_new(size_t room)
{
	bool fresh = room >= FRESH_BLOCK;
	struct block *block =
	    fresh ? calloc(1, sizeof(*block) + room) : malloc(sizeof(*block) + room);

	if (block != NULL) {
		block->is_zero = fresh;
		block->next = NULL;
		block->used = 0;
		block->room = room;
	}
	return block;
}

/*
 * Asks for large pages: a large arena is filled from its start to its end, and without them taking
 * 4 KiB after 4 KiB from the system costs more than what is written there.
 */
static void
prefer_large_pages(struct block *block)
{
#ifdef MADV_HUGEPAGE
	uintptr_t start = ((uintptr_t)block->data + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	uintptr_t end = ((uintptr_t)block->data + block->room) & ~(PAGE_SIZE - 1);

	(void)madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
	(void)block;
#endif
}

/* A block that LEN bytes fit in, as large as what the arena holds. */
static struct block *
next_block(const struct arena *arena, size_t len)
{
	size_t room = arena->total;
	struct block *block;

	if (room < ARENA_BLOCK)
		room = ARENA_BLOCK;
	if (room > LARGE_BLOCK)
		room = LARGE_BLOCK;
	block = block_new(len > room ? len : room);
	if (block != NULL && block->room >= LARGE_PAGE)
		prefer_large_pages(block);
	return block;
}

struct arena *
arena_new(size_t max)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return NULL;
	arena->first = block_new(ARENA_BLOCK);
	if (arena->first == NULL) {
		free(arena);
		return NULL;
	}
	arena->current = arena->first;
	arena->max = max;
	return arena;
}

static void
free_after(struct block *block)
{
	struct block *next = block->next;

	block->next = NULL;
	while (next != NULL) {
		struct block *gone = next;

		next = next->next;
		free(gone);
	}
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_after(arena->first);
	free(arena->first);
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	free_after(arena->first);
	arena->first->used = 0;
	arena->current = arena->first;
	arena->total = 0;
	arena->failed = false;
}

bool
arena_failed(const struct arena *arena)
{
	return arena->failed;
}

void *
arena_alloc(struct arena *arena, size_t len)
{
	struct block *block = arena->current;
	void *p;

	if (arena->failed || len > arena->max - arena->total || len > SIZE_MAX - ARENA_ALIGN) {
		arena->failed = true;
		return NULL;
	}
	len = (len + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (len > block->room - block->used) {
		block = next_block(arena, len);
		if (block == NULL) {
			arena->failed = true;
			return NULL;
		}
		arena->current->next = block;
		arena->current = block;
	}
	p = block->data + block->used;
	block->used += len;
	arena->total += len > arena->max - arena->total ? arena->max - arena->total : len;
	return block->is_zero ? p : memset(p, 0, len);
}

void *
arena_array(struct arena *arena, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size) {
		arena->failed = true;
		return NULL;
	}
	return arena_alloc(arena, n * size);
}

char *
arena_string_of(struct arena *arena, struct bytes bytes)
{
	char *copy = bytes.len == SIZE_MAX ? NULL : arena_alloc(arena, bytes.len + 1);

	if (copy != NULL && bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

char *
arena_string(struct arena *arena, const char *s)
{
	return arena_string_of(arena, bytes_of_string(s));
}

char *
arena_format(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *s = NULL;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n >= 0)
		s = arena_alloc(arena, (size_t)n + 1);
	if (s != NULL)
		vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	return s;
}
