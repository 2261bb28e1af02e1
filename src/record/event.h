/*
 * event.h: one thing that happened in a conversation, as the live agent publishes it
 * (schemas/conversation_event.avsc).
 *
 * JSON: one object a line, the envelope and the body's fields side by side:
 *   {"conversation_id": "c1", "sequence": 0, "time": "2025-01-10T10:30:00Z", "type":
 * "ConversationStarted", "language": "en-US", ...} Sequence numbers start at 0
 * (ConversationStarted), order the events of a conversation and tell duplicates. Plain data; all
 * bytes live in the arena that the decoder was given. Absent values: see field.h.
 */
#ifndef ASSAY_RECORD_EVENT_H
#define ASSAY_RECORD_EVENT_H

#include "base/error.h"
#include "record/field.h"
#include "record/slot_value.h"

/* What the caller agreed to. */
struct consent {
    int8_t evaluation;  /* the conversation may be replayed and scored */
    int8_t third_party; /* its text may be sent to a model outside */
};

struct conversation_started {
    struct strview language;  /* BCP 47, "en-US" */
    struct strview locale;    /* gives day and month order, week start, phone country */
    struct strview time_zone; /* IANA, "Europe/Paris" */
    struct strview agent_version;
    struct strview experiment;
    struct strview variant;
    struct consent *consent;
    struct strview metadata; /* JSON object of anything: slices are cut by its keys */
};

/* Another hearing of the same utterance. */
struct asr_alternative {
    struct strview text;
    double confidence;
};

struct user_turn {
    struct strview text;           /* as the agent got it */
    struct strview reference_text; /* what was really said, when somebody wrote it down */
    double asr_confidence;
    struct record_list asr_alternatives; /* of asr_alternative */
    int64_t speech_start_ns;
    int64_t speech_end_ns;
    int8_t interrupted;       /* the caller spoke over the agent */
    struct strview audio_ref; /* a link; assay never stores audio */
    struct strview
        logged_time; /* as the imported prediction log wrote it, perhaps without a zone */
};

struct token_counts {
    int64_t input;  /* all of the prompt, cached_input included */
    int64_t output; /* all that was generated, reasoning included */
    int64_t cached_input;
    int64_t reasoning;
};

struct agent_turn {
    struct strview text;
    struct strview state; /* the dialogue state's name that produced this turn, "collect_date" */
    struct strview next_state;
    struct strview intent;
    struct slot_map slots; /* the state after the caller's turn, as the agent knows it */
    struct number_map slot_confidence;
    double confidence;
    struct text_list requested_slots;
    struct strview provider;
    struct strview model;
    struct strview prompt_version;
    struct token_counts *tokens;
    int64_t cost_usd_nano;
    double latency_ms; /* of the model call(s) behind this turn */
    double time_to_first_token_ms;
    int64_t first_audio_ns; /* when the caller began to hear the answer */
    int64_t speech_end_ns;
};

enum service_kind { SERVICE_ABSENT, SERVICE_STT, SERVICE_LLM, SERVICE_TTS };
extern const char *const service_kind_names[];

struct service_call {
    int service; /* enum service_kind */
    struct strview provider;
    struct strview model;
    double latency_ms;
    struct strview error; /* absent: it worked */
};

struct tool_call {
    struct strview method;     /* "book_appointment" */
    struct strview parameters; /* JSON object */
    struct strview result;     /* JSON */
    struct strview error;
    double latency_ms;
    struct strview idempotency_key;
};

enum outcome {
    OUTCOME_ABSENT,
    OUTCOME_COMPLETED,   /* the agent ended with what it took for success */
    OUTCOME_HANDED_OVER, /* to a person */
    OUTCOME_ABANDONED,   /* the caller left */
    OUTCOME_REFUSED,     /* the agent would not or could not do it, and said so */
    OUTCOME_ERROR,
};
extern const char *const outcome_names[];

struct conversation_ended {
    int outcome; /* enum outcome */
    struct strview reason;
};

/* May come days later. */
struct feedback {
    int8_t kept;
    int8_t no_show;
    int8_t rebooked_by_person;
    int8_t called_back;
    double rating; /* 1 to 5 */
};

enum event_type {
    EVENT_ABSENT,
    EVENT_CONVERSATION_STARTED,
    EVENT_USER_TURN,
    EVENT_AGENT_TURN,
    EVENT_SERVICE_CALL,
    EVENT_TOOL_CALL,
    EVENT_CONVERSATION_ENDED,
    EVENT_FEEDBACK,
};
extern const char *const event_type_names[];

struct event {
    struct strview conversation_id;
    int64_t sequence;
    int64_t time_ns;
    int type;   /* enum event_type */
    void *body; /* the struct of that type */
};

/* The envelope without the body, and the body's type (NULL for an unknown one). */
extern const struct record_type event_envelope_type;
const struct record_type *event_body_type(int event_type);

/* What a table of fields cannot say: sequences start at 0; an id is short, as each event, trial and
 * prediction carries it. STATUS_DATA names the place. */
enum { EVENT_ID_LIMIT_BYTES = 1024 };
enum status event_check(const struct event *event, struct error *err);

extern const struct record_type conversation_started_type, user_turn_type, agent_turn_type,
    service_call_type, tool_call_type, conversation_ended_type, feedback_type, token_counts_type;

#endif
