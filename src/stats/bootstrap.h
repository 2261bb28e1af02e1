/*
 * bootstrap.h: intervals by resampling. Items (or whole clusters) are drawn with replacement;
 * resample r is a function of (seed, r), so the result is the same bits for any number of threads.
 * Scores of few distinct values are resampled by their counts: the same law, far faster.
 *
 * Intervals: percentile, basic, and BCa (bias z0 from the share below the estimate, ties counted
 * half; acceleration from the jackknife); ends by linear quantiles, as scipy. Where nothing varies
 * all ends are the estimate and `note` says so. Threads: called from one, uses an OpenMP team.
 */
#ifndef ASSAY_STATS_BOOTSTRAP_H
#define ASSAY_STATS_BOOTSTRAP_H

#include "base/error.h"
#include "stats/estimate.h"

#include <stdint.h>

struct bootstrap_options {
    uint64_t seed;
    const char *purpose; /* keeps bootstraps of one seed apart, such as the metric's name */
    size_t resamples;    /* 0: 10,000 */
    double level;        /* 0: .95 */
};

struct bootstrap_result {
    double estimate;
    double standard_error; /* sd of the resampled estimates, ddof 1 */
    struct interval percentile;
    struct interval basic;
    struct interval bca;
    size_t resamples;
    const char *note;
    const char *undefined;
};

/* The mean of independent values: conversations, or paired differences. */
enum status bootstrap_mean(struct sample values, struct bootstrap_options options,
                           struct bootstrap_result *ret_result, struct error *err);
/* Total of sums over total of sizes, drawing whole clusters. */
enum status bootstrap_ratio(struct sample sums, struct sample sizes,
                            struct bootstrap_options options, struct bootstrap_result *ret_result,
                            struct error *err);

/* Ends from `count` estimates that the caller resampled; sorts them. acceleration: of BCa; 0: only
 * the bias is corrected. All finite. */
enum status bootstrap_of_estimates(double *estimates, size_t count, double estimate,
                                   double acceleration, double level,
                                   struct bootstrap_result *ret_result, struct error *err);

enum bootstrap_statistic { BOOTSTRAP_MEAN, BOOTSTRAP_MEDIAN };

/* The resamples are given: row r of `index` holds values.count item numbers. For comparison with
 * other implementations; sums run in numpy's order, so that ties fall alike. */
struct bootstrap_given {
    const uint32_t *index;
    size_t resamples;
    enum bootstrap_statistic statistic;
    double level;
};

enum status bootstrap_of_given(struct sample values, struct bootstrap_given given,
                               struct bootstrap_result *ret_result, struct error *err);

#endif
