/*
 * kafka_event.h: a record's value as a conversation event, and back: Avro behind a schema id
 * (Confluent's wire format), plain Avro of today's schema, or JSON. Thread: one owner.
 */
#ifndef ASSAY_INGEST_KAFKA_EVENT_H
#define ASSAY_INGEST_KAFKA_EVENT_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "config/pipeline_spec.h"
#include "kafka/kafka_record.h"
#include "kafka/schema_registry.h"
#include "record/event.h"

struct kafka_event_codec;

/* `registry` may be NULL unless the format is EVENT_FORMAT_REGISTRY; it is borrowed. */
enum status kafka_event_open(enum event_format format, struct schema_registry *registry,
                             struct kafka_event_codec **ret_codec, struct error *err);
void kafka_event_close(struct kafka_event_codec *codec);

/* STATUS_DATA or STATUS_LIMIT: this record can never be read (a dead letter). Others: the registry
 * did not answer, memory. The value is not NULL. */
enum status kafka_event_decode(struct kafka_event_codec *codec, const struct kafka_record *record,
                               struct arena *arena, struct event *ret_event, struct error *err);
/* Appends the value; `topic` names the subject in the registry. */
enum status kafka_event_encode(struct kafka_event_codec *codec, const char *topic,
                               const struct event *event, struct strbuf *out, struct error *err);

DEFINE_CLEANUP(kafka_event_cleanup, struct kafka_event_codec, kafka_event_close)

#endif
