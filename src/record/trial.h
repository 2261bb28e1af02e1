/*
 * trial.h: one conversation x one candidate x one repeat, with its predictions and its score; and
 * the facts of a conversation that hold for every candidate. These two are what the journal keeps:
 * all right of the journal is a function of them. Plain data in an arena.
 */
#ifndef ASSAY_RECORD_TRIAL_H
#define ASSAY_RECORD_TRIAL_H

#include "record/gold.h"
#include "record/prediction.h"
#include "record/trial_cause.h"

enum slot_verdict {
    SLOT_VERDICT_ABSENT,
    SLOT_RIGHT,
    SLOT_WRONG_VALUE,
    SLOT_MISSING,  /* gold has it, the prediction does not */
    SLOT_SPURIOUS, /* the prediction has it, gold does not */
    SLOT_LATE, /* right now, but gold had it at an earlier turn, where it was counted as missing or
                  wrong */
};
extern const char *const slot_verdict_names[];

/* One slot that gold or the prediction changed at one turn. */
struct slot_score {
    struct strview slot;
    int verdict;              /* enum slot_verdict */
    struct strview gold;      /* canonical gold value; absent when spurious */
    struct strview predicted; /* absent when missing */
    double confidence;        /* the candidate's, NaN when it gave none */
    int8_t flagged;           /* it asked for confirmation */
};

struct turn_score {
    int64_t turn;
    struct record_list slots; /* of slot_score */
    int8_t joint_goal;        /* the whole state is right */
    int64_t goal_slots;       /* slots in gold's state, */
    int64_t goal_slots_right; /* and how many of them are right */
    int8_t intent_right;
    int64_t requested_true_positive;
    int64_t requested_false_positive;
    int64_t requested_false_negative;
    int8_t scored; /* 0: no answer because of an infrastructure error */
};

/* How a trial ended, in the mode's own terms (docs/METRICS.md, "Success"). */
enum trial_outcome {
    TRIAL_OUTCOME_ABSENT,
    TRIAL_SUCCESS,
    TRIAL_WRONG_BOOKING, /* completed with a wrong value */
    TRIAL_PARTIAL,       /* some required slots are right, not all are there */
    TRIAL_NO_BOOKING,    /* nothing of the goal was reached */
    TRIAL_HANDED_OVER,
    TRIAL_ABANDONED,
    TRIAL_ERROR,           /* an infrastructure error: in no quality metric */
    TRIAL_NOT_SCORED,      /* no gold */
    TRIAL_SIMULATOR_FAULT, /* the simulated caller did not play its goal: in no quality metric */
    TRIAL_OUTCOME_LAST = TRIAL_SIMULATOR_FAULT,
};
extern const char *const trial_outcome_names[];

enum handover_verdict {
    HANDOVER_VERDICT_ABSENT,
    HANDOVER_RIGHT,
    HANDOVER_NEEDLESS,
    HANDOVER_MISSED
};
extern const char *const handover_verdict_names[];

struct trial_score {
    struct record_list turns; /* of turn_score */
    int outcome;              /* enum trial_outcome */
    int8_t success;           /* the headline: what the mode calls success */
    int8_t completed;
    int8_t goal_slots_right; /* all required gold slots are right at the last turn */
    int64_t reasks;          /* the same slot asked again with no new value in between */
    int handover;            /* enum handover_verdict */
    struct strview reason;   /* one line: why it is no success */
    struct number_map extra; /* scores of scorers of kind command */
};

struct trial {
    int64_t ordinal; /* (conversation ordinal x candidates + candidate) x repeats + repeat */
    struct strview id;
    struct strview conversation_id;
    int64_t candidate; /* index in the pipeline */
    int64_t repeat;
    struct record_list predictions; /* of prediction, one a user turn */
    struct trial_score *score;
    struct prediction_error *error; /* why the trial could not be finished */
    /* modes free_running and simulated_user only */
    struct record_list bookings; /* of gold_booking: what the back end holds of this call at the
                                    end, one canonical record for each thing that was done */
    int64_t first_divergence;    /* free running: first turn where the candidate asks or offers
                                    something else than the recorded agent; absent: none */
    struct strview ended;        /* simulated: how the call ended */
    struct strview
        simulator_fault;   /* the caller did not play its goal: not the candidate's doing */
    struct text_list told; /* of the goal's requests: those that were answered; absent: not known */
    struct trial_cause *first_cause; /* of a trial that failed; NULL: it did not, or the run does
                                        not ask */
};

enum gold_status { GOLD_STATUS_ABSENT, GOLD_JOINED, GOLD_NONE, GOLD_MISMATCH };
extern const char *const gold_status_names[];

struct service_fact {
    int service; /* enum service_kind */
    double latency_ms;
    int8_t failed;
};

struct tool_fact {
    struct strview method;
    double latency_ms;
    int8_t failed;
};

/* What is true of the recorded conversation, whichever candidate is tried. */
struct conversation_facts {
    int64_t ordinal;
    struct strview conversation_id;
    struct strview locale;
    int split; /* enum gold_split */
    struct text_list tags;
    struct strview metadata; /* JSON object */
    int gold_status;         /* enum gold_status */
    int outcome;             /* enum outcome, as recorded */
    int64_t start_ns;
    int64_t user_turns;
    double duration_ms;
    int64_t interruptions;
    struct real_list response_gap_ms; /* end of user speech to first agent audio, per turn */
    struct real_list dead_air_ms;     /* silences over the task's limit */
    struct real_list talk_over_ms;    /* both spoke */
    struct real_list asr_confidence;
    struct record_list services; /* of service_fact */
    struct record_list tools;    /* of tool_fact */
    struct feedback *feedback;
    int64_t reasks; /* of the recorded agent */
};

extern const struct record_type trial_type, trial_score_type, turn_score_type, slot_score_type,
    conversation_facts_type, service_fact_type, tool_fact_type;

#endif
