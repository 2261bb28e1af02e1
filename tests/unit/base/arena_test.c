#include "base/arena.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(arena, memory_is_zeroed_and_aligned_also_after_a_reset)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(256, 0);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 700; size += 37) {
            unsigned char *block = arena_alloc(arena, size);
            cr_assert(ne(ptr, block, NULL));
            cr_expect(eq(u64, (uintptr_t)block % 16, 0));
            for (size_t i = 0; i < size; i++)
                cr_assert(eq(int, block[i], 0), "byte %zu of %zu", i, size);
            memset(block, 0xab, size);
        }
        arena_reset(arena);
    }
}

Test(arena, the_limit_bounds_what_a_producer_can_cost)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(1024, 8192);
    size_t got = 0;
    while (arena_alloc(arena, 512))
        got += 512;
    cr_expect(le(sz, got, 8192));
    cr_expect(ge(sz, got, 4096)); /* fewer with the gaps of the address sanitizer */
    cr_expect(arena_limit_was_hit(arena));
}

Test(arena, a_growing_array_keeps_its_elements)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(256, 0);
    int *values = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < 1000; i++) {
        cr_assert(arena_grow(arena, &values, i, &capacity, sizeof *values));
        values[i] = (int)i;
    }
    for (int i = 0; i < 1000; i++)
        cr_assert(eq(int, values[i], i));
}

Test(arena, a_failed_request_gives_null_and_leaves_the_arena_usable)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(256, 0);
    memory_fail_nth(1);
    cr_expect(eq(ptr, arena_alloc(arena, 16), NULL));
    cr_expect(memory_fault_was_hit());
    cr_expect(ne(ptr, arena_alloc(arena, 16), NULL));
}
