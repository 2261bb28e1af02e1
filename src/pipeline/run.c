/*
 * run.c: pipeline file -> manifest -> session -> main loop -> accounts in the journal. Reports are
 * run_report's work.
 */
#include "pipeline/run.h"

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json_write.h"
#include "codec/avro_embedded.h"
#include "gate/gate_check.h"
#include "pipeline/lane.h"
#include "pipeline/spend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *new_run_id(struct arena *arena)
{
    int64_t now_ns = clock_wall_ns();
    struct civil_date date = civil_time_date(civil_time_day_of_ns(now_ns));
    int64_t second = now_ns / NS_PER_S % 86400;
    unsigned chance = 0;
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        chance = (unsigned)now_ns;
    return arena_format(arena, "%04d%02d%02d-%02d%02d%02d-%04x", date.year, date.month, date.day,
                        (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
                        chance & 0xffff);
}

/* The schemas of this build: the journal's records follow them, so another build may not be able to
 * read it. */
static struct strview schemas_text(struct arena *arena)
{
    static const char *const names[] = {"prediction", "score", "conversation_facts"};
    const char *text = "";
    for (size_t i = 0; i < sizeof names / sizeof *names && text; i++) {
        struct strview schema = avro_embedded_schema(strview_of(names[i]));
        text = arena_format(arena, "%s%.*s", text, STRVIEW_ARG(schema));
    }
    return strview_of(text ? text : "");
}

static enum status add_candidate_inputs(struct run_manifest *manifest, struct arena *arena,
                                        const struct candidate_spec *spec, struct error *err)
{
    const struct {
        const char *what;
        const char *path;
    } inputs[] = {
        {"prompt", spec->prompt.data},
        {"log", spec->log.data},
        {"cassette", spec->cassette_mode == CASSETTE_REPLAY ? spec->cassette.data : NULL}};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs && status == STATUS_OK; i++) {
        const char *name =
            arena_format(arena, "%s of %.*s", inputs[i].what, STRVIEW_ARG(spec->name));
        status = name ? run_manifest_add(manifest, arena, name, inputs[i].path, err)
                      : error_no_memory(err);
    }
    return status;
}

static enum status make_manifest(const struct pipeline_spec *pipeline, const char *overrides,
                                 struct arena *arena, struct run_manifest *manifest,
                                 struct error *err)
{
    char created[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(clock_wall_ns() / NS_PER_MS * NS_PER_MS, created);
    manifest->experiment = pipeline->experiment.data;
    manifest->created = arena_copy_text(arena, created);
    manifest->assay_version = ASSAY_VERSION;
    manifest->pipeline_path = pipeline->path;
    char here[4096];
    manifest->folder = arena_copy_text(arena, getcwd(here, sizeof here) ? here : "");
    manifest->overrides = overrides;
    const struct {
        const char *name;
        const char *path;
    } inputs[] = {
        {"pipeline", pipeline->path},           {"events", pipeline->source.events.data},
        {"gold", pipeline->source.gold.data},   {"task", pipeline->task_path.data},
        {"prices", pipeline->prices_path.data}, {"back end", pipeline->back_end_path.data}};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs && status == STATUS_OK; i++)
        status = run_manifest_add(manifest, arena, inputs[i].name, inputs[i].path, err);
    static const char *const kept[] = {"pipeline", "task", "prices", "back end"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept && status == STATUS_OK; i++)
        status = run_manifest_keep(manifest, arena, kept[i], err);
    if (status == STATUS_OK)
        status = run_manifest_add_text(manifest, arena, "record schemas", schemas_text(arena), err);
    for (size_t i = 0; i < pipeline->candidate_count && status == STATUS_OK; i++)
        status = add_candidate_inputs(manifest, arena, &pipeline->candidates[i], err);
    return status;
}

/* "path=value" lines, as the manifest keeps them. */
static const char *join_overrides(const struct pipeline_override *overrides, size_t count,
                                  struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text && i < count; i++)
        text = arena_format(arena, "%s%s=%s\n", text, overrides[i].path, overrides[i].value);
    return text;
}

static enum status split_overrides(const char *text, struct arena *arena,
                                   struct pipeline_override **ret_overrides, size_t *ret_count,
                                   struct error *err)
{
    size_t capacity = 0;
    *ret_overrides = NULL;
    *ret_count = 0;
    while (*text) {
        size_t line = strcspn(text, "\n"), path = strcspn(text, "=");
        if (!arena_grow(arena, ret_overrides, *ret_count, &capacity, sizeof **ret_overrides))
            return error_no_memory(err);
        (*ret_overrides)[(*ret_count)++] = (struct pipeline_override){
            arena_format(arena, "%.*s", (int)path, text),
            path < line ? arena_format(arena, "%.*s", (int)(line - path - 1), text + path + 1)
                        : ""};
        text += line + (text[line] == '\n');
    }
    return STATUS_OK;
}

