/*
 * run_report.c: one pass over the journal in canonical order: each trial goes to the fold, to
 * predictions.jsonl and to trials.csv; then the summary goes to the renderers. Memory is bounded by
 * one conversation and by the fold.
 */
#include "pipeline/run_report.h"

#include "base/civil_time.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_stream.h"
#include "codec/avro_container.h"
#include "codec/json_record.h"
#include "config/replay_modes.h"
#include "gate/baseline_folder.h"
#include "gate/gate_changes.h"
#include "gate/gate_check.h"
#include "pipeline/run_journal.h"
#include "pipeline/trial_choice.h"
#include "record/score_row.h"
#include "report/csv_trials.h"
#include "report/github_report.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/junit_report.h"
#include "report/markdown_report.h"
#include "report/modes_report.h"
#include "report/terminal_table.h"
#include "score/trial_score.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STREAM_BUFFER_BYTES = 1 << 18 };

struct reporting {
    const struct run_report_request *request;
    struct arena *arena; /* texts of the summary's input */
    struct run_manifest *manifest;
    struct run_journal journal;
    struct run_report_modes modes;
    struct pipeline_spec shown[RUN_REPORT_MOST_MODES]; /* the pipeline as the report names it */
    struct file_stream predictions, trials;
    struct avro_container_writer *scores;
};

static void write_predictions(struct reporting *reporting, const struct trial *trial)
{
    const struct candidate_spec *candidate =
        &reporting->request->pipeline->candidates[trial->candidate];
    struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        predictions[i].candidate = candidate->name;
        predictions[i].trial = trial->id;
        struct json_write writer = {.out = &reporting->predictions.text};
        json_record_encode(&prediction_type, &predictions[i], &writer);
        strbuf_add_char(&reporting->predictions.text, '\n');
    }
}

static enum status append_score(struct reporting *reporting, const struct trial *trial,
                                struct strview candidate, struct arena *arena, struct error *err)
{
    struct score_row row;
    return score_row_of_trial(trial, candidate, arena, &row)
               ? avro_container_append(reporting->scores, &row, err)
               : error_no_memory(err);
}

static enum status take_trial(struct reporting *reporting, const struct trial *trial,
                              const struct conversation_facts *facts, struct arena *arena,
                              struct error *err)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    if (trial->candidate < 0 || (size_t)trial->candidate >= pipeline->candidate_count)
        return error_set(err, STATUS_DATA, "the journal has a trial of an unknown candidate");
    size_t mode = pipeline->candidates[trial->candidate].mode_index;
    struct trial of_mode = *trial;
    of_mode.candidate -= (int64_t)replay_modes_first(pipeline, mode);
    enum status status = run_fold_trial(reporting->modes.folds[mode], &of_mode, err);
    if (status != STATUS_OK)
        return status;
    if (file_stream_is_open(&reporting->predictions))
        write_predictions(reporting, trial);
    if (reporting->scores)
        status =
            append_score(reporting, trial, pipeline->candidates[trial->candidate].name, arena, err);
    if (file_stream_is_open(&reporting->trials))
        csv_trials_row(&reporting->trials.text, pipeline->candidates[trial->candidate].name, trial,
                       facts);
    if (status == STATUS_OK)
        status = file_stream_flush(&reporting->predictions, STREAM_BUFFER_BYTES, err);
    return status == STATUS_OK ? file_stream_flush(&reporting->trials, STREAM_BUFFER_BYTES, err)
                               : status;
}

static void leave_out(struct reporting *reporting, size_t candidate)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    size_t mode = pipeline->candidates[candidate].mode_index;
    run_fold_left_out(reporting->modes.folds[mode], candidate - replay_modes_first(pipeline, mode));
}

static enum status take_conversation(struct reporting *reporting, uint64_t conversation,
                                     struct arena *arena, struct error *err)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    uint64_t per_conversation = pipeline->candidate_count * (uint64_t)pipeline->repeats;
    struct conversation_facts facts;
    bool found;
    enum status status =
        run_journal_facts(&reporting->journal, conversation, arena, &facts, &found, err);
    if (status != STATUS_OK || !found)
        return status;
    for (size_t i = 0; i < reporting->modes.count && status == STATUS_OK; i++)
        status = run_fold_conversation(reporting->modes.folds[i], &facts, err);
    for (size_t c = 0; c < pipeline->candidate_count && status == STATUS_OK; c++)
        if (trial_choice_left_out(pipeline, &reporting->journal.accounts, facts.conversation_id, c))
            leave_out(reporting, c);
    for (uint64_t i = 0; status == STATUS_OK && i < per_conversation; i++) {
        struct trial trial;
        status = run_journal_trial(&reporting->journal, conversation * per_conversation + i, arena,
                                   &trial, &found, err);
        if (status == STATUS_OK && found)
            status = take_trial(reporting, &trial, &facts, arena, err);
    }
    return status;
}

