/*
 * chi_square.h: counts against what was expected: sample ratio mismatch of an experiment, and
 * contingency tables. Undefined where an expected count is zero. Thread: any.
 */
#ifndef ASSAY_STATS_CHI_SQUARE_H
#define ASSAY_STATS_CHI_SQUARE_H

#include "stats/estimate.h"

struct chi_square_test {
    double statistic;
    double p;
    double degrees;
    const char *convention;
    const char *undefined;
};

/* Do `counts` follow `weights` (any positive scale)? Degrees: cells - 1. */
struct chi_square_test chi_square_fit(struct sample counts, struct sample weights);

struct chi_square_table {
    const double *counts; /* row by row */
    size_t rows;
    size_t columns;
};

/* yates: the continuity correction, which concerns tables with one degree of freedom only.
 * ret_expected: NULL, or rows x columns expected counts. */
struct chi_square_test chi_square_contingency(struct chi_square_table table, bool yates,
                                              double *ret_expected);

#endif
