/*
 * mode_gap.h: the same candidate over the same conversations in two replay modes: how far it falls
 * (or rises) from one to the next. Numbers of two modes never share a table, as each has its own
 * definition of success; the gap is the place where they meet, paired by conversation. Thread:
 * main.
 */
#ifndef ASSAY_COMPARE_MODE_GAP_H
#define ASSAY_COMPARE_MODE_GAP_H

#include "compare/run_compare.h"

/* What is set side by side: success by each mode's own definition, and the one measure that is
 * defined alike in all: required slots right at the end. */
enum { MODE_GAP_METRICS = 2 };
extern const char *const mode_gap_metrics[MODE_GAP_METRICS];

struct mode_gap {
    struct strview candidate;
    size_t from, to;                                        /* modes, by their order in the run */
    size_t from_candidate, to_candidate;                    /* in their summaries */
    struct metric_difference differences[MODE_GAP_METRICS]; /* to - from */
};

struct mode_gaps {
    struct mode_gap *items; /* by candidate, then mode: each mode against the one before it that the
                               candidate played */
    size_t count;
};

/* In `arena`. Outcomes are those of the modes' folds. */
enum status mode_gap_make(const struct run_side *modes, size_t count, struct arena *arena,
                          struct mode_gaps *ret_gaps, struct error *err);

#endif
