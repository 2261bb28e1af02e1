/*
 * gold.h: what a conversation should have yielded (schemas/gold_conversation.avsc). One JSON object
 * a line:
 *   {"conversation_id": "c1", "split": "random", "tags": ["correction"],
 *    "turns": [{"turn": 0, "intent": "book", "requested_slots": [], "state": {"date":
 * ["2025-01-15"], "name": ["Ana Díaz"]}}, ...], "goal": {"intent": "book", "slots": {...},
 * "requests": ["price"]}, "expected_bookings": [[{"method": "book_appointment", "slots": {"date":
 * "2025-01-15", ...}}]], "handover": "none"} `state` is the state after the caller's turn,
 * cumulative; a value is the canonical text or a list of accepted ones, the first canonical.
 * expected_bookings lists the acceptable final sets of bookings, best first; each is a multiset ([]
 * inside: no booking). Plain data in the decoder's arena.
 */
#ifndef ASSAY_RECORD_GOLD_H
#define ASSAY_RECORD_GOLD_H

#include "record/field.h"
#include "record/slot_value.h"

enum gold_split { SPLIT_ABSENT, SPLIT_RANDOM, SPLIT_CHALLENGE };
extern const char *const gold_split_names[];

enum gold_handover { HANDOVER_ABSENT, HANDOVER_NONE, HANDOVER_ALLOWED, HANDOVER_REQUIRED };
extern const char *const gold_handover_names[];

/* A slot's value in the words of the caller: code points into the user's text, `end` exclusive. */
struct gold_span {
    struct strview slot;
    int64_t start;
    int64_t end;
};

struct gold_turn {
    int64_t turn;               /* 0 for the first user turn */
    int64_t sequence;           /* of the UserTurn event, when known */
    struct strview text_sha256; /* hex, of the user's text: a mismatch means that gold belongs to
                                   other words */
    struct strview intent;
    struct text_list requested_slots; /* what the caller asks the agent to tell */
    struct slot_map state;
    struct record_list spans;  /* of gold_span */
    int8_t needs_confirmation; /* a careful agent reads the value back here */
};

struct gold_goal {
    struct strview intent;
    struct slot_map slots; /* what the caller wants, with the alternatives that they would take */
    struct text_list requests; /* what they want to be told */
    struct slot_map refused;   /* values that must not be booked */
};

struct gold_booking {
    struct strview method; /* "book_appointment", "cancel_appointment", "reschedule_appointment" */
    struct slot_map slots;
};

/* One acceptable end: all of these bookings and no others. */
struct gold_booking_set {
    struct record_list bookings; /* of gold_booking */
};

struct gold_conversation {
    struct strview conversation_id;
    struct strview dataset;
    int split; /* enum gold_split */
    struct text_list tags;
    struct record_list turns; /* of gold_turn, in order */
    struct gold_goal *goal;
    struct record_list expected_bookings; /* of gold_booking_set, any one of them is right */
    int handover;                         /* enum gold_handover */
    struct text_list forbidden;           /* tool methods that must not be called */
};

extern const struct record_type gold_conversation_type, gold_turn_type, gold_goal_type,
    gold_booking_type, gold_booking_set_type, gold_span_type;

#endif
