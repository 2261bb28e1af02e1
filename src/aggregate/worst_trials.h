/*
 * worst_trials.h: the trials that went worst, kept with their turns while the rest streams by: a
 * heap of bounded size. Worse is: more slot faults; then the conversation's id, candidate, repeat.
 * Thread: one at a time.
 */
#ifndef ASSAY_AGGREGATE_WORST_TRIALS_H
#define ASSAY_AGGREGATE_WORST_TRIALS_H

#include "aggregate/run_summary.h"

struct worst_trial {
    struct arena *arena; /* owns the summary's texts and turns */
    struct trial_summary trial;
};

/* Start from {0} and set `limit`. */
struct worst_trials {
    struct worst_trial *items; /* a heap: the least bad one first */
    size_t count, capacity, limit;
};

/* Keeps a copy when the trial is among the worst so far. False: memory ran out. */
bool worst_trials_add(struct worst_trials *worst, const struct trial *trial, struct text_list tags);
void worst_trials_done(struct worst_trials *worst);

/* < 0: `a` is worse. */
int worst_trials_compare(const struct trial_summary *a, const struct trial_summary *b);
/*
 * Of several heaps (one a candidate) the `limit` worst, worst first, copied into `arena`. Each heap
 * has the same share before the rest is filled, so that a weak candidate does not hide the others.
 * False: memory ran out.
 */
bool worst_trials_take(const struct worst_trials *const *heaps, size_t count, size_t limit,
                       struct arena *arena, struct trial_summary **ret_trials, size_t *ret_count);

#endif
