/*
 * run_plan.c: plans as JSON in the topic of runs. Two planners of one run have the same
 * transactional id: the later one fences the earlier, and both read what is there before and after
 * they write. Thread: main.
 */
#include "worker/run_plan.h"

#include "codec/json_record.h"
#include "kafka/kafka_producer.h"

#include <string.h>

struct finding {
    const char *run_id;
    struct arena *arena;
    struct run_plan *plan;
};

static const char *copy_text(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));
    return arena_copy_text(arena, text ? text : "");
}

static int64_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static enum status read_lists(const json_t *json, struct run_plan *plan, struct arena *arena,
                              struct error *err)
{
    const json_t *partitions = json_object_get(json, "partitions");
    const json_t *starts = json_object_get(json, "journal_starts");
    const json_t *inputs = json_object_get(json, "inputs");
    plan->partition_count = json_array_size(partitions);
    plan->journal_count = json_array_size(starts);
    plan->input_count = json_array_size(inputs);
    plan->partitions = arena_array(arena, plan->partition_count + 1, sizeof *plan->partitions);
    plan->journal_starts =
        arena_array(arena, plan->journal_count + 1, sizeof *plan->journal_starts);
    struct manifest_input *list = arena_array(arena, plan->input_count + 1, sizeof *list);
    if (!plan->partitions || !plan->journal_starts || !list)
        return error_no_memory(err);
    for (size_t i = 0; i < plan->partition_count; i++) {
        const json_t *item = json_array_get(partitions, i);
        plan->partitions[i] = (struct plan_partition){(int32_t)number(item, "partition"),
                                                      number(item, "start"), number(item, "end")};
    }
    for (size_t i = 0; i < plan->journal_count; i++)
        plan->journal_starts[i] = json_integer_value(json_array_get(starts, i));
    for (size_t i = 0; i < plan->input_count; i++) {
        const json_t *item = json_array_get(inputs, i);
        const char *hash = json_string_value(json_object_get(item, "sha256"));
        list[i].name = copy_text(item, "name", arena);
        memcpy(list[i].sha256, hash ? hash : "", hash ? strnlen(hash, SHA256_HEX_SIZE - 1) : 0);
    }
    plan->inputs = list;
    return STATUS_OK;
}

static enum status visit(void *context, const struct kafka_record *record, struct error *err)
{
    struct finding *finding = context;
    if (!record->value.data || !strview_is(record->key, finding->run_id))
        return STATUS_OK;
    struct run_plan *plan = arena_alloc(finding->arena, sizeof *plan);
    json_t *json = NULL;
    enum status status = plan ? json_record_parse(record->value, &json, err) : error_no_memory(err);
    if (status != STATUS_OK)
        return status;
    plan->run_id = copy_text(json, "run_id", finding->arena);
    plan->experiment = copy_text(json, "experiment", finding->arena);
    plan->created = copy_text(json, "created", finding->arena);
    plan->topic = copy_text(json, "topic", finding->arena);
    plan->group = copy_text(json, "group", finding->arena);
    status = read_lists(json, plan, finding->arena, err);
    json_decref(json);
    if (!finding->plan) /* the first one written counts */
        finding->plan = plan;
    return status;
}

enum status run_plan_find(struct kafka_admin *admin, const struct run_topics *topics,
                          const char *run_id, struct arena *arena, struct run_plan **ret_plan,
                          struct error *err)
{
    const char *topic = topics->names[RUN_TOPIC_RUNS];
    struct finding finding = {.run_id = run_id, .arena = arena};
    size_t partitions;
    int64_t start, end;
    *ret_plan = NULL;
    enum status status = kafka_admin_partitions(admin, topic, &partitions, err);
    if (status != STATUS_OK || partitions == 0)
        return status;
    status = kafka_admin_range(admin, topic, 0, &start, &end, err);
    if (status == STATUS_OK)
        status = kafka_admin_stable_end(admin, topic, 0, &end, err);
    if (status == STATUS_OK)
        status = kafka_admin_read(admin, &(struct kafka_range){topic, 0, start, end}, visit,
                                  &finding, err);
    if (status == STATUS_OK)
        *ret_plan = finding.plan;
    return status;
}

static enum status no_topic(const char *topic, struct error *err)
{
    enum status status = error_set(err, STATUS_CONFIG, "there is no topic '%s'", topic);
    error_fix(err,
              "Make it (kafka-topics.sh --create --topic %.80s), publish with `assay produce`, or "
              "correct `source.kafka.topic`.",
              topic);
    return status;
}

static enum status check_topic(struct kafka_admin *admin, const char *topic, size_t *ret_partitions,
                               struct error *err)
{
    char policy[64];
    enum status status = kafka_admin_partitions(admin, topic, ret_partitions, err);
    if (status == STATUS_OK && *ret_partitions == 0)
        return no_topic(topic, err);
    if (status == STATUS_OK)
        status =
            kafka_admin_topic_setting(admin, topic, "cleanup.policy", policy, sizeof policy, err);
    if (status == STATUS_OK && strstr(policy, "compact")) {
        status = error_set(err, STATUS_CONFIG, "the topic '%s' is compacted", topic);
        error_fix(err, "Compaction drops events of a conversation: set cleanup.policy=delete.");
    }
    return status;
}

