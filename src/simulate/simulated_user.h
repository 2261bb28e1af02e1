/*
 * simulated_user.h: a caller who wants what gold's goal says. It opens with its wish, answers what
 * is asked, volunteers nothing (by profile: more), refuses offers that are not in its goal,
 * corrects a wrong read-back, puts questions, may change its mind once, and hangs up when nothing
 * moves. What is heard may differ from what it said (recognition noise).
 *
 * No model: every choice is drawn by (seed, conversation, repeat). Each value it says is held
 * against the goal; one that the goal does not hold is a fault of the simulator, which the trial
 * carries. Lives in the trial's arena. Thread: one trial, one thread at a time.
 */
#ifndef ASSAY_SIMULATE_SIMULATED_USER_H
#define ASSAY_SIMULATE_SIMULATED_USER_H

#include "config/pipeline_spec.h"
#include "record/gold.h"
#include "simulate/back_end.h"

struct simulated_user;

struct simulated_user_options {
    const struct user_spec *profile;
    const struct task_spec *task;
    const struct back_end *back_end;
    const struct gold_conversation *gold;
    struct arena *arena;
    int64_t seed, repeat;
    int64_t today; /* local day of the call */
    bool stays;    /* it does not hang up of itself: a counterfactual */
};

/* What the agent did, as the caller takes it. */
struct agent_move {
    struct strview text;
    const struct state_spec *state; /* where the agent went; NULL: not told, its words are read */
    struct slot_map slots;          /* what it holds: what a confirmation reads back */
    struct strview offered_date;    /* of the free times that it has just looked up; absent: none */
    struct text_list offered_times;
};

struct user_move {
    bool ends;            /* the caller says nothing more */
    const char *ended;    /* "completed", "handed_over", "gave_up", "left", "hung_up" */
    struct strview said;  /* the clean words */
    struct strview heard; /* as the recogniser gives them */
    bool interrupts;
    /* the truth of the turn: canonical values, what is wanted, topics asked */
    struct slot_map meant;
    struct strview intent;
    struct text_list asked;
    struct text_list acts; /* what the caller did besides answering: simulated_user_acts */
};

/* The words of user_move.acts, up to NULL. */
extern const char *const simulated_user_acts[];

/* NULL: memory ran out. The gold has a goal. */
struct simulated_user *simulated_user_create(const struct simulated_user_options *options);
/* The next thing that the caller says; `agent` is NULL at the call's beginning. */
enum status simulated_user_answer(struct simulated_user *user, const struct agent_move *agent,
                                  struct user_move *ret_move, struct error *err);
/* What the simulator did wrong; absent: nothing. */
struct strview simulated_user_fault(const struct simulated_user *user);

#endif
