/*
 * proportion.h: shares of successes. Level of every interval: 1 - alpha. Wilson's score interval is
 * the default of the reports; Clopper-Pearson when coverage must be guaranteed. Counts may be
 * fractional for Wilson (an effective sample size). Undefined without trials. Thread: any.
 */
#ifndef ASSAY_STATS_PROPORTION_H
#define ASSAY_STATS_PROPORTION_H

#include "stats/estimate.h"

struct share {
    double successes;
    double trials;
};

struct z_test {
    double z;
    double p;
    const char *convention;
    const char *undefined;
};

struct interval proportion_wilson(struct share share, double alpha);
/* Wilson's interval with a critical value of the caller's (a t quantile for few clusters). */
struct interval proportion_wilson_with(struct share share, double critical_value);
struct interval proportion_clopper_pearson(struct share share, double alpha);

/* Two independent shares: pooled z test; undefined when all or none succeeded in both. */
struct z_test proportion_z_test(struct share first, struct share second,
                                enum alternative alternative);
/* First minus second, Newcombe's hybrid score interval (Statistics in Medicine 1998, method 10). */
struct interval proportion_newcombe(struct share first, struct share second, double alpha);

/* First minus second, score interval with the variance times N/(N - 1) (Miettinen and Nurminen,
 * Statistics in Medicine 4 (1985) 213; the constrained estimate in closed form). Ends at +-1 where
 * nothing bounds it. */
struct interval proportion_miettinen_nurminen(struct share first, struct share second,
                                              double alpha);

#endif