/* The pipeline's path as it was given, from the folder in which that was. */
static const char *original_path(const struct run_manifest *manifest, struct arena *arena)
{
    const char *path = manifest->pipeline_path;
    char here[4096];
    bool is_elsewhere = getcwd(here, sizeof here) && strcmp(here, manifest->folder) != 0;
    if (path[0] == '/' || !is_elsewhere)
        return path;
    char *there = arena_format(arena, "%s/%s", manifest->folder, path);
    return there && !file_exists(there) && file_exists(path)
               ? path /* the whole tree may have been moved */
               : there;
}

/* A run of an older build kept no copies: its originals are read, when they are what they were. */
static enum status check_originals(const struct run_manifest *manifest,
                                   const struct pipeline_spec *pipeline, struct error *err)
{
    enum status status = run_manifest_check(manifest, "pipeline", pipeline->path, err);
    return status == STATUS_OK ? run_manifest_check(manifest, "task", pipeline->task_path.data, err)
                               : status;
}

enum status run_load_pipeline(const char *folder, struct arena *arena, struct fault_list *faults,
                              struct run_manifest **ret_manifest,
                              struct pipeline_spec **ret_pipeline, struct error *err)
{
    struct pipeline_override *overrides;
    struct pipeline_request request = {0};
    enum status status = run_manifest_read(folder, arena, ret_manifest, err);
    if (status != STATUS_OK)
        return status;
    const struct run_manifest *manifest = *ret_manifest;
    request.path = original_path(manifest, arena);
    status = request.path ? split_overrides(manifest->overrides, arena, &overrides,
                                            &request.override_count, err)
                          : error_no_memory(err);
    if (status == STATUS_OK)
        status =
            run_manifest_kept(manifest, folder, "pipeline", arena, &request.pipeline_copy, err);
    if (status == STATUS_OK)
        status = run_manifest_kept(manifest, folder, "task", arena, &request.task_copy, err);
    if (status != STATUS_OK)
        return status;
    request.overrides = overrides;
    status = pipeline_spec_load_as(&request, arena, faults, ret_pipeline, err);
    bool is_kept = request.pipeline_copy && request.task_copy;
    return status != STATUS_OK || faults->count || is_kept
               ? status
               : check_originals(manifest, *ret_pipeline, err);
}

struct preparation {
    const struct run_request *request;
    struct arena *arena;
    struct pipeline_spec *pipeline;
    const char *folder, *run_id, *created;
    struct run_manifest manifest; /* of the inputs as they are now */
    int64_t conversation_limit;
    bool is_new; /* its folder was made just now */
};

static enum status faults_to_status(const struct fault_list *faults, struct error *err)
{
    if (faults->count == 0)
        return STATUS_OK;
    return error_set(err, STATUS_CONFIG, "%zu fault%s in the pipeline", faults->count,
                     faults->count == 1 ? "" : "s");
}

static enum status prepare_resume(struct preparation *made, const char *folder,
                                  struct fault_list *faults, struct error *err)
{
    struct run_manifest *then, now = {0};
    enum status status =
        run_load_pipeline(folder, made->arena, faults, &then, &made->pipeline, err);
    if (status == STATUS_OK)
        status = faults_to_status(faults, err);
    if (status == STATUS_OK)
        status = make_manifest(made->pipeline, then->overrides, made->arena, &now, err);
    if (status == STATUS_OK)
        status = run_manifest_compare(then, &now, err);
    if (status != STATUS_OK)
        return status;
    now.run_id = then->run_id;
    made->manifest = now;
    made->folder = folder;
    made->run_id = then->run_id;
    made->created = then->created;
    made->conversation_limit = then->conversation_limit;
    return STATUS_OK;
}

