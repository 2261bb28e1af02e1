/*
 * conversation_table.h: events into sealed conversations; a pure function of the order in which
 * events are given.
 *
 * A conversation is opened only by ConversationStarted; an event that finds no open conversation of
 * its id is skipped (late, duplicate and orphan need not be told apart). It is sealed when it has
 * ended and an event of another conversation comes, when it is idle for longer than `gap_ns` of
 * event time, when there are too many open ones (the oldest goes), or at the end. Feedback may come
 * days later: its time moves nobody's clock. Thread: one owner. Sealed conversations belong to who
 * takes them.
 */
#ifndef ASSAY_ASSEMBLE_CONVERSATION_TABLE_H
#define ASSAY_ASSEMBLE_CONVERSATION_TABLE_H

#include "base/error.h"
#include "record/conversation.h"

/* clang-format off */
#define SKIP_REASON_LIST(X)                                                                        \
    X(NONE,                   "none")                                                              \
    X(OUTSIDE_CONVERSATION,   "outside_conversation")   /* no open conversation of that id */      \
    X(DUPLICATE_EVENT,        "duplicate_event")        /* a sequence number that was read already */ \
    X(DUPLICATE_CONVERSATION, "duplicate_conversation") /* the id was sealed before in this run */ \
    X(TOO_LONG,               "too_long")               /* behind the limit of one conversation */ \
    X(NO_CONSENT,             "no_consent")             /* consent.evaluation is false */          \
    X(NO_USER_TURN,           "no_user_turn")           /* nothing to replay */                    \
    X(FILTERED,               "filtered")               /* left out by --limit or --filter */      \
    X(OPEN_AT_END,            "open_at_end")            /* a range of a log ended before it did */ \
    X(TOMBSTONE,              "tombstone")              /* a record without a value */
/* clang-format on */

enum skip_reason {
#define X(name, text) SKIP_##name,
    SKIP_REASON_LIST(X)
#undef X
        SKIP_REASON_COUNT
};
const char *skip_reason_name(enum skip_reason reason);

struct conversation_table_options {
    int64_t gap_ns;             /* of event time; 0: 30 minutes */
    size_t open_conversations;  /* at most; 0: 4,096 */
    size_t conversation_bytes;  /* at most; 0: 4 MiB */
    size_t conversation_events; /* at most; 0: 10,000 */
};

struct conversation_table;

struct conversation_table *
conversation_table_create(const struct conversation_table_options *options);
void conversation_table_destroy(struct conversation_table *table);

/* Copies the event in. *ret_skip tells why it was not taken. Errors: only memory. */
enum status conversation_table_add(struct conversation_table *table, const struct event *event,
                                   enum skip_reason *ret_skip, struct error *err);
/* No more events come: everything open is sealed. */
enum status conversation_table_finish(struct conversation_table *table, struct error *err);
/* The next sealed conversation in order of sealing, or NULL. The caller destroys it. */
struct conversation *conversation_table_take(struct conversation_table *table);
/* Duplicate events found while sealing (same sequence number), since the last call. */
uint64_t conversation_table_take_duplicates(struct conversation_table *table);

DEFINE_CLEANUP(conversation_table_cleanup, struct conversation_table, conversation_table_destroy)

#endif
