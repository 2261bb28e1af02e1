/*
 * plan_variances.h: what earlier runs tell a plan: how much a metric varies between conversations
 * and between repeats of one. Reads outcomes; arrays live in the arena. Thread: main.
 *
 * Two sides on the same conversations give the variance of their difference; repeats split it into
 * what lasts and what is noise. The same candidate in two runs differs by noise alone. One side
 * without repeats gives an upper bound: two answers that have nothing to do with each other.
 */
#ifndef ASSAY_GATE_PLAN_VARIANCES_H
#define ASSAY_GATE_PLAN_VARIANCES_H

#include "compare/metric_column.h"
#include "gate/gate_plan.h"

/* One candidate of one run. */
struct plan_side {
    struct column_side side;
    struct strview name;
    int64_t repeats;
};

struct plan_variances {
    struct gate_plan_variances of; /* in the metric's unit, for one repeat */
    double value;                  /* of the first side */
    uint64_t conversations;        /* it rests on */
    const char *how;               /* where the variances are from, a sentence */
    const char *undefined;         /* why there are none, or NULL */
};

/* The first side is the reference. STATUS_CONFIG for a metric that has no columns. */
enum status plan_variances_make(struct strview metric, double monthly_calls,
                                const struct plan_side *sides, size_t count, struct arena *arena,
                                struct plan_variances *ret_variances, struct error *err);

#endif
