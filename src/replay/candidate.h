/*
 * candidate.h: what is tried. A candidate answers one turn in two halves that do no I/O: `begin`
 * either answers at once or says what to ask of a far end; `finish` makes the far end's answer into
 * a prediction. The pipeline does the asking in between.
 *
 * Thread: open and close on main; begin and finish on any thread of the score team, with that
 * thread's scratch.
 */
#ifndef ASSAY_REPLAY_CANDIDATE_H
#define ASSAY_REPLAY_CANDIDATE_H

#include "base/arena.h"
#include "base/json_write.h"
#include "config/pipeline_spec.h"
#include "extract/extractor.h"
#include "net/call.h"
#include "record/conversation.h"
#include "record/prediction.h"
#include "simulate/back_end_session.h"

/* What the caller truly meant this turn: told in a counterfactual replay only (gold's state). */
struct turn_truth {
    struct slot_map slots; /* that the turn changed; null removes */
    struct strview intent; /* absent: not known */
    struct text_list requests;
};

/* What a counterfactual replay makes sound; all false: the trial as it is. */
struct replay_terms {
    bool reference_text; /* the words as they were said */
    bool gold_state;     /* understanding is gold's */
    bool sound_back_end; /* no call meets a failure of the back end */
    bool caller_stays;   /* a simulated caller does not hang up of itself */
};

/* What a candidate may see of a turn: the past, never gold (but for the state in teacher-forced
 * mode). */
struct turn_view {
    const struct conversation *conversation;
    size_t turn;           /* index of the user turn; those before it are the history */
    struct strview state;  /* the dialogue state in which the caller speaks */
    struct slot_map slots; /* slots known before the turn */
    struct strview intent; /* known before the turn; absent: none */
    const struct time_zone *zone;
    struct strview locale;
    int64_t repeat;
    struct arena *arena;         /* of the trial: what the prediction points at lives here */
    struct arena *request_arena; /* of this turn: what is asked lives here, until it is answered */
    struct back_end_session *back_end; /* answers tool calls; NULL: tools are not called in this
                                          mode */
    struct record_list tool_calls;     /* of tool_call: what the candidate was answered since the
                                          caller spoke, or at the turn before */
    const struct turn_truth *truth;    /* NULL: the candidate understands for itself */
};

/* What to ask of a far end. */
struct candidate_call {
    struct strview body;       /* JSON, in the view's request_arena */
    int64_t most_input_tokens; /* estimates for reservation; 0: no model is asked */
    int64_t most_output_tokens;
};

/* What a far end answered, live or from a cassette. */
struct far_answer {
    enum call_outcome outcome;
    int32_t http_status;
    struct strview body;
    double latency_ms;    /* from the send of the attempt that answered */
    double first_byte_ms; /* NaN: none came */
    int64_t attempts;
    struct strview error; /* one line, without secrets; empty when OK */
};

/* What candidates share: read-only. */
struct candidate_world {
    const struct pipeline_spec *pipeline;
    const struct task_spec *task;
    const struct extractor *extractor;
    const struct back_end *back_end; /* NULL: not in this mode */
    /* recorded with a log: fills *ret_prediction (in `arena`), or leaves it alone when the log has
     * no such turn. Any thread. */
    enum status (*log_find)(void *context, const struct candidate_spec *spec,
                            struct strview conversation_id, int64_t turn, struct arena *arena,
                            struct prediction **ret_prediction, struct error *err);
    void *log_context;
};

/* One per thread. */
struct candidate_scratch {
    struct extract_scratch *extract;
    struct strbuf text;
};

struct candidate {
    const struct candidate_kind *kind;
    const struct candidate_spec *spec;
    const struct candidate_world *world;
    void *state; /* the kind's own */
};

struct candidate_kind {
    const char *name;    /* as written in a pipeline */
    const char *summary; /* one line for `assay list candidates` */
    bool calls_model;    /* an OpenAI-compatible endpoint is asked */
    /* MAY. Thread: main. */
    enum status (*open)(struct candidate *candidate, struct arena *arena, struct error *err);
    /* MUST. Fills the prediction, or *ret_call and sets *ret_needs_call. */
    enum status (*begin)(const struct candidate *candidate, const struct turn_view *view,
                         struct candidate_scratch *scratch, struct prediction *prediction,
                         struct candidate_call *ret_call, bool *ret_needs_call, struct error *err);
    /* MUST when begin may ask. A worthless answer is not an error here: it goes into
     * prediction->error. */
    enum status (*finish)(const struct candidate *candidate, const struct turn_view *view,
                          struct candidate_scratch *scratch, const struct far_answer *answer,
                          struct prediction *prediction, struct error *err);
};

/* By enum candidate_type of config/pipeline_spec.h. */
const struct candidate_kind *candidate_kind_of(int kind);
enum status candidate_open(struct candidate *candidate, const struct candidate_spec *spec,
                           const struct candidate_world *world, struct arena *arena,
                           struct error *err);

/* An empty prediction with its sub-records made, all values absent. False: memory ran out. */
bool candidate_make_prediction(struct prediction *prediction, const struct turn_view *view);
/* Marks the prediction as an error of a class; `what` is copied. */
void candidate_fail(struct prediction *prediction, struct arena *arena,
                    enum error_class error_class, struct strview what);
/* A value of the slot under this confidence is read back: the task's threshold for the slot, else
 * the candidate's. */
double candidate_confirm_under(const struct candidate *candidate, struct strview slot);
/* The hybrid asks the model for a slot that the rules leave under this confidence: likewise. */
double candidate_model_under(const struct candidate *candidate, struct strview slot);
/* The slots that the caller is being asked for, by the task's states. */
const struct state_spec *candidate_state(const struct candidate *candidate,
                                         const struct turn_view *view);

extern const struct candidate_kind rules_candidate_kind, recorded_candidate_kind,
    llm_candidate_kind, hybrid_candidate_kind, endpoint_candidate_kind, command_candidate_kind,
    reference_candidate_kind;

#endif
