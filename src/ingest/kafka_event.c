/*
 * kafka_event.c: one mapping per writer's schema, made when its id is first seen. Thread: one
 * owner.
 */
#include "ingest/kafka_event.h"

#include "base/memory.h"
#include "codec/avro_embedded.h"
#include "codec/avro_mapping.h"
#include "codec/binary_record.h"
#include "codec/json_record.h"

enum { AHEAD_NS_PER_MS = 1000000 };
/* A producer's clock may be off; more is a fault, and would seal what is still going on. */
#define MOST_AHEAD_MS INT64_C(3600000)

struct kafka_event_codec {
    enum event_format format;
    struct schema_registry *registry;
    struct schema_mapping {
        uint32_t id;
        struct avro_mapping *mapping; /* NULL: of no use, see error */
        struct error error;
    } *mappings;
    size_t count, capacity;
    bool is_registered;
    uint32_t own_id;
    struct strbuf text;
};

enum status kafka_event_open(enum event_format format, struct schema_registry *registry,
                             struct kafka_event_codec **ret_codec, struct error *err)
{
    struct kafka_event_codec *codec = memory_alloc(sizeof *codec);
    if (!codec)
        return error_no_memory(err);
    codec->format = format;
    codec->registry = registry;
    *ret_codec = codec;
    return STATUS_OK;
}

void kafka_event_close(struct kafka_event_codec *codec)
{
    if (!codec)
        return;
    for (size_t i = 0; i < codec->count; i++)
        avro_mapping_destroy(codec->mappings[i].mapping);
    memory_free(codec->mappings);
    strbuf_done(&codec->text);
    memory_free(codec);
}

static enum status make_mapping(struct kafka_event_codec *codec, struct schema_mapping *made,
                                struct error *err)
{
    struct strview schema;
    enum status status = schema_registry_fetch(codec->registry, made->id, &schema, err);
    if (status != STATUS_OK)
        return status;
    if (!schema.data) {
        (void)error_set(&made->error, STATUS_DATA, "the registry knows no schema id %u", made->id);
        return STATUS_OK;
    }
    status =
        avro_mapping_create(&event_envelope_type, avro_embedded_schema_of(&event_envelope_type),
                            schema, &made->mapping, &made->error);
    return status == STATUS_NO_MEMORY ? error_no_memory(err) : STATUS_OK;
}

static enum status find_mapping(struct kafka_event_codec *codec, uint32_t id,
                                const struct schema_mapping **ret_mapping, struct error *err)
{
    for (size_t i = 0; i < codec->count; i++)
        if (codec->mappings[i].id == id) {
            *ret_mapping = &codec->mappings[i];
            return STATUS_OK;
        }
    if (!memory_grow(&codec->mappings, &codec->capacity, codec->count + 1, sizeof *codec->mappings))
        return error_no_memory(err);
    struct schema_mapping *made = &codec->mappings[codec->count];
    *made = (struct schema_mapping){.id = id};
    enum status status = make_mapping(codec, made, err);
    if (status != STATUS_OK)
        return status;
    codec->count++;
    *ret_mapping = made;
    return STATUS_OK;
}

static enum status decode_framed(struct kafka_event_codec *codec, struct strview value,
                                 struct arena *arena, struct event *ret_event, struct error *err)
{
    uint32_t id;
    if (!schema_registry_unframe(&value, &id)) {
        enum status status = error_set(err, STATUS_DATA, "the value has no schema id before it");
        error_fix(err, "Write 'format: avro' or 'json' under `source.kafka` if it is meant so.");
        return status;
    }
    const struct schema_mapping *mapping;
    enum status status = find_mapping(codec, id, &mapping, err);
    if (status != STATUS_OK)
        return status;
    if (!mapping->mapping) {
        *err = mapping->error;
        return STATUS_DATA;
    }
    return avro_mapping_decode(mapping->mapping, value, ret_event, arena, err);
}

enum status kafka_event_decode(struct kafka_event_codec *codec, const struct kafka_record *record,
                               struct arena *arena, struct event *ret_event, struct error *err)
{
    enum status status = STATUS_OK;
    switch (codec->format) {
    case EVENT_FORMAT_REGISTRY:
        status = decode_framed(codec, record->value, arena, ret_event, err);
        break;
    case EVENT_FORMAT_AVRO:
        status = binary_record_decode(&event_envelope_type, record->value, ret_event, arena, err);
        break;
    case EVENT_FORMAT_JSON:
        status = json_record_decode_event(record->value, ret_event, arena, NULL, err);
        break;
    }
    if (status == STATUS_OK)
        status = event_check(ret_event, err);
    if (status == STATUS_OK && record->key.data && record->key.size &&
        !strview_equal(record->key, ret_event->conversation_id))
        status = error_set(err, STATUS_DATA, "the record's key is not its conversation_id");
    if (status == STATUS_OK && record->timestamp_ms > 0 &&
        ret_event->time_ns / AHEAD_NS_PER_MS > record->timestamp_ms + MOST_AHEAD_MS)
        status = error_set(err, STATUS_DATA, "the event is more than an hour ahead of its record");
    return status;
}

static enum status add_frame(struct kafka_event_codec *codec, const char *topic, struct strbuf *out,
                             struct error *err)
{
    if (!codec->is_registered) {
        strbuf_clear(&codec->text);
        strbuf_add_format(&codec->text, "%s-value", topic);
        enum status status = schema_registry_register(codec->registry, codec->text.data,
                                                      avro_embedded_schema_of(&event_envelope_type),
                                                      &codec->own_id, err);
        if (status != STATUS_OK)
            return status;
        codec->is_registered = true;
    }
    char frame[SCHEMA_REGISTRY_FRAME_BYTES];
    schema_registry_frame(codec->own_id, frame);
    strbuf_add(out, frame, sizeof frame);
    return STATUS_OK;
}

enum status kafka_event_encode(struct kafka_event_codec *codec, const char *topic,
                               const struct event *event, struct strbuf *out, struct error *err)
{
    if (codec->format == EVENT_FORMAT_JSON) {
        struct json_write writer = {.out = out};
        json_record_encode_event(event, &writer);
        return out->failed ? error_no_memory(err) : STATUS_OK;
    }
    enum status status =
        codec->format == EVENT_FORMAT_REGISTRY ? add_frame(codec, topic, out, err) : STATUS_OK;
    return status == STATUS_OK ? binary_record_encode(&event_envelope_type, event, out, err)
                               : status;
}
