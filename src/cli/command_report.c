/*
 * command_report.c: `assay report`: the reports of a run, written again from its journal; nothing
 * is called.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "pipeline/run_report.h"

#include <stdio.h>

struct report_options {
    const char *runs;
    bool canonical, json, quiet;
    struct cli_texts outputs, rest;
};

static enum status load(const char *folder, struct arena *arena,
                        struct pipeline_spec **ret_pipeline, struct error *err)
{
    struct run_manifest *manifest;
    struct fault_list faults = {0};
    enum status status = run_load_pipeline(folder, arena, &faults, &manifest, ret_pipeline, err);
    if (status != STATUS_OK || faults.count == 0)
        return status;
    cli_pipeline_print_faults(&faults);
    status = error_set(err, STATUS_CONFIG, "the pipeline of the run is wrong now");
    error_fix(err, "Put '%s' back as it was.", manifest->pipeline_path);
    return status;
}

static enum status report(const struct report_options *options, struct arena *arena,
                          struct error *err)
{
    const char *run = options->rest.count ? options->rest.items[0] : "latest";
    const char *folder;
    struct pipeline_spec *pipeline;
    enum status status =
        run_folder_find(cli_pipeline_runs(options->runs), run, arena, &folder, err);
    if (status == STATUS_OK)
        status = load(folder, arena, &pipeline, err);
    if (status != STATUS_OK)
        return status;
    struct run_report_request request = {.folder = folder,
                                         .pipeline = pipeline,
                                         .to_stdout = options->quiet  ? RUN_REPORT_STDOUT_NOTHING
                                                      : options->json ? RUN_REPORT_STDOUT_JSON
                                                                      : RUN_REPORT_STDOUT_TABLE,
                                         .canonical = options->canonical,
                                         .keep_folder =
                                             options->canonical || options->outputs.count > 0,
                                         .outputs = options->outputs.items,
                                         .output_count = options->outputs.count};
    return run_report_write(&request, err);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct report_options o = {0};
    bool helped = false;
    /* clang-format off */
    const struct cli_option options[] = {
        {"output", 'o', CLI_TEXTS, &o.outputs, "FILE", "write there instead of the run folder; the format by its ending (.json .html .md .xml .txt); again for more"},
        {"canonical", 0, CLI_FLAG, &o.canonical, NULL, "without run id, dates and times of live calls: the same bytes for the same inputs"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print report.json instead of the table"},
        {"quiet", 'q', CLI_FLAG, &o.quiet, NULL, "print nothing"},
        {"runs", 0, CLI_TEXT, &o.runs, "DIR", "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    if (status == STATUS_OK && !helped)
        status = report(&o, arena, &err);
    cli_texts_done(&o.outputs);
    cli_texts_done(&o.rest);
    if (status == STATUS_GATE_FAILED || status == STATUS_INCONCLUSIVE ||
        status == STATUS_INFRASTRUCTURE)
        return status_exit_code(status);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_report = {
    .name = "report",
    .summary = "write the reports of a run again, from its journal",
    .usage = "[RUN] [options]",
    .details = "RUN is a run id, a run folder, or 'latest' (the default). No model is called.\n\n"
               "  assay report\n  assay report latest -o report.html -o summary.md\n"
               "  assay report 20250110-103000-1f2e --canonical --json",
    .run = run,
};
