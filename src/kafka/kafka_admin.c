/*
 * kafka_admin.c: a consumer that joins no group answers questions; the administrative calls go
 * through the same handle. Thread: one owner.
 */
#include "kafka/kafka_admin.h"

#include "base/clock.h"
#include "base/memory.h"
#include "kafka/kafka_client.h"
#include "kafka/kafka_message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_TIMEOUT_MS = 10000, POLL_MS = 100, STABLE_TIMEOUT_MS = 90000 };

struct kafka_admin {
    struct kafka_client client;
    struct kafka_client everything; /* reads what is not committed too; made when it is asked */
    int timeout_ms;
    int64_t stall_ms; /* reading: no record for so long is a fault */
};

enum status kafka_admin_open(const struct kafka_config *config, const char *group, int timeout_ms,
                             struct kafka_admin **ret_admin, struct error *err)
{
    struct kafka_admin *admin = memory_alloc(sizeof *admin);
    if (!admin)
        return error_no_memory(err);
    admin->timeout_ms = timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS;
    admin->stall_ms = 3 * (int64_t)admin->timeout_ms;
    const struct kafka_own_property own[] = {{"group.id", group ? group : "assay.admin"},
                                             {"enable.auto.commit", "false"},
                                             {"auto.offset.reset", "error"},
                                             {"isolation.level", "read_committed"},
                                             {"enable.partition.eof", "true"},
                                             {NULL, NULL}};
    enum status status = kafka_client_open(&admin->client, RD_KAFKA_CONSUMER, config, own, err);
    if (status != STATUS_OK) {
        memory_free(admin);
        return status;
    }
    rd_kafka_poll_set_consumer(admin->client.handle);
    *ret_admin = admin;
    return STATUS_OK;
}

void kafka_admin_close(struct kafka_admin *admin)
{
    if (!admin)
        return;
    kafka_client_close(&admin->client);
    kafka_client_close(&admin->everything);
    memory_free(admin);
}

const char *kafka_admin_brokers(const struct kafka_admin *admin)
{
    return admin->client.brokers;
}

/* Callbacks that tell why nothing answers are served here. */
static void serve(struct kafka_admin *admin)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(admin->client.handle, 0);
    if (message)
        rd_kafka_message_destroy(message);
}

enum status kafka_admin_partitions(struct kafka_admin *admin, const char *topic, size_t *ret_count,
                                   struct error *err)
{
    struct kafka_client *client = &admin->client;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TRANSPORT;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client->handle, topic, NULL);
    if (!handle)
        return kafka_client_fail(client, rd_kafka_last_error(), err, "ask for the topic '%s'",
                                 topic);
    int64_t end_ns = clock_monotonic_ns() + admin->timeout_ms * NS_PER_MS;
    do { /* in pieces: wrong credentials need not wait for the whole time-out */
        code = rd_kafka_metadata(client->handle, 0, handle, &metadata, 1000);
        serve(admin);
    } while (code && client->trouble != RD_KAFKA_RESP_ERR__AUTHENTICATION &&
             clock_monotonic_ns() < end_ns);
    rd_kafka_topic_destroy(handle);
    if (code)
        return kafka_client_fail(client, code, err, "ask for the topic '%s'", topic);
    enum status status = STATUS_OK;
    rd_kafka_resp_err_t why =
        metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    *ret_count = 0;
    if (!why)
        *ret_count = (size_t)metadata->topics[0].partition_cnt;
    else if (why != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
             why != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        status = kafka_client_fail(client, why, err, "use the topic '%s'", topic);
    rd_kafka_metadata_destroy(metadata);
    return status;
}

static rd_kafka_event_t *wait_for(struct kafka_admin *admin, rd_kafka_queue_t *queue)
{
    return rd_kafka_queue_poll(queue, admin->timeout_ms + 1000);
}

static rd_kafka_AdminOptions_t *options_of(struct kafka_admin *admin, rd_kafka_admin_op_t operation)
{
    char why[256];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->client.handle, operation);
    (void)rd_kafka_AdminOptions_set_request_timeout(options, admin->timeout_ms, why, sizeof why);
    return options;
}

