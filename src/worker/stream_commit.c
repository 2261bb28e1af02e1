/*
 * stream_commit.c: one short transaction: results, accounting, dead letters and offsets of every
 * partition that has any. Everything is kept until the broker says that it is committed; after an
 * abort it is written anew for what is still owned.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "journal/commit_note.h"
#include "worker/fail_point.h"
#include "worker/stream_private.h"

enum { ATTEMPTS = 20 };

bool stream_commit_is_dirty(const struct stream_partition *partition)
{
    return partition->table && !partition->is_done &&
           (partition->pending.size || partition->read > partition->accounted ||
            partition->is_over);
}

/* What one partition's commit says. */
struct saying {
    struct stream_partition *partition;
    int64_t offset;
    struct strbuf metadata;
    bool is_end;
};

static enum status send_note(struct kafka_stream *stream, const struct stream_partition *partition,
                             struct strbuf *metadata, struct error *err)
{
    strbuf_clear(&stream->key);
    strbuf_add_format(&stream->key, "%s/%d", stream->options.plan->run_id,
                      partition->plan->partition);
    struct kafka_record record = {
        .partition = 0, .key = strbuf_view(&stream->key), .value = strbuf_view(metadata)};
    int32_t at;
    int64_t offset;
    enum status status = kafka_producer_send_and_locate(
        stream->producer, stream->options.topics->names[RUN_TOPIC_PROGRESS], &record, &at, &offset,
        err);
    strbuf_clear(metadata);
    if (status == STATUS_OK)
        commit_note_encode_place(at, offset, metadata);
    return status;
}

/* The offset is the first record still needed; the note says what of the records behind it is not
 * done. At the end of the range nothing is left to say. */
static enum status say(struct kafka_stream *stream, struct saying *saying, struct error *err)
{
    struct stream_partition *partition = saying->partition;
    int64_t *list;
    size_t count;
    if (!partition_table_list(partition->table, &list, &count))
        return error_no_memory(err);
    saying->offset = count ? list[0] : partition->read;
    saying->is_end = partition->is_over && count == 0;
    if (saying->is_end)
        saying->offset = partition->plan->end;
    else
        commit_note_encode(saying->offset, &(struct commit_note){partition->read, list, count},
                           &saying->metadata);
    memory_free(list);
    if (saying->metadata.failed)
        return error_no_memory(err);
    bool is_long =
        saying->metadata.size > (size_t)stream->options.pipeline->source.kafka->metadata_bytes;
    return is_long ? send_note(stream, partition, &saying->metadata, err) : STATUS_OK;
}

static enum status send_all(struct kafka_stream *stream, struct saying *sayings, size_t count,
                            struct error *err)
{
    enum status status = STATUS_OK;
    struct strbuf accounting = {0};
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct stream_partition *partition = sayings[i].partition;
        status = output_list_send(strbuf_view(&partition->pending), stream->options.topics,
                                  stream->producer, err);
        strbuf_clear(&accounting);
        if (status == STATUS_OK && partition->read > partition->accounted)
            status = stream_output_accounting(stream, partition, &accounting, err);
        if (status == STATUS_OK)
            status = output_list_send(strbuf_view(&accounting), stream->options.topics,
                                      stream->producer, err);
        if (status == STATUS_OK)
            status = say(stream, &sayings[i], err);
    }
    strbuf_done(&accounting);
    return status;
}

static void on_offsets_sent(void)
{
    fail_point("between_offsets_and_commit");
}

static void settle(struct saying *saying)
{
    struct stream_partition *partition = saying->partition;
    partition->accounted = partition->read;
    partition->consumed = partition->taken = partition->outside = 0;
    partition->tombstones = partition->feedback = partition->dead = 0;
    partition->is_done = saying->is_end;
    strbuf_clear(&partition->pending);
    strbuf_clear(&partition->faults);
}

static enum status commit_once(struct kafka_stream *stream, struct saying *sayings, size_t count,
                               enum kafka_outcome *ret_outcome, struct error *err)
{
    struct kafka_commit *commits = memory_alloc(count * sizeof *commits);
    if (!commits)
        return error_no_memory(err);
    enum status status = kafka_producer_begin(stream->producer, err);
    if (status == STATUS_OK) {
        status = send_all(stream, sayings, count, err);
        if (status != STATUS_OK) {
            struct error ignored;
            (void)kafka_producer_abort(stream->producer, &ignored);
        }
    }
    for (size_t i = 0; i < count; i++)
        commits[i] = (struct kafka_commit){sayings[i].partition->plan->partition, sayings[i].offset,
                                           strbuf_view(&sayings[i].metadata)};
    fail_point("in_transaction");
    if (status == STATUS_OK)
        status = kafka_producer_commit(stream->producer, stream->consumer, commits, count,
                                       on_offsets_sent, ret_outcome, err);
    if (status == STATUS_OK && *ret_outcome == KAFKA_COMMITTED) {
        fail_point("after_commit");
        for (size_t i = 0; i < count; i++)
            settle(&sayings[i]);
    }
    memory_free(commits);
    return status;
}

enum status stream_commit(struct kafka_stream *stream, struct error *err)
{
    enum status status = STATUS_OK;
    enum kafka_outcome outcome = KAFKA_ABORTED;
    for (int attempt = 0; status == STATUS_OK && outcome == KAFKA_ABORTED; attempt++) {
        struct saying *sayings = memory_alloc((stream->partition_count + 1) * sizeof *sayings);
        size_t count = 0;
        for (size_t i = 0; sayings && i < stream->partition_count; i++)
            if (stream_commit_is_dirty(&stream->partitions[i]))
                sayings[count++].partition = &stream->partitions[i];
        status = !sayings ? error_no_memory(err)
                 : count  ? commit_once(stream, sayings, count, &outcome, err)
                          : STATUS_OK;
        for (size_t i = 0; sayings && i < count; i++)
            strbuf_done(&sayings[i].metadata);
        memory_free(sayings);
        stream->last_commit_ns = clock_monotonic_ns();
        if (status != STATUS_OK && !stream->is_in_rebalance &&
            kafka_producer_is_fatal(stream->producer)) {
            struct error why = *err;
            return kafka_stream_renew(stream, &why, err);
        }
        if (count == 0 || stream->is_in_rebalance)
            break; /* in a rebalance there is one chance: what does not pass is done anew */
        if (status == STATUS_OK && outcome == KAFKA_ABORTED)
            status = attempt < ATTEMPTS
                         ? kafka_consumer_refresh(stream->consumer, err)
                         : error_set(err, STATUS_NETWORK, "no transaction could be committed");
    }
    return status;
}
