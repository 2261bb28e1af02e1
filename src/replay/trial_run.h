/*
 * trial_run.h: one trial as a state machine over the turns of its conversation. Each step is pure
 * work on the score team; between steps the pipeline asks the far end. The run lives in its own
 * arena, which also holds the finished trial.
 */
#ifndef ASSAY_REPLAY_TRIAL_RUN_H
#define ASSAY_REPLAY_TRIAL_RUN_H

#include "record/trial.h"
#include "replay/candidate.h"

struct trial_run {
    struct arena *arena;
    struct arena
        *request_arena; /* reset with each turn: a request is long, and holds all before it */
    const struct candidate *candidate;
    const struct conversation *conversation; /* outlives the run */
    const struct gold_conversation
        *gold; /* NULL: none; used only for the state in teacher-forced mode */
    const struct time_zone *zone;
    struct replay_terms terms;
    struct trial
        trial; /* predictions are filled turn by turn; the score is the scorer's business */
    struct prediction *predictions;
    size_t turn; /* the one at work */
    struct turn_view view;
    struct candidate_call call; /* what to ask, when a step said so */
    size_t asks;                /* far ends were asked so often: numbers a trial's answers */
    size_t rounds;              /* of the turn at work: an agent may see its tools' results */
    double earlier_latency_ms;  /* what earlier rounds of the turn took */
    int64_t earlier_cost_usd_nano;
    struct token_counts earlier_tokens;
    struct trial_live *live; /* modes in which the candidate acts for itself; NULL: the others */
};

enum trial_step {
    TRIAL_STEP_CALL, /* ask the far end and step again with its answer */
    TRIAL_STEP_DONE, /* every turn has a prediction, or the trial has an error */
};

/* NULL: memory ran out. `ordinal` and `id` are set by the caller in `trial`. */
struct trial_run *trial_run_create(const struct candidate *candidate,
                                   const struct conversation *conversation,
                                   const struct gold_conversation *gold,
                                   const struct time_zone *zone, int64_t repeat);
/* The same trial on other terms: a counterfactual. */
struct trial_run *trial_run_create_as(const struct candidate *candidate,
                                      const struct conversation *conversation,
                                      const struct gold_conversation *gold,
                                      const struct time_zone *zone, int64_t repeat,
                                      const struct replay_terms *terms);
void trial_run_destroy(struct trial_run *run);

/* Some words of the caller were heard otherwise than they were said. */
bool trial_run_words_differ(const struct trial_run *run);

/*
 * True when STATUS_NO_MEMORY of a step, or of what scores the trial, means that the trial is larger
 * than it may be: then trial.error says so, the turns that are closed are kept, and the trial can
 * be scored and written. False: memory itself ran out.
 */
bool trial_run_give_up(struct trial_run *run);

/*
 * Goes on until a far end is needed or the trial is done; `answer` is NULL at first. After an
 * infrastructure error the trial ends with trial.error set, as its later turns would rest on
 * nothing. Thread: any, with that thread's scratch.
 */
enum status trial_run_step(struct trial_run *run, const struct far_answer *answer,
                           struct candidate_scratch *scratch, enum trial_step *ret_step,
                           struct error *err);

/* After the answer's own price is known: what earlier rounds of turn `turn` took is added to its
 * prediction. */
void trial_run_add_earlier(struct trial_run *run, size_t turn);

DEFINE_CLEANUP(trial_run_cleanup, struct trial_run, trial_run_destroy)

#endif
