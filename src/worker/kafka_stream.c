/*
 * kafka_stream.c: the interface that the lane sees, and when to read, pause and commit. Thread: the
 * caller's, throughout.
 */
#include "worker/kafka_stream.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "worker/fail_point.h"
#include "worker/stream_private.h"

#include <stdio.h>
#include <string.h>

enum {
    WAIT_MS = 100,
    ASK_EVERY_MS = 500,
    RECORDS_A_TURN = 512,
    PENDING_BYTES = 8 << 20,
    RENEWALS = 5
};

struct stream_partition *kafka_stream_partition_of(struct kafka_stream *stream, int32_t partition)
{
    for (size_t i = 0; i < stream->partition_count; i++)
        if (stream->partitions[i].plan->partition == partition)
            return &stream->partitions[i];
    return NULL;
}

void kafka_stream_keep_error(struct kafka_stream *stream, enum status status,
                             const struct error *err)
{
    if (status == STATUS_OK || stream->status != STATUS_OK)
        return;
    stream->status = status;
    stream->error = *err;
}

static enum status told(struct kafka_stream *stream, struct error *err)
{
    if (stream->status != STATUS_OK)
        *err = stream->error;
    return stream->status;
}

static struct kafka_stream *of(struct conversation_stream *base)
{
    return (struct kafka_stream *)base;
}

/* A partition whose last conversation is finished wants its end committed at once. */
static bool has_urgent(const struct kafka_stream *stream)
{
    size_t pending = 0;
    for (size_t i = 0; i < stream->partition_count; i++) {
        const struct stream_partition *partition = &stream->partitions[i];
        pending += partition->pending.size;
        int64_t *list;
        size_t count;
        if (!partition->table || !partition->is_over || partition->is_done ||
            !partition_table_list(partition->table, &list, &count))
            continue;
        memory_free(list);
        if (count == 0)
            return true;
    }
    return pending > PENDING_BYTES;
}

static enum status commit_when_due(struct kafka_stream *stream, struct error *err)
{
    int64_t every_ns = stream->options.pipeline->source.kafka->commit_every_ns;
    bool is_due = clock_monotonic_ns() - stream->last_commit_ns >= every_ns;
    if (!is_due && !has_urgent(stream))
        return STATUS_OK;
    return stream_commit(stream, err);
}

enum status kafka_stream_is_complete(struct kafka_stream *stream, bool *ret_complete,
                                     struct error *err)
{
    *ret_complete = true;
    for (size_t i = 0; i < stream->partition_count; i++) {
        struct stream_partition *partition = &stream->partitions[i];
        partition->is_known_done = partition->is_known_done || partition->is_done ||
                                   partition->plan->start >= partition->plan->end;
        if (partition->is_known_done)
            continue;
        int64_t committed = -1;
        enum status status =
            partition->table
                ? STATUS_OK
                : kafka_admin_committed(stream->options.admin, stream->options.plan->topic,
                                        partition->plan->partition, &committed, NULL, err);
        if (status != STATUS_OK)
            return status;
        partition->is_known_done = committed >= partition->plan->end;
        *ret_complete = *ret_complete && partition->is_known_done;
    }
    stream->is_complete = *ret_complete;
    return STATUS_OK;
}

static bool has_own_work(const struct kafka_stream *stream)
{
    for (size_t i = 0; i < stream->partition_count; i++)
        if (stream->partitions[i].table && !stream->partitions[i].is_done)
            return true;
    return false;
}

/* Nothing of ours is left: is the run over, or does somebody else still work (and may die)? */
static enum status look_for_end(struct kafka_stream *stream, bool *ret_ended, struct error *err)
{
    int64_t now_ns = clock_monotonic_ns();
    if (has_own_work(stream) || now_ns - stream->last_ask_ns < ASK_EVERY_MS * NS_PER_MS)
        return STATUS_OK;
    stream->last_ask_ns = now_ns;
    return kafka_stream_is_complete(stream, ret_ended, err);
}

