/*
 * recorder.h: turns what happens in a call into events and gold, and keeps its clock. One recorder
 * serves all calls, one after the other; each begins with recorder_start.
 */
#ifndef ASSAY_TESTS_GENERATE_RECORDER_H
#define ASSAY_TESTS_GENERATE_RECORDER_H

#include "base/arena.h"
#include "base/json_write.h"
#include "draw.h"
#include "phrase.h"
#include "record/event.h"
#include "record/gold.h"

enum { RECORDER_TURNS_MAX = 24 };

struct recorder {
    struct arena *arena; /* of the call that is being recorded */
    struct draw *draw;
    struct strbuf *events_out, *gold_out;
    struct json_write events, gold;
    struct strview conversation_id;
    int64_t sequence;
    int64_t now_ns;
    int64_t agent_spoke_until_ns;
    bool groq; /* which provider answered the recorded agent */
    struct gold_turn turns[RECORDER_TURNS_MAX];
    size_t turn_count;
};

struct recorder_call {
    uint64_t index;
    int64_t start_ns;
    bool british;
    bool written;
};

/* What the recorded agent said at one turn. */
struct recorder_answer {
    const char *text;
    const char *state, *next_state;
    const char *intent; /* NULL: before the caller spoke */
    const struct slot_map *slots;
    const struct number_map *confidence;
};

void recorder_start(struct recorder *recorder, const struct recorder_call *call);
/* The caller's words, the speech services' work, and the turn's gold. */
void recorder_user(struct recorder *recorder, const struct phrase *phrase, struct gold_turn *turn,
                   bool written);
void recorder_agent(struct recorder *recorder, const struct recorder_answer *answer);
/* parameters and result are JSON texts; result may be NULL. */
void recorder_tool(struct recorder *recorder, const char *method, struct strview parameters,
                   const char *result);
void recorder_end(struct recorder *recorder, enum outcome outcome, const char *reason);
void recorder_feedback(struct recorder *recorder, bool kept);
/* `gold` without its turns, which the recorder has. */
void recorder_gold(struct recorder *recorder, struct gold_conversation *gold);

#endif