/* The newest run that was made of the same inputs, or the one with the id that was asked for. */
static enum status find_same_run(const struct run_request *request, const char *runs,
                                 const struct run_manifest *now, struct arena *arena,
                                 const char **ret_folder, struct error *err)
{
    struct run_manifest **list;
    size_t count;
    *ret_folder = NULL;
    enum status status = run_folder_list(runs, arena, &list, &count, err);
    for (size_t i = 0; status == STATUS_OK && i < count && !*ret_folder; i++) {
        bool is_asked = request->run_id && strcmp(list[i]->run_id, request->run_id) == 0;
        if (request->run_id && !is_asked)
            continue;
        struct error difference;
        enum status same = list[i]->conversation_limit == now->conversation_limit
                               ? run_manifest_compare(list[i], now, &difference)
                               : error_set(&difference, STATUS_CONFIG,
                                           "the run cannot be resumed: --limit was %lld",
                                           (long long)list[i]->conversation_limit);
        if (same == STATUS_OK)
            *ret_folder = arena_format(arena, "%s/%s", runs, list[i]->run_id);
        else if (is_asked) {
            *err = difference;
            status = same;
        }
    }
    return status;
}

/* A worker's folder holds the answers that it paid for, and nothing to report. */
static enum status prepare_worker(struct preparation *made, struct error *err)
{
    const char *runs = made->pipeline->runs_path.data;
    made->run_id = made->manifest.run_id;
    made->created = made->manifest.created;
    made->folder = arena_format(made->arena, "%s/%s-worker-%s", runs, made->run_id,
                                made->request->worker_slot);
    if (!made->folder)
        return error_no_memory(err);
    bool made_it = (mkdir(runs, 0700) == 0 || errno == EEXIST) &&
                   (mkdir(made->folder, 0700) == 0 || errno == EEXIST);
    return made_it ? STATUS_OK
                   : error_set(err, STATUS_IO, "could not make the folder '%s': %s", made->folder,
                               strerror(errno));
}

static enum status prepare_new(struct preparation *made, struct fault_list *faults,
                               struct error *err)
{
    const struct run_request *request = made->request;
    enum status status =
        pipeline_spec_load(request->pipeline_path, request->overrides, request->override_count,
                           made->arena, faults, &made->pipeline, err);
    if (status == STATUS_OK && faults->count == 0)
        gate_check_names(made->pipeline, faults);
    if (status == STATUS_OK)
        status = faults_to_status(faults, err);
    if (status != STATUS_OK)
        return status;
    const char *runs = made->pipeline->runs_path.data;
    struct run_manifest manifest = {.run_id =
                                        request->run_id ? request->run_id : new_run_id(made->arena),
                                    .conversation_limit = request->conversation_limit};
    const char *overrides =
        join_overrides(request->overrides, request->override_count, made->arena);
    if (!overrides || !manifest.run_id)
        return error_no_memory(err);
    status = make_manifest(made->pipeline, overrides, made->arena, &manifest, err);
    made->manifest = manifest;
    const char *same = NULL;
    if (status == STATUS_OK && request->worker_slot)
        return prepare_worker(made, err);
    /* A run over topics is gone on with by the same command and id. */
    bool is_named = made->pipeline->source.kafka && request->run_id;
    if (status == STATUS_OK && (request->resume_if_there || is_named))
        status = find_same_run(request, runs, &manifest, made->arena, &same, err);
    if (status == STATUS_OK && same)
        return prepare_resume(made, same, faults, err);
    if (status == STATUS_OK)
        status = run_folder_create(runs, &manifest, made->arena, &made->folder, err);
    made->is_new = status == STATUS_OK;
    made->run_id = manifest.run_id;
    made->created = manifest.created;
    made->conversation_limit = request->conversation_limit;
    return status;
}

static bool is_overridden(const struct run_request *request, const char *path)
{
    for (size_t i = 0; i < request->override_count; i++)
        if (strcmp(request->overrides[i].path, path) == 0)
            return true;
    return false;
}

