/*
 * doctor.c: one check after the other; what depends on a check that failed is left out. Thread:
 * main.
 */
#include "worker/doctor.h"

#include "kafka/kafka_producer.h"
#include "kafka/schema_registry.h"
#include "net/call_loop.h"
#include "worker/run_topics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 5000 };

struct examination {
    const struct pipeline_spec *pipeline;
    const struct kafka_config *config;
    struct run_topics topics;
    struct kafka_admin *admin;
    doctor_tell *tell;
    void *context;
    size_t faults;
};

__attribute__((format(printf, 2, 3))) static void fine(struct examination *of, const char *format,
                                                       ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    of->tell(of->context, DOCTOR_OK, text, NULL);
}

static void fault(struct examination *of, const struct error *error)
{
    char text[900];
    snprintf(text, sizeof text, "%s%s%s", error->where, *error->where ? ": " : "", error->what);
    of->faults++;
    of->tell(of->context, DOCTOR_FAULT, text, *error->fix ? error->fix : NULL);
}

/* True when the source's topic is there; without a broker nothing else is asked of it. */
static bool examine_source(struct examination *of, bool *ret_has_broker)
{
    const char *topic = of->pipeline->source.kafka->topic.data;
    struct error error = {0};
    size_t partitions = 0;
    char policy[64], text[300];
    *ret_has_broker = kafka_admin_partitions(of->admin, topic, &partitions, &error) == STATUS_OK;
    if (!*ret_has_broker) {
        fault(of, &error);
        return false;
    }
    fine(of, "the broker answers at %s", kafka_admin_brokers(of->admin));
    if (partitions == 0) {
        of->faults++;
        snprintf(text, sizeof text, "there is no topic '%s'", topic);
        of->tell(of->context, DOCTOR_FAULT, text,
                 "Make it, or publish with `assay produce --partitions N`.");
        return false;
    }
    fine(of, "the topic '%s' is there with %zu partitions", topic, partitions);
    if (kafka_admin_topic_setting(of->admin, topic, "cleanup.policy", policy, sizeof policy,
                                  &error) != STATUS_OK) {
        fault(of, &error);
    } else if (strstr(policy, "compact")) {
        of->faults++;
        of->tell(of->context, DOCTOR_FAULT, "the source's topic is compacted: events are lost",
                 "Set cleanup.policy=delete on it.");
    }
    return true;
}

/* The right to write in a transaction, which every worker needs. */
static void examine_transactions(struct examination *of)
{
    struct error error = {0};
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = NULL;
    if (kafka_producer_open(of->config, "assay-doctor", &producer, &error) != STATUS_OK)
        fault(of, &error);
    else
        fine(of, "transactions can be begun");
}

static void examine_own_topics(struct examination *of)
{
    for (size_t i = 0; i < RUN_TOPIC_COUNT; i++) {
        const char *topic = of->topics.names[i];
        struct error error = {0};
        size_t partitions = 0;
        char policy[64], retention[64], text[300];
        if (kafka_admin_partitions(of->admin, topic, &partitions, &error) != STATUS_OK) {
            fault(of, &error);
            continue;
        }
        if (partitions == 0) {
            fine(of, "the topic '%s' will be made by the first run", topic);
            continue;
        }
        bool is_read = kafka_admin_topic_setting(of->admin, topic, "cleanup.policy", policy,
                                                 sizeof policy, &error) == STATUS_OK &&
                       kafka_admin_topic_setting(of->admin, topic, "retention.ms", retention,
                                                 sizeof retention, &error) == STATUS_OK;
        snprintf(text, sizeof text, "the topic '%s' forgets after %s ms", topic,
                 is_read ? retention : "?");
        if (!is_read)
            fault(of, &error);
        else if (!strstr(policy, "compact") && strcmp(retention, "-1") != 0)
            of->tell(of->context, DOCTOR_WARNING, text,
                     "Set retention.ms=-1: a run is reported from it.");
        else
            fine(of, "the topic '%s' keeps what is written", topic);
    }
}

static void examine_registry(struct examination *of)
{
    bool is_named = kafka_config_get(of->config, "schema.registry.url") != NULL;
    if (!is_named && of->pipeline->source.kafka->format != EVENT_FORMAT_REGISTRY)
        return;
    struct error error = {0};
    struct strview schema;
    CLEANUP(schema_registry_cleanup) struct schema_registry *registry = NULL;
    if (schema_registry_open(of->config, &registry, &error) != STATUS_OK ||
        schema_registry_fetch(registry, 1, &schema, &error) != STATUS_OK)
        fault(of, &error);
    else
        fine(of, "the schema registry answers");
}

/* Any answer will do: what a far end says to an empty GET is its own business. */
static void examine_url(struct examination *of, struct call_loop *calls, const char *name,
                        const char *url)
{
    struct far_end_options options = {.name = name, .breaker_failures = 1};
    struct call call = {.kind = CALL_HTTP,
                        .method = CALL_GET,
                        .url = url,
                        .max_attempts = 1,
                        .connect_timeout_ms = TIMEOUT_MS,
                        .total_timeout_ms = TIMEOUT_MS};
    struct call_result result = {0};
    struct error error = {0};
    char text[400];
    if (call_loop_register_far_end(calls, &options, &call.far_end, &error) != STATUS_OK ||
        call_loop_submit(calls, &call, &error) != STATUS_OK ||
        call_loop_collect(calls, &result, 1, -1) != 1) {
        fault(of, &error);
        return;
    }
    bool has_answered = result.outcome == CALL_OK || result.http_status != 0;
    snprintf(text, sizeof text, "the far end of '%s' %s at %s", name,
             has_answered ? "answers" : "does not answer", url);
    of->faults += !has_answered;
    of->tell(of->context, has_answered ? DOCTOR_OK : DOCTOR_FAULT, text,
             has_answered ? NULL : "Start it, or correct the candidate's url or base_url.");
    call_result_done(&result);
}

static enum status examine_far_ends(struct examination *of, struct error *err)
{
    CLEANUP(call_loop_cleanup) struct call_loop *calls = NULL;
    enum status status = call_loop_create(&(struct call_loop_options){0}, &calls, err);
    for (size_t i = 0; i < of->pipeline->candidate_count && status == STATUS_OK; i++) {
        const struct candidate_spec *candidate = &of->pipeline->candidates[i];
        const char *url = candidate->url.data ? candidate->url.data : candidate->base_url.data;
        if (url)
            examine_url(of, calls, candidate->name.data, url);
    }
    return status;
}

enum status doctor_examine(const struct pipeline_spec *pipeline, doctor_tell *tell, void *context,
                           size_t *ret_faults, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    struct examination of = {.pipeline = pipeline, .tell = tell, .context = context};
    struct error error = {0};
    if (!arena || !(of.config = run_topics_config(pipeline, arena)))
        return error_no_memory(err);
    enum status status = run_topics_name(pipeline->source.kafka, arena, &of.topics, err);
    if (status != STATUS_OK)
        return status;
    bool has_broker = false;
    if (kafka_admin_open(of.config, NULL, TIMEOUT_MS, &of.admin, &error) != STATUS_OK) {
        fault(&of, &error);
    } else {
        (void)examine_source(&of, &has_broker);
        if (has_broker) {
            examine_transactions(&of);
            examine_own_topics(&of);
        }
    }
    examine_registry(&of);
    status = examine_far_ends(&of, err);
    kafka_admin_close(of.admin);
    *ret_faults = of.faults;
    return status;
}