static struct strview input_hash(const struct run_manifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->input_count; i++)
        if (strcmp(manifest->inputs[i].name, name) == 0)
            return strview_of(manifest->inputs[i].sha256);
    return (struct strview){0};
}

static struct strview text_of(const json_t *object, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? strview_of(arena_copy_text(arena, text)) : (struct strview){0};
}

/* Memory and host are told only by the process that ran: an old run's are not known any more. */
static void take_environment(struct reporting *reporting, const json_t *end,
                             struct run_fold_input *input)
{
    struct run_environment *environment = &input->environment;
    const struct run_manifest *manifest = reporting->manifest;
    *environment = (struct run_environment){.run_id = strview_of(manifest->run_id),
                                            .started = strview_of(manifest->created),
                                            .assay_version = strview_of(manifest->assay_version)};
    environment->finished = text_of(end, "finished", reporting->arena);
    environment->wall_s = json_number_value(json_object_get(end, "wall_s"));
    environment->threads = json_integer_value(json_object_get(end, "threads"));
    if (environment->wall_s > 0) {
        environment->events_per_s = (double)input->events_consumed / environment->wall_s;
        environment->trials_per_s = (double)reporting->journal.trials.count / environment->wall_s;
    }
    struct rusage usage;
    if (reporting->request->result && getrusage(RUSAGE_SELF, &usage) == 0)
        environment->peak_memory_bytes = usage.ru_maxrss * INT64_C(1024);
}

/* A path as it was given, also when the run is asked for from another folder: the report's bytes do
 * not depend on it. */
static const char *shown_path(const struct reporting *reporting, const char *path)
{
    size_t size = strlen(reporting->manifest->folder);
    bool is_below =
        size && strncmp(path, reporting->manifest->folder, size) == 0 && path[size] == '/';
    return is_below ? path + size + 1 : path;
}

static const char *partial_reason(const struct reporting *reporting, const json_t *end)
{
    if (!end)
        return "the run was killed; `assay resume` goes on with it";
    if (json_is_true(json_object_get(end, "interrupted")))
        return "the run was interrupted; `assay resume` goes on with it";
    if (json_is_true(json_object_get(end, "stopped_by_budget")))
        return "the spending limit was reached";
    return reporting->journal.accounts.complete ? NULL : "the source was not read to its end";
}

static enum status take_accounts(struct reporting *reporting, struct run_fold_input *input,
                                 struct error *err)
{
    const struct run_accounts *accounts = &reporting->journal.accounts;
    struct named_count *skipped = arena_array(reporting->arena, SKIP_REASON_COUNT, sizeof *skipped);
    struct input_fault *faults =
        arena_array(reporting->arena, accounts->fault_count + 1, sizeof *faults);
    if (!skipped || !faults)
        return error_no_memory(err);
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        if (accounts->skipped[i])
            skipped[input->skipped_count++] =
                (struct named_count){skip_reason_name((enum skip_reason)i), accounts->skipped[i]};
    for (size_t i = 0; i < accounts->fault_count; i++)
        faults[i] = (struct input_fault){accounts->faults[i].where, accounts->faults[i].what,
                                         accounts->faults[i].fix};
    input->skipped = skipped;
    input->faults = faults;
    input->fault_count = accounts->fault_count;
    input->faults_total = accounts->faults_total;
    input->events_consumed = accounts->events_consumed;
    input->events_in_conversations = accounts->events_in_conversations;
    input->events_invalid = accounts->events_invalid;
    return STATUS_OK;
}

/* Blessed runs lie beside the folder of the run folders, also when that is elsewhere now. */
static const char *baselines_of(struct reporting *reporting)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    if (pipeline->baselines_path.data)
        return pipeline->baselines_path.data;
    const char *folder = reporting->request->folder, *slash = strrchr(folder, '/');
    const char *runs = arena_format(reporting->arena, "%.*s", slash ? (int)(slash - folder) : 1,
                                    slash ? folder : ".");
    return runs ? baseline_folder_beside(reporting->arena, runs) : NULL;
}

