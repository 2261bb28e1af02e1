/*
 * event_file.c: batches of lines, and a line into an event.
 */
#include "ingest/event_file.h"

#include "base/memory.h"
#include "ingest/record_file.h"

void line_batch_done(struct line_batch *batch)
{
    strbuf_done(&batch->text);
    memory_free(batch->lines);
    *batch = (struct line_batch){0};
}

struct strview line_batch_get(const struct line_batch *batch, size_t index)
{
    const struct batch_line *line = &batch->lines[index];
    return (struct strview){batch->text.data + line->offset, line->size};
}

enum status line_batch_read(struct line_batch *batch, struct line_reader *reader, size_t max_lines,
                            size_t max_bytes, struct error *err)
{
    batch->count = 0;
    strbuf_clear(&batch->text);
    struct line line;
    enum status status = STATUS_OK;
    while (batch->count < max_lines && batch->text.size < max_bytes &&
           line_reader_next(reader, &line, &status, err)) {
        if (strview_trim(line.bytes).size == 0)
            continue;
        if (!memory_grow(&batch->lines, &batch->capacity, batch->count + 1, sizeof *batch->lines))
            return error_no_memory(err);
        size_t size = line.too_long ? 0 : line.bytes.size;
        batch->lines[batch->count++] = (struct batch_line){.offset = batch->text.size,
                                                           .size = size,
                                                           .number = line.number,
                                                           .too_long = line.too_long};
        strbuf_add(&batch->text, line.bytes.data, size);
        if (batch->text.failed)
            return error_no_memory(err);
    }
    return status;
}

void event_file_decode(const struct line_batch *batch, size_t index, struct arena *arena,
                       struct decoded_event *ret_decoded)
{
    memset(&ret_decoded->unknown, 0, sizeof ret_decoded->unknown);
    struct error *err = &ret_decoded->error;
    enum status status;
    if (batch->lines[index].too_long) {
        status =
            error_set(err, STATUS_DATA, "the line is longer than %d bytes", EVENT_LINE_LIMIT_BYTES);
        error_fix(err, "An event is one utterance: look for a missing line end.");
    } else {
        status = json_record_decode_event(line_batch_get(batch, index), &ret_decoded->event, arena,
                                          &ret_decoded->unknown, err);
        record_file_explain(status, err);
    }
    ret_decoded->valid = status == STATUS_OK;
}
