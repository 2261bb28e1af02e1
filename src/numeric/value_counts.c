/*
 * value_counts.c: open addressing by the value's bits. The order of the places says nothing:
 * readers get them sorted.
 */
#include "numeric/value_counts.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

static bool is_free(const struct value_count *place)
{
    return place->counts[0] == 0 && place->counts[1] == 0;
}

static struct value_count *place_of(struct value_count *places, size_t capacity, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= bits >> 32;
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(bits >> 20) & (capacity - 1);
    while (!is_free(&places[at]) && !(places[at].value >= value && places[at].value <= value))
        at = (at + 1) & (capacity - 1);
    return &places[at];
}

static bool grow(struct value_counts *counts)
{
    size_t capacity = counts->capacity ? 2 * counts->capacity : FIRST_CAPACITY;
    struct value_count *places = memory_alloc(capacity * sizeof *places);
    if (!places)
        return false;
    for (size_t i = 0; i < counts->capacity; i++)
        if (!is_free(&counts->places[i]))
            *place_of(places, capacity, counts->places[i].value) = counts->places[i];
    memory_free(counts->places);
    counts->places = places;
    counts->capacity = capacity;
    return true;
}

static bool add(struct value_counts *counts, double value, bool second_class, uint32_t times)
{
    if (counts->distinct * 4 >= counts->capacity * 3 && !grow(counts))
        return false;
    value += 0.0; /* -0 is 0 */
    struct value_count *place = place_of(counts->places, counts->capacity, value);
    counts->distinct += is_free(place);
    place->value = value;
    place->counts[second_class] += times;
    counts->total += times;
    return true;
}

bool value_counts_add(struct value_counts *counts, double value, bool second_class)
{
    return add(counts, value, second_class, 1);
}

bool value_counts_add_many(struct value_counts *counts, double value, uint32_t times)
{
    return times == 0 || add(counts, value, false, times);
}

static int by_value(const void *a, const void *b)
{
    const struct value_count *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

struct value_count *value_counts_sorted(const struct value_counts *counts)
{
    struct value_count *sorted =
        counts->distinct ? memory_alloc(counts->distinct * sizeof *sorted) : NULL;
    if (!sorted)
        return NULL;
    size_t count = 0;
    for (size_t i = 0; i < counts->capacity; i++)
        if (!is_free(&counts->places[i]))
            sorted[count++] = counts->places[i];
    qsort(sorted, count, sizeof *sorted, by_value);
    return sorted;
}

void value_counts_done(struct value_counts *counts)
{
    memory_free(counts->places);
    *counts = (struct value_counts){0};
}
