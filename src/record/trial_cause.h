/*
 * trial_cause.h: what a failed trial is put down to, and the replays that told it. Part of a trial.
 */
#ifndef ASSAY_RECORD_TRIAL_CAUSE_H
#define ASSAY_RECORD_TRIAL_CAUSE_H

#include "record/field.h"

/* What a failed trial is put down to (score/first_cause.h has the rule). */
enum trial_cause_kind {
    CAUSE_ABSENT,
    CAUSE_STT,         /* the words were recognised wrongly */
    CAUSE_EXTRACTION,  /* right words were understood wrongly */
    CAUSE_POLICY,      /* understood, and the wrong thing was done or said */
    CAUSE_BACK_END,    /* the booking system failed */
    CAUSE_CALLER_LEFT, /* the caller hung up while nothing was wrong */
    CAUSE_SIMULATOR,   /* the simulated caller did not play its goal */
    CAUSE_GOLD,        /* gold contradicts itself or cannot be reached */
    CAUSE_NOT_KNOWN,   /* not examined: its counterfactuals would have to be paid for, or failed */
    CAUSE_COUNT,
};
extern const char *const trial_cause_names[];

/* A counterfactual replay of the trial. */
struct cause_arm {
    int arm;        /* enum cause_arm_kind of score/first_cause.h */
    int8_t success; /* absent: it ended in an error */
};
extern const char *const cause_arm_names[];

struct trial_cause {
    int cause;               /* enum trial_cause_kind */
    struct strview why;      /* one line, for people */
    struct record_list arms; /* of cause_arm, as they were replayed */
    int64_t calls;           /* that the replays made; 0: none */
    int64_t tokens_input, tokens_output;
    int64_t cost_usd_nano;
};

extern const struct record_type trial_cause_type;

#endif
