/*
 * command_run.c: `assay run` and `assay resume`: the main job, from a pipeline file to reports and
 * an exit code.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/cli_progress.h"
#include "cli/commands.h"
#include "pipeline/run.h"
#include "pipeline/run_estimate.h"
#include "pipeline/run_report.h"
#include "worker/kafka_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requested;

/* The first Ctrl-C stops cleanly, the second one at once. */
static void on_signal(int number)
{
    if (stop_requested)
        _exit(128 + number);
    stop_requested = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

struct run_options {
    const char *config, *run_id, *max_cost, *env_file, *runs;
    struct cli_texts sets, filters, outputs, rest;
    int64_t concurrency, repeat, limit, seed, threads;
    bool resume, retry_errors, dry_run, no_cache, json, quiet;
};

static void options_done(struct run_options *options)
{
    cli_texts_done(&options->sets);
    cli_texts_done(&options->filters);
    cli_texts_done(&options->outputs);
    cli_texts_done(&options->rest);
}

/* KEY=VALUE as `--set source.filter.KEY=VALUE`. A key of metadata with a dot in it has no path: it
 * can stand in the pipeline only. */
static enum status add_filter(const char *text, struct arena *arena, struct pipeline_override *ret,
                              struct error *err)
{
    const char *equals = strchr(text, '=');
    int size = equals ? (int)(equals - text) : 0;
    if (size == 0 || memchr(text, '.', (size_t)size)) {
        enum status status =
            error_set(err, STATUS_CONFIG, "--filter takes KEY=VALUE, not '%s'", text);
        error_fix(err, "For example: --filter language=en-US. Keys with a dot: under "
                       "'source.filter' in the pipeline.");
        return status;
    }
    ret->path = arena_format(arena, "source.filter.%.*s", size, text);
    ret->value = arena_copy_text(arena, equals + 1);
    return ret->path && ret->value ? STATUS_OK : error_no_memory(err);
}

/* Options that are short for --set. */
static enum status add_short_sets(struct run_options *options, struct arena *arena,
                                  struct pipeline_override **overrides, size_t *count,
                                  struct error *err)
{
    const struct {
        const char *path;
        int64_t value;
    } numbers[] = {{"repeats", options->repeat},
                   {"seed", options->seed},
                   {"max_in_flight", options->concurrency}};
    struct pipeline_override *all =
        arena_array(arena, *count + options->filters.count + 5, sizeof *all);
    if (!all)
        return error_no_memory(err);
    for (size_t i = 0; i < *count; i++)
        all[i] = (*overrides)[i];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].value < 0) /* not given */
            continue;
        char *value = arena_format(arena, "%lld", (long long)numbers[i].value);
        if (!value)
            return error_no_memory(err);
        all[(*count)++] = (struct pipeline_override){numbers[i].path, value};
    }
    for (size_t i = 0; i < options->filters.count; i++) {
        enum status status = add_filter(options->filters.items[i], arena, &all[(*count)++], err);
        if (status != STATUS_OK)
            return status;
    }
    if (options->max_cost)
        all[(*count)++] = (struct pipeline_override){"max_cost", options->max_cost};
    if (options->no_cache)
        all[(*count)++] = (struct pipeline_override){"use_cassettes", "false"};
    *overrides = all;
    return STATUS_OK;
}

/* The report was written, whatever it says. */
static bool is_verdict(enum status status)
{
    return status == STATUS_OK || status == STATUS_GATE_FAILED || status == STATUS_INCONCLUSIVE ||
           status == STATUS_BUDGET || status == STATUS_INFRASTRUCTURE;
}

