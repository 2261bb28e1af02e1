/*
 * kafka_round_trip: proves that a broker does what assay asks of one. Creates a topic through the
 * admin interface, writes one record in a transaction and another in one that is aborted, and reads
 * the topic as a read_committed consumer: exactly the committed record must arrive. Called by
 * services_test.py; the broker is KAFKA_BOOTSTRAP. Thread: main only. A plain program without
 * assay's rooms, so that a fault of theirs cannot hide here.
 *
 *   kafka_round_trip TOPIC EXPECTED   EXPECTED committed records, this one included, must be there
 */
#include <librdkafka/rdkafka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMEOUT_MS = 30000 };

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "kafka_round_trip: %s: %s\n", what, why);
    exit(1);
}

static rd_kafka_t *client_create(rd_kafka_type_t type, const char *const settings[][2])
{
    char why[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; settings[i][0]; i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why))
            give_up(settings[i][0], why);
    }
    rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof why);
    if (!client)
        give_up("client", why);
    return client;
}

static void check(const char *what, rd_kafka_error_t *error)
{
    if (error)
        give_up(what, rd_kafka_error_string(error));
}

/* A topic that is already there is fine: the test runs twice around a restart of the broker. */
static void create_topic(rd_kafka_t *client, const char *name)
{
    char why[512];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, 1, 1, why, sizeof why);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    const rd_kafka_CreateTopics_result_t *result =
        event ? rd_kafka_event_CreateTopics_result(event) : NULL;
    if (!result)
        give_up("create topic", event ? rd_kafka_event_error_string(event) : "no answer");
    size_t count = 0;
    const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
    rd_kafka_resp_err_t code =
        count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__FAIL;
    if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        give_up("create topic", rd_kafka_err2str(code));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
}

static void produce_in_transaction(rd_kafka_t *producer, const char *topic, const char *value,
                                   int is_committed)
{
    check("begin", rd_kafka_begin_transaction(producer));
    rd_kafka_resp_err_t code =
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_VALUE((void *)(size_t)value, strlen(value)),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code)
        give_up("produce", rd_kafka_err2str(code));
    code = rd_kafka_flush(producer, TIMEOUT_MS);
    if (code)
        give_up("flush", rd_kafka_err2str(code));
    if (is_committed)
        check("commit", rd_kafka_commit_transaction(producer, TIMEOUT_MS));
    else
        check("abort", rd_kafka_abort_transaction(producer, TIMEOUT_MS));
}

/* Reads to the end of partition 0; returns how many records carry `value`, gives up on another. */
static int count_records(const char *bootstrap, const char *topic, const char *value)
{
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap},      {"group.id", "round-trip"},
        {"enable.auto.commit", "false"},       {"enable.partition.eof", "true"},
        {"isolation.level", "read_committed"}, {NULL, NULL}};
    rd_kafka_t *consumer = client_create(RD_KAFKA_CONSUMER, settings);
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer, list);
    if (code)
        give_up("assign", rd_kafka_err2str(code));
    int count = 0;
    time_t end = time(NULL) + TIMEOUT_MS / 1000;
    for (int is_done = 0; !is_done;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 500);
        if (time(NULL) > end)
            give_up("consume", "the end of the partition did not come in time");
        if (!message)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            is_done = 1;
        else if (message->err)
            give_up("consume", rd_kafka_message_errstr(message));
        else if (message->len != strlen(value) ||
                 memcmp(message->payload, value, message->len) != 0)
            give_up("consume", "a record that was not committed came through");
        else
            count++;
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return count;
}

int main(int argc, char **argv)
{
    const char *bootstrap = getenv("KAFKA_BOOTSTRAP");
    if (argc != 3 || !bootstrap)
        give_up("usage", "KAFKA_BOOTSTRAP=host:port kafka_round_trip TOPIC EXPECTED");
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap}, {"transactional.id", "round-trip"}, {NULL, NULL}};
    rd_kafka_t *producer = client_create(RD_KAFKA_PRODUCER, settings);
    create_topic(producer, argv[1]);
    check("transactions", rd_kafka_init_transactions(producer, TIMEOUT_MS));
    produce_in_transaction(producer, argv[1], "aborted", 0);
    produce_in_transaction(producer, argv[1], "committed", 1);
    rd_kafka_destroy(producer);

    int count = count_records(bootstrap, argv[1], "committed");
    printf("%d committed records in '%s'\n", count, argv[1]);
    return count == (int)strtol(argv[2], NULL, 10) ? 0 : 1;
}
