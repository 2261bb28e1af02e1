/*
 * prediction.h: what a candidate said at one turn (schemas/prediction.avsc). As JSON Lines this is
 * the prediction log: the keys conversation_id, timestamp, model, input, output, metadata come
 * first, in this order and nesting; ours follow. Plain data in the arena of the trial (or of the
 * decoder).
 */
#ifndef ASSAY_RECORD_PREDICTION_H
#define ASSAY_RECORD_PREDICTION_H

#include "record/event.h"

struct prediction_model {
    struct strview name;
    struct strview provider;
    struct strview prompt_version;
};

struct prediction_input {
    struct strview user_text;
    struct strview state;  /* dialogue state's name before the turn */
    struct slot_map slots; /* slots known before the turn, as the candidate was told */
};

struct prediction_output {
    struct strview response;
    struct slot_map extracted_slots; /* what this turn adds or changes; null or a removed slot:
                                        SLOT_VALUE_NULL */
    double confidence;               /* of the whole answer */
    struct strview next_state;
};

struct prediction_metadata {
    double latency_ms;
    struct token_counts *tokens;
    int64_t cost_usd_nano;
};

/* Why a prediction is missing or worthless. Infrastructure errors are never scored as wrong
 * answers. */
enum error_class {
    ERROR_CLASS_ABSENT,
    ERROR_CLASS_INFRASTRUCTURE, /* time-out, connection, 429 after retries, 5xx */
    ERROR_CLASS_MALFORMED, /* the candidate answered with something that is not an answer: scored as
                              wrong */
    ERROR_CLASS_BUDGET,    /* not asked: the spending limit was reached */
};
extern const char *const error_class_names[];

struct prediction_error {
    int error_class; /* enum error_class */
    struct strview what;
};

struct prediction {
    struct strview conversation_id;
    struct strview timestamp; /* ISO 8601 as it was written; perhaps without a zone */
    struct prediction_model *model;
    struct prediction_input *input;
    struct prediction_output *output;
    struct prediction_metadata *metadata;
    /* assay's own */
    struct strview candidate;
    struct strview trial; /* trial id */
    int64_t repeat;
    int64_t turn;
    struct strview intent;
    struct text_list requested_slots;
    struct number_map slot_confidence;
    struct slot_map slot_source;         /* slot -> "rules" or "llm" */
    struct text_list needs_confirmation; /* slots that should be read back to the caller */
    struct slot_map state_after;         /* all slots after the turn */
    struct strview served_model;         /* the model name that the endpoint returned */
    struct strview fingerprint;
    int64_t attempts; /* requests sent for this turn, retries included */
    double time_to_first_token_ms;
    struct prediction_error *error;
    struct record_list tool_calls; /* of tool_call: made while this turn was answered, in order */
    struct strview said_text;      /* live modes: the caller's own words, when others were heard */
    struct text_list caller_acts;  /* simulated_user: what the caller did besides answering */
};

extern const struct record_type prediction_type, prediction_error_type, prediction_metadata_type;

#endif
