/*
 * value_counts.h: how often each distinct value was seen, in two classes: times in whole
 * milliseconds and confidences with two decimals take little room however many there are. 16 bytes
 * a place, at most 3/4 full. Start from {0}. Thread: one at a time.
 */
#ifndef ASSAY_NUMERIC_VALUE_COUNTS_H
#define ASSAY_NUMERIC_VALUE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct value_count {
    double value;
    uint32_t counts[2]; /* both 0: a free place */
};

struct value_counts {
    struct value_count *places;
    size_t capacity; /* a power of two */
    size_t distinct;
    uint64_t total; /* over both classes; below 2^32 */
};

/* No NaN. False: memory ran out. */
bool value_counts_add(struct value_counts *counts, double value, bool second_class);
/* The same value `times` times, in the first class. */
bool value_counts_add_many(struct value_counts *counts, double value, uint32_t times);
/* A new array of the `distinct` values, ascending; memory_free. NULL: memory ran out (or nothing is
 * there). */
struct value_count *value_counts_sorted(const struct value_counts *counts);
void value_counts_done(struct value_counts *counts);

#endif
