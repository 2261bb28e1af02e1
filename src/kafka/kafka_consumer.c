/*
 * kafka_consumer.c: polling and rebalancing. A partition belongs to this member from the end of the
 * assign callback to the end of the revoke callback, both of which run inside of poll on the
 * owner's thread: no result can be written for a partition while it changes hands.
 */
#include "kafka/kafka_consumer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "kafka/kafka_consumer_private.h"
#include "kafka/kafka_message.h"

#include <string.h>

enum { PATIENCE_MS = 60000, COMMITTED_TIMEOUT_MS = 90000, CLOSE_TIMEOUT_MS = 5000 };

struct kafka_consumer {
    struct kafka_client client;
    struct kafka_consumer_options options;
    rd_kafka_consumer_group_metadata_t *group;
    rd_kafka_message_t *message; /* lent out */
    struct kafka_header headers[KAFKA_MESSAGE_HEADERS];
    struct strbuf metadata;
    enum status status; /* of a callback */
    struct error error;
    bool has_joined;
    bool is_held;         /* the message was polled and not handed out yet */
    int64_t last_sign_ns; /* of a broker */
};

const rd_kafka_consumer_group_metadata_t *
kafka_consumer_group(const struct kafka_consumer *consumer)
{
    return consumer->group;
}

const char *kafka_consumer_topic(const struct kafka_consumer *consumer)
{
    return consumer->options.topic;
}

bool kafka_consumer_has_joined(const struct kafka_consumer *consumer)
{
    return consumer->has_joined;
}

static bool is_cooperative(struct kafka_consumer *consumer)
{
    const char *protocol = rd_kafka_rebalance_protocol(consumer->client.handle);
    return protocol && strcmp(protocol, "COOPERATIVE") == 0;
}

static void take_group(struct kafka_consumer *consumer)
{
    if (consumer->group)
        rd_kafka_consumer_group_metadata_destroy(consumer->group);
    consumer->group = rd_kafka_consumer_group_metadata(consumer->client.handle);
}

static void keep_error(struct kafka_consumer *consumer, rd_kafka_error_t *error, const char *what)
{
    if (!error)
        return;
    if (consumer->status == STATUS_OK)
        consumer->status = error_set(&consumer->error, STATUS_NETWORK, "could not %s: %s", what,
                                     rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
}

static void assign(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    struct kafka_consumer_hooks *hooks = &consumer->options.hooks;
    rd_kafka_t *handle = consumer->client.handle;
    for (int i = 0; i < list->cnt && consumer->status == STATUS_OK; i++) {
        rd_kafka_topic_partition_t *at = &list->elems[i];
        int64_t committed = -1;
        consumer->status = kafka_message_committed(&consumer->client, at->topic, at->partition,
                                                   COMMITTED_TIMEOUT_MS, &committed,
                                                   &consumer->metadata, &consumer->error);
        if (consumer->status == STATUS_OK)
            consumer->status =
                hooks->assigned(hooks->context, at->partition, committed,
                                strbuf_view(&consumer->metadata), &at->offset, &consumer->error);
    }
    if (consumer->status == STATUS_OK && is_cooperative(consumer))
        keep_error(consumer, rd_kafka_incremental_assign(handle, list), "take partitions");
    else if (consumer->status == STATUS_OK)
        (void)rd_kafka_assign(handle, list);
    if (list->cnt) /* one that was paused when it went would stay so when it comes back */
        (void)rd_kafka_resume_partitions(handle, list);
    take_group(consumer);
    consumer->has_joined = true;
}

static void revoke(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    struct kafka_consumer_hooks *hooks = &consumer->options.hooks;
    rd_kafka_t *handle = consumer->client.handle;
    bool is_lost = rd_kafka_assignment_lost(handle);
    int32_t *partitions = memory_alloc((size_t)(list->cnt + 1) * sizeof *partitions);
    for (int i = 0; partitions && i < list->cnt; i++)
        partitions[i] = list->elems[i].partition;
    struct error error = {0};
    enum status status =
        partitions ? hooks->revoked(hooks->context, partitions, (size_t)list->cnt, is_lost, &error)
                   : error_no_memory(&error);
    if (status != STATUS_OK && consumer->status == STATUS_OK) {
        consumer->status = status;
        consumer->error = error;
    }
    memory_free(partitions);
    if (is_cooperative(consumer))
        keep_error(consumer, rd_kafka_incremental_unassign(handle, list), "give partitions back");
    else
        (void)rd_kafka_assign(handle, NULL);
}

static void on_rebalance(void *owner, rd_kafka_resp_err_t what,
                         rd_kafka_topic_partition_list_t *list)
{
    struct kafka_consumer *consumer = owner;
    consumer->last_sign_ns = clock_monotonic_ns();
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        assign(consumer, list);
    else
        revoke(consumer, list);
}

enum status kafka_consumer_open(const struct kafka_consumer_options *options,
                                struct kafka_consumer **ret_consumer, struct error *err)
{
    struct kafka_consumer *made = memory_alloc(sizeof *made);
    if (!made)
        return error_no_memory(err);
    made->options = *options;
    made->last_sign_ns = clock_monotonic_ns();
    made->client.owner = made;
    made->client.rebalanced = on_rebalance;
    CLEANUP(kafka_consumer_cleanup) struct kafka_consumer *consumer = made;
    const struct kafka_own_property own[] = {
        {"group.id", options->group},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"},
        {"enable.partition.eof", "true"},
        {"?partition.assignment.strategy", "cooperative-sticky"},
        {"?session.timeout.ms", "10000"},
        {"?heartbeat.interval.ms", "1000"},
        {"?queued.max.messages.kbytes", "32768"},
        {NULL, NULL}};
    enum status status =
        kafka_client_open(&consumer->client, RD_KAFKA_CONSUMER, options->config, own, err);
    if (status != STATUS_OK)
        return status;
    rd_kafka_poll_set_consumer(consumer->client.handle);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, options->topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->client.handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code)
        return kafka_client_fail(&consumer->client, code, err, "join the group '%s'",
                                 options->group);
    *ret_consumer = TAKE(consumer);
    return STATUS_OK;
}

