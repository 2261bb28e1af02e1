/* run_topics.c: see run_topics.h. Thread: main. */
#include "worker/run_topics.h"

static const char *const endings[RUN_TOPIC_COUNT] = {
    "journal", "predictions", "scores", "dead-letter", "progress", "runs", "reports"};

enum status run_topics_name(const struct kafka_source_spec *spec, struct arena *arena,
                            struct run_topics *ret_topics, struct error *err)
{
    for (size_t i = 0; i < RUN_TOPIC_COUNT; i++) {
        ret_topics->names[i] = arena_format(arena, "%.*s%s", STRVIEW_ARG(spec->prefix), endings[i]);
        if (!ret_topics->names[i])
            return error_no_memory(err);
    }
    return STATUS_OK;
}

enum status run_topics_create(const struct run_topics *topics, struct kafka_admin *admin,
                              size_t partitions, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < RUN_TOPIC_COUNT && status == STATUS_OK; i++) {
        bool is_compacted = i == RUN_TOPIC_PROGRESS || i == RUN_TOPIC_RUNS;
        bool is_single = is_compacted || i == RUN_TOPIC_REPORTS;
        status = kafka_admin_create_topic(admin, topics->names[i], is_single ? 1 : partitions,
                                          is_compacted, err);
    }
    return status;
}

struct kafka_config *run_topics_config(const struct pipeline_spec *pipeline, struct arena *arena)
{
    struct kafka_config *config = arena_alloc(arena, sizeof *config);
    struct kafka_property *items = arena_array(arena, pipeline->kafka_count + 1, sizeof *items);
    for (size_t i = 0; items && i < pipeline->kafka_count; i++)
        items[i] = (struct kafka_property){pipeline->kafka[i].name, pipeline->kafka[i].value};
    if (!config || !items)
        return NULL;
    *config = (struct kafka_config){items, pipeline->kafka_count};
    return config;
}
