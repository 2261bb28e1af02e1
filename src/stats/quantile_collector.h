/*
 * quantile_collector.h: quantiles of latency, tokens and cost over a run of any length. Keeps every
 * value up to a limit (1,000,000 by default, 8 MB) and answers exactly; beyond it turns into a
 * DDSketch of relative error .005 and says so in the convention. Which of the two depends on the
 * number of values only, and both are blind to order, so threads and merges change nothing.
 * Thread: one at a time. Start from quantile_collector_init.
 */
#ifndef ASSAY_STATS_QUANTILE_COLLECTOR_H
#define ASSAY_STATS_QUANTILE_COLLECTOR_H

#include "base/error.h"
#include "numeric/ddsketch.h"
#include "numeric/exact_sum.h"
#include "stats/estimate.h"

#define QUANTILE_COLLECTOR_LIMIT 1000000
#define QUANTILE_COLLECTOR_ALPHA 0.005

struct quantile_collector {
    size_t limit;
    double *values;
    size_t count; /* of values kept; 0 once sketched */
    size_t capacity;
    bool is_sketched;
    struct ddsketch sketch;
    struct exact_sum sum;
    double least;
    double most;
    uint64_t total;      /* finite values seen */
    uint64_t not_finite; /* NaN and infinities: counted, not collected */
};

/* limit 0: QUANTILE_COLLECTOR_LIMIT. */
void quantile_collector_init(struct quantile_collector *collector, size_t limit);
void quantile_collector_done(struct quantile_collector *collector);
enum status quantile_collector_add(struct quantile_collector *collector, double value,
                                   struct error *err);
/* Both must have one limit. */
enum status quantile_collector_merge(struct quantile_collector *into,
                                     const struct quantile_collector *from, struct error *err);
/* By nearest rank. Not const: an exact answer reorders the values (not what they are). */
struct estimate quantile_collector_quantile(struct quantile_collector *collector,
                                            double probability);
/* Exact, sketched or not. NaN when empty. */
double quantile_collector_mean(const struct quantile_collector *collector);

#endif
