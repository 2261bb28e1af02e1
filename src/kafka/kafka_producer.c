/*
 * kafka_producer.c: sending, and one transaction at a time. What may pass is tried again for a set
 * time; what needs an abort is aborted and told; the rest is an error. Thread: one owner.
 */
#include "kafka/kafka_producer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "kafka/kafka_consumer_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    INIT_TIMEOUT_MS = 30000,
    CALL_TIMEOUT_MS = 10000,
    PATIENCE_MS = 60000,
    FLUSH_TIMEOUT_MS = 60000,
    LARGEST_BYTES = 1000000 /* librdkafka's default of message.max.bytes */
};

struct kafka_producer {
    struct kafka_client client;
    size_t largest;
    bool is_transactional;
    uint64_t undelivered;
    rd_kafka_resp_err_t why; /* of the first one */
};

/* Where a record came to lie. */
struct place {
    int32_t partition;
    int64_t offset; /* -1: not delivered */
};

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    (void)handle;
    struct kafka_client *client = opaque;
    struct kafka_producer *producer = client->owner;
    struct place *place = message->_private;
    if (place)
        *place = (struct place){message->partition, message->err ? -1 : message->offset};
    if (!message->err)
        return;
    if (producer->undelivered++ == 0)
        producer->why = message->err;
}

/* How one step of a transaction ended. */
enum step_end { STEP_DONE, STEP_AGAIN, STEP_ABORT, STEP_FAILED };

static enum step_end judge(struct kafka_producer *producer, rd_kafka_error_t *error,
                           int64_t started_ns, const char *what, struct error *err)
{
    if (!error)
        return STEP_DONE;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    bool is_fatal = rd_kafka_error_is_fatal(error) != 0;
    bool may_retry = rd_kafka_error_is_retriable(error) &&
                     clock_monotonic_ns() - started_ns < PATIENCE_MS * NS_PER_MS;
    bool must_abort = rd_kafka_error_txn_requires_abort(error) != 0;
    rd_kafka_error_destroy(error);
    if (!is_fatal && must_abort)
        return STEP_ABORT;
    if (is_fatal || !may_retry) {
        char text[8];
        rd_kafka_resp_err_t fatal =
            rd_kafka_fatal_error(producer->client.handle, text, sizeof text);
        (void)kafka_client_fail(&producer->client, fatal ? fatal : code, err, "%s", what);
        return STEP_FAILED;
    }
    return STEP_AGAIN;
}

static enum status open_client(struct kafka_producer *producer, const struct kafka_config *config,
                               const char *id, struct error *err)
{
    const struct kafka_own_property plain[] = {{"?linger.ms", "5"},
                                               {"?compression.type", "lz4"},
                                               {"?partitioner", "murmur2_random"},
                                               {"?message.timeout.ms", "60000"},
                                               {"enable.idempotence", "true"},
                                               {NULL, NULL}};
    const char *largest = kafka_config_get(config, "message.max.bytes");
    producer->largest = largest ? strtoul(largest, NULL, 10) : LARGEST_BYTES;
    const struct kafka_own_property in_transactions[] = {{"?linger.ms", "5"},
                                                         {"?compression.type", "lz4"},
                                                         {"?partitioner", "murmur2_random"},
                                                         {"?transaction.timeout.ms", "10000"},
                                                         {"enable.idempotence", "true"},
                                                         {"transactional.id", id},
                                                         {NULL, NULL}};
    return kafka_client_open(&producer->client, RD_KAFKA_PRODUCER, config,
                             id ? in_transactions : plain, err);
}

