/*
 * kafka_run.c: plan, stream and collection behind run_execute. Thread: main.
 */
#include "worker/kafka_run.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "kafka/kafka_producer.h"
#include "worker/kafka_stream.h"
#include "worker/run_collect.h"

#include <stdio.h>
#include <string.h>

struct kafka_run {
    struct run_stream_hooks hooks;
    const char *slot; /* NULL: the planner */
    struct arena *arena;
    const struct pipeline_spec *pipeline;
    const char *folder;
    struct kafka_config *config;
    struct run_topics topics;
    struct run_plan *plan;
    struct kafka_admin *admin;
    struct kafka_stream *stream;
    int64_t started_ns;
};

static enum status find_plan(struct kafka_run *run, const struct run_manifest *manifest,
                             struct error *err)
{
    if (!run->slot)
        return run_plan_make(run->admin, run->config, run->pipeline, manifest, run->arena,
                             &run->plan, err);
    enum status status =
        run_plan_find(run->admin, &run->topics, manifest->run_id, run->arena, &run->plan, err);
    if (status == STATUS_OK && !run->plan) {
        status = error_set(err, STATUS_CONFIG, "no run '%s' has been planned", manifest->run_id);
        error_fix(err, "Begin it with `assay run --run-id %s`.", manifest->run_id);
    }
    return status;
}

static enum status open_run(void *context, const struct pipeline_spec *pipeline,
                            const struct run_manifest *manifest, const char *folder,
                            const char **ret_created, struct error *err)
{
    struct kafka_run *run = context;
    run->pipeline = pipeline;
    run->folder = arena_copy_text(run->arena, folder);
    run->config = run_topics_config(pipeline, run->arena);
    char *group = arena_format(run->arena, "assay.%s", manifest->run_id);
    if (!run->folder || !run->config || !group)
        return error_no_memory(err);
    enum status status = run_topics_name(pipeline->source.kafka, run->arena, &run->topics, err);
    if (status == STATUS_OK)
        status = kafka_admin_open(run->config, group, 0, &run->admin, err);
    if (status == STATUS_OK)
        status = find_plan(run, manifest, err);
    if (status == STATUS_OK)
        status = run_plan_check(run->plan, manifest, err);
    struct kafka_stream_options options = {.pipeline = pipeline,
                                           .config = run->config,
                                           .topics = &run->topics,
                                           .plan = run->plan,
                                           .admin = run->admin,
                                           .slot = run->slot ? run->slot : "planner"};
    if (status == STATUS_OK)
        status = kafka_stream_open(&options, &run->stream, err);
    if (status == STATUS_OK)
        *ret_created = run->plan->created;
    run->started_ns = clock_monotonic_ns();
    return status;
}

static struct conversation_stream *begin_run(void *context, struct session *session)
{
    struct kafka_run *run = context;
    return kafka_stream_attach(run->stream, session);
}

static enum status end_run(void *context, struct session *session, bool *ret_complete,
                           struct error *err)
{
    struct kafka_run *run = context;
    enum status status = kafka_stream_flush(run->stream, err);
    if (status == STATUS_OK)
        status = kafka_stream_is_complete(run->stream, ret_complete, err);
    kafka_stream_close(TAKE(run->stream));
    if (status != STATUS_OK || run->slot)
        return status;
    struct run_collect_options collect = {
        .pipeline = run->pipeline,
        .topics = &run->topics,
        .plan = run->plan,
        .admin = run->admin,
        .folder = run->folder,
        .is_complete = *ret_complete,
        .wall_s = (double)(clock_monotonic_ns() - run->started_ns) * 1e-9,
        .threads = session->thread_count,
        .interrupted = session->interrupted,
        .stopped_by_budget = session->stopped_by_budget};
    return run_collect(&collect, err);
}

enum status kafka_run_create(const char *worker_slot, struct kafka_run **ret_run, struct error *err)
{
    struct kafka_run *run = memory_alloc(sizeof *run);
    if (!run || !(run->arena = arena_create(16 * 1024, 0))) {
        memory_free(run);
        return error_no_memory(err);
    }
    run->slot = worker_slot;
    run->hooks = (struct run_stream_hooks){
        .open = open_run, .begin = begin_run, .end = end_run, .context = run};
    *ret_run = run;
    return STATUS_OK;
}

void kafka_run_destroy(struct kafka_run *run)
{
    if (!run)
        return;
    kafka_stream_close(run->stream);
    kafka_admin_close(run->admin);
    arena_destroy(run->arena);
    memory_free(run);
}

const struct run_stream_hooks *kafka_run_hooks(struct kafka_run *run)
{
    return &run->hooks;
}

struct looking {
    const char *run_id;
    bool found;
};

static enum status look(void *context, const struct kafka_record *record, struct error *err)
{
    struct looking *looking = context;
    (void)err;
    looking->found = looking->found || strview_is(record->key, looking->run_id);
    return STATUS_OK;
}

static enum status publish(struct kafka_run *run, struct strview report, struct error *err)
{
    const char *topic = run->topics.names[RUN_TOPIC_REPORTS];
    struct looking looking = {.run_id = run->plan->run_id};
    char id[300];
    int64_t start, end;
    snprintf(id, sizeof id, "assay-plan-%s", run->plan->run_id);
    CLEANUP(kafka_producer_cleanup) struct kafka_producer *producer = NULL;
    /* The transactional id fences another planner; only then is it looked whether one is there. */
    enum status status = kafka_producer_open(run->config, id, &producer, err);
    if (status == STATUS_OK)
        status = kafka_admin_range(run->admin, topic, 0, &start, &end, err);
    if (status == STATUS_OK)
        status = kafka_admin_stable_end(run->admin, topic, 0, &end, err);
    if (status == STATUS_OK)
        status = kafka_admin_read(run->admin, &(struct kafka_range){topic, 0, start, end}, look,
                                  &looking, err);
    if (status != STATUS_OK || looking.found)
        return status;
    const struct kafka_header headers[] = {{"experiment", strview_of(run->plan->experiment)},
                                           {"run_id", strview_of(run->plan->run_id)}};
    struct kafka_record record = {.partition = 0,
                                  .key = strview_of(run->plan->run_id),
                                  .value = report,
                                  .headers = headers,
                                  .header_count = 2};
    enum kafka_outcome outcome;
    status = kafka_producer_begin(producer, err);
    if (status == STATUS_OK)
        status = kafka_producer_send(producer, topic, &record, err);
    return status == STATUS_OK ? kafka_producer_commit(producer, NULL, NULL, 0, NULL, &outcome, err)
                               : status;
}

enum status kafka_run_publish_report(struct kafka_run *run, const char *folder, struct error *err)
{
    struct strbuf report = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/report.json", folder);
    enum status status = file_read(path, 256 << 20, &report, err);
    if (status == STATUS_OK)
        status = publish(run, strbuf_view(&report), err);
    strbuf_done(&report);
    return status;
}
