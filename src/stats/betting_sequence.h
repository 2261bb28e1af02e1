/*
 * betting_sequence.h: a confidence sequence for the mean of values in [-1, 1] that holds at every
 * number of values at once and at each of them exactly, without large samples: bets against each
 * mean (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024),
 * here an equal mixture over fixed stakes, so that the order of the values within a look does not
 * matter. Where there is no difference, the chance that some look ever excludes it is at most
 * alpha (Ville's inequality), alpha/2 for either side.
 *
 * Wealth against "the mean is at most m": the mean over stakes s of prod(1 + s (x - m)/(1 + m));
 * m is excluded once it is 2/alpha. Thread: any.
 */
#ifndef ASSAY_STATS_BETTING_SEQUENCE_H
#define ASSAY_STATS_BETTING_SEQUENCE_H

#include "stats/estimate.h"

#include <stdint.h>

/* Distinct values with how often each came. */
struct betting_counts {
    const double *values;
    const uint64_t *times;
    size_t kinds;
};

/* Without values: [-1, 1]. Undefined when a value is not in [-1, 1], or alpha not between 0 and 1.
 */
struct interval betting_sequence_interval(const struct betting_counts *counts, double alpha);

#endif
