/*
 * dead_letter.c: the dead-letter topic read to its end, and letters put back. Thread: main.
 */
#include "worker/dead_letter.h"

#include "kafka/kafka_admin.h"
#include "kafka/kafka_producer.h"
#include "worker/run_topics.h"

#include <string.h>

struct reading {
    const char *run_id;
    dead_letter_visit *visit;
    void *context;
};

struct strview dead_letter_header(const struct kafka_record *letter, const char *name)
{
    /* The last one: a letter that died twice has the newest behind. */
    for (size_t i = letter->header_count; i-- > 0;)
        if (strcmp(letter->headers[i].name, name) == 0)
            return letter->headers[i].value;
    return (struct strview){0};
}

static enum status pass(void *context, const struct kafka_record *record, struct error *err)
{
    struct reading *reading = context;
    if (reading->run_id && !strview_is(dead_letter_header(record, "run_id"), reading->run_id))
        return STATUS_OK;
    return reading->visit(reading->context, record, err);
}

enum status dead_letter_read(const struct pipeline_spec *pipeline, const char *run_id,
                             dead_letter_visit *visit, void *context, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    CLEANUP(kafka_admin_cleanup) struct kafka_admin *admin = NULL;
    const struct kafka_config *config = arena ? run_topics_config(pipeline, arena) : NULL;
    struct run_topics topics;
    struct reading reading = {run_id, visit, context};
    size_t partitions = 0;
    if (!config)
        return error_no_memory(err);
    enum status status = run_topics_name(pipeline->source.kafka, arena, &topics, err);
    const char *topic = topics.names[RUN_TOPIC_DEAD_LETTER];
    if (status == STATUS_OK)
        status = kafka_admin_open(config, NULL, 0, &admin, err);
    if (status == STATUS_OK)
        status = kafka_admin_partitions(admin, topic, &partitions, err);
    for (size_t i = 0; i < partitions && status == STATUS_OK; i++) {
        struct kafka_range range = {.topic = topic, .partition = (int32_t)i};
        status = kafka_admin_range(admin, topic, range.partition, &range.start, &range.end, err);
        if (status == STATUS_OK)
            status = kafka_admin_read(admin, &range, pass, &reading, err);
    }
    return status;
}

struct putting_back {
    struct dead_letter_replay *replay;
    struct kafka_producer *producer;
    struct arena *arena;
};

static bool is_ours(const char *name)
{
    return strncmp(name, "__connect.errors.", 17) == 0 || strncmp(name, "assay.", 6) == 0 ||
           strcmp(name, "run_id") == 0;
}

static enum status put_back(void *context, const struct kafka_record *letter, struct error *err)
{
    struct putting_back *putting = context;
    struct dead_letter_replay *replay = putting->replay;
    if (replay->partition >= 0 &&
        (letter->partition != replay->partition || letter->offset != replay->offset))
        return STATUS_OK;
    if (dead_letter_header(letter, "assay.truncated").data) {
        replay->truncated++;
        return STATUS_OK;
    }
    arena_reset(putting->arena);
    struct strview origin = dead_letter_header(letter, "__connect.errors.topic");
    char *topic = arena_format(putting->arena, "%.*s", STRVIEW_ARG(origin));
    if (!topic)
        return error_no_memory(err);
    struct kafka_header headers[KAFKA_RECORD_HEADERS];
    struct kafka_record record = {
        .partition = -1, .key = letter->key, .value = letter->value, .headers = headers};
    for (size_t i = 0; i < letter->header_count && i < KAFKA_RECORD_HEADERS; i++)
        if (!is_ours(letter->headers[i].name))
            headers[record.header_count++] = letter->headers[i];
    replay->replayed++;
    return kafka_producer_send(putting->producer, topic, &record, err);
}

enum status dead_letter_put_back(const struct pipeline_spec *pipeline,
                                 struct dead_letter_replay *replay, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(4 * 1024, 0);
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = NULL;
    const struct kafka_config *config = arena ? run_topics_config(pipeline, arena) : NULL;
    enum kafka_outcome outcome = KAFKA_ABORTED;
    if (!config || !scratch)
        return error_no_memory(err);
    enum status status = kafka_producer_open(config, "assay-dead-letter-replay", &producer, err);
    if (status == STATUS_OK)
        status = kafka_producer_begin(producer, err);
    if (status != STATUS_OK)
        return status;
    struct putting_back putting = {replay, producer, scratch};
    status = dead_letter_read(pipeline, replay->run_id, put_back, &putting, err);
    if (status != STATUS_OK) {
        struct error ignored;
        (void)kafka_producer_abort(producer, &ignored);
        return status;
    }
    status = kafka_producer_commit(producer, NULL, NULL, 0, NULL, &outcome, err);
    if (status == STATUS_OK && outcome == KAFKA_ABORTED)
        status = error_set(err, STATUS_NETWORK,
                           "the broker aborted the transaction: nothing was "
                           "put back");
    return status;
}
