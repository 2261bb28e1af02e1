/*
 * kafka_message.c: messages and committed offsets, for the consumer and the questions. Thread: the
 * owner's of the client.
 */
#include "kafka/kafka_message.h"

#include "base/clock.h"

#include <time.h>

void kafka_message_view(const rd_kafka_message_t *message,
                        struct kafka_header headers[KAFKA_MESSAGE_HEADERS],
                        struct kafka_record *ret_record)
{
    rd_kafka_timestamp_type_t type;
    *ret_record =
        (struct kafka_record){.partition = message->partition,
                              .offset = message->offset,
                              .timestamp_ms = rd_kafka_message_timestamp(message, &type),
                              .key = {message->key, message->key ? message->key_len : 0},
                              .value = {message->payload, message->payload ? message->len : 0},
                              .headers = headers};
    rd_kafka_headers_t *list;
    if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const void *value;
    size_t count = 0, size;
    while (count < KAFKA_MESSAGE_HEADERS &&
           rd_kafka_header_get_all(list, count, &headers[count].name, &value, &size) ==
               RD_KAFKA_RESP_ERR_NO_ERROR) {
        headers[count].value = (struct strview){value, value ? size : 0};
        count++;
    }
    ret_record->header_count = count;
}

enum status kafka_message_committed(struct kafka_client *client, const char *topic,
                                    int32_t partition, int timeout_ms, int64_t *ret_offset,
                                    struct strbuf *metadata, struct error *err)
{
    int64_t end_ns = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    rd_kafka_resp_err_t code;
    do { /* after a kill the old transaction has to end first: UNSTABLE_OFFSET_COMMIT, time-outs */
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_add(list, topic, partition);
        code = rd_kafka_committed(client->handle, list, 2000);
        if (!code)
            code = at->err;
        if (!code) {
            *ret_offset = at->offset < 0 ? -1 : at->offset;
            if (metadata) {
                strbuf_clear(metadata);
                strbuf_add(metadata, at->metadata ? at->metadata : "", at->metadata_size);
            }
        }
        rd_kafka_topic_partition_list_destroy(list);
        if (code) /* some codes come at once */
            nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    } while (code && clock_monotonic_ns() < end_ns);
    return code ? kafka_client_fail(client, code, err, "read the offset committed for '%s'[%d]",
                                    topic, partition)
                : STATUS_OK;
}
