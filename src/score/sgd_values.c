/*
 * sgd_values.c: an open-addressing table over keys that are kept in an arena. The official scorer's
 * loader interns every value here. Thread: one at a time. Owns the arena and the arrays.
 */
#include "score/sgd_values.h"

#include "base/hash.h"
#include "base/memory.h"

enum { FIRST_TABLE_SIZE = 1024, ARENA_BLOCK_BYTES = 128 * 1024 };

/* Numbers up to SGD_VALUE_FIRST_MARK, and the table at most half full. */
static const uint32_t most_values = UINT32_C(1) << 30;

bool sgd_values_init(struct sgd_values *values)
{
    *values = (struct sgd_values){0};
    values->arena = arena_create(ARENA_BLOCK_BYTES, 0);
    values->table = memory_alloc(FIRST_TABLE_SIZE * sizeof *values->table);
    values->table_mask = FIRST_TABLE_SIZE - 1;
    if (values->arena && values->table)
        return true;
    sgd_values_done(values);
    return false;
}

void sgd_values_done(struct sgd_values *values)
{
    arena_destroy(values->arena);
    memory_free(values->entries);
    memory_free(values->table);
    *values = (struct sgd_values){0};
}

static uint32_t find_place(const struct sgd_values *values, struct strview key, uint64_t hash)
{
    uint32_t place = (uint32_t)hash & values->table_mask;
    for (; values->table[place]; place = (place + 1) & values->table_mask) {
        const struct sgd_value_entry *entry = &values->entries[values->table[place] - 1];
        if (entry->hash == hash && entry->key.size == key.size &&
            memcmp(entry->key.data, key.data, key.size) == 0)
            break;
    }
    return place;
}

static bool grow_table(struct sgd_values *values)
{
    uint32_t mask = values->table_mask * 2 + 1;
    uint32_t *table = memory_alloc(((size_t)mask + 1) * sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; i < values->count; i++) {
        uint32_t place = (uint32_t)values->entries[i].hash & mask;
        while (table[place])
            place = (place + 1) & mask;
        table[place] = i + 1;
    }
    memory_free(values->table);
    values->table = table;
    values->table_mask = mask;
    return true;
}

uint32_t sgd_values_intern_hashed(struct sgd_values *values, struct strview key, uint64_t hash)
{
    uint32_t place = find_place(values, key, hash);
    if (values->table[place])
        return values->table[place] - 1;
    if (values->count >= most_values ||
        !memory_grow(&values->entries, &values->capacity, (size_t)values->count + 1,
                     sizeof *values->entries))
        return SGD_VALUE_ABSENT;
    if (values->count >= values->table_mask / 2) {
        if (!grow_table(values))
            return SGD_VALUE_ABSENT;
        place = find_place(values, key, hash);
    }
    struct strview copy = arena_copy_view(values->arena, key);
    if (!copy.data)
        return SGD_VALUE_ABSENT;
    values->entries[values->count] = (struct sgd_value_entry){copy, hash};
    values->table[place] = ++values->count;
    return values->count - 1;
}

uint32_t sgd_values_intern(struct sgd_values *values, struct strview key)
{
    return sgd_values_intern_hashed(values, key, hash_64(key.data, key.size));
}

uint32_t sgd_values_find(const struct sgd_values *values, struct strview key)
{
    return values->table[find_place(values, key, hash_64(key.data, key.size))] - 1;
}
