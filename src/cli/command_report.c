/*
 * command_report.c: `assay report`: the reports of a run, written again from its journal; nothing
 * is called.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "config/gate_file.h"
#include "gate/gate_check.h"
#include "pipeline/drift_source.h"
#include "pipeline/run_report.h"
#include "report/experiment_report.h"

#include <stdio.h>

struct report_options {
    const char *runs, *experiment, *run, *gates;
    bool canonical, json, quiet;
    struct cli_texts outputs, rest;
};

/* The pipeline as it was run, but with the gates of a file; and how the run stood by its own. */
static enum status take_gates(const struct report_options *options,
                              struct run_report_request *request, struct pipeline_spec *pipeline,
                              struct run_report_modes *own, struct arena *arena, struct error *err)
{
    struct fault_list faults = {.arena = arena, .file = options->gates};
    struct run_report_request before = {
        .folder = request->folder, .pipeline = pipeline, .keep_folder = true};
    enum status status = run_report_summarise_modes(&before, arena, own, err);
    if (status == STATUS_OK)
        status = gate_file_take(options->gates, pipeline, &faults, err);
    if (status == STATUS_OK)
        gate_check_metrics(pipeline, options->gates, &faults);
    if (status == STATUS_OK && faults.count) {
        cli_pipeline_print_faults(&faults);
        status = error_set(err, STATUS_CONFIG, "%zu fault%s in the gates", faults.count,
                           faults.count == 1 ? "" : "s");
    }
    request->own_gates = own;
    request->gates_file = options->gates;
    request->keep_folder = true; /* the run's own report stays */
    return status;
}

static enum status report(const struct report_options *options, struct arena *arena,
                          struct error *err)
{
    const char *run = options->rest.count ? options->rest.items[0] : "latest";
    struct run_report_modes own = {0};
    run = options->run ? options->run : run;
    const char *folder;
    struct pipeline_spec *pipeline;
    enum status status =
        run_folder_find(cli_pipeline_runs(options->runs), run, arena, &folder, err);
    if (status == STATUS_OK)
        status = cli_pipeline_of_run(folder, arena, &pipeline, err);
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
    if (options->gates)
        status = take_gates(options, &request, pipeline, &own, arena, err);
    if (status == STATUS_OK)
        status = run_report_write(&request, err);
    run_report_modes_done(&own);
    return status;
}

static enum status summarise_run(const char *runs, const struct run_manifest *manifest,
                                 struct arena *arena, const struct run_summary **ret_summary,
                                 struct error *err)
{
    const char *folder = arena_format(arena, "%s/%s", runs, manifest->run_id);
    struct pipeline_spec *pipeline;
    struct run_summary *summary;
    enum status status =
        folder ? cli_pipeline_of_run(folder, arena, &pipeline, err) : error_no_memory(err);
    struct run_report_request request = {.folder = folder, .keep_folder = true};
    if (status != STATUS_OK)
        return status;
    request.pipeline = pipeline;
    status = run_report_summarise(&request, arena, &summary, NULL, err);
    *ret_summary = summary;
    return status;
}

static enum status compare_neighbours(const char *runs, const struct run_summary *const *summaries,
                                      size_t count, struct arena *arena,
                                      const struct drift_result ***ret_drift, struct error *err)
{
    const struct drift_result **drift = arena_array(arena, count + 1, sizeof *drift);
    enum status status = drift ? STATUS_OK : error_no_memory(err);
    for (size_t i = 1; i < count && status == STATUS_OK; i++) {
        const char *before =
            arena_format(arena, "%.*s", STRVIEW_ARG(summaries[i - 1]->environment.run_id));
        const char *now =
            arena_format(arena, "%.*s", STRVIEW_ARG(summaries[i]->environment.run_id));
        struct drift_result *result;
        status = before && now ? drift_source_compare_runs(runs, before, now, arena, &result, err)
                               : error_no_memory(err);
        if (status == STATUS_OK)
            drift[i] = result;
    }
    *ret_drift = drift;
    return status;
}

/* The runs of an experiment, oldest first. */
static enum status report_experiment(const struct report_options *options, struct arena *arena,
                                     struct error *err)
{
    const char *runs = cli_pipeline_runs(options->runs);
    struct run_manifest **list;
    size_t count, kept = 0;
    enum status status = run_folder_list(runs, arena, &list, &count, err);
    if (status != STATUS_OK)
        return status;
    const struct run_summary **summaries = arena_array(arena, count + 1, sizeof *summaries);
    if (!summaries)
        return error_no_memory(err);
    for (size_t i = count; i-- > 0 && status == STATUS_OK;)
        if (strcmp(list[i]->experiment, options->experiment) == 0)
            status = summarise_run(runs, list[i], arena, &summaries[kept++], err);
    if (status == STATUS_OK && kept == 0) {
        status = error_set(err, STATUS_CONFIG, "experiment '%.100s' has no runs in '%s'",
                           options->experiment, runs);
        error_fix(err, "`assay runs` lists runs with their experiments.");
    }
    const struct drift_result **drift = NULL;
    if (status == STATUS_OK)
        status = compare_neighbours(runs, summaries, kept, arena, &drift, err);
    if (status != STATUS_OK)
        return status;
    struct experiment_input input = {strview_of(options->experiment), summaries, kept, drift};
    struct strbuf text = {0};
    (options->json ? experiment_report_json : experiment_report_text)(&text, &input);
    if (text.failed)
        status = error_no_memory(err);
    else
        fwrite(text.data, 1, text.size, stdout);
    strbuf_done(&text);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct report_options o = {0};
    bool helped = false;
    /* clang-format off */
    const struct cli_option options[] = {
        {"output", 'o', CLI_TEXTS, &o.outputs, "FILE", "write there instead of the run folder; the format by its ending (.json .html .md .xml .txt); again for more"},
        {"run", 0, CLI_TEXT, &o.run, "RUN", "the same as RUN"},
        {"gates", 0, CLI_TEXT, &o.gates, "FILE", "by the gates of this pipeline instead of the run's own, and what that changes; the run folder stays as it is"},
        {"canonical", 0, CLI_FLAG, &o.canonical, NULL, "without run id, dates and times of live calls: the same bytes for the same inputs"},
        {"experiment", 0, CLI_TEXT, &o.experiment, "NAME", "sum up the runs of an experiment instead"},
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
        status = o.experiment ? report_experiment(&o, arena, &err) : report(&o, arena, &err);
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
               "  assay report 20250110-103000-1f2e --canonical --json\n"
               "  assay report --run latest --gates pipelines/stricter.yaml\n"
               "  assay report --experiment quickstart\n\n"
               "Other gold, task or profile: `assay score --run RUN --gold FILE`.",
    .run = run,
};
