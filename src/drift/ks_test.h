/*
 * ks_test.h: are two samples from one distribution? The largest gap between their empirical
 * distributions (Kolmogorov and Smirnov), as scipy 1.17's ks_2samp. NaN among the values:
 * undefined. Thread: any; sorts copies of the samples.
 */
#ifndef ASSAY_DRIFT_KS_TEST_H
#define ASSAY_DRIFT_KS_TEST_H

#include "base/error.h"
#include "stats/estimate.h"

enum ks_test_method {
    KS_TEST_AUTOMATIC,  /* exact up to 10,000 values a sample */
    KS_TEST_EXACT,      /* by counting lattice paths; falls back where that cannot be done */
    KS_TEST_ASYMPTOTIC, /* one sample of round(n m/(n + m)) values; Hodges for one-sided */
};

struct ks_test {
    double statistic;
    double p;
    double location; /* the value at which the gap is largest */
    int sign;        /* 1: the first sample's distribution is above there (its values smaller) */
    bool exact;
    const char *convention;
    const char *undefined;
};

struct ks_test_options {
    enum ks_test_method method;
    /* greater: the first distribution function lies above somewhere (its values are smaller) */
    enum alternative alternative;
};

enum status ks_test_two_samples(struct sample first, struct sample second,
                                struct ks_test_options options, struct ks_test *ret_test,
                                struct error *err);

#endif
