/*
 * stream_intake.c: records into the tables of their partitions, and partitions coming and going. A
 * partition's table begins where its commit says and is dropped when the partition goes.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "journal/commit_note.h"
#include "worker/fail_point.h"
#include "worker/stream_private.h"

static struct partition_table_options table_options(const struct kafka_stream *stream)
{
    const struct kafka_source_spec *spec = stream->options.pipeline->source.kafka;
    return (struct partition_table_options){.gap_ns = spec->gap_ns,
                                            .span_records = spec->max_conversation_records,
                                            .span_ns = spec->max_conversation_time_ns};
}

static enum status copy_value(void *context, const struct kafka_record *record, struct error *err)
{
    struct strbuf *value = context;
    strbuf_add_view(value, record->value);
    return value->failed ? error_no_memory(err) : STATUS_OK;
}

/* The note of a commit, also when it lies in the topic of progress. */
static enum status read_note(struct kafka_stream *stream, int64_t committed,
                             struct strview metadata, struct commit_note *ret_note,
                             struct error *err)
{
    int32_t partition;
    int64_t offset;
    if (!commit_note_decode_place(metadata, &partition, &offset))
        return commit_note_decode(committed, metadata, ret_note, err);
    struct strbuf text = {0};
    enum status status =
        kafka_admin_read(stream->options.admin,
                         &(struct kafka_range){stream->options.topics->names[RUN_TOPIC_PROGRESS],
                                               partition, offset, offset + 1},
                         copy_value, &text, err);
    if (status == STATUS_OK && text.size == 0)
        status = error_set(err, STATUS_DATA, "the topic of progress has lost a record");
    if (status == STATUS_OK)
        status = commit_note_decode(committed, strbuf_view(&text), ret_note, err);
    strbuf_done(&text);
    return status;
}

static enum status begin_table(struct kafka_stream *stream, struct stream_partition *partition,
                               int64_t committed, struct strview metadata, struct error *err)
{
    struct partition_table_options options = table_options(stream);
    struct commit_note note = {.read = committed};
    enum status status = read_note(stream, committed, metadata, &note, err);
    if (status != STATUS_OK)
        return status;
    partition->table = partition_table_create(&options, partition->plan->partition);
    status = partition->table ? partition_table_restore(partition->table, note.read,
                                                        note.unfinished, note.count, err)
                              : error_no_memory(err);
    memory_free(note.unfinished);
    partition->read = partition->accounted = note.read;
    partition->is_over = partition->is_done = committed >= partition->plan->end;
    return status;
}

static enum status assigned(void *context, int32_t number, int64_t committed,
                            struct strview metadata, int64_t *ret_start, struct error *err)
{
    struct kafka_stream *stream = context;
    struct stream_partition *partition = kafka_stream_partition_of(stream, number);
    fail_point("in_assign");
    *ret_start = -1; /* RD_KAFKA_OFFSET_END: added after the plan, nothing of it is ours */
    if (!partition)
        return STATUS_OK;
    if (partition->table)
        stream_intake_drop(stream, partition);
    int64_t start = committed < 0 ? partition->plan->start : committed;
    enum status status = begin_table(stream, partition, start, metadata, err);
    if (status == STATUS_OK && !partition->is_done)
        *ret_start = start;
    return status;
}

void stream_intake_drop(struct kafka_stream *stream, struct stream_partition *partition)
{
    struct partition_table *table = partition->table;
    const struct plan_partition *plan = partition->plan;
    bool is_known_done = partition->is_known_done || partition->is_done;
    if (!table)
        return;
    strbuf_done(&partition->faults);
    strbuf_done(&partition->pending);
    *partition = (struct stream_partition){.plan = plan, .is_known_done = is_known_done};
    partition_table_abandon(table);
    if (memory_grow(&stream->abandoned, &stream->abandoned_capacity, stream->abandoned_count + 1,
                    sizeof *stream->abandoned))
        stream->abandoned[stream->abandoned_count++] = table; /* else it is lost, and safe */
}

