/*
 * arena.h: memory that lives and dies together (a run, a conversation, a trial, one call). Freed
 * whole. Thread: one at a time. Allocation returns zeroed, 16-byte aligned memory, or NULL when
 * memory or the limit ran out.
 */
#ifndef ASSAY_BASE_ARENA_H
#define ASSAY_BASE_ARENA_H

#include "base/cleanup.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* NULL when memory ran out. limit_bytes bounds the sum of all blocks: what a hostile producer can
 * cost; 0: no limit. */
struct arena *arena_create(size_t block_bytes, size_t limit_bytes);
void arena_destroy(struct arena *arena);
/* Forgets everything that was allocated and keeps the first block for reuse. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* count elements of element_size bytes; NULL on overflow too. */
void *arena_array(struct arena *arena, size_t count, size_t element_size);
/* NUL-terminated copies. */
char *arena_copy_text(struct arena *arena, const char *text);
struct strview arena_copy_view(struct arena *arena, struct strview view); /* data NULL on failure */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The arena's growing array: room for one more element behind `count`; the array moves inside the
 * arena when full. Returns false when memory ran out.
 */
bool arena_grow(struct arena *arena, void *array_pointer, size_t count, size_t *capacity,
                size_t element_size);

size_t arena_used_bytes(const struct arena *arena);
/* True when an allocation failed because of the limit (not because memory ran out). */
bool arena_limit_was_hit(const struct arena *arena);
/* True once an allocation failed because memory ran out: what was made in between may lack parts.
 */
bool arena_memory_ran_out(const struct arena *arena);
/* From now on only memory bounds it: for what closes a full arena's object, whose size follows from
 * what is there. arena_limit_was_hit keeps its answer. */
void arena_lift_limit(struct arena *arena);

DEFINE_CLEANUP(arena_cleanup, struct arena, arena_destroy)

#endif