static enum status write_ranges(struct kafka_admin *admin, const char *topic, size_t partitions,
                                struct json_write *writer, struct error *err)
{
    enum status status = STATUS_OK;
    json_write_key(writer, strview_of("partitions"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < partitions && status == STATUS_OK; i++) {
        int64_t start = 0, end = 0;
        status = kafka_admin_range(admin, topic, (int32_t)i, &start, &end, err);
        json_write_begin_object(writer);
        json_write_key_i64(writer, "partition", (int64_t)i);
        json_write_key_i64(writer, "start", start);
        json_write_key_i64(writer, "end", end);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    return status;
}

static enum status write_journal_starts(struct kafka_admin *admin, const char *journal,
                                        struct json_write *writer, struct error *err)
{
    size_t partitions = 0;
    enum status status = kafka_admin_partitions(admin, journal, &partitions, err);
    json_write_key(writer, strview_of("journal_starts"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < partitions && status == STATUS_OK; i++) {
        int64_t start, end = 0;
        status = kafka_admin_range(admin, journal, (int32_t)i, &start, &end, err);
        json_write_i64(writer, end);
    }
    json_write_end_array(writer);
    return status;
}

static void write_manifest(const struct run_manifest *manifest, const char *topic,
                           struct json_write *writer)
{
    json_write_key_text(writer, "run_id", strview_of(manifest->run_id));
    json_write_key_text(writer, "experiment", strview_of(manifest->experiment));
    json_write_key_text(writer, "created", strview_of(manifest->created));
    json_write_key_text(writer, "assay_version", strview_of(manifest->assay_version));
    json_write_key_text(writer, "topic", strview_of(topic));
    json_write_key(writer, strview_of("group"));
    struct strbuf group = {0};
    strbuf_add_format(&group, "assay.%s", manifest->run_id);
    json_write_text(writer, strbuf_view(&group));
    strbuf_fail_with(writer->out, &group);
    strbuf_done(&group);
    json_write_key(writer, strview_of("inputs"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < manifest->input_count; i++) {
        json_write_begin_object(writer);
        json_write_key_text(writer, "name", strview_of(manifest->inputs[i].name));
        json_write_key_text(writer, "sha256", strview_of(manifest->inputs[i].sha256));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

/* In a transaction of the planner's id, so that an earlier planner that still hangs is fenced. */
static enum status publish(const struct kafka_config *config, const struct run_topics *topics,
                           const char *run_id, struct strview plan, struct error *err)
{
    char id[300];
    snprintf(id, sizeof id, "assay-plan-%s", run_id);
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = NULL;
    enum status status = kafka_producer_open(config, id, &producer, err);
    if (status == STATUS_OK)
        status = kafka_producer_begin(producer, err);
    struct kafka_record record = {.partition = 0, .key = strview_of(run_id), .value = plan};
    if (status == STATUS_OK)
        status = kafka_producer_send(producer, topics->names[RUN_TOPIC_RUNS], &record, err);
    enum kafka_outcome outcome;
    return status == STATUS_OK ? kafka_producer_commit(producer, NULL, NULL, 0, NULL, &outcome, err)
                               : status;
}

enum status run_plan_make(struct kafka_admin *admin, const struct kafka_config *config,
                          const struct pipeline_spec *pipeline, const struct run_manifest *manifest,
                          struct arena *arena, struct run_plan **ret_plan, struct error *err)
{
    const char *topic = pipeline->source.kafka->topic.data;
    struct run_topics topics;
    size_t partitions = 0;
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    enum status status = run_topics_name(pipeline->source.kafka, arena, &topics, err);
    if (status == STATUS_OK)
        status = check_topic(admin, topic, &partitions, err);
    if (status == STATUS_OK)
        status = run_topics_create(&topics, admin, partitions, err);
    if (status == STATUS_OK)
        status = run_plan_find(admin, &topics, manifest->run_id, arena, ret_plan, err);
    if (status != STATUS_OK || *ret_plan)
        return status;
    json_write_begin_object(&writer);
    write_manifest(manifest, topic, &writer);
    status = write_ranges(admin, topic, partitions, &writer, err);
    if (status == STATUS_OK)
        status = write_journal_starts(admin, topics.names[RUN_TOPIC_JOURNAL], &writer, err);
    json_write_end_object(&writer);
    if (status == STATUS_OK && text.failed)
        status = error_no_memory(err);
    if (status == STATUS_OK)
        status = publish(config, &topics, manifest->run_id, strbuf_view(&text), err);
    strbuf_done(&text);
    if (status == STATUS_OK)
        status = run_plan_find(admin, &topics, manifest->run_id, arena, ret_plan, err);
    if (status == STATUS_OK && !*ret_plan)
        status = error_set(err, STATUS_NETWORK, "the run's plan was not written");
    return status;
}

enum status run_plan_check(const struct run_plan *plan, const struct run_manifest *manifest,
                           struct error *err)
{
    for (size_t i = 0; i < plan->input_count; i++)
        for (size_t j = 0; j < manifest->input_count; j++) {
            const struct manifest_input *now = &manifest->inputs[j];
            if (strcmp(now->name, plan->inputs[i].name) != 0 ||
                strcmp(now->sha256, plan->inputs[i].sha256) == 0)
                continue;
            enum status status =
                error_set(err, STATUS_CONFIG, "'%s' is not what run '%s' was planned with",
                          now->name, plan->run_id);
            error_where(err, "%s", now->path ? now->path : "");
            error_fix(err, "Every worker needs the planner's files.");
            return status;
        }
    return STATUS_OK;
}