static rd_kafka_resp_err_t created(rd_kafka_event_t *event)
{
    if (!event)
        return RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (rd_kafka_event_error(event))
        return rd_kafka_event_error(event);
    size_t count = 0;
    const rd_kafka_topic_result_t **topics =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    return count ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__FAIL;
}

enum status kafka_admin_create_topic(struct kafka_admin *admin, const char *topic,
                                     size_t partitions, bool is_compacted, struct error *err)
{
    size_t there;
    enum status status = kafka_admin_partitions(admin, topic, &there, err);
    if (status != STATUS_OK || there)
        return status;
    struct kafka_client *client = &admin->client;
    char why[256];
    rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic, (int)partitions, -1, why, sizeof why);
    if (!made)
        return error_set(err, STATUS_CONFIG, "topic '%s' cannot be made: %s", topic, why);
    (void)rd_kafka_NewTopic_set_config(made, is_compacted ? "cleanup.policy" : "retention.ms",
                                       is_compacted ? "compact" : "-1");
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client->handle);
    rd_kafka_AdminOptions_t *options = options_of(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(client->handle, &made, 1, options, queue);
    rd_kafka_event_t *event = wait_for(admin, queue);
    rd_kafka_resp_err_t code = created(event);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(made);
    if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return kafka_client_fail(client, code, err, "make the topic '%s'", topic);
    int64_t end_ns = clock_monotonic_ns() + admin->timeout_ms * NS_PER_MS;
    do { /* it is there when the brokers tell of it */
        status = kafka_admin_partitions(admin, topic, &there, err);
    } while (status == STATUS_OK && !there && clock_monotonic_ns() < end_ns);
    return status;
}

static bool copy_setting(rd_kafka_event_t *event, const char *name, char *value, size_t size)
{
    size_t count = 0, entries = 0;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    const rd_kafka_ConfigEntry_t **list =
        count ? rd_kafka_ConfigResource_configs(resources[0], &entries) : NULL;
    for (size_t i = 0; i < entries; i++) {
        const char *text = rd_kafka_ConfigEntry_value(list[i]);
        if (strcmp(rd_kafka_ConfigEntry_name(list[i]), name) != 0 || !text)
            continue;
        snprintf(value, size, "%s", text);
        return true;
    }
    return false;
}

enum status kafka_admin_topic_setting(struct kafka_admin *admin, const char *topic,
                                      const char *name, char *value, size_t size, struct error *err)
{
    struct kafka_client *client = &admin->client;
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client->handle);
    rd_kafka_AdminOptions_t *options = options_of(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(client->handle, &resource, 1, options, queue);
    rd_kafka_event_t *event = wait_for(admin, queue);
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    *value = 0;
    if (!code && !copy_setting(event, name, value, size))
        code = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(resource);
    return code ? kafka_client_fail(client, code, err, "read the settings of the topic '%s'", topic)
                : STATUS_OK;
}

enum status kafka_admin_range(struct kafka_admin *admin, const char *topic, int32_t partition,
                              int64_t *ret_start, int64_t *ret_end, struct error *err)
{
    int64_t start, end;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        admin->client.handle, topic, partition, &start, &end, admin->timeout_ms);
    if (code)
        return kafka_client_fail(&admin->client, code, err, "ask for the ends of '%s'[%d]", topic,
                                 partition);
    *ret_start = start;
    *ret_end = end;
    return STATUS_OK;
}

static enum status open_everything(struct kafka_admin *admin, struct error *err)
{
    const struct kafka_own_property own[] = {
        {"group.id", "assay.admin"}, {"isolation.level", "read_uncommitted"}, {NULL, NULL}};
    return admin->everything.handle ? STATUS_OK
                                    : kafka_client_open(&admin->everything, RD_KAFKA_CONSUMER,
                                                        admin->client.config, own, err);
}