enum status kafka_producer_open(const struct kafka_config *config, const char *transactional_id,
                                struct kafka_producer **ret_producer, struct error *err)
{
    struct kafka_producer *made = memory_alloc(sizeof *made);
    if (!made)
        return error_no_memory(err);
    made->client.owner = made;
    made->client.delivered = on_delivery;
    made->is_transactional = transactional_id != NULL;
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = made;
    enum status status = open_client(producer, config, transactional_id, err);
    int64_t started_ns = clock_monotonic_ns();
    for (enum step_end end = STEP_AGAIN;
         status == STATUS_OK && transactional_id && end == STEP_AGAIN;) {
        end = judge(producer, rd_kafka_init_transactions(producer->client.handle, INIT_TIMEOUT_MS),
                    started_ns, "begin with transactions", err);
        status = end == STEP_FAILED ? STATUS_NETWORK : STATUS_OK;
    }
    if (status == STATUS_OK)
        *ret_producer = TAKE(producer);
    return status;
}

void kafka_producer_close(struct kafka_producer *producer)
{
    if (!producer)
        return;
    if (producer->client.handle) /* what nobody waited for does not hold up the end */
        (void)rd_kafka_purge(producer->client.handle, RD_KAFKA_PURGE_F_QUEUE);
    kafka_client_close(&producer->client);
    memory_free(producer);
}

size_t kafka_producer_largest(const struct kafka_producer *producer)
{
    return producer->largest;
}

bool kafka_producer_is_fatal(const struct kafka_producer *producer)
{
    char text[8];
    return rd_kafka_fatal_error(producer->client.handle, text, sizeof text) !=
           RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_headers_t *headers_of(const struct kafka_record *record)
{
    if (!record->header_count)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);
    for (size_t i = 0; i < record->header_count; i++)
        (void)rd_kafka_header_add(headers, record->headers[i].name, -1,
                                  record->headers[i].value.data,
                                  (ssize_t)record->headers[i].value.size);
    return headers;
}

static void *bytes_of(struct strview view)
{
    return (void *)(uintptr_t)view.data;
}

static rd_kafka_resp_err_t send_once(struct kafka_producer *producer, const char *topic,
                                     const struct kafka_record *record, struct place *place)
{
    rd_kafka_headers_t *headers = headers_of(record);
    rd_kafka_vu_t parts[9] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION,
         .u.i32 = record->partition < 0 ? RD_KAFKA_PARTITION_UA : record->partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {bytes_of(record->key), record->key.size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {bytes_of(record->value), record->value.size}},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP,
         .u.i64 = record->timestamp_ms > 0 ? record->timestamp_ms : 0},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = place}};
    size_t count = 7;
    if (headers)
        parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    rd_kafka_error_t *error = rd_kafka_produceva(producer->client.handle, parts, count);
    rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error && headers)
        rd_kafka_headers_destroy(headers); /* still ours */
    if (error)
        rd_kafka_error_destroy(error);
    return code;
}

static enum status send_record(struct kafka_producer *producer, const char *topic,
                               const struct kafka_record *record, struct place *place,
                               struct error *err)
{
    int64_t end_ns = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    rd_kafka_resp_err_t code;
    while ((code = send_once(producer, topic, record, place)) == RD_KAFKA_RESP_ERR__QUEUE_FULL &&
           clock_monotonic_ns() < end_ns)
        (void)rd_kafka_poll(producer->client.handle, 20);
    (void)rd_kafka_poll(producer->client.handle, 0);
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        enum status status =
            error_set(err, STATUS_LIMIT, "a record of %zu bytes is too large", record->value.size);
        error_where(err, "topic '%s'", topic);
        error_fix(err, "Raise message.max.bytes under `kafka:` and of the topic.");
        return status;
    }
    return code ? kafka_client_fail(&producer->client, code, err, "write to the topic '%s'", topic)
                : STATUS_OK;
}

enum status kafka_producer_send(struct kafka_producer *producer, const char *topic,
                                const struct kafka_record *record, struct error *err)
{
    return send_record(producer, topic, record, NULL, err);
}

