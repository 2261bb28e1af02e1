/*
 * gold.c: the field tables of gold conversations, in the order of schemas/gold_conversation.avsc.
 */
#include "record/gold.h"

#include "record/field_table.h"

const char *const gold_split_names[] = {NULL, "random", "challenge", NULL};
const char *const gold_handover_names[] = {NULL, "none", "allowed", "required", NULL};

/* clang-format off */
#define RECORD_STRUCT struct gold_span
static const struct field gold_span_fields[] = {
    FIELD(REQUIRED, TEXT, slot),
    FIELD(REQUIRED, I64, start),
    FIELD(REQUIRED, I64, end),
    FIELD_END};
RECORD_TYPE(gold_span_type, "GoldSpan", gold_span_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct gold_turn
static const struct field gold_turn_fields[] = {
    FIELD(REQUIRED, I64, turn),
    FIELD(OPTIONAL, I64, sequence),
    FIELD(OPTIONAL, TEXT, text_sha256),
    FIELD(OPTIONAL, TEXT, intent),
    FIELD(OPTIONAL, TEXTS, requested_slots),
    FIELD(REQUIRED, SLOTS, state),
    FIELD_OF(OPTIONAL, RECORDS, spans, gold_span_type),
    FIELD(OPTIONAL, BOOL, needs_confirmation),
    FIELD_END};
RECORD_TYPE(gold_turn_type, "GoldTurn", gold_turn_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct gold_goal
static const struct field gold_goal_fields[] = {
    FIELD(OPTIONAL, TEXT, intent),
    FIELD(OPTIONAL, SLOTS, slots),
    FIELD(OPTIONAL, TEXTS, requests),
    FIELD(OPTIONAL, SLOTS, refused),
    FIELD_END};
RECORD_TYPE(gold_goal_type, "GoldGoal", gold_goal_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct gold_booking
static const struct field gold_booking_fields[] = {
    FIELD(REQUIRED, TEXT, method),
    FIELD(REQUIRED, SLOTS, slots),
    FIELD_END};
RECORD_TYPE(gold_booking_type, "GoldBooking", gold_booking_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct gold_booking_set
static const struct field gold_booking_set_fields[] = {
    FIELD_OF(REQUIRED, RECORDS, bookings, gold_booking_type),
    FIELD_END};
RECORD_TYPE(gold_booking_set_type, "GoldBookingSet", gold_booking_set_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct gold_conversation
static const struct field gold_conversation_fields[] = {
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(OPTIONAL, TEXT, dataset),
    FIELD_SYMBOL(OPTIONAL, split, gold_split_names),
    FIELD(OPTIONAL, TEXTS, tags),
    FIELD_OF(REQUIRED, RECORDS, turns, gold_turn_type),
    FIELD_OF(OPTIONAL, RECORD, goal, gold_goal_type),
    FIELD_OF(OPTIONAL, RECORDS, expected_bookings, gold_booking_set_type),
    FIELD_SYMBOL(OPTIONAL, handover, gold_handover_names),
    FIELD(OPTIONAL, TEXTS, forbidden),
    FIELD_END};
RECORD_TYPE(gold_conversation_type, "GoldConversation", gold_conversation_fields);
#undef RECORD_STRUCT
