/*
 * event_publish.c: file -> events -> records, in the order of the file. Thread: main.
 */
#include "worker/event_publish.h"

#include "codec/avro_container.h"
#include "ingest/event_file.h"
#include "ingest/kafka_event.h"
#include "kafka/kafka_producer.h"
#include "worker/run_topics.h"

struct publishing {
    const struct event_publish_options *options;
    const char *topic;
    struct arena *arena; /* of one event */
    struct kafka_event_codec *codec;
    struct kafka_producer *producer;
    struct strbuf value;
    uint64_t events;
};

static enum status publish(struct publishing *publishing, const struct event *event,
                           struct error *err)
{
    strbuf_clear(&publishing->value);
    enum status status =
        kafka_event_encode(publishing->codec, publishing->topic, event, &publishing->value, err);
    struct kafka_record record = {
        .partition = -1,
        .key = event->conversation_id,
        .value = strbuf_view(&publishing->value),
        .timestamp_ms = publishing->options->event_time ? event->time_ns / 1000000 : 0};
    if (status == STATUS_OK)
        status = kafka_producer_send(publishing->producer, publishing->topic, &record, err);
    publishing->events += status == STATUS_OK;
    return status;
}

static enum status publish_lines(struct publishing *publishing, struct line_reader *lines,
                                 struct error *err)
{
    struct line line;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && line_reader_next(lines, &line, &status, err)) {
        struct event event;
        if (strview_trim(line.bytes).size == 0)
            continue;
        arena_reset(publishing->arena);
        status = line.too_long
                     ? error_set(err, STATUS_DATA, "the line is too long")
                     : json_record_decode_event(line.bytes, &event, publishing->arena, NULL, err);
        if (status == STATUS_OK)
            status = event_check(&event, err);
        if (status == STATUS_OK)
            status = publish(publishing, &event, err);
        if (status == STATUS_DATA)
            error_where(err, "%s:%llu", publishing->options->path, (unsigned long long)line.number);
    }
    return status;
}

static enum status publish_avro(struct publishing *publishing, struct error *err)
{
    CLEANUP(avro_container_reader_cleanup) struct avro_container_reader *reader = NULL;
    enum status status =
        avro_container_open(publishing->options->path, &event_envelope_type, &reader, err);
    struct event event;
    while (status == STATUS_OK) {
        arena_reset(publishing->arena);
        if (!avro_container_next(reader, &event, publishing->arena, &status, err))
            return status;
        status = event_check(&event, err);
        if (status == STATUS_OK)
            status = publish(publishing, &event, err);
    }
    return status;
}

static enum status publish_file(struct publishing *publishing, struct error *err)
{
    const char *path = publishing->options->path;
    size_t size = strlen(path);
    if (size > 5 && strcmp(path + size - 5, ".avro") == 0)
        return publish_avro(publishing, err);
    struct line_reader *lines = NULL;
    enum status status = line_reader_open(path, EVENT_LINE_LIMIT_BYTES, &lines, err);
    if (status == STATUS_OK)
        status = publish_lines(publishing, lines, err);
    line_reader_close(lines);
    return status;
}

static enum status find_topic(const struct kafka_config *config,
                              const struct publishing *publishing, struct error *err)
{
    CLEANUP(kafka_admin_cleanup) struct kafka_admin *admin = NULL;
    size_t partitions = 0;
    enum status status = kafka_admin_open(config, NULL, 0, &admin, err);
    if (status == STATUS_OK)
        status = kafka_admin_partitions(admin, publishing->topic, &partitions, err);
    if (status != STATUS_OK || partitions)
        return status;
    if (publishing->options->partitions)
        return kafka_admin_create_topic(admin, publishing->topic,
                                        (size_t)publishing->options->partitions, false, err);
    status = error_set(err, STATUS_CONFIG, "there is no topic '%s'", publishing->topic);
    error_fix(err, "--partitions N makes it.");
    return status;
}

static enum status run(struct publishing *publishing, const struct kafka_config *config,
                       struct error *err)
{
    int format = publishing->options->pipeline->source.kafka->format;
    CLEANUP(schema_registry_cleanup) struct schema_registry *registry = NULL;
    CLEANUP(kafka_event_cleanup) struct kafka_event_codec *codec = NULL;
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = NULL;
    enum status status = find_topic(config, publishing, err);
    if (status == STATUS_OK && format == EVENT_FORMAT_REGISTRY)
        status = schema_registry_open(config, &registry, err);
    if (status == STATUS_OK)
        status = kafka_event_open((enum event_format)format, registry, &codec, err);
    if (status == STATUS_OK)
        status = kafka_producer_open(config, NULL, &producer, err);
    publishing->codec = codec;
    publishing->producer = producer;
    if (status == STATUS_OK)
        status = publish_file(publishing, err);
    if (producer) { /* what was sent is delivered, also when a later line is wrong */
        struct error ignored;
        enum status flushed = kafka_producer_flush(producer, status == STATUS_OK ? err : &ignored);
        status = status == STATUS_OK ? flushed : status;
    }
    return status;
}

enum status event_publish(const struct event_publish_options *options, uint64_t *ret_events,
                          struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    const struct kafka_config *config = arena ? run_topics_config(options->pipeline, arena) : NULL;
    if (!config || !scratch)
        return error_no_memory(err);
    struct publishing publishing = {
        .options = options, .topic = options->pipeline->source.kafka->topic.data, .arena = scratch};
    enum status status = run(&publishing, config, err);
    strbuf_done(&publishing.value);
    *ret_events = publishing.events;
    return status;
}