static void pause_all(struct kafka_stream *stream, bool is_paused)
{
    for (size_t i = 0; i < stream->partition_count; i++) {
        const struct stream_partition *partition = &stream->partitions[i];
        if (partition->table && !partition->is_over)
            kafka_consumer_pause(stream->consumer, partition->plan->partition, is_paused);
    }
    stream->is_paused = is_paused;
}

/* What is not to be replayed never reaches the lane. */
static struct conversation *take_sealed(struct kafka_stream *stream)
{
    bool score_open = stream->options.pipeline->source.kafka->score_open;
    for (size_t i = 0; i < stream->partition_count; i++) {
        struct partition_table *table = stream->partitions[i].table;
        struct conversation *conversation;
        while (table && (conversation = partition_table_take(table))) {
            if (!conversation->origin->open_at_end || score_open)
                return conversation;
            stream->base.kind->finished(&stream->base, conversation, SKIP_OPEN_AT_END);
            conversation_destroy(conversation);
        }
    }
    return NULL;
}

static enum status next(struct conversation_stream *base, bool may_wait,
                        struct conversation **ret_conversation, bool *ret_ended, struct error *err)
{
    struct kafka_stream *stream = of(base);
    enum status status = told(stream, err);
    if (stream->is_paused)
        pause_all(stream, false);
    bool any = true;
    for (int i = 0; status == STATUS_OK && any && i < RECORDS_A_TURN; i++) {
        *ret_conversation = take_sealed(stream);
        if (*ret_conversation)
            return told(stream, err);
        status = stream_intake_poll(stream, may_wait && i == 0 ? WAIT_MS : 0, &any, err);
    }
    if (status == STATUS_OK)
        status = look_for_end(stream, ret_ended, err);
    return status == STATUS_OK ? told(stream, err) : status;
}

static enum status tend(struct conversation_stream *base, bool is_full, struct error *err)
{
    struct kafka_stream *stream = of(base);
    enum status status = told(stream, err);
    bool any;
    if (status == STATUS_OK && is_full) { /* rebalances are served, however much is to be done */
        if (!stream->is_paused)
            pause_all(stream, true);
        status = stream_intake_poll(stream, 0, &any, err);
    }
    return status == STATUS_OK ? commit_when_due(stream, err) : status;
}

static enum status facts(struct conversation_stream *base, struct conversation *conversation,
                         struct strview payload, struct error *err)
{
    struct log_conversation *log = conversation->origin;
    return partition_table_is_abandoned(log->table)
               ? STATUS_OK
               : stream_output_facts(of(base), log, payload, err);
}

static enum status trial(struct conversation_stream *base, struct conversation *conversation,
                         const struct trial *trial, struct strview payload, struct error *err)
{
    struct log_conversation *log = conversation->origin;
    fail_point("after_trial");
    return partition_table_is_abandoned(log->table)
               ? STATUS_OK
               : stream_output_trial(of(base), log, trial, payload, err);
}

static void finished(struct conversation_stream *base, struct conversation *conversation,
                     enum skip_reason skip)
{
    struct kafka_stream *stream = of(base);
    struct log_conversation *log = conversation->origin;
    struct error error = {0};
    if (partition_table_is_abandoned(log->table))
        return;
    kafka_stream_keep_error(stream, stream_output_finished(stream, log, conversation, skip, &error),
                            &error);
    partition_table_finished(log);
}

static uint64_t identity(const struct conversation *conversation)
{
    const struct log_conversation *log = conversation->origin;
    int64_t parts[] = {partition_table_partition(log->table), log->first_offset};
    return hash_64(parts, sizeof parts);
}

static const struct conversation_stream_kind kind = {.next = next,
                                                     .facts = facts,
                                                     .trial = trial,
                                                     .finished = finished,
                                                     .tend = tend,
                                                     .identity = identity};