/* The old run's copies stand where the new one has nothing else. */
static enum status take_copies(const struct run_manifest *then, const struct run_request *request,
                               struct run_manifest *now, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < now->input_count; i++) {
        struct manifest_input *input = &now->inputs[i];
        const char *copy = NULL;
        enum status status =
            run_manifest_kept(then, request->rescore_folder, input->name, arena, &copy, err);
        if (status != STATUS_OK)
            return status;
        if (!copy || is_overridden(request, input->name))
            continue;
        input->path = copy;
        status = sha256_hex_of_path(copy, input->sha256, err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status load_to_rescore(struct preparation *made, struct run_manifest *then,
                                   const char **ret_overrides, struct fault_list *faults,
                                   struct error *err)
{
    const struct run_request *request = made->request;
    const char *more = join_overrides(request->overrides, request->override_count, made->arena);
    struct pipeline_override *overrides;
    struct pipeline_request load = {.path = original_path(then, made->arena)};
    *ret_overrides = more ? arena_format(made->arena, "%s%s", then->overrides, more) : NULL;
    if (!*ret_overrides || !load.path)
        return error_no_memory(err);
    enum status status =
        split_overrides(*ret_overrides, made->arena, &overrides, &load.override_count, err);
    if (status == STATUS_OK)
        status = run_manifest_kept(then, request->rescore_folder, "pipeline", made->arena,
                                   &load.pipeline_copy, err);
    if (status == STATUS_OK && !is_overridden(request, "task"))
        status = run_manifest_kept(then, request->rescore_folder, "task", made->arena,
                                   &load.task_copy, err);
    load.overrides = overrides;
    if (status == STATUS_OK)
        status = pipeline_spec_load_as(&load, made->arena, faults, &made->pipeline, err);
    if (status == STATUS_OK && faults->count == 0)
        gate_check_names(made->pipeline, faults);
    if (status == STATUS_OK)
        status = faults_to_status(faults, err);
    return status == STATUS_OK
               ? run_manifest_check(then, "events", made->pipeline->source.events.data, err)
               : status;
}

static enum status copy_answer(void *context, enum journal_kind kind, uint64_t key,
                               struct strview payload, uint64_t offset, struct error *err)
{
    (void)offset;
    return kind == JOURNAL_ANSWER || kind == JOURNAL_PRICE
               ? journal_log_append(context, kind, key, payload, NULL, err)
               : STATUS_OK;
}

static enum status copy_answers(const char *from, const char *to, struct arena *arena,
                                struct error *err)
{
    CLEANUP(journal_log_cleanup) struct journal_log *source = NULL, *made = NULL;
    uint64_t cut;
    struct journal_open write = {.path = arena_format(arena, "%s/journal.log", to)};
    struct journal_open read = {.path = arena_format(arena, "%s/journal.log", from),
                                .read_only = true,
                                .visit = copy_answer};
    if (!write.path || !read.path)
        return error_no_memory(err);
    enum status status = journal_log_open(&write, &made, &cut, err);
    read.context = made;
    if (status == STATUS_OK)
        status = journal_log_open(&read, &source, &cut, err);
    return status == STATUS_OK ? journal_log_sync(made, err) : status;
}

static enum status prepare_rescore(struct preparation *made, struct fault_list *faults,
                                   struct error *err)
{
    const struct run_request *request = made->request;
    struct run_manifest *then;
    const char *overrides;
    enum status status = run_manifest_read(request->rescore_folder, made->arena, &then, err);
    if (status == STATUS_OK)
        status = load_to_rescore(made, then, &overrides, faults, err);
    if (status != STATUS_OK)
        return status;
    struct run_manifest now = {.run_id =
                                   request->run_id ? request->run_id : new_run_id(made->arena),
                               .conversation_limit = then->conversation_limit};
    const char *slash = strrchr(request->rescore_folder, '/');
    const char *runs =
        slash ? arena_format(made->arena, "%.*s", (int)(slash - request->rescore_folder),
                             request->rescore_folder)
              : ".";
    if (!now.run_id || !runs)
        return error_no_memory(err);
    status = make_manifest(made->pipeline, overrides, made->arena, &now, err);
    if (status == STATUS_OK)
        status = take_copies(then, request, &now, made->arena, err);
    if (status == STATUS_OK)
        status = run_folder_create(runs, &now, made->arena, &made->folder, err);
    made->is_new = status == STATUS_OK;
    if (status == STATUS_OK)
        status = copy_answers(request->rescore_folder, made->folder, made->arena, err);
    made->run_id = now.run_id;
    made->created = then->created; /* the day of its prices */
    made->conversation_limit = then->conversation_limit;
    return status;
}

static enum status prepare(struct preparation *made, struct fault_list *faults, struct error *err)
{
    if (made->request->rescore_folder)
        return prepare_rescore(made, faults, err);
    return made->request->resume_folder
               ? prepare_resume(made, made->request->resume_folder, faults, err)
               : prepare_new(made, faults, err);
}

static enum status journal_end(struct session *session, double wall_s, struct error *err)
{
    struct strbuf payload = {0};
    run_accounts_encode(&session->accounts, &payload);
    enum status status = payload.failed ? error_no_memory(err)
                                        : journal_log_append(session->journal, JOURNAL_ACCOUNTS, 0,
                                                             strbuf_view(&payload), NULL, err);
    strbuf_clear(&payload);
    struct json_write writer = {.out = &payload};
    char finished[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(clock_wall_ns() / NS_PER_MS * NS_PER_MS, finished);
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "finished", strview_of(finished));
    json_write_key_real(&writer, "wall_s", wall_s);
    json_write_key_i64(&writer, "threads", session->thread_count);
    json_write_key_bool(&writer, "interrupted", session->interrupted);
    json_write_key_bool(&writer, "stopped_by_budget", session->stopped_by_budget);
    json_write_end_object(&writer);
    if (status == STATUS_OK)
        status =
            journal_log_append(session->journal, JOURNAL_END, 0, strbuf_view(&payload), NULL, err);
    strbuf_done(&payload);
    return status == STATUS_OK ? journal_log_sync(session->journal, err) : status;
}

/* Topics are read by commands that bring what it takes, and whole. */
static enum status check_stream(const struct preparation *made, struct error *err)
{
    enum status status = STATUS_OK;
    bool is_topic = made->pipeline->source.kafka != NULL;
    if (is_topic && !made->request->stream) {
        status = error_set(err, STATUS_CONFIG, "this command does not read topics");
        error_fix(err, "Use `assay run` with the run's id: it goes on with it.");
    } else if (is_topic && made->request->conversation_limit) {
        status = error_set(err, STATUS_CONFIG, "--limit does not go with a topic");
    } else if (!is_topic && made->request->worker_slot) {
        status = error_set(err, STATUS_CONFIG, "the pipeline's source is a file");
        error_fix(err, "Workers share a topic: see `source.kafka`.");
    }
    return status;
}

/* The session, the lane and what comes after, of a folder that is prepared. */
static enum status work(const struct preparation *made, struct session_options *options,
                        struct run_result *ret_result, struct error *err)
{
    const struct run_stream_hooks *hooks =
        made->pipeline->source.kafka ? made->request->stream : NULL;
    CLEANUP(session_cleanup) struct session *session = NULL;
    int64_t start_ns = clock_monotonic_ns();
    options->journal_name = hooks ? "answers.log" : NULL;
    enum status status = session_open(options, &session, err);
    if (status != STATUS_OK && made->is_new)
        run_folder_remove(made->folder);
    if (status != STATUS_OK)
        return status;
    bool is_complete = true;
    if (hooks)
        session->options.stream = hooks->begin(hooks->context, session);
    status = lane_run(session, err);
    double wall_s = (double)(clock_monotonic_ns() - start_ns) * 1e-9;
    if (status == STATUS_OK)
        status = hooks ? hooks->end(hooks->context, session, &is_complete, err)
                       : journal_end(session, wall_s, err);
    if (status == STATUS_OK)
        *ret_result = (struct run_result){.run_id = made->run_id,
                                          .folder = made->folder,
                                          .is_incomplete = !is_complete,
                                          .interrupted = session->interrupted,
                                          .stopped_by_budget = session->stopped_by_budget,
                                          .wall_s = wall_s,
                                          .spent_usd_nano = spend_total(session->spend),
                                          .calls = session->calls_made,
                                          .answers_reused = session->answers_reused,
                                          .threads = session->thread_count};
    return status;
}

enum status run_execute(const struct run_request *request, struct arena *arena,
                        struct fault_list *faults, struct pipeline_spec **ret_pipeline,
                        struct run_result *ret_result, struct error *err)
{
    struct preparation made = {.request = request, .arena = arena};
    enum status status = prepare(&made, faults, err);
    if (status == STATUS_OK)
        status = check_stream(&made, err);
    if (status == STATUS_OK && made.pipeline->source.kafka)
        status = request->stream->open(request->stream->context, made.pipeline, &made.manifest,
                                       made.folder, &made.created, err);
    if (status != STATUS_OK) {
        if (made.is_new)
            run_folder_remove(made.folder);
        return status;
    }
    if (request->max_cost_usd_nano)
        made.pipeline->max_cost_usd_nano = request->max_cost_usd_nano;
    struct civil_parsed created = {0};
    (void)civil_time_parse(strview_of(made.created), &created, NULL);
    struct session_options options = {.run_start_ns = created.utc_ns,
                                      .pipeline = made.pipeline,
                                      .folder = made.folder,
                                      .run_id = made.run_id,
                                      .conversation_limit = made.conversation_limit,
                                      .retry_errors = request->retry_errors,
                                      .answers_only = request->rescore_folder != NULL,
                                      .threads = request->threads,
                                      .stop = request->stop,
                                      .progress = request->progress,
                                      .progress_context = request->progress_context};
    *ret_pipeline = made.pipeline;
    *ret_result = (struct run_result){.run_id = made.run_id, .folder = made.folder};
    return work(&made, &options, ret_result, err);
}
