#include "base/memory.h"
#include "record/slot_value.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct arena *arena;

static void begin(void)
{
    arena = arena_create(4096, 0);
}

static void end(void)
{
    arena_destroy(arena);
}

TestSuite(slot_value, .init = begin, .fini = end);

static void set(struct slot_map *map, const char *name, const char *text)
{
    struct slot_value value = slot_value_text(arena, strview_of(text));
    cr_assert(slot_map_set(arena, map, strview_of(name), &value));
}

Test(slot_value, the_six_values_are_told_apart)
{
    const struct strview empty = strview_of(""), a = strview_of("a"), three = strview_of("3");
    const struct slot_value values[] = {{.kind = SLOT_VALUE_NULL},
                                        {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &empty},
                                        {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &a},
                                        {.kind = SLOT_VALUE_LIST, .texts = &a},
                                        {.kind = SLOT_VALUE_LIST, .count = 1, .texts = &a},
                                        {.kind = SLOT_VALUE_DONTCARE},
                                        {.kind = SLOT_VALUE_JSON, .count = 1, .texts = &three},
                                        {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &three}};
    size_t count = sizeof values / sizeof *values;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            cr_expect(eq(int, slot_value_equal(&values[i], &values[j]), i == j), "%zu and %zu", i,
                      j);
}

Test(slot_value, lists_are_equal_in_order_only)
{
    const struct strview ab[] = {strview_of("a"), strview_of("b")};
    const struct strview ba[] = {strview_of("b"), strview_of("a")};
    struct slot_value x = {.kind = SLOT_VALUE_LIST, .count = 2, .texts = ab}, y = x;
    cr_expect(slot_value_equal(&x, &y));
    y.texts = ba;
    cr_expect(not(slot_value_equal(&x, &y)));
    y = x;
    y.count = 1;
    cr_expect(not(slot_value_equal(&x, &y)));
}

Test(slot_value, the_text_dontcare_is_the_value_dontcare)
{
    struct slot_value value = slot_value_text(arena, strview_of("dontcare"));
    cr_expect(eq(int, value.kind, SLOT_VALUE_DONTCARE));
    cr_expect(eq(sz, value.count, 0));
    cr_expect(strview_is(slot_value_first(&value), "dontcare"));
    value = slot_value_text(arena, strview_of("Dontcare"));
    cr_expect(eq(int, value.kind, SLOT_VALUE_TEXT));
    value = (struct slot_value){.kind = SLOT_VALUE_NULL};
    cr_expect(strview_is(slot_value_first(&value), ""));
}

Test(slot_value, a_map_keeps_the_order_and_replaces_in_place)
{
    struct slot_map map = slot_map_empty();
    set(&map, "date", "2025-01-15");
    set(&map, "time", "14:00");
    set(&map, "name", "Ana");
    set(&map, "time", "15:00");
    cr_assert(eq(sz, map.count, 3));
    cr_expect(strview_is(map.slots[1].name, "time"));
    cr_expect(
        strview_is(slot_value_first(&slot_map_find(&map, strview_of("time"))->value), "15:00"));
    slot_map_remove(&map, strview_of("date"));
    slot_map_remove(&map, strview_of("never there"));
    cr_assert(eq(sz, map.count, 2));
    cr_expect(strview_is(map.slots[0].name, "time"));
    cr_expect(strview_is(map.slots[1].name, "name"));
    cr_expect(eq(ptr, (void *)(uintptr_t)slot_map_find(&map, strview_of("date")), NULL));
}

Test(slot_value, maps_are_equal_in_any_order_but_absent_is_not_empty)
{
    struct slot_map a = slot_map_empty(), b = slot_map_empty(), absent = {0},
                    empty = slot_map_empty();
    set(&a, "date", "1");
    set(&a, "time", "2");
    set(&b, "time", "2");
    cr_expect(not(slot_map_equal(&a, &b)));
    set(&b, "date", "1");
    cr_expect(slot_map_equal(&a, &b));
    set(&b, "date", "3");
    cr_expect(not(slot_map_equal(&a, &b)));
    cr_expect(not(slot_map_equal(&absent, &empty)));
    cr_expect(slot_map_equal(&absent, &absent));
    cr_expect(slot_map_equal(&empty, &empty));
}

Test(slot_value, a_map_owns_what_was_put_into_it)
{
    char name[] = "date", text[] = "2025-01-15";
    struct strview view = strview_of(text);
    struct slot_value value = {.kind = SLOT_VALUE_LIST, .count = 1, .texts = &view};
    struct slot_map map = slot_map_empty(), copy;
    cr_assert(slot_map_set(arena, &map, strview_of(name), &value));
    name[0] = text[0] = 'X';
    view = strview_of("gone");
    cr_expect(strview_is(map.slots[0].name, "date"));
    cr_expect(strview_is(map.slots[0].value.texts[0], "2025-01-15"));
    cr_assert(slot_map_copy(arena, &map, &copy));
    ((char *)(uintptr_t)map.slots[0].value.texts[0].data)[0] = '9';
    ((char *)(uintptr_t)map.slots[0].name.data)[0] = 'm';
    slot_map_remove(&map, strview_of("mate"));
    cr_assert(eq(sz, copy.count, 1));
    cr_expect(strview_is(copy.slots[0].name, "date"));
    cr_expect(strview_is(copy.slots[0].value.texts[0], "2025-01-15"));
}

Test(slot_value, a_copy_of_an_absent_map_is_absent_and_of_an_empty_one_empty)
{
    struct slot_map absent = {0}, empty = slot_map_empty(), copy;
    cr_assert(slot_map_copy(arena, &absent, &copy));
    cr_expect(eq(ptr, copy.slots, NULL));
    cr_assert(slot_map_copy(arena, &empty, &copy));
    cr_expect(ne(ptr, copy.slots, NULL));
    cr_expect(eq(sz, copy.count, 0));
}

Test(slot_value, lost_memory_leaves_a_map_as_it_was)
{
    struct slot_map map = slot_map_empty();
    set(&map, "date", "2025-01-15");
    struct strview text = strview_of("14:00");
    struct slot_value value = {.kind = SLOT_VALUE_TEXT, .count = 1, .texts = &text};
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(16, 0);
        struct slot_map one = map;
        memory_fail_nth(nth);
        bool set_it = slot_map_set(small, &one, strview_of("time"), &value);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, set_it, !hit));
        cr_expect(eq(sz, one.count, hit ? 1 : 2));
        cr_expect(strview_is(one.slots[0].value.texts[0], "2025-01-15"));
    }
    cr_expect(gt(i64, nth, 3));
    nth = 1;
    for (bool hit = true; hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(16, 0);
        struct slot_map copy = {0};
        memory_fail_nth(nth);
        bool copied = slot_map_copy(small, &map, &copy);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(eq(int, copied, !hit));
    }
    cr_expect(gt(i64, nth, 3));
    memory_fail_nth(1);
    CLEANUP(arena_cleanup) struct arena *fresh = arena_create(16, 0);
    memory_fail_nth(0);
    cr_expect(eq(ptr, fresh, NULL));
}