static enum status execute(struct run_options *options, struct run_request *request,
                           struct arena *arena, struct error *err)
{
    struct fault_list faults = {0};
    struct pipeline_spec *pipeline;
    struct run_result result;
    struct cli_progress progress = {0};
    if (!options->quiet) {
        cli_progress_begin(&progress);
        request->progress = progress.is_live ? cli_progress_show : NULL;
        request->progress_context = &progress;
    }
    catch_signals();
    request->stop = &stop_requested;
    CLEANUP(kafka_run_cleanup) struct kafka_run *topics = NULL;
    enum status status = kafka_run_create(request->worker_slot, &topics, err);
    if (status != STATUS_OK)
        return status;
    request->stream = kafka_run_hooks(topics);
    status = run_execute(request, arena, &faults, &pipeline, &result, err);
    cli_progress_end(&progress);
    cli_pipeline_print_faults(&faults);
    if (status != STATUS_OK)
        return status;
    if (request->worker_slot)
        return result.interrupted ? STATUS_INTERRUPTED : STATUS_OK;
    struct run_report_request report = {.folder = result.folder,
                                        .pipeline = pipeline,
                                        .result = &result,
                                        .to_stdout = options->json ? RUN_REPORT_STDOUT_JSON
                                                                   : RUN_REPORT_STDOUT_TABLE,
                                        .outputs = options->outputs.items,
                                        .output_count = options->outputs.count};
    status = run_report_write(&report, err);
    if (pipeline->source.kafka && !result.is_incomplete && is_verdict(status)) {
        struct error why;
        enum status told = kafka_run_publish_report(topics, result.folder, &why);
        if (told != STATUS_OK) {
            *err = why;
            return told;
        }
    }
    if (result.interrupted && pipeline->source.kafka)
        fprintf(stderr, "assay: stopped. Go on with: the same command and --run-id %s\n",
                result.run_id);
    else if (result.interrupted)
        fprintf(stderr, "assay: stopped. Go on with: assay resume %s\n", result.run_id);
    else if (result.stopped_by_budget)
        fprintf(stderr,
                "assay: the spending limit was reached; the report is partial. Go on with: "
                "assay resume %s --max-cost USD\n",
                result.run_id);
    return status;
}

static void print_estimate(const struct pipeline_spec *pipeline,
                           const struct run_estimate *estimate)
{
    double low = 0, high = 0;
    printf("%llu conversations x %lld repeats; nothing was called\n",
           (unsigned long long)estimate->conversations, (long long)pipeline->repeats);
    for (size_t i = 0; i < pipeline->candidate_count; i++) {
        const struct candidate_estimate *of = &estimate->candidates[i];
        printf("  %-20s %8llu calls  ", pipeline->candidates[i].name.data,
               (unsigned long long)of->calls);
        if (of->is_replayed)
            printf("replayed from a cassette: nothing is paid\n");
        else if (!of->asks_model)
            printf("no model: nothing is paid\n");
        else if (!of->is_priced)
            printf("no price for '%s': add it to prices.yaml\n",
                   pipeline->candidates[i].model.data);
        else
            printf("%.4f to %.4f USD (%lld to %lld tokens in, %lld to %lld out)\n",
                   (double)of->range.low_nano * 1e-9, (double)of->range.high_nano * 1e-9,
                   (long long)of->range.low_input_tokens, (long long)of->range.high_input_tokens,
                   (long long)of->range.low_output_tokens, (long long)of->range.high_output_tokens);
        if (of->is_priced && !of->is_replayed) {
            low += (double)of->range.low_nano * 1e-9;
            high += (double)of->range.high_nano * 1e-9;
        }
    }
    printf("in all %.4f to %.4f USD\n", low, high);
}

static enum status estimate(const struct run_request *request, struct arena *arena,
                            struct error *err)
{
    struct fault_list faults = {0};
    struct pipeline_spec *pipeline;
    struct run_estimate made;
    enum status status =
        pipeline_spec_load(request->pipeline_path, request->overrides, request->override_count,
                           arena, &faults, &pipeline, err);
    if (status == STATUS_OK && faults.count) {
        cli_pipeline_print_faults(&faults);
        status = error_set(err, STATUS_CONFIG, "%zu faults in the pipeline", faults.count);
    }
    if (status == STATUS_OK)
        status = run_estimate_make(pipeline, request->conversation_limit, arena, &made, err);
    if (status == STATUS_OK)
        print_estimate(pipeline, &made);
    return status;
}

