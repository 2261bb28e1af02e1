/*
 * slot_value.c: slot values and dialogue states. Maps are small (a task has some ten slots), so a
 * list is searched in order.
 */
#include "record/slot_value.h"

static struct slot nothing[1];

struct slot_map slot_map_empty(void)
{
    return (struct slot_map){.slots = nothing, .count = 0};
}

bool slot_value_equal(const struct slot_value *a, const struct slot_value *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!strview_equal(a->texts[i], b->texts[i]))
            return false;
    return true;
}

struct slot_value slot_value_text(struct arena *arena, struct strview text)
{
    if (strview_is(text, SLOT_DONTCARE_TEXT))
        return (struct slot_value){.kind = SLOT_VALUE_DONTCARE};
    struct slot_value value = {.kind = SLOT_VALUE_TEXT};
    struct strview *copy = arena_alloc(arena, sizeof *copy);
    if (!copy)
        return value;
    *copy = arena_copy_view(arena, text);
    value.texts = copy;
    value.count = copy->data ? 1 : 0;
    return value;
}

struct strview slot_value_first(const struct slot_value *value)
{
    if (value->kind == SLOT_VALUE_DONTCARE)
        return strview_of(SLOT_DONTCARE_TEXT);
    return value->count ? value->texts[0] : strview_of("");
}

const struct slot *slot_map_find(const struct slot_map *map, struct strview name)
{
    for (size_t i = 0; i < map->count; i++)
        if (strview_equal(map->slots[i].name, name))
            return &map->slots[i];
    return NULL;
}

bool slot_map_equal(const struct slot_map *a, const struct slot_map *b)
{
    if (!a->slots != !b->slots || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct slot *other = slot_map_find(b, a->slots[i].name);
        if (!other || !slot_value_equal(&a->slots[i].value, &other->value))
            return false;
    }
    return true;
}

static bool copy_value(struct arena *arena, const struct slot_value *from, struct slot_value *to)
{
    struct strview *texts = arena_array(arena, from->count ? from->count : 1, sizeof *texts);
    if (!texts)
        return false;
    for (size_t i = 0; i < from->count; i++) {
        texts[i] = arena_copy_view(arena, from->texts[i]);
        if (!texts[i].data)
            return false;
    }
    *to = (struct slot_value){.kind = from->kind, .count = from->count, .texts = texts};
    return true;
}

bool slot_map_set(struct arena *arena, struct slot_map *map, struct strview name,
                  const struct slot_value *value)
{
    struct slot_value copy;
    if (!copy_value(arena, value, &copy))
        return false;
    for (size_t i = 0; i < map->count; i++) {
        if (strview_equal(map->slots[i].name, name)) {
            map->slots[i].value = copy;
            return true;
        }
    }
    /* Always a fresh array: a map may share its slots with another state of the same arena. */
    struct slot *grown = arena_array(arena, map->count + 1, sizeof *grown);
    struct strview own_name = arena_copy_view(arena, name);
    if (!grown || !own_name.data)
        return false;
    if (map->count)
        memcpy(grown, map->slots, map->count * sizeof *grown);
    grown[map->count] = (struct slot){.name = own_name, .value = copy};
    map->slots = grown;
    map->count++;
    return true;
}

void slot_map_remove(struct slot_map *map, struct strview name)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strview_equal(map->slots[i].name, name)) {
            memmove(&map->slots[i], &map->slots[i + 1], (map->count - i - 1) * sizeof *map->slots);
            map->count--;
            return;
        }
    }
}

bool slot_map_copy(struct arena *arena, const struct slot_map *from, struct slot_map *ret_map)
{
    if (!from->slots || from->count == 0) {
        *ret_map = from->slots ? slot_map_empty() : (struct slot_map){0};
        return true;
    }
    struct slot *slots = arena_array(arena, from->count, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < from->count; i++) {
        slots[i].name = arena_copy_view(arena, from->slots[i].name);
        if (!slots[i].name.data || !copy_value(arena, &from->slots[i].value, &slots[i].value))
            return false;
    }
    *ret_map = (struct slot_map){.slots = slots, .count = from->count};
    return true;
}
