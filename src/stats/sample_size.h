/*
 * sample_size.h: how many items an experiment needs, and what it could have seen. Nothing is
 * rounded up. Print the smallest detectable effect beside every "no difference". With clusters
 * multiply by the design effect 1 + (m - 1) ICC. Thread: any.
 */
#ifndef ASSAY_STATS_SAMPLE_SIZE_H
#define ASSAY_STATS_SAMPLE_SIZE_H

#include "stats/estimate.h"

/* Miller, "Adding error bars to evals" (arXiv 2411.00640), section 5. */
struct sample_size_variances {
    double between; /* omega^2: of the difference over questions */
    double first;   /* of one answer of each arm, given the question */
    double second;
    double first_repeats; /* K */
    double second_repeats;
};

struct sample_size_goal {
    double alpha; /* two-sided */
    double power;
};

/* Questions needed to see a difference of `effect`. */
struct estimate sample_size_paired(struct sample_size_variances variances, double effect,
                                   struct sample_size_goal goal);
/* The difference that n questions can see. */
struct estimate sample_size_detectable(struct sample_size_variances variances, double n,
                                       struct sample_size_goal goal);

/* Items in each of two independent arms; Cohen's h, two-sided normal test with both tails. */
struct estimate sample_size_two_shares(double share1, double share2, struct sample_size_goal goal);
/* Power of that test with n items in each arm. */
struct estimate sample_size_two_shares_power(double share1, double share2, double n, double alpha);
/* 1 + (m - 1) ICC. */
double sample_size_design_effect(double mean_cluster_size, double intraclass_correlation);

#endif
