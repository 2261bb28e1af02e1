/*
 * hash_set.h: a set of 64-bit hashes and a map from them to 64-bit numbers, in one open-addressed
 * table: 8 or 16 bytes a place, at most 3/4 full. For ids by the million. Thread: one writer, or
 * any readers. Start from {0} / HASH_MAP.
 */
#ifndef ASSAY_BASE_HASH_SET_H
#define ASSAY_BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set {
    uint64_t *places; /* 0: free; the hash 0 is kept as 1 */
    uint64_t *values; /* only in a map */
    size_t capacity;
    size_t count;
    bool is_map;
};

#define HASH_MAP ((struct hash_set){.is_map = true})

/* True also when it was there already; false: memory ran out. */
bool hash_set_add(struct hash_set *set, uint64_t hash);
bool hash_set_has(const struct hash_set *set, uint64_t hash);
/* In a map: sets the value (the last one wins). */
bool hash_set_put(struct hash_set *set, uint64_t hash, uint64_t value);
bool hash_set_get(const struct hash_set *set, uint64_t hash, uint64_t *ret_value);
void hash_set_done(struct hash_set *set);

#endif
