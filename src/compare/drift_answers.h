/*
 * drift_answers.h: what a candidate (or the recorded agent) said in one conversation, summed up to
 * one value a signal: drift counts conversations, not turns. Fed turn by turn. Texts are copied
 * into the arena that is given. Thread: one at a time.
 */
#ifndef ASSAY_COMPARE_DRIFT_ANSWERS_H
#define ASSAY_COMPARE_DRIFT_ANSWERS_H

#include "record/conversation.h"
#include "record/trial.h"

enum { DRIFT_ANSWERS_INTENTS = 16 };

/* A mean in the making. */
struct drift_mean {
    double sum;
    uint64_t count;
};

struct drift_answers {
    struct arena *arena;
    struct drift_mean confidence, latency_ms, user_text_length;
    int64_t cost_usd_nano;
    uint64_t output_tokens, costs, tokens; /* how many turns told them */
    uint64_t turns, malformed;
    uint64_t trials, finished, errors; /* trials: 0 when there is no such notion */
    struct slot_map state;             /* of the first finished trial, at its end */
    bool has_state;
    struct {
        struct strview name;
        uint64_t count;
    } intents[DRIFT_ANSWERS_INTENTS];
    size_t intent_count;
    int outcome;          /* enum trial_outcome */
    struct strview model; /* "provider/name prompt v2", of the last turn that told it */
};

/* NaN when nothing was told. */
double drift_answers_mean(struct drift_mean mean);
/* The intent of most turns, of two the one that was met first; absent: none was told. */
struct strview drift_answers_intent(const struct drift_answers *answers);

struct drift_answers drift_answers_start(struct arena *arena);
/* All false: memory ran out. */
bool drift_answers_prediction(struct drift_answers *answers, const struct prediction *prediction);
/* Repeats of one conversation come one behind the other. */
bool drift_answers_trial(struct drift_answers *answers, const struct trial *trial);
/* The recorded agent's turns. */
bool drift_answers_recorded(struct drift_answers *answers, const struct conversation *conversation);

#endif
