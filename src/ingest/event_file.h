/*
 * event_file.h: conversation events from a file: JSON Lines (plain or gzip). Lines are read in
 * batches by one thread and decoded, a line at a time, by any; memory is bounded by the batch.
 */
#ifndef ASSAY_INGEST_EVENT_FILE_H
#define ASSAY_INGEST_EVENT_FILE_H

#include "base/arena.h"
#include "base/file.h"
#include "codec/json_record.h"
#include "record/event.h"

enum { EVENT_LINE_LIMIT_BYTES = 8 << 20 };

/* Lines of one batch; the bytes lie in `text`. */
struct line_batch {
    struct strbuf text;
    struct batch_line {
        size_t offset, size; /* in text */
        uint64_t number;     /* in the file, from 1 */
        bool too_long;
    } *lines;
    size_t count, capacity;
};

void line_batch_done(struct line_batch *batch);
struct strview line_batch_get(const struct line_batch *batch, size_t index);

/*
 * Fills the batch with at most `max_lines` lines and about `max_bytes`. Empty lines are passed
 * over. count 0: the end. Thread: the reader's owner.
 */
enum status line_batch_read(struct line_batch *batch, struct line_reader *reader, size_t max_lines,
                            size_t max_bytes, struct error *err);

/* What a line turned out to be. */
struct decoded_event {
    struct event event;
    bool valid;
    struct json_unknown unknown;
    struct error
        error; /* when not valid; `where` holds the place in the line; its reader adds file:line */
};

/* Decodes a line into `arena`. Thread: any. */
void event_file_decode(const struct line_batch *batch, size_t index, struct arena *arena,
                       struct decoded_event *ret_decoded);

#endif