/* Candidates of the mode, by their place in it. */
static size_t stops_of(const struct reporting *reporting, size_t mode, struct early_stop *ret_stops)
{
    const struct run_accounts *accounts = &reporting->journal.accounts;
    size_t first = replay_modes_first(reporting->request->pipeline, mode), count = 0;
    size_t candidates = reporting->shown[mode].candidate_count;
    for (size_t i = 0; i < accounts->stop_count; i++) {
        struct early_stop stop = accounts->stops[i];
        if (stop.candidate < first || stop.candidate >= first + candidates)
            continue;
        stop.candidate -= first;
        ret_stops[count++] = stop;
    }
    return count;
}

static enum status check_gates(struct reporting *reporting, size_t mode, struct error *err)
{
    struct early_stop stops[RUN_STOPS_KEPT];
    size_t stop_count = stops_of(reporting, mode, stops);
    char now[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(clock_wall_ns() / NS_PER_MS * NS_PER_MS, now);
    struct gate_context context = {.outcomes = run_fold_outcomes(reporting->modes.folds[mode]),
                                   .baselines = baselines_of(reporting),
                                   .run_id = reporting->manifest->run_id,
                                   .at = now,
                                   .stops = stops,
                                   .stop_count = stop_count};
    return context.baselines ? gate_check_run(&reporting->shown[mode], &context,
                                              reporting->modes.summaries[mode], err)
                             : error_no_memory(err);
}

static enum status finish_fold(struct reporting *reporting, size_t mode, struct arena *arena,
                               struct error *err)
{
    const struct pipeline_spec *pipeline = &reporting->shown[mode];
    json_t *end = NULL;
    if (reporting->journal.end.size)
        (void)json_record_parse(strbuf_view(&reporting->journal.end), &end, NULL);
    struct run_fold_input input = {
        .source = strview_of(shown_path(reporting, pipeline->source.events.data)),
        .pipeline_sha256 = input_hash(reporting->manifest, "pipeline"),
        .source_sha256 = input_hash(reporting->manifest, "events"),
        .gold_sha256 = input_hash(reporting->manifest, "gold"),
        .task_sha256 = input_hash(reporting->manifest, "task"),
        .success_means = trial_score_success_text(pipeline->task, pipeline->mode),
        .partial_reason = partial_reason(reporting, end)};
    enum status status = take_accounts(reporting, &input, err);
    if (status == STATUS_OK) {
        take_environment(reporting, end, &input);
        status = run_fold_finish(reporting->modes.folds[mode], &input, arena,
                                 &reporting->modes.summaries[mode], err);
    }
    if (status == STATUS_OK && !reporting->request->without_gates)
        status = check_gates(reporting, mode, err);
    struct early_stop stops[RUN_STOPS_KEPT];
    size_t stop_count = stops_of(reporting, mode, stops);
    if (status == STATUS_OK && pipeline->stop_when_decided &&
        !early_stop_note(stops, stop_count, reporting->modes.summaries[mode]))
        status = error_no_memory(err);
    const struct run_report_modes *before = reporting->request->own_gates;
    if (status == STATUS_OK && before &&
        !gate_changes_note(before->summaries[mode], reporting->request->gates_file,
                           reporting->modes.summaries[mode]))
        status = error_no_memory(err);
    json_decref(end);
    return status;
}

/* A fold for each mode: their numbers never meet in one. */
static enum status open_folds(struct reporting *reporting, struct error *err)
{
    const struct pipeline_spec *pipeline = reporting->request->pipeline;
    struct run_report_modes *modes = &reporting->modes;
    enum status status = STATUS_OK;
    for (; modes->count < replay_modes_count(pipeline) && status == STATUS_OK; modes->count++) {
        struct pipeline_spec *shown = &reporting->shown[modes->count];
        *shown = *replay_modes_get(pipeline, modes->count);
        shown->path = shown_path(reporting, shown->path);
        status = run_fold_create(shown, &modes->folds[modes->count], err);
    }
    return status;
}

static enum status fold_all(struct reporting *reporting, struct arena *arena, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    enum status status = scratch ? open_folds(reporting, err) : error_no_memory(err);
    for (uint64_t i = 0; status == STATUS_OK && i < reporting->journal.facts.count; i++) {
        status = take_conversation(reporting, i, scratch, err);
        if (i + 1 < reporting->journal.facts.count)
            arena_reset(
                scratch); /* the fold holds the last conversation's facts until it is finished */
    }
    for (size_t i = 0; i < reporting->modes.count && status == STATUS_OK; i++)
        status = finish_fold(reporting, i, arena, err);
    return status;
}

static enum status open_stream(struct reporting *reporting, struct file_stream *stream,
                               const char *name, struct error *err)
{
    const char *path = arena_format(reporting->arena, "%s/%s", reporting->request->folder, name);
    return path ? file_stream_open(stream, path, err) : error_no_memory(err);
}

static enum status open_all(struct reporting *reporting, struct error *err)
{
    const struct run_report_request *request = reporting->request;
    enum status status =
        run_manifest_read(request->folder, reporting->arena, &reporting->manifest, err);
    if (status == STATUS_OK)
        status = run_journal_open(request->folder, &reporting->journal, err);
    if (status == STATUS_OK && !request->canonical &&
        !run_journal_tell_damage(&reporting->journal, request->folder))
        status = error_no_memory(err);
    if (status == STATUS_OK && !request->keep_folder) {
        status = open_stream(reporting, &reporting->predictions, "predictions.jsonl", err);
        if (status == STATUS_OK)
            status = open_stream(reporting, &reporting->trials, "trials.csv", err);
        csv_trials_header(&reporting->trials.text);
        char *scores = arena_format(reporting->arena, "%s/scores.avro", request->folder);
        if (status == STATUS_OK)
            status = scores ? avro_container_create(scores, &score_row_type, AVRO_CONTAINER_DEFLATE,
                                                    &reporting->scores, err)
                            : error_no_memory(err);
    }
    return status;
}

static void close_all(struct reporting *reporting)
{
    file_stream_close(&reporting->predictions);
    file_stream_close(&reporting->trials);
    avro_container_writer_destroy(reporting->scores);
    run_report_modes_done(&reporting->modes);
    if (reporting->journal.log)
        run_journal_close(&reporting->journal);
    arena_destroy(reporting->arena);
}

void run_report_modes_done(struct run_report_modes *modes)
{
    for (size_t i = 0; i < RUN_REPORT_MOST_MODES; i++)
        run_fold_destroy(modes->folds[i]);
    *modes = (struct run_report_modes){0};
}

enum status run_report_summarise_modes(const struct run_report_request *request,
                                       struct arena *arena, struct run_report_modes *ret_modes,
                                       struct error *err)
{
    struct reporting reporting = {.request = request,
                                  .arena = arena_create(16 * 1024, 0),
                                  .predictions.descriptor = -1,
                                  .trials.descriptor = -1};
    enum status status = reporting.arena ? open_all(&reporting, err) : error_no_memory(err);
    if (status == STATUS_OK)
        status = fold_all(&reporting, arena, err);
    if (status == STATUS_OK)
        status = file_stream_commit(&reporting.predictions, err);
    if (status == STATUS_OK)
        status = file_stream_commit(&reporting.trials, err);
    if (status == STATUS_OK && reporting.scores)
        status = avro_container_commit(reporting.scores, err);
    if (status == STATUS_OK) {
        *ret_modes = reporting.modes;
        reporting.modes = (struct run_report_modes){0};
    }
    close_all(&reporting);
    return status;
}

enum status run_report_summarise(const struct run_report_request *request, struct arena *arena,
                                 struct run_summary **ret_summary, struct run_fold **ret_fold,
                                 struct error *err)
{
    struct run_report_modes modes;
    enum status status = run_report_summarise_modes(request, arena, &modes, err);
    if (status != STATUS_OK)
        return status;
    *ret_summary = modes.summaries[0];
    if (ret_fold) {
        *ret_fold = modes.folds[0];
        modes.folds[0] = NULL;
    }
    run_report_modes_done(&modes);
    return STATUS_OK;
}

enum report_format {
    FORMAT_JSON,
    FORMAT_HTML,
    FORMAT_MARKDOWN,
    FORMAT_JUNIT,
    FORMAT_TABLE,
    FORMAT_UNKNOWN
};

static void render_modes(enum report_format format, const struct modes_view *view,
                         struct strbuf *out)
{
    struct terminal_options terminal = {.canonical = view->canonical};
    switch (format) {
    case FORMAT_JSON:
        modes_report_json(out, view);
        break;
    case FORMAT_HTML:
        modes_report_html(out, view);
        break;
    case FORMAT_MARKDOWN:
        modes_report_markdown(out, view);
        break;
    case FORMAT_JUNIT:
        modes_report_junit(out, view);
        break;
    case FORMAT_TABLE:
    case FORMAT_UNKNOWN:
        modes_report_terminal(out, view, &terminal);
        break;
    }
}

static void render(enum report_format format, const struct modes_view *view, struct strbuf *out)
{
    const struct run_summary *summary = view->modes[0];
    bool canonical = view->canonical;
    struct junit_options junit = {.canonical = canonical, .failed_cases = true};
    struct terminal_options terminal = {.canonical = canonical};
    if (view->count > 1) {
        render_modes(format, view, out);
        return;
    }
    switch (format) {
    case FORMAT_JSON:
        json_report(out, summary, canonical);
        break;
    case FORMAT_HTML:
        html_report(out, summary, canonical);
        break;
    case FORMAT_MARKDOWN:
        markdown_report(out, summary, canonical);
        break;
    case FORMAT_JUNIT:
        junit_report(out, summary, &junit);
        break;
    case FORMAT_TABLE:
    case FORMAT_UNKNOWN:
        terminal_table(out, summary, &terminal);
        break;
    }
}

static enum report_format format_of(const char *path)
{
    static const struct {
        const char *ending;
        enum report_format format;
    } formats[] = {{".json", FORMAT_JSON},   {".html", FORMAT_HTML}, {".htm", FORMAT_HTML},
                   {".md", FORMAT_MARKDOWN}, {".xml", FORMAT_JUNIT}, {".txt", FORMAT_TABLE}};
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t ending = strlen(formats[i].ending);
        if (size > ending && strcmp(path + size - ending, formats[i].ending) == 0)
            return formats[i].format;
    }
    return FORMAT_UNKNOWN;
}

