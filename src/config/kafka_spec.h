/* kafka_spec.h: the sections `kafka:` and `source.kafka:` of a pipeline. Thread: main. */
#ifndef ASSAY_CONFIG_KAFKA_SPEC_H
#define ASSAY_CONFIG_KAFKA_SPEC_H

#include "config/option_table.h"

enum event_format { EVENT_FORMAT_REGISTRY, EVENT_FORMAT_AVRO, EVENT_FORMAT_JSON };

/* Conversations as events out of a topic. */
struct kafka_source_spec {
    struct strview topic;
    int format;            /* enum event_format */
    struct strview prefix; /* of the topics that assay writes */
    int64_t gap_ns, max_conversation_records, max_conversation_time_ns;
    bool score_open; /* also what has not ended when the range is over */
    int64_t commit_every_ns, metadata_bytes;
};

/* A property of the section `kafka:`, as librdkafka or the schema registry's client names it. */
struct kafka_property_spec {
    const char *name, *value;
};

struct pipeline_spec;

/* Names and values as they stand there; `section` may be NULL. What a name means is not checked. */
void kafka_spec_read_properties(const struct yaml_node *section, struct pipeline_spec *spec,
                                struct fault_list *faults);
void kafka_spec_read_source(const struct yaml_node *section, struct pipeline_spec *spec,
                            struct fault_list *faults);

extern const struct option kafka_spec_source_options[];

#endif
