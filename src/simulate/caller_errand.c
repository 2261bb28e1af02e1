/*
 * caller_errand.c: gold's goal and bookings as the caller's errands, and whether an agent's value
 * agrees with them. Under the simulated user. Thread: any. Owner: the trial's arena.
 */
#include "simulate/caller_errand.h"

#include "simulate/back_end.h"

#include <ctype.h>

static struct strview intent_of_tool(const struct task_spec *task, struct strview tool)
{
    for (size_t i = 0; i < task->intent_count; i++)
        if (task->intents[i].tool.data && strview_equal(task->intents[i].tool, tool))
            return task->intents[i].name;
    return (struct strview){0};
}

/* The goal's wishes that the booking does not name: a reason, for whom, the service of what is
 * cancelled. */
static bool add_wishes(const struct gold_conversation *gold, bool only_one, struct arena *arena,
                       struct slot_map *slots)
{
    for (size_t i = 0; gold->goal && only_one && i < gold->goal->slots.count; i++) {
        const struct slot *wish = &gold->goal->slots.slots[i];
        if (wish->value.count && !slot_map_find(slots, wish->name) &&
            !slot_map_set(arena, slots, wish->name, &wish->value))
            return false;
    }
    return true;
}

static bool copy_slots(const struct slot_map *from, struct arena *arena, struct slot_map *ret_map)
{
    if (!slot_map_copy(arena, from, ret_map))
        return false;
    if (!ret_map->slots)
        *ret_map = slot_map_empty();
    return true;
}

bool caller_errands_make(const struct task_spec *task, const struct gold_conversation *gold,
                         struct arena *arena, struct caller_errands *ret_errands)
{
    const struct gold_booking_set *sets = gold->expected_bookings.items;
    struct record_list first =
        gold->expected_bookings.count ? sets[0].bookings : (struct record_list){0};
    const struct gold_booking *bookings = first.items;
    struct caller_errand *items = arena_array(arena, first.count + 1, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < first.count; i++) {
        items[i].intent = intent_of_tool(task, bookings[i].method);
        if (!copy_slots(&bookings[i].slots, arena, &items[i].slots) ||
            !add_wishes(gold, first.count == 1, arena, &items[i].slots))
            return false;
    }
    *ret_errands = (struct caller_errands){items, first.count};
    if (first.count)
        return true;
    struct slot_map none = slot_map_empty();
    items[0].intent = gold->goal ? gold->goal->intent : (struct strview){0};
    if (!copy_slots(gold->goal ? &gold->goal->slots : &none, arena, &items[0].slots))
        return false;
    const struct intent_spec *intent =
        items[0].intent.data ? task_spec_intent(task, items[0].intent) : NULL;
    items[0].breaks_off = intent && intent->tool.data;
    ret_errands->count = 1;
    return true;
}

/* ASCII letters and digits, case aside; accents are not heard. */
static bool sounds_same(struct strview a, struct strview b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.size && !isalnum((unsigned char)a.data[i]))
            i++;
        while (j < b.size && !isalnum((unsigned char)b.data[j]))
            j++;
        if (i == a.size || j == b.size)
            return i == a.size && j == b.size;
        if (tolower((unsigned char)a.data[i++]) != tolower((unsigned char)b.data[j++]))
            return false;
    }
}

/* The last seven digits: what two people compare on the telephone. */
static bool same_number(struct strview a, struct strview b)
{
    size_t i = a.size, j = b.size, same = 0;
    while (same < 7) {
        while (i && !isdigit((unsigned char)a.data[i - 1]))
            i--;
        while (j && !isdigit((unsigned char)b.data[j - 1]))
            j--;
        if (!i || !j || a.data[--i] != b.data[--j])
            return false;
        same++;
    }
    return true;
}

bool caller_errand_agrees(const struct slot_spec *spec, const struct slot_value *goal,
                          const struct slot_value *held)
{
    if (held->count == 0 || goal->count == 0)
        return held->kind == SLOT_VALUE_DONTCARE || goal->count == 0;
    struct strview value = held->texts[0];
    int64_t unused;
    if ((spec->type == SLOT_TYPE_DATE && !back_end_read_day(value, &unused)) ||
        (spec->type == SLOT_TYPE_TIME && !back_end_read_minute(value, &unused)))
        return true;
    for (size_t i = 0; i < goal->count; i++) {
        if (spec->type == SLOT_TYPE_PHONE ? same_number(goal->texts[i], value)
                                          : sounds_same(goal->texts[i], value))
            return true;
        for (size_t c = 0; c < spec->category_count; c++) /* an agent may hold a synonym */
            for (size_t s = 0; strview_equal(spec->categories[c].value, goal->texts[i]) &&
                               s < spec->categories[c].synonyms.count;
                 s++)
                if (sounds_same(spec->categories[c].synonyms.items[s], value))
                    return true;
    }
    return false;
}