enum status run_report_check_output(const char *path, struct error *err)
{
    if (format_of(path) == FORMAT_UNKNOWN) {
        enum status status =
            error_set(err, STATUS_CONFIG, "'%s' has no ending that tells a format", path);
        error_fix(err, "Use .json, .html, .md, .xml (JUnit) or .txt.");
        return status;
    }
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int size = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
                        slash ? path : ".");
    if (size < 0 || (size_t)size >= sizeof folder || access(folder, W_OK) != 0) {
        enum status status = error_set(err, STATUS_CONFIG, "'%s' cannot be written", path);
        error_fix(err, "Its folder must be there and be yours to write in.");
        return status;
    }
    return STATUS_OK;
}

static enum status write_report(const char *path, const struct modes_view *view, struct error *err)
{
    struct strbuf text = {0};
    render(format_of(path), view, &text);
    enum status status =
        text.failed ? error_no_memory(err) : file_write(path, strbuf_view(&text), err);
    strbuf_done(&text);
    return status;
}

/* Of several modes each has its own page beside the one that sets them side by side. */
static enum status write_mode_page(const struct run_report_request *request,
                                   const struct run_summary *summary, struct arena *arena,
                                   struct error *err)
{
    struct modes_view view = {&summary, 1, NULL, request->canonical};
    char *path =
        arena_format(arena, "%s/report.%.*s.html", request->folder, STRVIEW_ARG(summary->mode));
    return path ? write_report(path, &view, err) : error_no_memory(err);
}

