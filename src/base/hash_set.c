/*
 * hash_set.c: linear probing; the table grows by half again when it is 3/4 full, so that memory
 * follows the count closely.
 */
#include "base/hash_set.h"

#include "base/memory.h"

static size_t home(const struct hash_set *set, uint64_t hash)
{
    /* multiply-shift maps the upper half of the hash onto any capacity (below 2^32) without a
     * division */
    return (size_t)(((hash >> 32) * set->capacity) >> 32);
}

static size_t find_place(const struct hash_set *set, uint64_t hash)
{
    size_t at = home(set, hash);
    while (set->places[at] && set->places[at] != hash)
        at = at + 1 == set->capacity ? 0 : at + 1;
    return at;
}

static bool grow(struct hash_set *set)
{
    struct hash_set larger = *set;
    larger.capacity = set->capacity ? set->capacity + set->capacity / 2 : 64;
    larger.places = memory_alloc(larger.capacity * sizeof *larger.places);
    larger.values = set->is_map ? memory_alloc(larger.capacity * sizeof *larger.values) : NULL;
    if (!larger.places || (set->is_map && !larger.values)) {
        memory_free(larger.places);
        memory_free(larger.values);
        return false;
    }
    for (size_t i = 0; i < set->capacity; i++) {
        if (!set->places[i])
            continue;
        size_t at = find_place(&larger, set->places[i]);
        larger.places[at] = set->places[i];
        if (set->is_map)
            larger.values[at] = set->values[i];
    }
    hash_set_done(set);
    *set = larger;
    return true;
}

bool hash_set_put(struct hash_set *set, uint64_t hash, uint64_t value)
{
    hash = hash ? hash : 1;
    if ((set->count + 1) * 4 > set->capacity * 3 && !grow(set))
        return false;
    size_t at = find_place(set, hash);
    if (!set->places[at])
        set->count++;
    set->places[at] = hash;
    if (set->is_map)
        set->values[at] = value;
    return true;
}

bool hash_set_add(struct hash_set *set, uint64_t hash)
{
    return hash_set_put(set, hash, 0);
}

bool hash_set_has(const struct hash_set *set, uint64_t hash)
{
    hash = hash ? hash : 1;
    return set->capacity && set->places[find_place(set, hash)] == hash;
}

bool hash_set_get(const struct hash_set *set, uint64_t hash, uint64_t *ret_value)
{
    hash = hash ? hash : 1;
    if (!set->capacity)
        return false;
    size_t at = find_place(set, hash);
    if (set->places[at] != hash)
        return false;
    *ret_value = set->values[at];
    return true;
}

void hash_set_done(struct hash_set *set)
{
    memory_free(set->places);
    memory_free(set->values);
    *set = (struct hash_set){.is_map = set->is_map};
}
