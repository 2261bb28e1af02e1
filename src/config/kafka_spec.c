/*
 * kafka_spec.c: properties are kept as names and values, since any of librdkafka's may be set; what
 * the source reads has an option table like everything else. Thread: main.
 */
#include "config/kafka_spec.h"

#include "config/pipeline_spec.h"

static const char *const format_names[] = {"registry", "avro", "json", NULL};

#define AT(member) offsetof(struct kafka_source_spec, member)

/* clang-format off */
const struct option kafka_spec_source_options[] = {
    {"topic", OPTION_TEXT, NULL, AT(topic), "where conversations come from", OPTION_MUST, NULL, 0, 0},
    {"format", OPTION_CHOICE, "registry", AT(format), "registry: Avro behind a schema id (Confluent's wire format); avro: plain, of today's schema; json", 0, format_names, 0, 0},
    {"prefix", OPTION_TEXT, "assay.", AT(prefix), "of the topics that assay writes", 0, NULL, 0, 0},
    {"gap", OPTION_DURATION, "30m", AT(gap_ns), "of event time: a conversation that is silent for so long is over", 0, NULL, 0, 0},
    {"max_conversation_records", OPTION_I64, "100000", AT(max_conversation_records), "records of the partition that a conversation may span", 0, NULL, 1, 1e9},
    {"max_conversation_time", OPTION_DURATION, "24h", AT(max_conversation_time_ns), "event time that it may span", 0, NULL, 0, 0},
    {"score_open", OPTION_BOOL, "false", AT(score_open), "replay also what has not ended when the range is over", 0, NULL, 0, 0},
    {"commit_every", OPTION_DURATION, "500ms", AT(commit_every_ns), "results are committed so often", 0, NULL, 0, 0},
    {"metadata_bytes", OPTION_I64, "3900", AT(metadata_bytes), "of a commit; longer lists of unfinished conversations go to the topic 'progress'", 0, NULL, 0, 4096},
    {0}};
/* clang-format on */

static void add_property(struct pipeline_spec *spec, const char *name, const char *value,
                         struct fault_list *faults, size_t *capacity)
{
    if (!name || !arena_grow(faults->arena, &spec->kafka, spec->kafka_count, capacity,
                             sizeof *spec->kafka)) {
        fault_add_no_memory(faults);
        return;
    }
    spec->kafka[spec->kafka_count++] = (struct kafka_property_spec){name, value};
}

/* {sasl: {username: x}} is the same as {sasl.username: x}, so that --set reaches it. Three levels
 * are more than any property has. */
static void add_all(const struct yaml_node *map, const char *prefix, int depth,
                    struct pipeline_spec *spec, struct fault_list *faults, size_t *capacity)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *value = map->pairs[i].value;
        const char *key = map->pairs[i].key->text.data;
        const char *name = *prefix ? arena_format(faults->arena, "%s.%s", prefix, key) : key;
        if (value->kind == YAML_SCALAR)
            add_property(spec, name, value->text.data ? value->text.data : "", faults, capacity);
        else if (value->kind == YAML_MAP && depth < 6 && name)
            add_all(value, name, depth + 1, spec, faults, capacity);
        else
            fault_add(faults, value, NULL, "kafka property '%s' takes one value", key);
    }
}

void kafka_spec_read_properties(const struct yaml_node *section, struct pipeline_spec *spec,
                                struct fault_list *faults)
{
    size_t capacity = 0;
    if (section && section->kind != YAML_MAP)
        fault_add(faults, section, "Write 'kafka: {bootstrap.servers: \"host:9092\"}'.",
                  "properties belong here");
    else if (section)
        add_all(section, "", 0, spec, faults, &capacity);
}

void kafka_spec_read_source(const struct yaml_node *section, struct pipeline_spec *spec,
                            struct fault_list *faults)
{
    struct kafka_source_spec *kafka = arena_alloc(faults->arena, sizeof *kafka);
    if (!kafka) {
        fault_add_no_memory(faults);
        return;
    }
    option_table_apply(kafka_spec_source_options, section, kafka, faults);
    spec->source.kafka = kafka;
    spec->source.events = strview_of(
        arena_format(faults->arena, "kafka:%s", kafka->topic.data ? kafka->topic.data : ""));
    if (!spec->kafka_count)
        fault_add(faults, section,
                  "Write 'kafka: {bootstrap.servers: \"host:9092\"}' beside 'source'.",
                  "the source is a topic, and no broker is named");
    if (kafka->metadata_bytes && kafka->metadata_bytes < 32)
        fault_add(faults, section, NULL, "metadata_bytes is at least 32, or 0 for never");
}