static enum status write_folder(const struct run_report_request *request,
                                const struct modes_view *view, struct arena *arena,
                                struct error *err)
{
    static const char *const names[] = {"report.json", "report.html", "report.md", "junit.xml"};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == STATUS_OK; i++) {
        char *path = arena_format(arena, "%s/%s", request->folder, names[i]);
        status = path ? write_report(path, view, err) : error_no_memory(err);
    }
    for (size_t i = 0; view->count > 1 && i < view->count && status == STATUS_OK; i++)
        status = write_mode_page(request, view->modes[i], arena, err);
    return status;
}

static size_t terminal_width(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
                                                                                 : 100;
}

static enum status print(const struct run_report_request *request, const struct modes_view *view,
                         struct error *err)
{
    struct strbuf text = {0};
    const char *no_colour = getenv("NO_COLOR");
    struct terminal_options terminal = {.width = terminal_width(),
                                        .colour =
                                            isatty(STDOUT_FILENO) && !(no_colour && *no_colour),
                                        .canonical = request->canonical};
    if (request->to_stdout == RUN_REPORT_STDOUT_JSON)
        render(FORMAT_JSON, view, &text);
    else if (request->to_stdout == RUN_REPORT_STDOUT_TABLE && view->count > 1)
        modes_report_terminal(&text, view, &terminal);
    else if (request->to_stdout == RUN_REPORT_STDOUT_TABLE)
        terminal_table(&text, view->modes[0], &terminal);
    if (text.size)
        fwrite(text.data, 1, text.size, stdout);
    if (request->to_stdout == RUN_REPORT_STDOUT_TABLE && !request->keep_folder)
        printf("\nreport: %s/report.html\n", request->folder);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    enum status status = text.failed ? error_no_memory(err) : STATUS_OK;
    strbuf_done(&text);
    return written || status != STATUS_OK
               ? status
               : error_set(err, STATUS_IO, "could not write to standard output");
}

