/*
 * event.c: the field tables of the conversation events, in the order of
 * schemas/conversation_event.avsc.
 */
#include "record/event.h"

#include "record/field_table.h"

const char *const service_kind_names[] = {NULL, "STT", "LLM", "TTS", NULL};
const char *const outcome_names[] = {NULL,      "completed", "handed_over", "abandoned",
                                     "refused", "error",     NULL};
const char *const event_type_names[] = {
    NULL,       "ConversationStarted", "UserTurn", "AgentTurn", "ServiceCall",
    "ToolCall", "ConversationEnded",   "Feedback", NULL};

/* clang-format off */
#define RECORD_STRUCT struct event
static const struct field envelope_fields[] = {
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(REQUIRED, I64, sequence),
    FIELD_NAMED(REQUIRED, TIME, time_ns, "time"),
    FIELD_SYMBOL(REQUIRED, type, event_type_names),
    FIELD_END};
RECORD_TYPE(event_envelope_type, "ConversationEvent", envelope_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct consent
static const struct field consent_fields[] = {
    FIELD(OPTIONAL, BOOL, evaluation),
    FIELD(OPTIONAL, BOOL, third_party),
    FIELD_END};
static RECORD_TYPE(consent_type, "Consent", consent_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct conversation_started
static const struct field conversation_started_fields[] = {
    FIELD(OPTIONAL, TEXT, language),
    FIELD(OPTIONAL, TEXT, locale),
    FIELD(OPTIONAL, TEXT, time_zone),
    FIELD(OPTIONAL, TEXT, agent_version),
    FIELD(OPTIONAL, TEXT, experiment),
    FIELD(OPTIONAL, TEXT, variant),
    FIELD_OF(OPTIONAL, RECORD, consent, consent_type),
    FIELD(OPTIONAL, JSON, metadata),
    FIELD_END};
RECORD_TYPE(conversation_started_type, "ConversationStarted", conversation_started_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct asr_alternative
static const struct field asr_alternative_fields[] = {
    FIELD(REQUIRED, TEXT, text),
    FIELD(OPTIONAL, REAL, confidence),
    FIELD_END};
static RECORD_TYPE(asr_alternative_type, "AsrAlternative", asr_alternative_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct user_turn
static const struct field user_turn_fields[] = {
    FIELD(REQUIRED, TEXT, text),
    FIELD(OPTIONAL, TEXT, reference_text),
    FIELD(OPTIONAL, REAL, asr_confidence),
    FIELD_OF(OPTIONAL, RECORDS, asr_alternatives, asr_alternative_type),
    FIELD_NAMED(OPTIONAL, TIME, speech_start_ns, "speech_start"),
    FIELD_NAMED(OPTIONAL, TIME, speech_end_ns, "speech_end"),
    FIELD(OPTIONAL, BOOL, interrupted),
    FIELD(OPTIONAL, TEXT, audio_ref),
    FIELD(OPTIONAL, TEXT, logged_time),
    FIELD_END};
RECORD_TYPE(user_turn_type, "UserTurn", user_turn_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct token_counts
static const struct field token_counts_fields[] = {
    FIELD(OPTIONAL, I64, input),
    FIELD(OPTIONAL, I64, output),
    FIELD(OPTIONAL, I64, cached_input),
    FIELD(OPTIONAL, I64, reasoning),
    FIELD_END};
RECORD_TYPE(token_counts_type, "TokenCounts", token_counts_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct agent_turn
static const struct field agent_turn_fields[] = {
    FIELD(REQUIRED, TEXT, text),
    FIELD(OPTIONAL, TEXT, state),
    FIELD(OPTIONAL, TEXT, next_state),
    FIELD(OPTIONAL, TEXT, intent),
    FIELD(OPTIONAL, SLOTS, slots),
    FIELD(OPTIONAL, NUMBERS, slot_confidence),
    FIELD(OPTIONAL, REAL, confidence),
    FIELD(OPTIONAL, TEXTS, requested_slots),
    FIELD(OPTIONAL, TEXT, provider),
    FIELD(OPTIONAL, TEXT, model),
    FIELD(OPTIONAL, TEXT, prompt_version),
    FIELD_OF(OPTIONAL, RECORD, tokens, token_counts_type),
    FIELD_NAMED(OPTIONAL, USD, cost_usd_nano, "cost"),
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD(OPTIONAL, NUMBER, time_to_first_token_ms),
    FIELD_NAMED(OPTIONAL, TIME, first_audio_ns, "first_audio"),
    FIELD_NAMED(OPTIONAL, TIME, speech_end_ns, "speech_end"),
    FIELD_END};
RECORD_TYPE(agent_turn_type, "AgentTurn", agent_turn_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct service_call
static const struct field service_call_fields[] = {
    FIELD_SYMBOL(REQUIRED, service, service_kind_names),
    FIELD(OPTIONAL, TEXT, provider),
    FIELD(OPTIONAL, TEXT, model),
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD(OPTIONAL, TEXT, error),
    FIELD_END};
RECORD_TYPE(service_call_type, "ServiceCall", service_call_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct tool_call
static const struct field tool_call_fields[] = {
    FIELD(REQUIRED, TEXT, method),
    FIELD(OPTIONAL, JSON, parameters),
    FIELD(OPTIONAL, JSON, result),
    FIELD(OPTIONAL, TEXT, error),
    FIELD(OPTIONAL, NUMBER, latency_ms),
    FIELD(OPTIONAL, TEXT, idempotency_key),
    FIELD_END};
RECORD_TYPE(tool_call_type, "ToolCall", tool_call_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct conversation_ended
static const struct field conversation_ended_fields[] = {
    FIELD_SYMBOL(REQUIRED, outcome, outcome_names),
    FIELD(OPTIONAL, TEXT, reason),
    FIELD_END};
RECORD_TYPE(conversation_ended_type, "ConversationEnded", conversation_ended_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct feedback
static const struct field feedback_fields[] = {
    FIELD(OPTIONAL, BOOL, kept),
    FIELD(OPTIONAL, BOOL, no_show),
    FIELD(OPTIONAL, BOOL, rebooked_by_person),
    FIELD(OPTIONAL, BOOL, called_back),
    FIELD(OPTIONAL, NUMBER, rating),
    FIELD_END};
RECORD_TYPE(feedback_type, "Feedback", feedback_fields);
#undef RECORD_STRUCT
/* clang-format on */

const struct record_type *event_body_type(int event_type)
{
    static const struct record_type *const types[] = {
        [EVENT_CONVERSATION_STARTED] = &conversation_started_type,
        [EVENT_USER_TURN] = &user_turn_type,
        [EVENT_AGENT_TURN] = &agent_turn_type,
        [EVENT_SERVICE_CALL] = &service_call_type,
        [EVENT_TOOL_CALL] = &tool_call_type,
        [EVENT_CONVERSATION_ENDED] = &conversation_ended_type,
        [EVENT_FEEDBACK] = &feedback_type,
    };
    bool known = event_type > 0 && (size_t)event_type < sizeof types / sizeof *types;
    return known ? types[event_type] : NULL;
}

enum status event_check(const struct event *event, struct error *err)
{
    enum status status = STATUS_OK;
    if (event->sequence < 0) {
        status = error_set(err, STATUS_DATA, "sequence is %lld, but starts at 0",
                           (long long)event->sequence);
        error_where(err, "/sequence");
    } else if (event->conversation_id.size > EVENT_ID_LIMIT_BYTES) {
        status = error_set(err, STATUS_DATA, "conversation_id has %zu bytes, but %d at most",
                           event->conversation_id.size, EVENT_ID_LIMIT_BYTES);
        error_where(err, "/conversation_id");
        error_fix(err, "Give conversations a short id, such as a UUID.");
    }
    return status;
}
