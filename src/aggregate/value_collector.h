/*
 * value_collector.h: many times (or other values >= 0) of which quantiles are wanted. Exact up to
 * VALUE_COLLECTOR_EXACT values; beyond that they are put into a DDSketch (Masson et al., VLDB
 * 2019) whose quantiles lie within 0.5 % of the exact ones. Values come in clusters
 * (conversations), whose likeness widens the intervals. Start from {0}. Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_VALUE_COLLECTOR_H
#define ASSAY_AGGREGATE_VALUE_COLLECTOR_H

#include "aggregate/ratio_sums.h"
#include "aggregate/run_summary.h"
#include "numeric/value_counts.h"

enum { VALUE_COLLECTOR_EXACT = 1000000 };

struct value_collector {
    struct value_counts exact;
    uint64_t *bins;        /* of the sketch; NULL: still exact */
    uint64_t count;        /* of values */
    double squares;        /* sum of squares */
    struct ratio_part now; /* of the open cluster */
    struct ratio_sums clusters;
    struct value_count *sorted; /* made at the first question */
};

/* NaN and infinity are passed over, a negative value counts as 0. False: memory ran out. */
bool value_collector_add(struct value_collector *collector, double value);
void value_collector_end_cluster(struct value_collector *collector);

/*
 * Nearest rank: the value at rank ceil(percent n/100), at least 1. The interval is that of ranks:
 * Wilson's for the share `percent` at the effective number of values n/deff (deff of the mean, by
 * cluster). None where the sample is too small to bound the quantile on both sides.
 * `undefined` is the reason when there is no value. After the first call nothing may be added.
 */
enum status value_collector_quantile(struct value_collector *collector, unsigned percent,
                                     const char *unit_of_n, const char *undefined,
                                     struct measure *ret_measure, struct error *err);
/* The mean with its clustered interval. */
struct measure value_collector_mean(const struct value_collector *collector, const char *unit_of_n,
                                    const char *undefined);
bool value_collector_is_sketch(const struct value_collector *collector);
void value_collector_done(struct value_collector *collector);

#endif
