/*
 * memory.c: allocation with a fault counter. The counter is atomic, since allocations come from
 * every thread.
 */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int_fast64_t requests_until_failure; /* 0: off */
static atomic_bool fault_hit;
static bool (*_Atomic asked_each)(void); /* NULL: the counter alone */

static bool should_fail(void)
{
    if (atomic_load_explicit(&requests_until_failure, memory_order_relaxed) <= 0)
        return false;
    bool (*fails)(void) = atomic_load(&asked_each);
    if (fails)
        return fails();
    if (atomic_fetch_sub(&requests_until_failure, 1) != 1)
        return false;
    atomic_store(&fault_hit, true);
    return true;
}

void *memory_alloc(size_t size)
{
    return should_fail() ? NULL : calloc(1, size ? size : 1);
}

void *memory_resize(void *block, size_t size)
{
    return should_fail() ? NULL : realloc(block, size ? size : 1);
}

void memory_free(void *block)
{
    free(block);
}

char *memory_copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_alloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

bool memory_grow(void *array_pointer, size_t *capacity, size_t needed, size_t element_size)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / element_size)
        return false;
    void *old;
    memcpy(&old, array_pointer, sizeof old);
    char *grown = memory_resize(old, wanted * element_size);
    if (!grown)
        return false;
    memset(grown + *capacity * element_size, 0, (wanted - *capacity) * element_size);
    memcpy(array_pointer, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

void memory_fail_nth(int64_t nth)
{
    atomic_store(&fault_hit, false);
    atomic_store(&requests_until_failure, nth);
}

void memory_ask_each(bool (*fails)(void))
{
    atomic_store(&asked_each, fails);
    memory_fail_nth(fails != NULL);
}

bool memory_fault_was_hit(void)
{
    return atomic_load(&fault_hit);
}
