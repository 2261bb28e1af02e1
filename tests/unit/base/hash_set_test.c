#include "base/hash_set.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(hash_set, an_empty_set_holds_nothing_and_costs_nothing)
{
    struct hash_set set = {0};
    uint64_t value = 7;
    cr_expect(not(hash_set_has(&set, 1)));
    cr_expect(not(hash_set_get(&set, 1, &value)));
    cr_expect(eq(u64, value, 7));
    cr_expect(eq(ptr, set.places, NULL));
    hash_set_done(&set);
}

/* The home of a hash is made of its upper half alone: these all want the last place, so they wrap
 * around. */
Test(hash_set, hashes_that_want_the_same_place_are_all_found)
{
    struct hash_set set = {0};
    const uint64_t high = UINT64_C(0xffffffff00000000);
    for (uint64_t i = 0; i < 40; i++)
        cr_assert(hash_set_add(&set, high | i));
    cr_expect(eq(sz, set.count, 40));
    for (uint64_t i = 0; i < 40; i++)
        cr_expect(hash_set_has(&set, high | i), "%lu", (unsigned long)i);
    cr_expect(not(hash_set_has(&set, high | 40)));
    cr_expect(not(hash_set_has(&set, 3)));
    hash_set_done(&set);
}

static uint64_t spread(uint64_t i)
{
    return i * UINT64_C(0x9e3779b97f4a7c15);
}

Test(hash_set, growth_keeps_every_hash_and_its_value)
{
    struct hash_set map = HASH_MAP;
    for (uint64_t i = 1; i <= 10000; i++)
        cr_assert(hash_set_put(&map, spread(i), i * 3));
    cr_expect(eq(sz, map.count, 10000));
    cr_expect(le(sz, map.count * 4, map.capacity * 3));
    for (uint64_t i = 1; i <= 10000; i++) {
        uint64_t value = 0;
        cr_assert(hash_set_get(&map, spread(i), &value));
        cr_assert(eq(u64, value, i * 3));
    }
    cr_expect(not(hash_set_has(&map, spread(10001))));
    hash_set_done(&map);
    cr_expect(eq(sz, map.count, 0));
    cr_expect(map.is_map);
}

Test(hash_set, putting_again_overwrites_and_adding_again_adds_nothing)
{
    struct hash_set map = HASH_MAP, set = {0};
    uint64_t value = 0;
    cr_assert(hash_set_put(&map, 99, 1));
    cr_assert(hash_set_put(&map, 99, 2));
    cr_expect(hash_set_get(&map, 99, &value));
    cr_expect(eq(u64, value, 2));
    cr_expect(eq(sz, map.count, 1));
    cr_assert(hash_set_add(&set, 5) && hash_set_add(&set, 5));
    cr_expect(eq(sz, set.count, 1));
    hash_set_done(&map);
    hash_set_done(&set);
}

Test(hash_set, the_hash_zero_is_a_hash_like_any_other)
{
    struct hash_set map = HASH_MAP;
    uint64_t value = 0;
    cr_expect(not(hash_set_has(&map, 0)));
    cr_assert(hash_set_put(&map, 0, 12));
    cr_expect(hash_set_has(&map, 0));
    cr_expect(hash_set_get(&map, 0, &value));
    cr_expect(eq(u64, value, 12));
    hash_set_done(&map);
}

Test(hash_set, a_failed_growth_leaves_the_table_as_it_was)
{
    for (int64_t nth = 1; nth <= 2; nth++) {
        struct hash_set map = HASH_MAP;
        for (uint64_t i = 1; i <= 48; i++) /* 48 of 64 places: the next one grows */
            cr_assert(hash_set_put(&map, spread(i), i));
        memory_fail_nth(nth);
        cr_expect(not(hash_set_put(&map, spread(49), 49)));
        cr_expect(memory_fault_was_hit());
        memory_fail_nth(0);
        cr_expect(eq(sz, map.count, 48));
        for (uint64_t i = 1; i <= 48; i++)
            cr_expect(hash_set_has(&map, spread(i)));
        cr_expect(not(hash_set_has(&map, spread(49))));
        cr_expect(hash_set_put(&map, spread(49), 49));
        hash_set_done(&map);
    }
}
