/*
 * permutation.h: sign-flip tests of paired differences: under the null each difference is as likely
 * with the other sign. With clusters give the clusters' sums of differences: signs are flipped by
 * cluster. p-values: count/total when exact, (count + 1)/(B + 1) when drawn; two-sided is twice the
 * smaller side, at most 1. Threads: called from one, uses an OpenMP team; the same bits for any
 * number of threads.
 */
#ifndef ASSAY_STATS_PERMUTATION_H
#define ASSAY_STATS_PERMUTATION_H

#include "base/error.h"
#include "stats/estimate.h"

#include <stdint.h>

struct permutation_options {
    uint64_t seed;
    const char *purpose;
    size_t resamples; /* for the drawn form; 0: 9,999 */
    enum alternative alternative;
};

struct permutation_test {
    double statistic; /* mean difference */
    double p;
    bool exact;
    const char *convention;
    const char *undefined;
};

/*
 * Exact by enumeration up to 20 differences (sums in scipy's order, ties within its tolerance),
 * exact by counting sums where all differences are multiples of one step (0/1 scores, judges'
 * marks), else drawn.
 */
enum status permutation_sign_flip(struct sample differences, struct permutation_options options,
                                  struct permutation_test *ret_test, struct error *err);

#endif
