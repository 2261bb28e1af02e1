/*
 * import_table.h: events of an import, put together into conversations and written as JSON Lines.
 *
 * At most max_open conversations, and IMPORT_OPEN_LIMIT_BYTES of them, are held; over that the one
 * that has been silent for the longest is written. A line that comes after that is late, which is
 * a fault. Of each conversation ever seen 16 bytes are kept. When a conversation is written its
 * events get sequence numbers; a missing ConversationStarted or ConversationEnded is made.
 * Thread: one owner.
 */
#ifndef ASSAY_INGEST_IMPORT_TABLE_H
#define ASSAY_INGEST_IMPORT_TABLE_H

#include "base/arena.h"
#include "base/error.h"
#include "record/event.h"

enum { IMPORT_OPEN_LIMIT_BYTES = 256 << 20, IMPORT_CONVERSATION_LIMIT_BYTES = 64 << 20 };

/* What an import did. */
struct import_counts {
    uint64_t lines;                    /* read, without empty ones */
    uint64_t conversations;            /* written */
    uint64_t events;                   /* written, made ones included */
    uint64_t skipped;                  /* lines or elements that no rule is for */
    uint64_t repeated;                 /* further starts and ends of one conversation, left out */
    uint64_t made_started, made_ended; /* events that the log did not have */
    uint64_t faults;
};

struct import_table_options {
    const char *output; /* path, or "-": standard output */
    int64_t max_open;   /* 1: the lines of a conversation stand together */
    bool by_time;       /* sort by time (lines of one time as they came); else as they came */
    int outcome;        /* of a made ConversationEnded; 0: by the last agent turn's next state */
    struct strview time_zone; /* of a made ConversationStarted; absent: none */
};

struct import_event {
    int type; /* enum event_type */
    int64_t time_ns;
    void *body;        /* copied by the table */
    bool slots_change; /* AGENT_TURN: slots are what the turn changed: merged into those before */
};

struct import_table;

/* The output is written beside itself (path.new) and gets its name at the end. */
enum status import_table_create(const struct import_table_options *options,
                                struct import_counts *counts, struct import_table **ret_table,
                                struct error *err);
/* Gives up: what was written is removed. After import_table_finish only frees. */
void import_table_destroy(struct import_table *table);

/* Copies the event in. STATUS_DATA: a late event, or a conversation over its limit: a fault of
 * this event only. */
enum status import_table_add(struct import_table *table, struct strview conversation_id,
                             const struct import_event *event, struct error *err);
/* Events that the conversation has so far; 0 when it is new. */
size_t import_table_event_count(const struct import_table *table, struct strview conversation_id);
/* Writes what is still open, the longest silent first, and gives the file its name. */
enum status import_table_finish(struct import_table *table, struct error *err);

DEFINE_CLEANUP(import_table_cleanup, struct import_table, import_table_destroy)

#endif
