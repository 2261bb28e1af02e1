/*
 * confidence_sequence.h: intervals and p-values that stay valid however often one looks.
 *   asymptotic    Waudby-Smith et al., arXiv 2103.06476, equation 9 (GrowthBook's choice)
 *   mixture SPRT  Johari et al. 2015: the same normal mixture with a known variance
 *   bounded       empirical-Bernstein predictable mixture for values in [0, 1] (Waudby-Smith and
 *                 Ramdas, "Estimating means of bounded random variables by betting", theorem 2);
 *                 not asymptotic, wider
 * Thread: any; a bounded sequence belongs to one thread.
 */
#ifndef ASSAY_STATS_CONFIDENCE_SEQUENCE_H
#define ASSAY_STATS_CONFIDENCE_SEQUENCE_H

#include "stats/estimate.h"

#include <stdint.h>

struct confidence_sequence_width {
    double rho;
    double half_width;
    const char *convention;
    const char *undefined;
};

/* variance: of one observation; tuning: the sample size at which the interval is narrowest. */
struct confidence_sequence_width confidence_sequence_asymptotic(double n, double variance,
                                                                double alpha, double tuning);
/* Always-valid p of a mean difference `mean` after n observations of variance sigma2, against a
 * normal mixture of variance tau2; a caller keeps the running minimum. */
struct estimate confidence_sequence_msprt_p(double n, double mean, double sigma2, double tau2);

/* Start with confidence_sequence_bounded_start. */
struct confidence_sequence_bounded {
    double alpha;
    uint64_t n;
    double sum;
    double squares; /* sum of (x - running mean)^2, with a prior of 1/4 */
    double lambda_sum;
    double weighted_sum;
    double penalty;
    double low; /* running intersection */
    double high;
};

struct confidence_sequence_bounded confidence_sequence_bounded_start(double alpha);
/* A value outside [0, 1] (or NaN) makes the interval undefined from then on. */
void confidence_sequence_bounded_add(struct confidence_sequence_bounded *sequence, double value);
struct interval
confidence_sequence_bounded_interval(const struct confidence_sequence_bounded *sequence);

#endif
