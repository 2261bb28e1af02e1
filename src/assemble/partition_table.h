/*
 * partition_table.h: the records of one partition into sealed conversations, as a pure function of
 * the partition's log: no clock, no other partition, no memory of an earlier process but what a
 * commit says (docs/EXACTLY_ONCE.md).
 *
 * A conversation is opened only by ConversationStarted and is named by the offset of its first
 * record. It is sealed when it has ended and every sequence number below its end is there, when an
 * event is read whose time is at least its last one's + gap, or when it is too long; each of these
 * depends on the records from its first one on and on nothing else. Any other event that finds no
 * open conversation is outside. Thread: one owner.
 */
#ifndef ASSAY_ASSEMBLE_PARTITION_TABLE_H
#define ASSAY_ASSEMBLE_PARTITION_TABLE_H

#include "assemble/conversation_table.h"
#include "base/strbuf.h"

/* Zero means the default. */
struct partition_table_options {
    int64_t gap_ns;             /* of event time; 0: 30 minutes */
    int64_t span_records;       /* of the log that one conversation may span; 0: 100,000 */
    int64_t span_ns;            /* of event time; 0: 24 hours */
    size_t conversation_bytes;  /* 0: 4 MiB */
    size_t conversation_events; /* 0: 10,000 */
};

/* One conversation between its first record and its delivery. */
struct log_conversation {
    struct log_conversation *older, *newer; /* by first record: all that are not finished */
    struct log_conversation *next;          /* in its bucket; sealed: in the queue */
    struct partition_table *table;
    struct conversation *conversation; /* NULL once it was taken */
    uint64_t hash;                     /* of its id */
    int64_t first_offset;
    int64_t records, duplicates; /* records taken, and those that said nothing new */
    int64_t events;              /* what it was made of */
    int64_t start_ns, last_ns;   /* of its events */
    int64_t next_sequence;       /* all below are there; -1: they came out of order */
    bool open_at_end;            /* neither ended nor idle when the range was over */
    struct strbuf results;       /* its owner's, until it is finished */
    size_t facts_size;           /* of the results: what comes first */
};

enum partition_verdict {
    PARTITION_TAKEN,
    PARTITION_OUTSIDE,     /* no open conversation of that id */
    PARTITION_FEEDBACK,    /* for a conversation that is not open (any more) */
    PARTITION_PASSED_OVER, /* was dealt with before the restart */
};

struct partition_table;

struct partition_table *partition_table_create(const struct partition_table_options *options,
                                               int32_t partition);
void partition_table_destroy(struct partition_table *table);
int32_t partition_table_partition(const struct partition_table *table);

/* Goes on from a commit: everything below `read` was dealt with but for the conversations that
 * begin at `unfinished` (ascending). Reading has to begin at the first of these, or at `read`. */
enum status partition_table_restore(struct partition_table *table, int64_t read,
                                    const int64_t *unfinished, size_t count, struct error *err);

/* The record at `offset` holds this event. Errors: memory; STATUS_DATA: the log is not what it was
 * at the commit. */
enum status partition_table_add(struct partition_table *table, int64_t offset,
                                const struct event *event, enum partition_verdict *ret_verdict,
                                struct error *err);
/* True for a record that was dealt with before the restart. */
bool partition_table_was_read(const struct partition_table *table, int64_t offset);
/* The range is over: what is open is sealed, as open_at_end unless it has ended. */
enum status partition_table_finish(struct partition_table *table, struct error *err);

/* The next sealed conversation, or NULL; the caller's from then on. Its `origin` is the log
 * conversation, which lives until partition_table_finished. */
struct conversation *partition_table_take(struct partition_table *table);
void partition_table_finished(struct log_conversation *log);

/* First offsets of what is not finished, ascending: opened or, after a restart, still to be opened
 * again. The first is where a restart has to read. False: memory ran out. */
bool partition_table_list(const struct partition_table *table, int64_t **ret_offsets,
                          size_t *ret_count);

/* The partition is somebody else's: what was not taken is dropped. Log conversations that were
 * taken stay until the table is destroyed. */
void partition_table_abandon(struct partition_table *table);
bool partition_table_is_abandoned(const struct partition_table *table);

DEFINE_CLEANUP(partition_table_cleanup, struct partition_table, partition_table_destroy)

#endif
