/*
 * ratio_metric.h: metrics that are ratios by conversation, told as tables: which metric, what kind
 * of interval, over which trials. One place makes measures and changes of all of them. Thread: any.
 */
#ifndef ASSAY_AGGREGATE_RATIO_METRIC_H
#define ASSAY_AGGREGATE_RATIO_METRIC_H

#include "aggregate/ratio_sums.h"
#include "aggregate/run_summary.h"
#include "stats/mcnemar.h"

enum ratio_kind {
    RATIO_AVERAGED,    /* a share; repeats are averaged, so each conversation counts once: Wilson */
    RATIO_SHARE,       /* a share of turns, slots or calls, which come in conversations */
    RATIO_MEAN,        /* of what is never negative: so is the lower end of its interval */
    RATIO_SIGNED_MEAN, /* any ratio */
};

/* Which trials must be there on both sides for a change to be paired. */
enum ratio_basis {
    BASIS_RUN,      /* was tried, infrastructure errors included */
    BASIS_FINISHED, /* ended without an infrastructure error */
    BASIS_SCORED,   /* and has gold */
    BASIS_COUNT,
};

struct ratio_metric {
    const char *metric; /* of the catalogue */
    enum ratio_kind kind;
    enum ratio_basis basis;
    double scale; /* of what was summed to the metric's unit */
    const char *unit_of_n;
    const char *undefined; /* why there is no value when nothing was counted */
};

/* The part of one conversation as the metric's sums take it. */
struct ratio_part ratio_metric_part(const struct ratio_metric *metric, struct ratio_part tally);
struct measure ratio_metric_measure(const struct ratio_metric *metric,
                                    const struct ratio_sums *sums);
/* first minus second of `pairs`. table: NULL, or the pairs as 0 and 1, which give Newcombe's
 * interval for paired shares. */
struct measure ratio_metric_change(const struct ratio_metric *metric,
                                   const struct ratio_pairs *pairs,
                                   const struct paired_table *table);

/* What candidates are measured by, from trials. */
enum fold_ratio {
    FOLD_SUCCESS,
    FOLD_SUCCESS_LOW,
    FOLD_SUCCESS_HIGH,
    FOLD_GOAL_SLOTS,
    FOLD_COMPLETED,
    FOLD_JOINT_GOAL,
    FOLD_GOAL_ACCURACY,
    FOLD_INTENT,
    FOLD_REQUESTED_F1,
    FOLD_SLOT_F1,
    FOLD_SLOT_PRECISION,
    FOLD_SLOT_RECALL,
    FOLD_SLOT_ERRORS,
    FOLD_CONFIDENCE,
    FOLD_BRIER,
    FOLD_CONFIRM_PRECISION,
    FOLD_CONFIRM_RECALL,
    FOLD_CONFIRM_SHARE,
    FOLD_CONFIRM_RESIDUAL,
    FOLD_REASKS,
    FOLD_HANDOVER_RIGHT,
    FOLD_HANDOVER_NEEDLESS,
    FOLD_WRONG_BOOKING,
    FOLD_PARTIAL,
    FOLD_NO_BOOKING,
    FOLD_HANDED_OVER,
    FOLD_ABANDONED,
    FOLD_ATTEMPTS,
    FOLD_MALFORMED,
    FOLD_ERRORS,
    FOLD_COST,
    FOLD_COST_PER_SUCCESS,
    FOLD_CAUSE_FIRST, /* in the order of enum trial_cause_kind */
    FOLD_CAUSE_STT = FOLD_CAUSE_FIRST,
    FOLD_CAUSE_EXTRACTION,
    FOLD_CAUSE_POLICY,
    FOLD_CAUSE_BACK_END,
    FOLD_CAUSE_CALLER_LEFT,
    FOLD_CAUSE_SIMULATOR,
    FOLD_CAUSE_GOLD,
    FOLD_TALLIED, /* those below follow from FOLD_SUCCESS: ratio_metric_derive */
    FOLD_PASS_ALL_2 = FOLD_TALLIED,
    FOLD_PASS_ALL_3,
    FOLD_PASS_ALL_5,
    FOLD_PASS_ALL_10,
    FOLD_PASS_ANY_2,
    FOLD_PASS_ANY_3,
    FOLD_PASS_ANY_5,
    FOLD_PASS_ANY_10,
    FOLD_STABLE_PASS,
    FOLD_FLAKY,
    FOLD_STABLE_FAIL,
    FOLD_COUNT,
};
extern const struct ratio_metric ratio_metric_of_trials[FOLD_COUNT];

/* A conversation's parts from FOLD_TALLIED on: what its repeats say. Empty below k repeats (pass)
 * or two (stable, flaky). */
void ratio_metric_derive(struct ratio_part *ratios);

/* What is true of the recording. */
enum recorded_ratio {
    RECORDED_TURNS,
    RECORDED_DURATION,
    RECORDED_DEAD_AIR_SHARE,
    RECORDED_DEAD_AIR,
    RECORDED_TALK_OVER,
    RECORDED_TALK_OVER_MS,
    RECORDED_INTERRUPTIONS,
    RECORDED_REASKS,
    RECORDED_COMPLETED,
    RECORDED_HANDED_OVER,
    RECORDED_ABANDONED,
    RECORDED_ASR_CONFIDENCE,
    RECORDED_STT_ERRORS,
    RECORDED_LLM_ERRORS,
    RECORDED_TTS_ERRORS,
    RECORDED_TOOL_ERRORS,
    RECORDED_KEPT,
    RECORDED_NO_SHOW,
    RECORDED_REBOOKED,
    RECORDED_CALLED_BACK,
    RECORDED_RATING,
    RECORDED_COUNT,
};
extern const struct ratio_metric ratio_metric_of_recording[RECORDED_COUNT];

#endif
