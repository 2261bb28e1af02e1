/*
 * cause_fold.h: first causes of one candidate's failed trials, counted. Start from {0}.
 * Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_CAUSE_FOLD_H
#define ASSAY_AGGREGATE_CAUSE_FOLD_H

#include "aggregate/ratio_metric.h"

struct cause_fold {
    uint64_t failures; /* with a cause, CAUSE_NOT_KNOWN included */
    uint64_t counts[CAUSE_COUNT];
    int64_t calls, cost_usd_nano; /* of the replays */
};

/* A trial without a first cause changes nothing. `now`: the open conversation's sums, of FOLD_COUNT
 * ratios; each known cause counts in all seven shares. */
void cause_fold_add(struct cause_fold *causes, const struct trial *trial, struct ratio_part *now);

#endif
