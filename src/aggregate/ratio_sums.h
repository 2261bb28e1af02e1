/*
 * ratio_sums.h: a metric that is a sum over a sum (right turns over turns), with conversations as
 * clusters, in memory that does not grow: first and second moments of the clusters' pairs
 * (sum, size) are kept. Errors are CR1 (stats/cluster_error.h has the formula). Fed in a fixed
 * order, the same bits come out. Start from {0}. Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_RATIO_SUMS_H
#define ASSAY_AGGREGATE_RATIO_SUMS_H

#include "stats/estimate.h"

#include <stdint.h>

/* One conversation's share of a ratio. */
struct ratio_part {
    double sum, size;
};

struct ratio_sums {
    uint64_t clusters; /* that have something in them */
    double sum, size;
    double sum_sum, sum_size, size_size; /* second moments */
};

/* Two ratios over the same clusters. */
struct ratio_pairs {
    struct ratio_sums first, second;
    uint64_t clusters;
    double sum1_sum2, sum1_size2, size1_sum2, size1_size2;
};

void ratio_sums_add(struct ratio_sums *sums, struct ratio_part part);
void ratio_pairs_add(struct ratio_pairs *pairs, struct ratio_part first, struct ratio_part second);

/* NaN when the size is 0. */
double ratio_sums_value(const struct ratio_sums *sums);
/* CR1 standard error; NaN below two clusters; 0 when nothing varies. */
double ratio_sums_error(const struct ratio_sums *sums);
/* value -+ t error; undefined below two clusters and where nothing varies. */
struct interval ratio_sums_interval(const struct ratio_sums *sums);
/* For ratios in [0, 1]: Wilson's interval on the effective number of items p(1 - p)/error^2, as
 * stats/cluster_error.h does for shares. */
struct interval ratio_sums_share_interval(const struct ratio_sums *sums);

/* first minus second. */
double ratio_pairs_difference(const struct ratio_pairs *pairs);
/* CR1 error of the difference; NaN below two clusters; 0 when nothing varies. */
double ratio_pairs_error(const struct ratio_pairs *pairs);
/* Linearised, paired by cluster, t; undefined below two clusters and where nothing varies. */
struct interval ratio_pairs_interval(const struct ratio_pairs *pairs);

#endif
