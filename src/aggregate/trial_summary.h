/*
 * trial_summary.h: a trial as a report shows it, turn by turn. Plain data in the summary's arena;
 * absent texts stay absent. Thread: read-only once made.
 */
#ifndef ASSAY_AGGREGATE_TRIAL_SUMMARY_H
#define ASSAY_AGGREGATE_TRIAL_SUMMARY_H

#include "record/trial.h"

#include <stdbool.h>

/* A tool call of a turn; texts as JSON. */
struct tool_summary {
    struct strview method, parameters, result, error;
};

struct turn_summary {
    int64_t turn;
    struct strview user_text, response, state;
    struct strview said_text;     /* the caller's own words, when others were heard */
    struct text_list caller_acts; /* of a simulated caller */
    struct tool_summary *tools;
    size_t tool_count;
    bool is_scored; /* false: gold's turns are other words; slots and joint_goal say nothing */
    bool diverges;  /* the first turn in which the candidate parts from the recorded agent */
    struct slot_score *slots; /* what differs and what is right, in gold's order */
    size_t slot_count;
    struct strview error; /* absent: none */
    bool joint_goal;
    struct strview intent; /* what the candidate took it for; absent: it does not say */
    int8_t intent_right;   /* FIELD_ABSENT_BOOL: gold has no intent here */
};

/* A trial to look at: those that went worst, first. */
struct trial_summary {
    struct strview conversation_id;
    size_t candidate;
    int64_t repeat;
    int outcome; /* enum trial_outcome */
    bool success;
    struct strview reason;
    struct text_list tags;
    uint64_t slot_faults;
    int first_cause; /* enum trial_cause_kind; CAUSE_ABSENT: not asked for */
    struct strview first_cause_why;
    struct strview ended; /* simulated: how the call ended */
    struct turn_summary *turns;
    size_t turn_count;
};

#endif
