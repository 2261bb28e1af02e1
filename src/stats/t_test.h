/*
 * t_test.h: Student's and Welch's tests of means, first minus second. NaN among the values gives an
 * undefined result (scipy's "propagate"). Where the values do not vary but the difference is not
 * zero, t is infinite and `note` says so. Thread: any.
 */
#ifndef ASSAY_STATS_T_TEST_H
#define ASSAY_STATS_T_TEST_H

#include "stats/estimate.h"

struct t_test {
    double difference;
    double standard_error;
    double t;
    double p;
    double degrees;
    double low; /* interval of the difference; one-sided alternatives have one infinite end,
                   or NaN without variation */
    double high;
    const char *convention;
    const char *note; /* NULL, or a caution */
    const char *undefined;
};

struct t_test_options {
    enum alternative alternative;
    double level; /* of the interval; 0 means .95 */
};

struct t_test t_test_paired(struct sample first, struct sample second,
                            struct t_test_options options);
struct t_test t_test_welch(struct sample first, struct sample second,
                           struct t_test_options options);
/* The mean against `expected`. */
struct t_test t_test_one_sample(struct sample sample, double expected,
                                struct t_test_options options);

/* A sample with what was known of each unit beforehand, such as the previous model's score. */
struct covaried_sample {
    struct sample outcome, before; /* of one length */
};

struct cuped_test {
    struct t_test test;   /* of the adjusted means, Welch */
    double theta;         /* outcome's slope on `before`, over both arms together */
    double variance_kept; /* of the difference: adjusted over plain */
};

/* First minus second with less noise (CUPED: Deng, Xu, Kohavi, Walker 2013): each arm's mean less
 * theta times the mean of what was known before; GrowthBook's theta. Undefined where nothing was
 * known that varies. */
struct cuped_test t_test_cuped(struct covaried_sample first, struct covaried_sample second,
                               struct t_test_options options);

#endif
