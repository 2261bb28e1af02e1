/*
 * trial_cause.c: the field tables of first causes; in the journal only.
 */
#include "record/trial_cause.h"

#include "record/field_table.h"

const char *const trial_cause_names[] = {
    NULL,          "stt",       "extraction", "dialogue_policy", "back_end",
    "caller_left", "simulator", "gold",       "not_known",       NULL};
const char *const cause_arm_names[] = {
    NULL, "gold_state", "sound_world", "sound_back_end", "reference_text", NULL};

/* clang-format off */
#define RECORD_STRUCT struct cause_arm
static const struct field cause_arm_fields[] = {
    FIELD_SYMBOL(REQUIRED, arm, cause_arm_names),
    FIELD(OPTIONAL, BOOL, success),
    FIELD_END};
static RECORD_TYPE(cause_arm_type, "CauseArm", cause_arm_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct trial_cause
static const struct field trial_cause_fields[] = {
    FIELD_SYMBOL(REQUIRED, cause, trial_cause_names),
    FIELD(OPTIONAL, TEXT, why),
    FIELD_OF(OPTIONAL, RECORDS, arms, cause_arm_type),
    FIELD(OPTIONAL, I64, calls),
    FIELD(OPTIONAL, I64, tokens_input),
    FIELD(OPTIONAL, I64, tokens_output),
    FIELD_NAMED(OPTIONAL, USD, cost_usd_nano, "cost"),
    FIELD_END};
RECORD_TYPE(trial_cause_type, "TrialCause", trial_cause_fields);
#undef RECORD_STRUCT