static enum status prepare(struct run_options *options, struct run_request *request,
                           size_t rest_used, struct arena *arena, struct error *err)
{
    struct pipeline_override *overrides = NULL;
    size_t count = options->sets.count;
    enum status status =
        options->env_file ? cli_pipeline_env_file(options->env_file, err) : STATUS_OK;
    if (status == STATUS_OK)
        status = cli_pipeline_overrides(&options->sets, arena, &overrides, err);
    if (status == STATUS_OK)
        status = add_short_sets(options, arena, &overrides, &count, err);
    if (status == STATUS_OK && options->max_cost &&
        !option_parse_usd(strview_of(options->max_cost), &request->max_cost_usd_nano))
        status = error_set(err, STATUS_CONFIG, "--max-cost takes an amount in USD, not '%s'",
                           options->max_cost);
    if (status == STATUS_OK && options->max_cost && request->max_cost_usd_nano == 0)
        status = error_set(err, STATUS_CONFIG, "--max-cost must be more than 0");
    if (status == STATUS_OK && rest_used < options->rest.count)
        status = error_set(err, STATUS_CONFIG, "'%s' is one argument too many",
                           options->rest.items[rest_used]);
    if (status == STATUS_OK && options->threads > 1024)
        status = error_set(err, STATUS_CONFIG, "--threads is at most 1024");
    for (size_t i = 0; status == STATUS_OK && i < options->outputs.count; i++)
        status = run_report_check_output(options->outputs.items[i], err);
    request->overrides = overrides;
    request->override_count = count;
    request->conversation_limit = options->limit;
    request->retry_errors = options->retry_errors;
    request->threads = (int)options->threads;
    return status;
}

static int finish(enum status status, const struct error *err, struct run_options *options)
{
    options_done(options);
    if (status == STATUS_OK)
        return 0;
    if (is_verdict(status) || status == STATUS_INTERRUPTED)
        return status_exit_code(status); /* the report has said it */
    return cli_args_fail(err);
}

/* `assay run`: what is to be run. */
static enum status aim_at_pipeline(struct run_options *options, struct run_request *request,
                                   struct arena *arena, struct error *err)
{
    (void)arena;
    const char *first = options->rest.count ? options->rest.items[0] : NULL;
    request->pipeline_path = options->config ? options->config : first;
    request->run_id = options->run_id;
    request->resume_if_there = options->resume;
    if (request->pipeline_path)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_CONFIG, "which pipeline? Name it with -c FILE");
    error_fix(err, "`assay init` writes one to begin with.");
    return status;
}

/* `assay resume`: which run goes on. */
static enum status aim_at_run(struct run_options *options, struct run_request *request,
                              struct arena *arena, struct error *err)
{
    const char *run = options->rest.count ? options->rest.items[0] : "latest";
    return run_folder_find(cli_pipeline_runs(options->runs), run, arena, &request->resume_folder,
                           err);
}

struct invocation {
    const struct cli_command *command;
    const struct cli_option *options;
    int argc;
    char **argv;
};

