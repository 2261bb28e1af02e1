/*
 * field_copy.c: deep copies of records by their field tables, from one arena into another.
 */
#include "record/field.h"
#include "record/slot_value.h"

static bool copy_text(struct strview *text, struct arena *arena)
{
    if (!text->data)
        return true;
    *text = arena_copy_view(arena, *text);
    return text->data != NULL;
}

static bool copy_texts(struct text_list *list, struct arena *arena)
{
    if (!list->items)
        return true;
    struct strview *items = arena_array(arena, list->count + 1, sizeof *items);
    bool copied = items != NULL;
    for (size_t i = 0; copied && i < list->count; i++) {
        items[i] = list->items[i];
        copied = copy_text(&items[i], arena);
    }
    list->items = items;
    return copied;
}

static bool copy_reals(struct real_list *list, struct arena *arena)
{
    if (!list->items)
        return true;
    double *items = arena_array(arena, list->count + 1, sizeof *items);
    if (items && list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    return items != NULL;
}

static bool copy_numbers(struct number_map *map, struct arena *arena)
{
    if (!map->items)
        return true;
    struct named_number *items = arena_array(arena, map->count + 1, sizeof *items);
    bool copied = items != NULL;
    for (size_t i = 0; copied && i < map->count; i++) {
        items[i] = map->items[i];
        copied = copy_text(&items[i].name, arena);
    }
    map->items = items;
    return copied;
}

static bool copy_records(const struct record_type *type, struct record_list *list,
                         struct arena *arena)
{
    if (!list->items)
        return true;
    char *items = arena_array(arena, list->count + 1, type->size);
    bool copied = items != NULL;
    for (size_t i = 0; copied && i < list->count; i++)
        copied = record_copy(type, (const char *)list->items + i * type->size,
                             items + i * type->size, arena);
    list->items = items;
    return copied;
}

static bool copy_record(const struct record_type *type, void **at, struct arena *arena)
{
    if (!*at)
        return true;
    void *copy = arena_alloc(arena, type->size);
    bool copied = copy && record_copy(type, *at, copy, arena);
    *at = copy;
    return copied;
}

/* `at` already holds a shallow copy; what it points to is made the arena's own. */
static bool deepen(const struct field *field, void *at, struct arena *arena)
{
    switch (field->kind) {
    case FIELD_BOOL:
    case FIELD_I64:
    case FIELD_REAL:
    case FIELD_NUMBER:
    case FIELD_USD:
    case FIELD_TIME:
    case FIELD_ENUM:
        return true;
    case FIELD_TEXT:
    case FIELD_JSON:
        return copy_text(at, arena);
    case FIELD_TEXTS:
        return copy_texts(at, arena);
    case FIELD_REALS:
        return copy_reals(at, arena);
    case FIELD_NUMBERS:
        return copy_numbers(at, arena);
    case FIELD_SLOTS: {
        struct slot_map from = *(struct slot_map *)at;
        return slot_map_copy(arena, &from, at);
    }
    case FIELD_RECORD:
        return copy_record(field->type, at, arena);
    case FIELD_RECORDS:
        return copy_records(field->type, at, arena);
    }
    return false;
}

bool record_copy(const struct record_type *type, const void *from, void *to, struct arena *arena)
{
    memcpy(to, from, type->size);
    for (const struct field *field = type->fields; field->name; field++)
        if (!deepen(field, (char *)to + field->offset, arena))
            return false;
    return true;
}
