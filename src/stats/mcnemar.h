/*
 * mcnemar.h: two candidates judged right or wrong on the same items. Only the items on which they
 * differ say anything about which is better. The difference is first minus second. Thread: any.
 */
#ifndef ASSAY_STATS_MCNEMAR_H
#define ASSAY_STATS_MCNEMAR_H

#include "stats/estimate.h"

struct paired_table {
    double both;        /* a: both right */
    double only_first;  /* b */
    double only_second; /* c */
    double neither;     /* d */
};

struct mcnemar_test {
    double statistic; /* min(b, c), or chi-square */
    double p;         /* two-sided */
    const char *convention;
    const char *undefined;
};

/* Binomial(b + c, 1/2), conservative. p = 1 when the two never differ. */
struct mcnemar_test mcnemar_exact(struct paired_table table);
/* Mid-p: P counts half; the default of the reports. */
struct mcnemar_test mcnemar_midp(struct paired_table table);
/* Chi-square with one degree; undefined when the two never differ. */
struct mcnemar_test mcnemar_chi_square(struct paired_table table, bool continuity_correction);

/* Interval of the difference of the two shares, (b - c)/n; undefined without items. */
/* Newcombe, Statistics in Medicine 17 (1998) 2635, method 10 (phi corrected by n/2 when > 0). */
struct interval mcnemar_newcombe(struct paired_table table, double alpha);
/* Method 8 there: the same without the correction of phi. */
struct interval mcnemar_newcombe_uncorrected(struct paired_table table, double alpha);
/* Tango, Statistics in Medicine 17 (1998) 891: score interval. */
struct interval mcnemar_tango(struct paired_table table, double alpha);

#endif