static enum status open_pair(struct kafka_stream *stream, struct error *err)
{
    const struct kafka_stream_options *options = &stream->options;
    char id[400];
    snprintf(id, sizeof id, "%s.%s", options->plan->group, options->slot);
    enum status status = kafka_producer_open(options->config, id, &stream->producer, err);
    struct kafka_consumer_options consumer = {.config = options->config,
                                              .topic = options->plan->topic,
                                              .group = options->plan->group,
                                              .hooks = stream_intake_hooks};
    consumer.hooks.context = stream;
    return status == STATUS_OK ? kafka_consumer_open(&consumer, &stream->consumer, err) : status;
}

static void close_pair(struct kafka_stream *stream)
{
    stream->is_in_rebalance = true; /* nothing is committed any more */
    kafka_consumer_close(TAKE(stream->consumer));
    kafka_producer_close(TAKE(stream->producer));
    stream->is_in_rebalance = false;
}

enum status kafka_stream_renew(struct kafka_stream *stream, const struct error *why,
                               struct error *err)
{
    if (stream->renewals++ >= RENEWALS) {
        *err = *why;
        return why->status;
    }
    for (size_t i = 0; i < stream->partition_count; i++)
        stream_intake_drop(stream, &stream->partitions[i]);
    close_pair(stream);
    stream->is_paused = false;
    return open_pair(stream, err);
}

static enum status open_clients(struct kafka_stream *stream, struct error *err)
{
    const struct kafka_stream_options *options = &stream->options;
    bool has_registry = kafka_config_get(options->config, "schema.registry.url") != NULL;
    int format = options->pipeline->source.kafka->format;
    enum status status = STATUS_OK;
    if (has_registry || format == EVENT_FORMAT_REGISTRY)
        status = schema_registry_open(options->config, &stream->registry, err);
    if (status == STATUS_OK)
        status = kafka_event_open((enum event_format)format, stream->registry, &stream->codec, err);
    if (status == STATUS_OK && stream->registry)
        status = stream_output_register(stream, err);
    return status == STATUS_OK ? open_pair(stream, err) : status;
}

enum status kafka_stream_open(const struct kafka_stream_options *options,
                              struct kafka_stream **ret_stream, struct error *err)
{
    struct kafka_stream *made = memory_alloc(sizeof *made);
    if (!made)
        return error_no_memory(err);
    made->base.kind = &kind;
    made->options = *options;
    CLEANUP(kafka_stream_cleanup) struct kafka_stream *stream = made;
    stream->decode = arena_create(64 * 1024, 64 << 20);
    stream->scratch = arena_create(64 * 1024, 0);
    stream->partitions =
        memory_alloc((options->plan->partition_count + 1) * sizeof *stream->partitions);
    if (!stream->decode || !stream->scratch || !stream->partitions)
        return error_no_memory(err);
    stream->partition_count = options->plan->partition_count;
    for (size_t i = 0; i < stream->partition_count; i++)
        stream->partitions[i].plan = &options->plan->partitions[i];
    enum status status = open_clients(stream, err);
    if (status == STATUS_OK)
        *ret_stream = TAKE(stream);
    return status;
}

void kafka_stream_close(struct kafka_stream *stream)
{
    if (!stream)
        return;
    close_pair(stream);
    kafka_event_close(stream->codec);
    schema_registry_close(stream->registry);
    for (size_t i = 0; stream->partitions && i < stream->partition_count; i++) {
        partition_table_destroy(stream->partitions[i].table);
        strbuf_done(&stream->partitions[i].faults);
        strbuf_done(&stream->partitions[i].pending);
    }
    for (size_t i = 0; i < stream->abandoned_count; i++)
        partition_table_destroy(stream->abandoned[i]);
    memory_free(stream->abandoned);
    memory_free(stream->partitions);
    arena_destroy(stream->decode);
    arena_destroy(stream->scratch);
    strbuf_done(&stream->key);
    strbuf_done(&stream->value);
    strbuf_done(&stream->note);
    memory_free(stream);
}

struct conversation_stream *kafka_stream_attach(struct kafka_stream *stream,
                                                struct session *session)
{
    stream->session = session;
    return &stream->base;
}

enum status kafka_stream_flush(struct kafka_stream *stream, struct error *err)
{
    enum status status = told(stream, err);
    return status == STATUS_OK ? stream_commit(stream, err) : status;
}