/* Both commands, once each has said its options; `aim` says what they are about. */
static int carry_out(const struct invocation *call, struct run_options *options,
                     enum status (*aim)(struct run_options *options, struct run_request *request,
                                        struct arena *arena, struct error *err))
{
    struct error err = {0};
    bool helped = false;
    struct run_request request = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena ? cli_args_parse(call->command, call->options, call->argc,
                                                call->argv, &options->rest, &helped, &err)
                               : error_no_memory(&err);
    if (status == STATUS_OK && helped)
        return finish(STATUS_OK, &err, options);
    if (status == STATUS_OK)
        status = aim(options, &request, arena, &err);
    if (status == STATUS_OK)
        status = prepare(options, &request, options->config ? 0 : 1, arena, &err);
    if (status == STATUS_OK)
        status = options->dry_run ? estimate(&request, arena, &err)
                                  : execute(options, &request, arena, &err);
    return finish(status, &err, options);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct run_options o = {.repeat = -1, .seed = -1, .concurrency = -1};
    /* clang-format off */
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &o.config, "FILE", "the pipeline file"},
        {"output", 'o', CLI_TEXTS, &o.outputs, "FILE", "write a report there too; the format by its ending (.json .html .md .xml .txt); again for more"},
        {"max-concurrency", 'j', CLI_COUNT, &o.concurrency, "N", "trials at once"},
        {"repeat", 0, CLI_COUNT, &o.repeat, "N", "trials of each conversation with each candidate"},
        {"limit", 0, CLI_COUNT, &o.limit, "N", "only the first N conversations"},
        {"filter", 0, CLI_TEXTS, &o.filters, "KEY=VALUE", "only conversations with this language, split, tag, metadata key...; again for more"},
        {"seed", 0, CLI_COUNT, &o.seed, "N", "of everything random"},
        {"run-id", 0, CLI_TEXT, &o.run_id, "ID", "name of the run; default: time and chance"},
        {"resume", 0, CLI_FLAG, &o.resume, NULL, "go on with --run-id when it is there already"},
        {"retry-errors", 0, CLI_FLAG, &o.retry_errors, NULL, "with --resume: try trials again that ended in an infrastructure error"},
        {"dry-run", 0, CLI_FLAG, &o.dry_run, NULL, "check and estimate the cost; call nothing"},
        {"max-cost", 0, CLI_TEXT, &o.max_cost, "USD", "stop cleanly before more than this is spent"},
        {"no-cache", 0, CLI_FLAG, &o.no_cache, NULL, "ask models anew instead of replaying cassettes"},
        {"threads", 0, CLI_COUNT, &o.threads, "N", "of the score team; default: one a core"},
        {"set", 0, CLI_TEXTS, &o.sets, "PATH=VALUE", "change a value of the pipeline; again for more"},
        {"env-file", 0, CLI_TEXT, &o.env_file, "FILE", "NAME=VALUE lines for the environment, e.g. keys"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print report.json instead of the table"},
        {"quiet", 'q', CLI_FLAG, &o.quiet, NULL, "no progress line"},
        {0}};
    /* clang-format on */
    struct invocation call = {command, options, argc, argv};
    return carry_out(&call, &o, aim_at_pipeline);
}

