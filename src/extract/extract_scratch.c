/*
 * extract_scratch.c: the memory of one thread's runs. Arrays grow to the largest text seen and
 * stay; every request for memory is counted, which is how "no allocation per text" is shown.
 */
#include "base/memory.h"
#include "extract/extract_private.h"

#include <string.h>

struct extract_scratch *extract_scratch_create(void)
{
    return memory_alloc(sizeof(struct extract_scratch));
}

void extract_scratch_destroy(struct extract_scratch *scratch)
{
    if (!scratch)
        return;
    memory_free(scratch->text);
    memory_free(scratch->tokens);
    memory_free(scratch->edges);
    memory_free(scratch->first_edge);
    memory_free(scratch->edge_types);
    memory_free(scratch->meanings);
    memory_free(scratch->best);
    memory_free(scratch->choice);
    memory_free(scratch->phrases);
    memory_free(scratch->slots);
    memory_free(scratch->readings);
    memory_free(scratch->values);
    memory_free(scratch);
}

uint64_t extract_scratch_allocations(const struct extract_scratch *scratch)
{
    return scratch->allocations;
}

bool extract_scratch_reserve(struct extract_scratch *scratch, void *array_pointer, size_t *capacity,
                             size_t needed, size_t element_size)
{
    if (needed <= *capacity)
        return true;
    scratch->allocations++;
    if (memory_grow(array_pointer, capacity, needed, element_size))
        return true;
    scratch->failed = true;
    return false;
}

struct strview extract_scratch_keep(struct extract_scratch *scratch, const char *text, size_t size)
{
    if (size > scratch->value_capacity - scratch->value_size) { /* reserved before the run */
        scratch->failed = true;
        return (struct strview){0};
    }
    char *copy = scratch->values + scratch->value_size;
    memcpy(copy, text, size);
    scratch->value_size += size;
    return (struct strview){copy, size};
}