/* Appends: several steps of a job share the file. */
static enum status append_file(const char *path, struct strview text, struct error *err)
{
    FILE *file = fopen(path, "ae");
    bool written = file && fwrite(text.data, 1, text.size, file) == text.size;
    written = file && fclose(file) == 0 && written;
    return written
               ? STATUS_OK
               : error_set(err, STATUS_IO, "could not append to '%s': %s", path, strerror(errno));
}

/* In GitHub Actions: gates as annotations, and report.md on the page of the job. */
static enum status tell_github(const struct modes_view *view, struct error *err)
{
    const char *actions = getenv("GITHUB_ACTIONS"), *page = getenv("GITHUB_STEP_SUMMARY");
    struct strbuf text = {0};
    enum status status = STATUS_OK;
    if (actions && strcmp(actions, "true") == 0) {
        for (size_t i = 0; i < view->count; i++)
            github_report_annotations(&text, view->modes[i], view->modes[i]->pipeline);
        if (!text.failed && text.size)
            fwrite(text.data, 1, text.size, stderr); /* stdout is for results */
    }
    strbuf_clear(&text);
    if (page && *page) {
        render(FORMAT_MARKDOWN, view, &text);
        strbuf_add_char(&text, '\n');
        status = text.failed ? error_no_memory(err) : append_file(page, strbuf_view(&text), err);
    }
    strbuf_done(&text);
    return status;
}

static enum status run_status(const struct run_report_request *request,
                              const struct modes_view *view)
{
    static const enum status order[] = {STATUS_INFRASTRUCTURE, STATUS_GATE_FAILED,
                                        STATUS_INCONCLUSIVE};
    const struct run_result *result = request->result;
    if (result && result->interrupted)
        return STATUS_INTERRUPTED;
    if (result && result->stopped_by_budget)
        return STATUS_BUDGET;
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < view->count; i++)
            if (run_summary_status(view->modes[i]) == order[o])
                return order[o];
    /* Whoever asks by the exit code must not take nothing for a pass. */
    return view->modes[0]->accounts.conversations == 0 ? STATUS_INCONCLUSIVE : STATUS_OK;
}

static enum status write_all(const struct run_report_request *request,
                             const struct run_report_modes *modes, struct arena *arena,
                             struct error *err)
{
    const struct run_summary *summaries[RUN_REPORT_MOST_MODES];
    struct run_side sides[RUN_REPORT_MOST_MODES];
    struct mode_gaps gaps = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < modes->count; i++) {
        summaries[i] = modes->summaries[i];
        sides[i] = (struct run_side){summaries[i], run_fold_outcomes(modes->folds[i])};
    }
    if (modes->count > 1)
        status = mode_gap_make(sides, modes->count, arena, &gaps, err);
    struct modes_view view = {summaries, modes->count, &gaps, request->canonical};
    if (status == STATUS_OK && !request->keep_folder)
        status = write_folder(request, &view, arena, err);
    for (size_t i = 0; status == STATUS_OK && i < request->output_count; i++)
        status = write_report(request->outputs[i], &view, err);
    if (status == STATUS_OK)
        status = print(request, &view, err);
    if (status == STATUS_OK && request->to_stdout != RUN_REPORT_STDOUT_NOTHING)
        status = tell_github(&view, err);
    return status == STATUS_OK ? run_status(request, &view) : status;
}

enum status run_report_write(const struct run_report_request *request, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct run_report_modes modes = {0};
    enum status status =
        arena ? run_report_summarise_modes(request, arena, &modes, err) : error_no_memory(err);
    if (status == STATUS_OK)
        status = write_all(request, &modes, arena, err);
    run_report_modes_done(&modes);
    return status;
}
