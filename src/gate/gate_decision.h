/*
 * gate_decision.h: a difference against a threshold, as an interval and a verdict: fail when the
 * upper end is under the threshold, pass when the lower end is over it, else inconclusive. The
 * threshold is -margin for non-inferiority and 0 (or +margin) for superiority. Differences are
 * own - reference with the sign turned so that more is better.
 *
 * Paired by conversation: mean or ratio of totals, CR1 error, Student's t. Metrics in [0, 1] that
 * count each conversation once have two guards, since few conversations differ: the squares get one
 * difference more, and the variance is at least what a true difference of the threshold would
 * bring, |t| - t^2 (as a score interval does; Tango 1998). Error rates: tests/statcheck/gate_power.
 *
 * Looks: on a fixed set of conversations look k uses alpha 6/(pi^2 k^2), which sums to alpha over
 * all looks whatever their dependence (Bonferroni). On fresh conversations one confidence sequence
 * runs over all of them (stats/confidence_sequence.h). Thread: any.
 */
#ifndef ASSAY_GATE_GATE_DECISION_H
#define ASSAY_GATE_GATE_DECISION_H

#include "aggregate/run_summary.h"
#include "stats/estimate.h"

#include <stdbool.h>
#include <stdint.h>

/* One candidate minus another over n conversations. */
struct gate_difference {
    double estimate;
    double variance; /* of one conversation: standard error = sqrt(variance/n) */
    uint64_t n;
    double unit; /* not 0: each conversation counts once and its difference lies in [-unit, unit] */
    const char *undefined; /* or NULL */
};

/* Sums and sizes of the same conversations, four columns of one length. Scale: of the metric's
 * unit; -1 turns the sign. */
struct gate_pairs {
    const double *own_sums, *own_sizes, *reference_sums, *reference_sizes;
    size_t count;
    double scale;
    bool is_bounded;
};

struct gate_difference gate_difference_paired(const struct gate_pairs *pairs);
/* Differences that were kept as n, sum and sum of squares, such as those of many nights. */
struct gate_difference gate_difference_of_moments(double n, double sum, double squares,
                                                  double unit);

struct gate_decision {
    enum verdict verdict;
    double low, high; /* each end at level alpha, one-sided; NaN when undefined */
    double p_fail;    /* one-sided p of "not under the threshold" */
    double p_pass;
    const char *undefined;
};

/* alpha: one-sided, of this look. */
struct gate_decision gate_decision_at(const struct gate_difference *difference, double threshold,
                                      double alpha);
/* Valid at every look over growing data; tuning: the number of conversations at which the sequence
 * is narrowest. p_fail and p_pass stay NaN. */
struct gate_decision gate_decision_sequence(const struct gate_difference *difference,
                                            double threshold, double alpha, double tuning);

/* A value with its interval against a ceiling or floor. NaN: that side is not asked for. A limit
 * that the interval cannot lie beyond (at_most 0 of what cannot be negative) and a value without
 * interval are judged by the value; *ret_by_value says so. */
struct gate_limits {
    double at_least, at_most;
    double least, most; /* that the metric can be; -INFINITY, INFINITY */
};
enum verdict gate_decision_limits(const struct measure *measure, const struct gate_limits *limits,
                                  bool *ret_by_value);

/* alpha of look k (from 1), and what looks 1..k spent together. */
double gate_decision_look_alpha(double alpha, uint64_t look);
double gate_decision_spent(double alpha, uint64_t looks);

#endif
