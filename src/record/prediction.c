/*
 * prediction.c: the field tables of predictions: first the prediction log's keys in their order,
 * then assay's own.
 */
#include "record/prediction.h"

#include "record/field_table.h"

const char *const error_class_names[] = {NULL, "infrastructure", "malformed", "budget", NULL};

/* clang-format off */
#define RECORD_STRUCT struct prediction_model
static const struct field prediction_model_fields[] = {
    FIELD(OPTIONAL, TEXT, name),
    FIELD(OPTIONAL, TEXT, provider),
    FIELD(OPTIONAL, TEXT, prompt_version),
    FIELD_END};
static RECORD_TYPE(prediction_model_type, "PredictionModel", prediction_model_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct prediction_input
static const struct field prediction_input_fields[] = {
    FIELD(OPTIONAL, TEXT, user_text),
    FIELD(OPTIONAL, TEXT, state),
    FIELD(OPTIONAL, SLOTS, slots),
    FIELD_END};
static RECORD_TYPE(prediction_input_type, "PredictionInput", prediction_input_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct prediction_output
static const struct field prediction_output_fields[] = {
    FIELD(OPTIONAL, TEXT, response),
    FIELD(OPTIONAL, SLOTS, extracted_slots),
    FIELD(OPTIONAL, REAL, confidence),
    FIELD(OPTIONAL, TEXT, next_state),
    FIELD_END};
static RECORD_TYPE(prediction_output_type, "PredictionOutput", prediction_output_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct prediction_metadata
static const struct field prediction_metadata_fields[] = {
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD_OF(OPTIONAL, RECORD, tokens, token_counts_type),
    FIELD_NAMED(OPTIONAL, USD, cost_usd_nano, "cost"),
    FIELD_END};
RECORD_TYPE(prediction_metadata_type, "PredictionMetadata", prediction_metadata_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct prediction_error
static const struct field prediction_error_fields[] = {
    FIELD_SYMBOL(REQUIRED, error_class, error_class_names),
    FIELD(OPTIONAL, TEXT, what),
    FIELD_END};
RECORD_TYPE(prediction_error_type, "PredictionError", prediction_error_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct prediction
static const struct field prediction_fields[] = {
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(OPTIONAL, TEXT, timestamp),
    FIELD_OF(OPTIONAL, RECORD, model, prediction_model_type),
    FIELD_OF(OPTIONAL, RECORD, input, prediction_input_type),
    FIELD_OF(OPTIONAL, RECORD, output, prediction_output_type),
    FIELD_OF(OPTIONAL, RECORD, metadata, prediction_metadata_type),
    FIELD(OPTIONAL, TEXT, candidate),
    FIELD(OPTIONAL, TEXT, trial),
    FIELD(OPTIONAL, I64, repeat),
    FIELD(OPTIONAL, I64, turn),
    FIELD(OPTIONAL, TEXT, intent),
    FIELD(OPTIONAL, TEXTS, requested_slots),
    FIELD(OPTIONAL, NUMBERS, slot_confidence),
    FIELD(OPTIONAL, SLOTS, slot_source),
    FIELD(OPTIONAL, TEXTS, needs_confirmation),
    FIELD(OPTIONAL, SLOTS, state_after),
    FIELD(OPTIONAL, TEXT, served_model),
    FIELD(OPTIONAL, TEXT, fingerprint),
    FIELD(OPTIONAL, I64, attempts),
    FIELD(OPTIONAL, NUMBER, time_to_first_token_ms),
    FIELD_OF(OPTIONAL, RECORD, error, prediction_error_type),
    FIELD_OF(OPTIONAL, RECORDS, tool_calls, tool_call_type),
    FIELD(OPTIONAL, TEXT, said_text),
    FIELD(OPTIONAL, TEXTS, caller_acts),
    FIELD_END};
RECORD_TYPE(prediction_type, "Prediction", prediction_fields);
#undef RECORD_STRUCT
