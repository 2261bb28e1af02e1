/*
 * exact_sum.h: a sum of doubles without any rounding until it is read, so that order, threads and
 * merges cannot change a bit of it. A fixed-point number wide enough for every double (U. Kulisch's
 * long accumulator), in 32-bit digits with room for carries. Start from {0}. Thread: one at a time;
 * accumulators of several threads are merged. 0.6 kB.
 */
#ifndef ASSAY_NUMERIC_EXACT_SUM_H
#define ASSAY_NUMERIC_EXACT_SUM_H

#include "numeric/sample.h"

#include <stdint.h>

#define EXACT_SUM_DIGITS 69

struct exact_sum {
    int64_t digits[EXACT_SUM_DIGITS]; /* weight of digit i: 2^(32 i - 1074) */
    uint32_t pending;                 /* additions since the carries were last settled */
    bool has_nan;
    bool has_plus_infinity;
    bool has_minus_infinity;
};

void exact_sum_add(struct exact_sum *sum, double value);
/* The exact product of two doubles (as two parts, by fma); products below 2^-1022 may round. */
void exact_sum_add_product(struct exact_sum *sum, double a, double b);
void exact_sum_merge(struct exact_sum *into, const struct exact_sum *from);
/* The nearest double (ties to even). */
double exact_sum_value(const struct exact_sum *sum);

/* The correctly rounded sum of the values. */
double exact_sum_of(struct sample sample);
/* Their mean; the value itself where all are equal, so that a constant sample has no variation. */
double exact_sum_mean(struct sample sample);

#endif
