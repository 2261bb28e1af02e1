/*
 * figure_fold.h: what figures show and no metric tells: how long answers took, as a histogram, and
 * what was heard for what in slots of few values. Fixed size whatever the number of conversations.
 * Start from {0}. Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_FIGURE_FOLD_H
#define ASSAY_AGGREGATE_FIGURE_FOLD_H

#include "aggregate/run_summary.h"
#include "base/arena.h"
#include "config/task_spec.h"

/* Slots with more values have no table. */
enum { FIGURE_FOLD_CATEGORIES = 32 };

struct figure_fold {
    uint64_t latency[LATENCY_BINS];
    uint64_t **confusions; /* by the task's slots; NULL: not categorical, or too many values */
};

/* The counts live in `arena`. `task` MAY be NULL. False: memory ran out. */
bool figure_fold_start(struct figure_fold *fold, const struct task_spec *task, struct arena *arena);
void figure_fold_latency(struct figure_fold *fold, double latency_ms);
/* A score of any slot; `task` as at the start. */
void figure_fold_slot(struct figure_fold *fold, const struct task_spec *task,
                      const struct slot_score *score);

/* One table a categorical slot in which anything was counted; `folds` of all candidates. */
bool figure_fold_confusions(const struct figure_fold *const *folds, size_t candidates,
                            const struct task_spec *task, struct run_summary *summary);

#endif
