/*
 * conversation.h: all events of one conversation, in order, made into turns. Lives in its own
 * arena; read-only once sealed, shared by all its trials.
 */
#ifndef ASSAY_RECORD_CONVERSATION_H
#define ASSAY_RECORD_CONVERSATION_H

#include "base/arena.h"
#include "record/event.h"

#include <stdbool.h>

/* One utterance of the caller and the agent's answer to it. */
struct conversation_turn {
    const struct user_turn *user;
    int64_t user_sequence;
    int64_t user_time_ns;           /* relative dates are resolved against this */
    const struct agent_turn *agent; /* NULL: the agent did not answer */
    int64_t agent_time_ns;
    const struct agent_turn
        *asked; /* the agent turn before this one, which the caller answers; NULL: none */
};

struct log_conversation; /* assemble/partition_table.h */

struct conversation {
    struct arena *arena; /* holds the conversation itself too */
    struct strview id;
    int64_t ordinal;      /* order of sealing in this run, from 0 */
    struct event *events; /* by sequence, each once */
    size_t event_count, event_capacity;
    bool ended;    /* ConversationEnded was seen */
    bool too_long; /* events were cut at a limit */
    /* filled by conversation_seal */
    const struct conversation_started *started;
    int64_t start_ns, end_ns;
    struct conversation_turn *turns;
    size_t turn_count;
    const struct agent_turn *opening; /* what the agent said before the caller spoke */
    int outcome;                      /* enum outcome */
    const struct feedback *feedback;
    struct log_conversation *origin; /* its place in a partition's log; NULL: it is from a file */
};

/* limit_bytes bounds what one conversation may cost. NULL: memory ran out. */
struct conversation *conversation_create(struct strview id, size_t limit_bytes);
void conversation_destroy(struct conversation *conversation);

/* Copies the event in. False: memory or the limit ran out (arena_limit_was_hit tells which). */
bool conversation_add(struct conversation *conversation, const struct event *event);

/*
 * Sorts by sequence, drops duplicates (same sequence: the first one read is kept) and makes the
 * turns. Lifts the arena's limit: what is made of the events is bounded by them. Returns the number
 * of duplicates dropped, or -1 when memory ran out.
 */
int64_t conversation_seal(struct conversation *conversation);

/* The fields of ConversationStarted, or the fallback. */
struct strview conversation_locale(const struct conversation *conversation,
                                   struct strview fallback);
struct strview conversation_time_zone(const struct conversation *conversation,
                                      struct strview fallback);

DEFINE_CLEANUP(conversation_cleanup, struct conversation, conversation_destroy)

#endif
