/*
 * trial_score.h: scoring profile `assay`: one trial against gold. Pure; the score lives in the
 * trial's arena. Formulas: docs/METRICS.md. Thread: any, with that thread's scratch.
 */
#ifndef ASSAY_SCORE_TRIAL_SCORE_H
#define ASSAY_SCORE_TRIAL_SCORE_H

#include "config/pipeline_spec.h"
#include "extract/extractor.h"
#include "record/conversation.h"
#include "record/trial.h"

struct trial_score_input {
    const struct task_spec *task;
    int mode;         /* enum replay_mode: decides what success means */
    bool is_recorded; /* the candidate is the recorded agent itself */
    const struct conversation *conversation;
    const struct gold_conversation *gold; /* NULL: none; only what needs no gold is scored */
    const struct time_zone *zone;
    const struct extractor *extractor;
    struct extract_scratch *extract;
};

/* Sets trial->score. */
enum status trial_score_compute(const struct trial_score_input *input, struct trial *trial,
                                struct arena *arena, struct error *err);

/* What a mode calls success, in words for the report. */
const char *trial_score_success_text(const struct task_spec *task, int mode);

#endif