static int resume(int argc, char **argv, const struct cli_command *command)
{
    struct run_options o = {.repeat = -1, .seed = -1, .concurrency = -1};
    /* clang-format off */
    const struct cli_option options[] = {
        {"runs", 0, CLI_TEXT, &o.runs, "DIR", "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"output", 'o', CLI_TEXTS, &o.outputs, "FILE", "write a report there too; the format by its ending"},
        {"retry-errors", 0, CLI_FLAG, &o.retry_errors, NULL, "try trials again that ended in an infrastructure error"},
        {"max-cost", 0, CLI_TEXT, &o.max_cost, "USD", "a new spending limit; what the run has spent counts"},
        {"threads", 0, CLI_COUNT, &o.threads, "N", "of the score team; default: one a core"},
        {"env-file", 0, CLI_TEXT, &o.env_file, "FILE", "NAME=VALUE lines for the environment, e.g. keys"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print report.json instead of the table"},
        {"quiet", 'q', CLI_FLAG, &o.quiet, NULL, "no progress line"},
        {0}};
    /* clang-format on */
    struct invocation call = {command, options, argc, argv};
    return carry_out(&call, &o, aim_at_run);
}

static const char *default_slot(struct arena *arena)
{
    char host[65] = "host";
    (void)gethostname(host, sizeof host - 1);
    return arena_format(arena, "%s-%d", host, (int)getpid());
}

static int work(int argc, char **argv, const struct cli_command *command)
{
    struct run_options o = {.repeat = -1, .seed = -1, .concurrency = -1};
    const char *slot = NULL;
    /* clang-format off */
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &o.config, "FILE", "the pipeline file, with the same files as the planner's"},
        {"run", 0, CLI_TEXT, &o.run_id, "ID", "the run to help in"},
        {"worker-slot", 0, CLI_TEXT, &slot, "NAME", "a name that no other worker of the run has, and that a restart keeps; default: host and process"},
        {"max-concurrency", 'j', CLI_COUNT, &o.concurrency, "N", "trials at once"},
        {"threads", 0, CLI_COUNT, &o.threads, "N", "of the score team; default: one a core"},
        {"set", 0, CLI_TEXTS, &o.sets, "PATH=VALUE", "change a value of the pipeline; as the planner does"},
        {"env-file", 0, CLI_TEXT, &o.env_file, "FILE", "NAME=VALUE lines for the environment, e.g. secrets"},
        {"quiet", 'q', CLI_FLAG, &o.quiet, NULL, "no progress line"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    bool helped = false;
    struct run_request request = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    if (status == STATUS_OK && helped)
        return finish(STATUS_OK, &err, &o);
    if (status == STATUS_OK && (!o.config || !o.run_id)) {
        status = error_set(&err, STATUS_CONFIG, "which run? Name it with -c FILE and --run ID");
        error_fix(&err, "`assay run` says its id, or is given one with --run-id.");
    }
    if (status == STATUS_OK)
        status = prepare(&o, &request, 0, arena, &err);
    request.pipeline_path = o.config;
    request.run_id = o.run_id;
    request.worker_slot = slot ? slot : arena ? default_slot(arena) : NULL;
    if (status == STATUS_OK && !request.worker_slot)
        status = error_no_memory(&err);
    if (status == STATUS_OK)
        status = execute(&o, &request, arena, &err);
    return finish(status, &err, &o);
}

const struct cli_command command_worker = {
    .name = "worker",
    .summary = "help in a run over a topic, from any machine",
    .usage = "-c PIPELINE --run ID [options]",
    .details =
        "Joins the consumer group of a run that `assay run` has planned, and ends when the run\n"
        "is done. Killed or not, nothing is counted twice and nothing is lost.\n\n"
        "  assay worker -c pipeline.yaml --run nightly-2025-01-10 --worker-slot b",
    .run = work,
};

const struct cli_command command_run = {
    .name = "run",
    .summary = "replay conversations against candidates, score, compare, report",
    .usage = "-c PIPELINE [options]",
    .details = "Exit status: 0 pass, 1 error, 2 wrong usage or configuration, 100 a gate failed,\n"
               "101 a gate could not decide or nothing was evaluated, 102 the spending limit was\n"
               "reached, 103 too many infrastructure errors, 130 interrupted (`assay resume` goes\n"
               "on).\n\n"
               "  assay run -c pipelines/quickstart.yaml\n"
               "  assay run -c my.yaml --limit 20 --set candidates.0.temperature=0.2\n"
               "  assay run -c my.yaml --max-cost 2.50 -o report.html -o summary.md",
    .run = run,
};

const struct cli_command command_resume = {
    .name = "resume",
    .summary = "go on with a run that was stopped or killed",
    .usage = "[RUN] [options]",
    .details =
        "RUN is a run id or the path of its folder; default: the newest one. Finished trials\n"
        "are not run again and paid answers are not bought again. When an input has changed\n"
        "since, it refuses and says what.\n\n"
        "  assay resume\n"
        "  assay resume 20250110-103000-1f2e --max-cost 5",
    .run = resume,
};
