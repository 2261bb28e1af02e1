/*
 * journal_message.h: the records of the journal topic, from which the report is made: a letter, one
 * line of JSON, and for conversations and trials the bytes that a run folder's journal holds.
 *
 *   C{"partition", "first_offset", "records", "events", "duplicates", "start_ns", "id", "skip",
 *     "faults"} facts        a conversation that is finished; skip: not replayed, and why
 *   T{"partition", "first_offset", "candidate", "repeat"} trial
 *   A{"partition", "from", "to", "consumed", ...}  what became of the records of [from, to)
 *   F{"partition", "offset", "id"} JSON of the event  feedback that came after its conversation
 *
 * Key: "<run id>/<partition>/<first offset>". Thread: any.
 */
#ifndef ASSAY_WORKER_JOURNAL_MESSAGE_H
#define ASSAY_WORKER_JOURNAL_MESSAGE_H

#include "base/json_write.h"
#include "codec/json_record.h"

enum journal_letter {
    JOURNAL_CONVERSATION = 'C',
    JOURNAL_RESULT = 'T',
    JOURNAL_ACCOUNTING = 'A',
    JOURNAL_FEEDBACK = 'F',
};

struct journal_message {
    enum journal_letter letter;
    json_t *head; /* the caller's: json_decref */
    struct strview payload;
};

/* STATUS_DATA when it is none. */
enum status journal_message_read(struct strview value, struct journal_message *ret_message,
                                 struct error *err);
int64_t journal_message_number(const struct journal_message *message, const char *key);

#endif