/* Served as an event: rd_kafka_queue_poll_callback aborts the process on a message that was still
 * on its way. */
static void serve_leaving(struct kafka_consumer *consumer, rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 50);
    if (!event)
        return;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
        on_rebalance(consumer, rd_kafka_event_error(event),
                     rd_kafka_event_topic_partition_list(event));
    rd_kafka_event_destroy(event);
}

/* rd_kafka_consumer_close of 2.0.2 may wait for ever when the group is just rebalancing (seen with
 * two members that leave at once): this waits a set time, and leaves the rest to the end
 * of the process. */
static bool leave_group(struct kafka_consumer *consumer)
{
    rd_kafka_t *handle = consumer->client.handle;
    if (!handle)
        return true;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(handle, queue);
    int64_t end_ns = clock_monotonic_ns() + CLOSE_TIMEOUT_MS * NS_PER_MS;
    while (!error && !rd_kafka_consumer_closed(handle) && clock_monotonic_ns() < end_ns)
        serve_leaving(consumer, queue);
    if (error)
        rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(queue);
    consumer->client.leaves_at_once = true;
    return rd_kafka_consumer_closed(handle) != 0;
}

void kafka_consumer_close(struct kafka_consumer *consumer)
{
    if (!consumer)
        return;
    if (consumer->message)
        rd_kafka_message_destroy(consumer->message);
    if (!leave_group(consumer))
        return; /* destroying it would hang too: it is left to the end of the process */
    if (consumer->group)
        rd_kafka_consumer_group_metadata_destroy(consumer->group);
    kafka_client_close(&consumer->client);
    strbuf_done(&consumer->metadata);
    memory_free(consumer);
}

/* No broker was heard of for long: asked once more before giving up. */
static enum status look_for_brokers(struct kafka_consumer *consumer, struct error *err)
{
    struct kafka_client *client = &consumer->client;
    int patience_ms =
        consumer->options.patience_ms > 0 ? consumer->options.patience_ms : PATIENCE_MS;
    if (clock_monotonic_ns() - consumer->last_sign_ns < patience_ms * NS_PER_MS)
        return STATUS_OK;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client->handle, 0, NULL, &metadata, 5000);
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    consumer->last_sign_ns = clock_monotonic_ns();
    return code ? kafka_client_fail(client, code, err, "read the topic '%s' for %d s",
                                    consumer->options.topic, patience_ms / 1000)
                : STATUS_OK;
}

/* Faults that do not pass by themselves. */
static bool is_lasting(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return true;
    default:
        return false;
    }
}

static enum status judge(struct kafka_consumer *consumer, const rd_kafka_message_t *message,
                         struct error *err)
{
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        enum status status =
            error_set(err, STATUS_DATA, "'%s'[%d] has no record %lld any more",
                      consumer->options.topic, message->partition, (long long)message->offset);
        error_fix(err, "The topic's retention has deleted it: begin a new run.");
        return status;
    }
    return is_lasting(message->err)
               ? kafka_client_fail(&consumer->client, message->err, err, "read the topic '%s'",
                                   consumer->options.topic)
               : STATUS_OK;
}

enum status kafka_consumer_poll(struct kafka_consumer *consumer, int wait_ms,
                                enum kafka_polled *ret_polled, struct kafka_record *ret_record,
                                struct error *err)
{
    *ret_polled = KAFKA_POLLED_NOTHING;
    if (!consumer->is_held) {
        if (consumer->message)
            rd_kafka_message_destroy(consumer->message);
        consumer->message = rd_kafka_consumer_poll(consumer->client.handle, wait_ms);
    }
    consumer->is_held = false;
    const rd_kafka_message_t *message = consumer->message;
    if (consumer->status != STATUS_OK) {
        if (err)
            *err = consumer->error;
        return consumer->status;
    }
    if (!message)
        return look_for_brokers(consumer, err);
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        *ret_record =
            (struct kafka_record){.partition = message->partition, .offset = message->offset};
        *ret_polled = KAFKA_POLLED_END;
    } else if (message->err) {
        return judge(consumer, message, err);
    } else {
        kafka_message_view(message, consumer->headers, ret_record);
        *ret_polled = KAFKA_POLLED_RECORD;
    }
    consumer->last_sign_ns = clock_monotonic_ns();
    return STATUS_OK;
}

void kafka_consumer_pause(struct kafka_consumer *consumer, int32_t partition, bool is_paused)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, consumer->options.topic, partition);
    if (is_paused)
        (void)rd_kafka_pause_partitions(consumer->client.handle, list);
    else
        (void)rd_kafka_resume_partitions(consumer->client.handle, list);
    rd_kafka_topic_partition_list_destroy(list);
}

enum status kafka_consumer_refresh(struct kafka_consumer *consumer, struct error *err)
{
    enum kafka_polled polled;
    struct kafka_record record;
    enum status status = kafka_consumer_poll(consumer, 200, &polled, &record, err);
    consumer->is_held = status == STATUS_OK && polled != KAFKA_POLLED_NOTHING;
    take_group(consumer);
    return status;
}
