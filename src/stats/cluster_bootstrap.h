/*
 * cluster_bootstrap.h: the interval of any statistic that is a function of sums over clusters: a
 * mean of several ratios (macro F1), a calibration error, the difference of two such numbers over
 * the same conversations. Each cluster is a row of numbers; a resample draws whole rows and adds
 * them up.
 *
 * Up to CLUSTER_BOOTSTRAP_MOST clusters C: BCa, with the acceleration from the jackknife, at a
 * level that makes up for the bootstrap's too small spread and for the error's own: tails of
 * P(Z > sqrt(C/(C - 1)) t) for the t of C - 1 degrees (Hesterberg, The American Statistician 69
 * (2015) 371, "expanded"). Above that: estimate -+ t times the jackknife's error, which is the same
 * there and faster. p is from t with the jackknife's error in both cases. A resample is a function
 * of (seed, purpose, number): the same bits for any number of threads. Threads: called from one,
 * uses an OpenMP team.
 */
#ifndef ASSAY_STATS_CLUSTER_BOOTSTRAP_H
#define ASSAY_STATS_CLUSTER_BOOTSTRAP_H

#include "stats/bootstrap.h"

enum { CLUSTER_BOOTSTRAP_MOST = 2000 };

struct cluster_rows {
    const double *values; /* clusters x width, row by row */
    size_t clusters;
    size_t width;
};

/* NaN where the sums give no value. Called from several threads. */
typedef double cluster_statistic(const double *sums, const void *context);

struct cluster_bootstrap_result {
    double estimate;
    double standard_error; /* of the jackknife over clusters */
    struct interval interval;
    double p;         /* two-sided, against 0: Student's t with the jackknife's error */
    size_t resamples; /* 0: the jackknife alone */
    const char *undefined;
};

/* options.resamples 0: 10,000, fewer (at least 2,000) where clusters x width is large. */
enum status cluster_bootstrap(struct cluster_rows rows, cluster_statistic *statistic,
                              const void *context, struct bootstrap_options options,
                              struct cluster_bootstrap_result *ret_result, struct error *err);

#endif
