/*
 * run_fold_private.h: what the parts of run_fold share; for this room only. run_fold.c feeds,
 * trial_fold.c and recorded_fold.c count, summary_rows.c and run_fold_finish.c tell.
 */
#ifndef ASSAY_AGGREGATE_RUN_FOLD_PRIVATE_H
#define ASSAY_AGGREGATE_RUN_FOLD_PRIVATE_H

#include "aggregate/cause_fold.h"
#include "aggregate/confidence_fold.h"
#include "aggregate/ratio_metric.h"
#include "aggregate/run_fold.h"
#include "aggregate/split_fold_private.h"
#include "aggregate/value_collector.h"
#include "aggregate/worst_trials.h"

enum {
    FOLD_OTHER_SLOTS = 64, /* names that the task does not have are told apart up to this many */
    FOLD_EXTRAS = 64,      /* numbers of scorers, likewise */
    FOLD_SERVED_MODELS = 16,
    FOLD_SPOILT = 50, /* trials that the simulated caller spoilt are listed up to this many */
    FOLD_FLAKY_SHOWN = 50,
};

struct candidate_fold {
    struct ratio_part now[FOLD_COUNT]; /* of the open conversation */
    struct split_fold splits[FOLD_SPLITS];
    uint64_t now_trials[BASIS_COUNT]; /* of the open conversation */
    struct outcome_row row;           /* of the open conversation: what has no sum of its own */
    struct value_collector latency, first_token;
    struct worst_trials worst, spoilt; /* spoilt: by the simulated caller */
    struct cause_fold causes;
    uint64_t simulator_faults;
    bool now_left_out; /* of the open conversation: nobody asked for what is not there */
    uint64_t trials, scored, no_gold, errors, not_run, left_out, failed;
    uint64_t malformed, calls, answered_calls, calls_without_cost;
    int64_t attempts, cost_usd_nano;
    struct token_counts tokens;
    uint64_t outcomes[TRIAL_OUTCOME_LAST + 1];
    uint64_t handovers[HANDOVER_MISSED + 1];
    bool names_intent, names_requests;
    struct strview provider, model, prompt_version; /* seen in predictions */
    bool several_models;
    struct strview served[FOLD_SERVED_MODELS];
    size_t served_count;
};

struct recorded_fold {
    struct ratio_sums ratios[RECORDED_COUNT];
    struct value_collector gap, duration, services[SERVICE_TTS + 1], tools;
    uint64_t service_calls[SERVICE_TTS + 1], tool_calls;
};

struct run_fold {
    const struct pipeline_spec *pipeline;
    struct arena *arena; /* names that were met */
    struct candidate_fold *candidates;
    size_t candidate_count;
    struct slot_fold *slots; /* the task's, in its order; then others as they were met */
    size_t slot_count, task_slot_count;
    struct extra_fold extras[FOLD_EXTRAS];
    size_t extra_count;
    struct recorded_fold recorded;
    struct run_outcomes outcomes;
    struct conversation_facts facts; /* of the open conversation */
    enum fold_split split;           /* of it */
    enum fold_split headline;        /* known at the end */
    uint64_t of_split[FOLD_SPLITS];
    struct flaky_conversation flaky[FOLD_FLAKY_SHOWN]; /* nearest to half first */
    size_t flaky_count;
    uint64_t flaky_total;
    bool is_open;
    int64_t last_trial; /* candidate x repeats + repeat; -1: none yet */
    uint64_t conversations, with_gold, no_gold, gold_mismatch;
    bool finished;
};

/* trial_fold.c. False: memory ran out. */
bool trial_fold_add(struct run_fold *fold, const struct trial *trial);
bool trial_fold_end_conversation(struct run_fold *fold);
/* recorded_fold.c */
bool recorded_fold_add(struct recorded_fold *recorded, const struct conversation_facts *facts);
void recorded_fold_done(struct recorded_fold *recorded);

/* summary_rows.c: every metric section, into summary->sections. */
enum status summary_rows_make(struct run_fold *fold, struct run_summary *summary,
                              struct error *err);
/* summary_slots.c: the rows of slots, and means over them. */
bool summary_slots_make(const struct run_fold *fold, struct run_summary *summary);
struct measure summary_slots_macro(const struct run_fold *fold, size_t candidate,
                                   enum slot_ratio ratio);
/* What the fold has of the split that headline numbers rest on. */
static inline struct split_fold *fold_headline(const struct run_fold *fold, size_t candidate)
{
    return &fold->candidates[candidate].splits[fold->headline];
}

/* summary_numbers.c: metrics that are neither ratios nor quantiles. */
typedef struct measure summary_number(const struct run_fold *fold, size_t candidate);
struct summary_number_entry {
    const char *metric;
    summary_number *number;
    bool has_change; /* the plain difference says something */
};
extern const struct summary_number_entry summary_numbers[]; /* ends with metric NULL */
/* More than 1 % of the answered calls have no cost. */
bool summary_numbers_cost_is_unknown(const struct candidate_fold *candidate);
extern const char summary_numbers_no_cost[];
/* Times of this run's own calls. */
bool summary_numbers_is_live(const struct candidate_spec *spec);

/* summary_vectors.c: ranges of the metrics that vector_metric knows. */
enum status summary_vectors_add(const struct run_fold *fold, struct metric_row *row,
                                struct error *err);

/* run_decision.c: what the person who decides sees first; needs sections. */
bool run_decision_make(const struct run_fold *fold, const struct run_fold_input *input,
                       struct run_summary *summary);
/* Words for what the mode calls success. */
const char *run_decision_success_title(const struct pipeline_spec *pipeline);

#endif
