/*
 * slice_table.c: texts become small numbers as they are met; a conversation keeps pairs of them.
 */
#include "aggregate/slice_table.h"

#include "base/memory.h"

#include <jansson.h>

#include <stdio.h>

size_t slice_table_key(const struct slice_table *table, struct strview name)
{
    for (size_t i = 0; i < table->key_count; i++)
        if (strview_equal(table->keys[i].name, name))
            return i;
    return SIZE_MAX;
}

size_t slice_table_value(const struct slice_table *table, size_t key, struct strview value)
{
    const struct slice_key *at = &table->keys[key];
    for (size_t i = 0; i < at->value_count; i++)
        if (strview_equal(at->values[i], value))
            return i;
    return SIZE_MAX;
}

static bool add_key(struct slice_table *table, struct strview name)
{
    if (!memory_grow(&table->keys, &table->key_capacity, table->key_count + 1, sizeof *table->keys))
        return false;
    struct slice_key *key = &table->keys[table->key_count];
    *key = (struct slice_key){.name = arena_copy_view(table->arena, name), .value_count = 1};
    key->values[SLICE_OTHER] = strview_of("(other values)");
    table->key_count += key->name.data != NULL;
    return key->name.data != NULL;
}

static bool find_value(struct slice_table *table, struct slice_key *key, struct strview text,
                       size_t *ret_value)
{
    size_t value = slice_table_value(table, (size_t)(key - table->keys), text);
    *ret_value = SLICE_OTHER;
    if (value != SIZE_MAX) {
        *ret_value = value;
        return true;
    }
    if (key->value_count > SLICE_VALUES_MOST) {
        key->has_others = true;
        return true;
    }
    struct strview copy = arena_copy_view(table->arena, text);
    *ret_value = key->value_count;
    key->values[key->value_count] = copy;
    key->value_count += copy.data != NULL;
    return copy.data != NULL;
}

static bool note(struct slice_table *table, const char *name, struct strview text)
{
    size_t value, key = slice_table_key(table, strview_of(name));
    if (!text.data || (key == SIZE_MAX && table->key_count == SLICE_KEYS_MOST))
        return true;
    if (key == SIZE_MAX) {
        if (!add_key(table, strview_of(name)))
            return false;
        key = table->key_count - 1;
    }
    if (!find_value(table, &table->keys[key], text, &value) ||
        !memory_grow(&table->codes, &table->code_capacity, table->code_count + 2,
                     sizeof *table->codes))
        return false;
    table->codes[table->code_count++] = (uint8_t)key;
    table->codes[table->code_count++] = (uint8_t)value;
    return true;
}

static bool note_json(struct slice_table *table, const char *name, const json_t *value)
{
    char number[40];
    if (json_is_string(value))
        return note(table, name,
                    (struct strview){json_string_value(value), json_string_length(value)});
    if (json_is_boolean(value))
        return note(table, name, strview_of(json_is_true(value) ? "true" : "false"));
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number, sizeof number, "%.15g", json_real_value(value));
    else
        return true;
    return note(table, name, strview_of(number));
}

static bool note_metadata(struct slice_table *table, struct strview text)
{
    json_t *metadata = text.data ? json_loadb(text.data, text.size, 0, NULL) : NULL;
    const char *name;
    json_t *value;
    bool noted = true;
    json_object_foreach(metadata, name, value) noted = noted && note_json(table, name, value);
    json_decref(metadata);
    return noted;
}

bool slice_table_add(struct slice_table *table, const struct conversation_facts *facts)
{
    if (!memory_grow(&table->starts, &table->start_capacity, table->count + 2,
                     sizeof *table->starts))
        return false;
    bool noted =
        note(table, "split",
             facts->split ? strview_of(gold_split_names[facts->split]) : (struct strview){0}) &&
        note(table, "locale", facts->locale);
    for (size_t i = 0; noted && i < facts->tags.count; i++)
        noted = note(table, "tag", facts->tags.items[i]);
    if (!noted || !note_metadata(table, facts->metadata))
        return false;
    table->starts[++table->count] = (uint32_t)table->code_count;
    return true;
}

bool slice_table_has(const struct slice_table *table, size_t conversation, size_t key, size_t value)
{
    for (size_t i = table->starts[conversation]; i < table->starts[conversation + 1]; i += 2)
        if (table->codes[i] == key && table->codes[i + 1] == value)
            return true;
    return false;
}

void slice_table_done(struct slice_table *table)
{
    memory_free(table->keys);
    memory_free(table->codes);
    memory_free(table->starts);
    *table = (struct slice_table){.arena = table->arena};
}
