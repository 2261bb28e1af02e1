/*
 * moments.h: count, mean and spread of a stream, mergeable (Chan, Golub, LeVeque 1979), and of a
 * whole sample, where the sums are exact and the order of the values cannot change a bit. Start
 * from {0}. Thread: one at a time; merge in a fixed order for the same bits.
 */
#ifndef ASSAY_STATS_MOMENTS_H
#define ASSAY_STATS_MOMENTS_H

#include "stats/estimate.h"

#include <stdint.h>

struct moments {
    uint64_t n;
    double mean;
    double m2; /* sum of squared deviations from the mean */
};

void moments_add(struct moments *moments, double value);
void moments_merge(struct moments *into, const struct moments *from);
/* Two passes with exact sums: the same bits for any order of the values. */
struct moments moments_of(struct sample sample);

/* Divided by n - 1; NaN below two values. */
double moments_variance(const struct moments *moments);
/* Divided by n; NaN without values. */
double moments_population_variance(const struct moments *moments);
/* sd / sqrt(n); NaN below two values. */
double moments_standard_error(const struct moments *moments);

#endif
