/*
 * first_cause.h: what a failed trial is put down to, from what was seen in it and from
 * counterfactual replays ("arms") of the same trial: same caller, same seeds, same candidate, with
 * one thing after the other made sound. Pure; the pipeline does the replays. The rule in words:
 * docs/METRICS.md, "First cause". Thread: any.
 */
#ifndef ASSAY_SCORE_FIRST_CAUSE_H
#define ASSAY_SCORE_FIRST_CAUSE_H

#include "score/trial_score.h"

/* What an arm makes sound. In each a caller who hung up of itself stays. */
enum cause_arm_kind {
    ARM_NONE,
    ARM_GOLD_STATE,     /* words as said, understanding as gold, the back end without faults */
    ARM_SOUND_WORLD,    /* words as heard, own understanding, the back end without faults */
    ARM_SOUND_BACK_END, /* the same, and the caller hangs up as it did */
    ARM_REFERENCE_TEXT, /* words as said, own understanding, the back end without faults */
    ARM_COUNT,
};

enum arm_result { ARM_NOT_RUN, ARM_FAILED, ARM_SUCCEEDED, ARM_IN_ERROR };

/* What is known of a failed trial before its cause is. */
struct cause_evidence {
    struct strview simulator_fault; /* absent: none was found */
    struct strview gold_fault;      /* why gold cannot be reached; absent: it can */
    bool words_differ;              /* some words were heard otherwise than they were said */
    bool met_back_end_fault;        /* some call met a failure of the back end itself */
    bool caller_left;               /* the caller hung up although nothing had stalled */
    bool acted_unasked;             /* booked wrongly without the caller's yes to a read-back */
    bool can_act;                   /* success is judged by bookings or by a hand-over */
    bool is_recording;              /* nothing can be replayed: what was seen has to do */
    bool slot_was_wrong, wrong_slot_was_misheard; /* of the first turn with a slot fault */
    enum arm_result arms[ARM_COUNT];
};

/* What can be seen in a scored trial that failed; the fields that need the replay's own knowledge
 * (words_differ, met_back_end_fault, gold_fault, caller_left of a simulated caller) are the
 * caller's. */
struct cause_evidence first_cause_observe(const struct trial_score_input *input,
                                          const struct trial *trial);
/* The arm whose result decides next; ARM_NONE: none is needed. */
enum cause_arm_kind first_cause_next_arm(const struct cause_evidence *evidence);
/* `ret_why`: one line, static or the evidence's own. Arms that were not run although they are
 * needed make it CAUSE_NOT_KNOWN. */
enum trial_cause_kind first_cause_decide(const struct cause_evidence *evidence,
                                         struct strview *ret_why);
/* A trial that has a first cause: scored and no success, or the simulator's fault. */
bool first_cause_is_asked(const struct trial *trial);

#endif
