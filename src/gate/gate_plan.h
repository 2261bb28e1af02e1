/*
 * gate_plan.h: how many conversations a non-inferiority gate needs so that, with the asked chance,
 * a true drop of twice the margin fails and no difference passes: both ask for
 *     margin >= (t(alpha) + z(power)) sqrt(variance/n)        (Miller 2024, section 5, one-sided)
 * The variance of a conversation's difference is between + own/K + reference/K0. For metrics in
 * [0, 1] a drop of 2m adds up to 2m - 4m^2 to it. Thread: any.
 */
#ifndef ASSAY_GATE_GATE_PLAN_H
#define ASSAY_GATE_GATE_PLAN_H

#include "stats/estimate.h"

#include <stdbool.h>

struct gate_plan_variances {
    double between;   /* of the lasting differences of the two candidates over conversations */
    double own;       /* of one answer, given the conversation */
    double reference; /* of one answer of the reference */
    bool is_bounded;
};

struct gate_plan_goal {
    double margin; /* > 0, in the metric's unit */
    double alpha;  /* one-sided, of the look */
    double power;
    double repeats, reference_repeats; /* K, K0 */
};

/* Conversations, rounded up. */
struct estimate gate_plan_conversations(const struct gate_plan_variances *variances,
                                        const struct gate_plan_goal *goal);
/* The margin that n conversations can decide on; goal.margin is not read. */
struct estimate gate_plan_margin(const struct gate_plan_variances *variances,
                                 const struct gate_plan_goal *goal, double conversations);

/*
 * Variances from earlier runs: rows of one conversation's scores by repeat. Within: pooled variance
 * of the repeats (ddof 1); NaN without repeats. Fed conversation by conversation; start from {0}.
 */
struct gate_plan_within {
    double squares, degrees, sum, count;
};
void gate_plan_within_add(struct gate_plan_within *within, const double *scores, size_t repeats);
double gate_plan_within_variance(const struct gate_plan_within *within);

#endif
