/*
 * run_fold.h: trials in, metrics out. Fed by one thread from the journal, strictly in trial order
 * (conversation, candidate, repeat), it keeps sums and not trials: memory grows by a packed row a
 * conversation and candidate (outcome_rows.h). The same order gives the same bytes.
 *
 *   run_fold_create; per conversation: run_fold_conversation, then run_fold_trial for each of its
 *   trials; run_fold_finish.
 *
 * Thread: one at a time; main in a run.
 */
#ifndef ASSAY_AGGREGATE_RUN_FOLD_H
#define ASSAY_AGGREGATE_RUN_FOLD_H

#include "aggregate/run_outcomes.h"
#include "aggregate/run_summary.h"
#include "config/pipeline_spec.h"

struct run_fold;

/* What the fold cannot know. Everything is copied. Absent views and NULL: not told. */
struct run_fold_input {
    struct strview source; /* as the report names it */
    struct strview pipeline_sha256, source_sha256, gold_sha256, task_sha256;
    const char *success_means;  /* NULL: by the task's success rule */
    const char *partial_reason; /* not NULL: the run was stopped before its end */
    uint64_t events_consumed, events_in_conversations, events_invalid;
    const struct named_count *skipped;
    size_t skipped_count;
    const struct input_fault *faults; /* the first 50 */
    size_t fault_count;
    uint64_t faults_total;
    struct run_environment environment;
};

/* `pipeline` outlives the fold; its task may be NULL. */
enum status run_fold_create(const struct pipeline_spec *pipeline, struct run_fold **ret_fold,
                            struct error *err);
void run_fold_destroy(struct run_fold *fold);

/* The next conversation. The struct is copied; its texts must stay until the last of its trials was
 * given. */
enum status run_fold_conversation(struct run_fold *fold, const struct conversation_facts *facts,
                                  struct error *err);
/* The next trial of that conversation; trials that were not run may be left out. `trial` is not
 * needed afterwards. STATUS_INTERNAL when the order is wrong. */
enum status run_fold_trial(struct run_fold *fold, const struct trial *trial, struct error *err);

/* Trials of that conversation that are not there were not asked for: left out, not "not run". */
void run_fold_left_out(struct run_fold *fold, size_t candidate);

/* Makes the summary, decision and gates included, in `arena`. Once. */
enum status run_fold_finish(struct run_fold *fold, const struct run_fold_input *input,
                            struct arena *arena, struct run_summary **ret_summary,
                            struct error *err);

/* By conversation, for comparisons; valid as long as the fold. */
const struct run_outcomes *run_fold_outcomes(const struct run_fold *fold);

DEFINE_CLEANUP(run_fold_cleanup, struct run_fold, run_fold_destroy)

#endif
