/*
 * arena.c: a chain of blocks with a bump pointer. A request larger than a block gets a block of its
 * own.
 */
#include "base/arena.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Under the address sanitizer what was not given out cannot be touched: a gap stands behind each
 * allocation, so that a write beyond it is found. */
#ifdef __has_feature
#define IS_CHECKED __has_feature(address_sanitizer)
#elif defined __SANITIZE_ADDRESS__
#define IS_CHECKED 1
#else
#define IS_CHECKED 0
#endif
#if IS_CHECKED
#include <sanitizer/asan_interface.h>
enum { ALIGNMENT = 16, GAP_BYTES = 16 };
#define CLOSE_MEMORY(at, size) ASAN_POISON_MEMORY_REGION(at, size)
#define OPEN_MEMORY(at, size) ASAN_UNPOISON_MEMORY_REGION(at, size)
#else
enum { ALIGNMENT = 16, GAP_BYTES = 0 };
#define CLOSE_MEMORY(at, size) ((void)(at), (void)(size))
#define OPEN_MEMORY(at, size) ((void)(at), (void)(size))
#endif

struct block {
    struct block *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) char data[];
};

struct arena {
    struct block *first;
    struct block *current;
    size_t block_bytes;
    size_t limit_bytes;
    size_t total_bytes; /* of all blocks */
    bool limit_was_hit;
    bool memory_ran_out;
};

static struct block *block_create(struct arena *arena, size_t size)
{
    if (arena->limit_bytes &&
        (size > arena->limit_bytes || arena->total_bytes > arena->limit_bytes - size)) {
        arena->limit_was_hit = true;
        return NULL;
    }
    struct block *block = memory_alloc(sizeof *block + size);
    if (!block) {
        arena->memory_ran_out = true;
        return NULL;
    }
    block->size = size;
    CLOSE_MEMORY(block->data, size);
    arena->total_bytes += size;
    return block;
}

struct arena *arena_create(size_t block_bytes, size_t limit_bytes)
{
    struct arena *arena = memory_alloc(sizeof *arena);
    if (!arena)
        return NULL;
    arena->block_bytes = block_bytes < 256 ? 256 : block_bytes;
    arena->limit_bytes = limit_bytes;
    return arena;
}

static void destroy_chain(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        OPEN_MEMORY(block->data, block->size);
        memory_free(block);
        block = next;
    }
}

void arena_destroy(struct arena *arena)
{
    if (!arena)
        return;
    destroy_chain(arena->first);
    memory_free(arena);
}

void arena_reset(struct arena *arena)
{
    arena->limit_was_hit = arena->memory_ran_out = false;
    if (!arena->first)
        return;
    destroy_chain(arena->first->next);
    arena->first->next = NULL;
    OPEN_MEMORY(arena->first->data, arena->first->used);
    memset(arena->first->data, 0, arena->first->used);
    CLOSE_MEMORY(arena->first->data, arena->first->size);
    arena->first->used = 0;
    arena->current = arena->first;
    arena->total_bytes = arena->first->size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT - GAP_BYTES)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + GAP_BYTES;
    struct block *block = arena->current;
    if (!block || block->size - block->used < rounded) {
        size_t wanted = rounded > arena->block_bytes ? rounded : arena->block_bytes;
        struct block *fresh = block_create(arena, wanted);
        if (!fresh)
            return NULL;
        if (block)
            block->next = fresh;
        else
            arena->first = fresh;
        arena->current = fresh;
        block = fresh;
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    OPEN_MEMORY(memory, size);
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t element_size)
{
    if (element_size && count > SIZE_MAX / element_size)
        return NULL;
    return arena_alloc(arena, count * element_size);
}

struct strview arena_copy_view(struct arena *arena, struct strview view)
{
    char *copy = view.size == SIZE_MAX ? NULL : arena_alloc(arena, view.size + 1);
    if (!copy)
        return (struct strview){NULL, 0};
    if (view.size)
        memcpy(copy, view.data, view.size);
    copy[view.size] = '\0';
    return (struct strview){copy, view.size};
}

char *arena_copy_text(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_alloc(arena, size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
    if (!text)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}

bool arena_grow(struct arena *arena, void *array_pointer, size_t count, size_t *capacity,
                size_t element_size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *fresh = arena_array(arena, wanted, element_size);
    if (!fresh)
        return false;
    void *old;
    memcpy(&old, array_pointer, sizeof old);
    if (count)
        memcpy(fresh, old, count * element_size);
    memcpy(array_pointer, &fresh, sizeof fresh);
    *capacity = wanted;
    return true;
}

size_t arena_used_bytes(const struct arena *arena)
{
    size_t used = 0;
    for (const struct block *block = arena->first; block; block = block->next)
        used += block->used;
    return used;
}

void arena_lift_limit(struct arena *arena)
{
    arena->limit_bytes = 0;
}

bool arena_limit_was_hit(const struct arena *arena)
{
    return arena->limit_was_hit;
}

bool arena_memory_ran_out(const struct arena *arena)
{
    return arena->memory_ran_out;
}
