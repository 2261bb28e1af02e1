/*
 * candidate_spec.h: a candidate as a pipeline file says it: what is tried, where it is asked, and
 * with what. Part of a pipeline_spec: read-only after loading. Thread: any.
 */
#ifndef ASSAY_CONFIG_CANDIDATE_SPEC_H
#define ASSAY_CONFIG_CANDIDATE_SPEC_H

#include "config/option_table.h"

enum candidate_type {
    CANDIDATE_RULES,
    CANDIDATE_RECORDED,
    CANDIDATE_LLM,
    CANDIDATE_HYBRID,
    CANDIDATE_ENDPOINT,
    CANDIDATE_COMMAND,
    CANDIDATE_REFERENCE,
};
extern const char *const candidate_type_names[];

enum cassette_mode { CASSETTE_OFF, CASSETTE_REPLAY, CASSETTE_RECORD };

struct candidate_spec {
    const struct yaml_node *place;
    struct strview name;
    int kind;                                 /* enum candidate_type */
    struct strview model;                     /* "provider/model" */
    struct strview provider_name, model_name; /* the parts before and behind '/' */
    struct strview prompt;   /* folder of a prompt version: one template a state and default.txt */
    struct strview base_url; /* absent: the provider's own */
    struct strview
        api_key_env; /* name of the variable that holds the key; absent: the provider's own */
    double temperature;
    int64_t seed; /* of the model; INT64_MIN: not sent */
    int64_t max_tokens;
    double confirm_under; /* needs-confirmation threshold */
    double model_under;   /* hybrid: the model is asked for slots that the rules leave under this */
    struct strview url;   /* endpoint */
    struct option_texts command; /* command: argv */
    int64_t processes;           /* command: copies of it */
    struct strview log;          /* recorded: a prediction log instead of the events' own answers */
    struct strview cassette;     /* file with recorded model answers */
    int cassette_mode;           /* enum cassette_mode */
    bool simulated;              /* the far end is a stub model: the report says so */
    double share;                /* of the conversations that it replays, chosen by the seed */
    int64_t max_in_flight;
    double requests_per_minute; /* 0: no limit */
    double tokens_per_minute;
    int64_t timeout_ns;
    int64_t max_wait_ns;
    int64_t max_attempts;
    int64_t max_answer_bytes;
    /* reference: faults that it is made to have */
    bool skip_confirmation;
    bool double_book;
    bool ignore_questions;
    struct strview break_slot; /* the slot whose values it gets wrong */
    /* of a run in several modes (replay_modes.h) */
    size_t mode_index; /* of by_mode */
    size_t same_as;    /* place of the first entry that is the same candidate; else its own */
};

#endif