enum status kafka_admin_stable_end(struct kafka_admin *admin, const char *topic, int32_t partition,
                                   int64_t *ret_end, struct error *err)
{
    int64_t start, end, stable = 0;
    enum status status = open_everything(admin, err);
    if (status != STATUS_OK)
        return status;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        admin->everything.handle, topic, partition, &start, &end, admin->timeout_ms);
    if (code)
        return kafka_client_fail(&admin->everything, code, err, "ask for the end of '%s'[%d]",
                                 topic, partition);
    int64_t until_ns = clock_monotonic_ns() + STABLE_TIMEOUT_MS * NS_PER_MS;
    for (;;) {
        status = kafka_admin_range(admin, topic, partition, &start, &stable, err);
        if (status != STATUS_OK || stable >= end)
            break;
        if (clock_monotonic_ns() > until_ns)
            return kafka_client_fail(&admin->client, RD_KAFKA_RESP_ERR__TIMED_OUT, err,
                                     "wait for open transactions on '%s'[%d]", topic, partition);
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    }
    if (status == STATUS_OK)
        *ret_end = stable;
    return status;
}

enum status kafka_admin_offset_at(struct kafka_admin *admin, const char *topic, int32_t partition,
                                  int64_t time_ms, int64_t *ret_offset, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_add(list, topic, partition);
    at->offset = time_ms;
    rd_kafka_resp_err_t code =
        rd_kafka_offsets_for_times(admin->client.handle, list, admin->timeout_ms);
    if (!code)
        code = at->err;
    int64_t offset = at->offset;
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return kafka_client_fail(&admin->client, code, err, "look up a time in '%s'[%d]", topic,
                                 partition);
    *ret_offset = offset < 0 ? -1 : offset;
    return STATUS_OK;
}

enum status kafka_admin_committed(struct kafka_admin *admin, const char *topic, int32_t partition,
                                  int64_t *ret_offset, struct strbuf *metadata, struct error *err)
{
    return kafka_message_committed(&admin->client, topic, partition, admin->timeout_ms, ret_offset,
                                   metadata, err);
}

/* One message of a read; *ret_over when the end was reached. */
static enum status take(struct kafka_admin *admin, const rd_kafka_message_t *message, int64_t end,
                        kafka_visit *visit, void *context, bool *ret_over, struct error *err)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        *ret_over = true;
        return STATUS_OK;
    }
    if (message->err)
        return kafka_client_fail(&admin->client, message->err, err, "read a topic");
    *ret_over = message->offset >= end;
    if (*ret_over)
        return STATUS_OK;
    struct kafka_header headers[KAFKA_MESSAGE_HEADERS];
    struct kafka_record record;
    kafka_message_view(message, headers, &record);
    *ret_over = message->offset + 1 >= end;
    return visit(context, &record, err);
}

enum status kafka_admin_read(struct kafka_admin *admin, const struct kafka_range *range,
                             kafka_visit *visit, void *context, struct error *err)
{
    const char *topic = range->topic;
    int64_t end = range->end;
    if (range->start >= end)
        return STATUS_OK;
    rd_kafka_t *handle = admin->client.handle;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, range->partition)->offset = range->start;
    rd_kafka_resp_err_t code = rd_kafka_assign(handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    enum status status =
        code ? kafka_client_fail(&admin->client, code, err, "read the topic '%s'", topic)
             : STATUS_OK;
    int64_t last_ns = clock_monotonic_ns();
    for (bool is_over = false; status == STATUS_OK && !is_over;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(handle, POLL_MS);
        if (message) {
            last_ns = clock_monotonic_ns();
            status = take(admin, message, end, visit, context, &is_over, err);
            rd_kafka_message_destroy(message);
        } else if (clock_monotonic_ns() - last_ns > admin->stall_ms * NS_PER_MS) {
            status = kafka_client_fail(&admin->client, RD_KAFKA_RESP_ERR__TIMED_OUT, err,
                                       "read the topic '%s' to its end", topic);
        }
    }
    (void)rd_kafka_assign(handle, NULL);
    return status;
}