static enum status revoked(void *context, const int32_t *partitions, size_t count, bool is_lost,
                           struct error *err)
{
    struct kafka_stream *stream = context;
    enum status status = STATUS_OK;
    bool is_closing = stream->is_in_rebalance;
    stream->is_in_rebalance = true;
    fail_point("in_revoke");
    if (!is_lost && !is_closing && count)
        status = stream_commit(stream, err);
    if (status != STATUS_OK && kafka_producer_is_fatal(stream->producer))
        status = STATUS_OK; /* nothing was committed; the next commit makes the producer anew */
    for (size_t i = 0; i < count; i++) {
        struct stream_partition *partition = kafka_stream_partition_of(stream, partitions[i]);
        if (partition)
            stream_intake_drop(stream, partition);
    }
    stream->is_in_rebalance = is_closing;
    return status;
}

const struct kafka_consumer_hooks stream_intake_hooks = {.assigned = assigned, .revoked = revoked};

static enum status reach_end(struct kafka_stream *stream, struct stream_partition *partition,
                             struct error *err)
{
    partition->is_over = true;
    if (partition->read < partition->plan->end)
        partition->read = partition->plan->end;
    kafka_consumer_pause(stream->consumer, partition->plan->partition, true);
    return partition_table_finish(partition->table, err);
}

static enum status take_event(struct kafka_stream *stream, struct stream_partition *partition,
                              const struct kafka_record *record, const struct event *event,
                              struct error *err)
{
    enum partition_verdict verdict;
    enum status status =
        partition_table_add(partition->table, record->offset, event, &verdict, err);
    bool is_new = !partition_table_was_read(partition->table, record->offset);
    if (status != STATUS_OK || !is_new)
        return status;
    partition->taken += verdict == PARTITION_TAKEN;
    partition->outside += verdict == PARTITION_OUTSIDE;
    partition->feedback += verdict == PARTITION_FEEDBACK;
    return verdict == PARTITION_FEEDBACK
               ? stream_output_feedback(stream, partition, record, event, err)
               : STATUS_OK;
}

static enum status take_record(struct kafka_stream *stream, struct stream_partition *partition,
                               const struct kafka_record *record, struct error *err)
{
    bool is_new = !partition_table_was_read(partition->table, record->offset);
    partition->consumed += is_new;
    if (record->offset + 1 > partition->read)
        partition->read = record->offset + 1;
    if (!record->value.data) {
        partition->tombstones += is_new;
        return STATUS_OK;
    }
    arena_reset(stream->decode);
    struct event event;
    struct error why = {0};
    enum status status = kafka_event_decode(stream->codec, record, stream->decode, &event, &why);
    if (status == STATUS_OK)
        return take_event(stream, partition, record, &event, err);
    bool is_records_fault = status == STATUS_DATA || status == STATUS_LIMIT ||
                            (status == STATUS_NO_MEMORY && arena_limit_was_hit(stream->decode));
    if (!is_records_fault) {
        *err = why;
        error_where(err, "'%s'[%d]@%lld", stream->options.plan->topic, record->partition,
                    (long long)record->offset);
        return status;
    }
    if (!is_new)
        return STATUS_OK;
    partition->dead++;
    return stream_output_dead_letter(stream, partition, record, &why, err);
}

enum status stream_intake_poll(struct kafka_stream *stream, int wait_ms, bool *ret_any,
                               struct error *err)
{
    enum kafka_polled polled;
    struct kafka_record record;
    *ret_any = false;
    enum status status = kafka_consumer_poll(stream->consumer, wait_ms, &polled, &record, err);
    if (status != STATUS_OK || polled == KAFKA_POLLED_NOTHING)
        return status;
    *ret_any = true;
    struct stream_partition *partition = kafka_stream_partition_of(stream, record.partition);
    if (!partition || !partition->table || partition->is_over)
        return STATUS_OK;
    if (record.offset >= partition->plan->end)
        return reach_end(stream, partition, err);
    if (polled == KAFKA_POLLED_END)
        return STATUS_OK;
    status = take_record(stream, partition, &record, err);
    if (status == STATUS_OK && record.offset + 1 >= partition->plan->end)
        status = reach_end(stream, partition, err);
    return status;
}
