/*
 * order.c: see order.h. The radix sort takes eleven bits a pass and leaves out passes in which all
 * keys share their digit. Scratch memory is freed before return. Any thread.
 */
#include "numeric/order.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGIT_VALUES = 1 << DIGIT_BITS, PASSES = 6, SHORT = 48 };

struct keyed {
    uint64_t key;
    uint32_t index;
};

DEFINE_CLEANUP(free_keys, uint64_t, memory_free)
DEFINE_CLEANUP(free_keyed, struct keyed, memory_free)
DEFINE_CLEANUP(free_indexes, uint32_t, memory_free)

/* Ascending as an unsigned number: negative values have all bits flipped, others the sign bit. */
static uint64_t key_of(double value)
{
    value += 0.0; /* -0 becomes 0 */
    if (isnan(value))
        return UINT64_MAX;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static double value_of(uint64_t key)
{
    if (key == UINT64_MAX)
        return (double)NAN;
    uint64_t bits = key >> 63 ? key & ~(1ULL << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, int pass)
{
    return (size_t)(key >> (pass * DIGIT_BITS)) & (DIGIT_VALUES - 1);
}

/* Turns counts into starting places; false when one digit holds all keys. */
static bool places_of(size_t *counts, size_t total)
{
    size_t place = 0;
    for (size_t digit = 0; digit < DIGIT_VALUES; digit++) {
        size_t count = counts[digit];
        if (count == total)
            return false;
        counts[digit] = place;
        place += count;
    }
    return true;
}

static void insertion_sort(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        uint64_t key = key_of(value);
        size_t j = i;
        for (; j > 0 && key_of(values[j - 1]) > key; j--)
            values[j] = values[j - 1];
        values[j] = value;
    }
}

/* Sorts `keys`, using `other` of the same size; returns the one that holds the result. */
static uint64_t *radix_sort(uint64_t *keys, uint64_t *other, size_t count, size_t (*counts)[2048])
{
    for (size_t i = 0; i < count; i++) {
        for (int pass = 0; pass < PASSES; pass++)
            counts[pass][digit_of(keys[i], pass)]++;
    }
    for (int pass = 0; pass < PASSES; pass++) {
        size_t *places = counts[pass];
        if (!places_of(places, count))
            continue;
        for (size_t i = 0; i < count; i++)
            other[places[digit_of(keys[i], pass)]++] = keys[i];
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}

enum status order_sort(double *values, size_t count, struct error *err)
{
    if (count <= SHORT) {
        insertion_sort(values, count);
        return STATUS_OK;
    }
    size_t table = (size_t)PASSES * DIGIT_VALUES;
    if (count > SIZE_MAX / 32)
        return error_no_memory(err);
    CLEANUP(free_keys) uint64_t *keys = memory_alloc((2 * count + table) * sizeof *keys);
    if (!keys)
        return error_no_memory(err);
    size_t(*counts)[DIGIT_VALUES] = (void *)(keys + 2 * count);
    for (size_t i = 0; i < count; i++)
        keys[i] = key_of(values[i]);
    const uint64_t *sorted = radix_sort(keys, keys + count, count, counts);
    for (size_t i = 0; i < count; i++)
        values[i] = value_of(sorted[i]);
    return STATUS_OK;
}

enum status order_sorted_copy(struct sample sample, double **ret_sorted, struct error *err)
{
    double *copy = memory_alloc(sample.count * sizeof *copy);
    if (!copy)
        return error_no_memory(err);
    if (sample.count)
        memcpy(copy, sample.values, sample.count * sizeof *copy);
    enum status status = order_sort(copy, sample.count, err);
    if (status != STATUS_OK) {
        memory_free(copy);
        return status;
    }
    *ret_sorted = copy;
    return STATUS_OK;
}

enum status order_indexes(struct sample sample, uint32_t *ret_order, struct error *err)
{
    size_t count = sample.count;
    if (count >= UINT32_MAX)
        return error_set(err, STATUS_LIMIT, "a sample of %zu values is too long to rank", count);
    CLEANUP(free_keyed) struct keyed *items = memory_alloc((2 * count + 1) * sizeof *items);
    CLEANUP(free_keys) uint64_t *places = memory_alloc(DIGIT_VALUES * sizeof *places);
    if (!items || !places)
        return error_no_memory(err);
    struct keyed *from = items;
    struct keyed *to = items + count;
    for (size_t i = 0; i < count; i++)
        from[i] = (struct keyed){key_of(sample.values[i]), (uint32_t)i};
    for (int pass = 0; pass < PASSES; pass++) {
        memset(places, 0, DIGIT_VALUES * sizeof *places);
        for (size_t i = 0; i < count; i++)
            places[digit_of(from[i].key, pass)]++;
        if (!places_of(places, count))
            continue;
        for (size_t i = 0; i < count; i++)
            to[places[digit_of(from[i].key, pass)]++] = from[i];
        struct keyed *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < count; i++)
        ret_order[i] = from[i].index;
    return STATUS_OK;
}

enum status order_ranks(struct sample sample, double *ret_ranks, double *ret_ties,
                        struct error *err)
{
    CLEANUP(free_indexes) uint32_t *order = memory_alloc(sample.count * sizeof *order);
    if (!order)
        return error_no_memory(err);
    enum status status = order_indexes(sample, order, err);
    if (status != STATUS_OK)
        return status;
    double ties = 0;
    for (size_t start = 0; start < sample.count;) {
        size_t end = start + 1;
        while (end < sample.count &&
               sample.values[order[end]] == sample.values[order[start]]) /* NaN ties with nothing */
            end++;
        for (size_t i = start; i < end; i++)
            ret_ranks[order[i]] = (double)(start + 1 + end) / 2;
        double tied = (double)(end - start);
        ties += tied * tied * tied - tied;
        start = end;
    }
    if (ret_ties)
        *ret_ties = ties;
    return STATUS_OK;
}

static double middle_of(double a, double b, double c)
{
    return a < b ? (b < c ? b : (a < c ? c : a)) : (a < c ? a : (b < c ? c : b));
}

static void swap_values(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

double order_select(double *values, size_t count, size_t k)
{
    size_t low = 0;
    size_t high = count - 1;
    uint64_t state =
        0x9E3779B97F4A7C15U; /* pivots at mixed places: no input is quadratic by habit */
    while (low < high) {
        size_t span = high - low + 1;
        size_t at[3];
        for (int i = 0; i < 3; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            at[i] = low + (size_t)(state >> 33) % span;
        }
        double pivot = middle_of(values[at[0]], values[at[1]], values[at[2]]);
        size_t less = low;
        size_t i = low;
        size_t more = high + 1;
        while (i < more) { /* three ways, so that many equal values are no trouble */
            if (values[i] < pivot)
                swap_values(&values[i++], &values[less++]);
            else if (values[i] > pivot)
                swap_values(&values[i], &values[--more]);
            else
                i++;
        }
        if (k < less)
            high = less - 1;
        else if (k >= more)
            low = more;
        else
            return pivot;
    }
    return values[k];
}
