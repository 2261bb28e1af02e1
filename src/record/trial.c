/*
 * trial.c: the field tables of trials, scores and conversation facts, in the order of
 * schemas/score.avsc.
 */
#include "record/trial.h"

#include "record/field_table.h"

const char *const slot_verdict_names[] = {NULL,       "right", "wrong_value", "missing",
                                          "spurious", "late",  NULL};
const char *const trial_outcome_names[] = {
    NULL,        "success", "wrong_booking", "partial",         "no_booking", "handed_over",
    "abandoned", "error",   "not_scored",    "simulator_fault", NULL};
const char *const handover_verdict_names[] = {NULL, "right", "needless", "missed", NULL};
const char *const gold_status_names[] = {NULL, "gold", "no_gold", "gold_mismatch", NULL};

/* clang-format off */
#define RECORD_STRUCT struct slot_score
static const struct field slot_score_fields[] = {
    FIELD(REQUIRED, TEXT, slot),
    FIELD_SYMBOL(REQUIRED, verdict, slot_verdict_names),
    FIELD(OPTIONAL, TEXT, gold),
    FIELD(OPTIONAL, TEXT, predicted),
    FIELD(OPTIONAL, REAL, confidence),
    FIELD(OPTIONAL, BOOL, flagged),
    FIELD_END};
RECORD_TYPE(slot_score_type, "SlotScore", slot_score_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct turn_score
static const struct field turn_score_fields[] = {
    FIELD(REQUIRED, I64, turn),
    FIELD_OF(OPTIONAL, RECORDS, slots, slot_score_type),
    FIELD(OPTIONAL, BOOL, joint_goal),
    FIELD(OPTIONAL, I64, goal_slots),
    FIELD(OPTIONAL, I64, goal_slots_right),
    FIELD(OPTIONAL, BOOL, intent_right),
    FIELD(OPTIONAL, I64, requested_true_positive),
    FIELD(OPTIONAL, I64, requested_false_positive),
    FIELD(OPTIONAL, I64, requested_false_negative),
    FIELD(OPTIONAL, BOOL, scored),
    FIELD_END};
RECORD_TYPE(turn_score_type, "TurnScore", turn_score_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct trial_score
static const struct field trial_score_fields[] = {
    FIELD_OF(OPTIONAL, RECORDS, turns, turn_score_type),
    FIELD_SYMBOL(OPTIONAL, outcome, trial_outcome_names),
    FIELD(OPTIONAL, BOOL, success),
    FIELD(OPTIONAL, BOOL, completed),
    FIELD(OPTIONAL, BOOL, goal_slots_right),
    FIELD(OPTIONAL, I64, reasks),
    FIELD_SYMBOL(OPTIONAL, handover, handover_verdict_names),
    FIELD(OPTIONAL, TEXT, reason),
    FIELD(OPTIONAL, NUMBERS, extra),
    FIELD_END};
RECORD_TYPE(trial_score_type, "TrialScore", trial_score_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct trial
static const struct field trial_fields[] = {
    FIELD(REQUIRED, I64, ordinal),
    FIELD(REQUIRED, TEXT, id),
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(REQUIRED, I64, candidate),
    FIELD(REQUIRED, I64, repeat),
    FIELD_OF(OPTIONAL, RECORDS, predictions, prediction_type),
    FIELD_OF(OPTIONAL, RECORD, score, trial_score_type),
    FIELD_OF(OPTIONAL, RECORD, error, prediction_error_type),
    FIELD_OF(OPTIONAL, RECORDS, bookings, gold_booking_type),
    FIELD(OPTIONAL, I64, first_divergence),
    FIELD(OPTIONAL, TEXT, ended),
    FIELD(OPTIONAL, TEXT, simulator_fault),
    FIELD(OPTIONAL, TEXTS, told),
    FIELD_OF(OPTIONAL, RECORD, first_cause, trial_cause_type),
    FIELD_END};
RECORD_TYPE(trial_type, "Trial", trial_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct service_fact
static const struct field service_fact_fields[] = {
    FIELD_SYMBOL(REQUIRED, service, service_kind_names),
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD(OPTIONAL, BOOL, failed),
    FIELD_END};
RECORD_TYPE(service_fact_type, "ServiceFact", service_fact_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct tool_fact
static const struct field tool_fact_fields[] = {
    FIELD(REQUIRED, TEXT, method),
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD(OPTIONAL, BOOL, failed),
    FIELD_END};
RECORD_TYPE(tool_fact_type, "ToolFact", tool_fact_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct conversation_facts
static const struct field conversation_facts_fields[] = {
    FIELD(REQUIRED, I64, ordinal),
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(OPTIONAL, TEXT, locale),
    FIELD_SYMBOL(OPTIONAL, split, gold_split_names),
    FIELD(OPTIONAL, TEXTS, tags),
    FIELD(OPTIONAL, JSON, metadata),
    FIELD_SYMBOL(OPTIONAL, gold_status, gold_status_names),
    FIELD_SYMBOL(OPTIONAL, outcome, outcome_names),
    FIELD_NAMED(OPTIONAL, TIME, start_ns, "start"),
    FIELD(OPTIONAL, I64, user_turns),
    FIELD(OPTIONAL, NUMBER, duration_ms),
    FIELD(OPTIONAL, I64, interruptions),
    FIELD(OPTIONAL, REALS, response_gap_ms),
    FIELD(OPTIONAL, REALS, dead_air_ms),
    FIELD(OPTIONAL, REALS, talk_over_ms),
    FIELD(OPTIONAL, REALS, asr_confidence),
    FIELD_OF(OPTIONAL, RECORDS, services, service_fact_type),
    FIELD_OF(OPTIONAL, RECORDS, tools, tool_fact_type),
    FIELD_OF(OPTIONAL, RECORD, feedback, feedback_type),
    FIELD(OPTIONAL, I64, reasks),
    FIELD_END};
RECORD_TYPE(conversation_facts_type, "ConversationFacts", conversation_facts_fields);
#undef RECORD_STRUCT