enum status kafka_producer_send_and_locate(struct kafka_producer *producer, const char *topic,
                                           const struct kafka_record *record,
                                           int32_t *ret_partition, int64_t *ret_offset,
                                           struct error *err)
{
    struct place place = {0, -1};
    enum status status = send_record(producer, topic, record, &place, err);
    if (status == STATUS_OK)
        status = kafka_producer_flush(producer, err);
    if (status == STATUS_OK && place.offset < 0)
        status = error_set(err, STATUS_NETWORK, "the broker did not say where a record lies");
    *ret_partition = place.partition;
    *ret_offset = place.offset;
    return status;
}

enum status kafka_producer_flush(struct kafka_producer *producer, struct error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(producer->client.handle, FLUSH_TIMEOUT_MS);
    if (!code && producer->undelivered)
        code = producer->why;
    if (!code)
        return STATUS_OK;
    enum status status = kafka_client_fail(
        &producer->client, code, err, "deliver %llu records",
        (unsigned long long)(producer->undelivered
                                 ? producer->undelivered
                                 : (uint64_t)rd_kafka_outq_len(producer->client.handle)));
    return status;
}

enum status kafka_producer_begin(struct kafka_producer *producer, struct error *err)
{
    producer->undelivered = 0;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer->client.handle);
    enum step_end end = judge(producer, error, 0, "begin a transaction", err);
    return end == STEP_DONE ? STATUS_OK : STATUS_NETWORK;
}

enum status kafka_producer_abort(struct kafka_producer *producer, struct error *err)
{
    int64_t started_ns = clock_monotonic_ns();
    for (;;) {
        enum step_end end =
            judge(producer, rd_kafka_abort_transaction(producer->client.handle, CALL_TIMEOUT_MS),
                  started_ns, "abort a transaction", err);
        if (end != STEP_AGAIN)
            return end == STEP_FAILED ? STATUS_NETWORK : STATUS_OK;
    }
}

static rd_kafka_error_t *send_offsets(struct kafka_producer *producer,
                                      struct kafka_consumer *consumer,
                                      const struct kafka_commit *commits, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_add(
            list, kafka_consumer_topic(consumer), commits[i].partition);
        at->offset = commits[i].offset;
        at->metadata_size = commits[i].metadata.size;
        at->metadata = malloc(commits[i].metadata.size + 1); /* librdkafka frees it */
        if (at->metadata && commits[i].metadata.size)
            memcpy(at->metadata, commits[i].metadata.data, commits[i].metadata.size);
        if (at->metadata)
            ((char *)at->metadata)[commits[i].metadata.size] = 0;
    }
    rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(
        producer->client.handle, list, kafka_consumer_group(consumer), CALL_TIMEOUT_MS);
    rd_kafka_topic_partition_list_destroy(list);
    return error;
}

enum status kafka_producer_commit(struct kafka_producer *producer, struct kafka_consumer *consumer,
                                  const struct kafka_commit *commits, size_t count,
                                  void (*between)(void), enum kafka_outcome *ret_outcome,
                                  struct error *err)
{
    int64_t started_ns = clock_monotonic_ns();
    enum step_end end = STEP_DONE;
    if (count)
        do {
            end = judge(producer, send_offsets(producer, consumer, commits, count), started_ns,
                        "send offsets to a transaction", err);
        } while (end == STEP_AGAIN);
    if (end == STEP_DONE && between)
        between();
    started_ns = clock_monotonic_ns();
    if (end == STEP_DONE)
        do {
            end = judge(producer,
                        rd_kafka_commit_transaction(producer->client.handle, CALL_TIMEOUT_MS),
                        started_ns, "commit a transaction", err);
        } while (end == STEP_AGAIN);
    if (end == STEP_FAILED)
        return STATUS_NETWORK;
    *ret_outcome = end == STEP_DONE ? KAFKA_COMMITTED : KAFKA_ABORTED;
    if (end == STEP_DONE)
        return STATUS_OK;
    return kafka_producer_abort(producer, err);
}
