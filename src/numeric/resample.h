/*
 * resample.h: sums over bootstrap resamples, the inner loop of every bootstrap. A resample is a
 * function of (seed, purpose, number) alone, so threads cannot change it. Thread: any, each
 * resample on its own.
 *
 * Two ways with one law: items are drawn one by one; or, where items fall into few kinds, the
 * count of each kind is drawn at once (a multinomial, by conditional binomials).
 */
#ifndef ASSAY_NUMERIC_RESAMPLE_H
#define ASSAY_NUMERIC_RESAMPLE_H

#include "base/counter_rng.h"

#include <stddef.h>
#include <stdint.h>

struct resample_key {
    uint64_t seed;
    uint32_t purpose;
    uint64_t number;
};

/* Sum of `count` draws with replacement from `count` values; 0 < count < 2^31. */
double resample_sum(const double *values, size_t count, struct resample_key key);
/* A cluster's sum and size, drawn together. */
struct resample_pair {
    double sum;
    double size;
};

struct resample_pair resample_pair_sums(const struct resample_pair *pairs, size_t count,
                                        struct resample_key key);
/* How often each of `count` items is drawn: ret_times[i] add up to `count`. The same draws as
 * above.
 */
void resample_times(size_t count, struct resample_key key, uint32_t *ret_times);
/* How often each of `kinds` kinds is drawn in a resample of all items; frequencies add up to it. */
void resample_kind_counts(const uint64_t *frequencies, size_t kinds, struct resample_key key,
                          uint64_t *ret_counts);

/* A draw from Binomial(n, p): inversion where n p < 10, else Hörmann's transformed rejection
 * (BTRS, 1993). n < 2^53. */
uint64_t resample_binomial(struct counter_rng *rng, uint64_t n, double p);

#endif
