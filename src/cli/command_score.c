/*
 * command_score.c: `assay score`: predictions in files against gold in files (profile `sgd`: the
 * official scorer's format), or the answers of a run again, under other gold, task, profile, gates.
 */
#include "cli/cli_pipeline.h"
#include "cli/cli_run.h"
#include "cli/commands.h"
#include "pipeline/run_report.h"
#include "score/sgd_score.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status check(const char *profile, const struct sgd_score_options *sgd,
                         struct error *err)
{
    if (!profile || strcmp(profile, "sgd") != 0) {
        enum status status = error_set(err, STATUS_CONFIG, "profile '%s' does not score files",
                                       profile ? profile : "(none)");
        error_fix(err,
                  "Use --profile sgd. Profile assay scores in `assay run`; predictions of your own "
                  "go through `assay import predictions`.");
        return status;
    }
    const struct {
        const char *name, *value;
    } needed[] = {{"schema", sgd->schema_path},
                  {"gold", sgd->gold_dir},
                  {"predictions", sgd->predictions_dir}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].value)
            return error_set(err, STATUS_CONFIG, "--%s is missing", needed[i].name);
    return STATUS_OK;
}

struct again {
    const char *run, *runs, *gold, *task, *run_id;
    struct cli_texts sets;
    bool json;
    int64_t threads;
};

/* Files named on the command line lie where the user stands, those of a pipeline beside it. */
static enum status add_file(const char *path, const char *file, struct pipeline_override *overrides,
                            size_t *count, struct arena *arena, struct error *err)
{
    char full[PATH_MAX];
    if (!file)
        return STATUS_OK;
    if (!realpath(file, full))
        return error_set(err, STATUS_CONFIG, "there is no file '%.200s'", file);
    const char *own = arena_copy_text(arena, full);
    overrides[(*count)++] = (struct pipeline_override){path, own};
    return own ? STATUS_OK : error_no_memory(err);
}

static enum status list_overrides(const struct again *again, struct arena *arena,
                                  struct run_request *request, struct error *err)
{
    struct pipeline_override *sets;
    enum status status = cli_pipeline_overrides(&again->sets, arena, &sets, err);
    if (status != STATUS_OK)
        return status;
    size_t count = again->sets.count;
    struct pipeline_override *all = arena_array(arena, count + 2, sizeof *all);
    if (!all)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++)
        all[i] = sets[i];
    status = add_file("source.gold", again->gold, all, &count, arena, err);
    if (status == STATUS_OK)
        status = add_file("task", again->task, all, &count, arena, err);
    request->overrides = all;
    request->override_count = count;
    return status;
}

/* What the new run says otherwise than the old one, metric by metric. */
static void tell_changes(const struct run_summary *before, const struct run_summary *after)
{
    size_t told = 0;
    for (size_t i = 0; i < after->section_count; i++)
        for (size_t j = 0; j < after->sections[i].count; j++) {
            const struct metric_row *row = &after->sections[i].rows[j];
            const struct metric_row *old = run_summary_row(before, row->name);
            for (size_t c = 0; old && c < after->candidate_count; c++) {
                double was = old->by_candidate[c].value, is = row->by_candidate[c].value;
                if (row->measured_live[c] || (isnan(was) && isnan(is)) || fabs(was - is) <= 0)
                    continue;
                printf("%s  %-28s %-16.*s %.4g -> %.4g\n", told++ ? "       " : "changed",
                       row->name, STRVIEW_ARG(after->candidates[c].name), was, is);
            }
        }
    if (!told)
        printf("changed  nothing\n");
}

static enum status compare(const struct run_result *result, const char *old, struct arena *arena,
                           struct error *err)
{
    struct cli_run before = {0}, after = {0};
    enum status status = cli_run_open("runs", old, arena, &before, err);
    if (status == STATUS_OK)
        status = cli_run_open("runs", result->folder, arena, &after, err);
    if (status == STATUS_OK) {
        tell_changes(before.summary, after.summary);
        printf("By conversation: assay compare %s %s\n", before.manifest->run_id,
               after.manifest->run_id);
    }
    cli_run_close(&before);
    cli_run_close(&after);
    return status;
}

static enum status score_again(const struct again *again, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct run_request request = {.run_id = again->run_id, .threads = (int)again->threads};
    struct pipeline_spec *pipeline;
    struct run_result result;
    struct fault_list faults = {0};
    enum status status = arena ? run_folder_find(cli_pipeline_runs(again->runs), again->run, arena,
                                                 &request.rescore_folder, err)
                               : error_no_memory(err);
    if (status == STATUS_OK)
        status = list_overrides(again, arena, &request, err);
    if (status == STATUS_OK) {
        status = run_execute(&request, arena, &faults, &pipeline, &result, err);
        cli_pipeline_print_faults(&faults);
    }
    if (status != STATUS_OK)
        return status;
    struct run_report_request report = {.folder = result.folder,
                                        .pipeline = pipeline,
                                        .result = &result,
                                        .to_stdout = again->json ? RUN_REPORT_STDOUT_JSON
                                                                 : RUN_REPORT_STDOUT_TABLE};
    enum status verdict = run_report_write(&report, err);
    if (verdict != STATUS_OK && verdict != STATUS_GATE_FAILED && verdict != STATUS_INCONCLUSIVE &&
        verdict != STATUS_INFRASTRUCTURE)
        return verdict;
    if (!again->json)
        status = compare(&result, request.rescore_folder, arena, err);
    return status == STATUS_OK ? verdict : status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *profile = NULL;
    struct sgd_score_options sgd = {.output_path = "-"};
    struct again again = {0};
    int64_t threads = 0;
    bool helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"profile", 0, CLI_TEXT, &profile, "NAME", "the set of conventions: sgd"},
        {"schema", 0, CLI_TEXT, &sgd.schema_path, "FILE", "schema of the services"},
        {"train-schema", 0, CLI_TEXT, &sgd.train_schema_path, "FILE",
         "schema of the train split: adds seen and unseen services"},
        {"gold", 0, CLI_TEXT, &sgd.gold_dir, "DIR", "folder with dialogues_*.json; with --run: a file, corrected gold"},
        {"predictions", 0, CLI_TEXT, &sgd.predictions_dir, "DIR",
         "folder with *.json of predictions"},
        {"joint-acc-across-turn", 0, CLI_FLAG, &sgd.joint_acc_across_turn, NULL,
         "joint accuracy over all services of a turn"},
        {"no-fuzzy-match", 0, CLI_FLAG, &sgd.no_fuzzy_match, NULL,
         "values are equal or not, instead of alike"},
        {"output", 'o', CLI_TEXT, &sgd.output_path, "FILE",
         "metrics.json; default: standard output"},
        {"threads", 0, CLI_COUNT, &threads, "N", "default: one a core"},
        {"run", 0, CLI_TEXT, &again.run, "RUN", "score the answers of this run again; no model is called"},
        {"task", 0, CLI_TEXT, &again.task, "FILE", "with --run: another task file"},
        {"set", 0, CLI_TEXTS, &again.sets, "PATH=VALUE", "with --run: another value in its pipeline, such as profile or gates.0.margin; again for more"},
        {"run-id", 0, CLI_TEXT, &again.run_id, "ID", "with --run: name of the new run; default: time and chance"},
        {"runs", 0, CLI_TEXT, &again.runs, "DIR", "with --run: folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"json", 0, CLI_FLAG, &again.json, NULL, "with --run: print report.json"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    cli_texts_done(&rest);
    if (status == STATUS_OK && helped)
        return 0;
    sgd.threads = (int)threads;
    again.threads = threads;
    again.gold = sgd.gold_dir;
    if (status == STATUS_OK && again.run) {
        status = score_again(&again, &err);
        cli_texts_done(&again.sets);
        if (status == STATUS_GATE_FAILED || status == STATUS_INCONCLUSIVE ||
            status == STATUS_INFRASTRUCTURE)
            return status_exit_code(status);
        return status == STATUS_OK ? 0 : cli_args_fail(&err);
    }
    cli_texts_done(&again.sets);
    if (status == STATUS_OK)
        status = check(profile, &sgd, &err);
    if (status == STATUS_OK)
        status = sgd_score_directories(&sgd, &err);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_score = {
    .name = "score",
    .summary = "score files of predictions (profile sgd), or the answers of a run again",
    .usage = "--profile sgd --schema FILE --gold DIR --predictions DIR | --run RUN [options]",
    .details =
        "Writes {collection: {metric: number}}, equal to the official scorer's.\n\n"
        "  assay score --profile sgd --schema schema.json --gold gold/ --predictions out/ "
        "-o metrics.json\n\n"
        "With --run a new run is made of an old one's answers and of its copies of pipeline and\n"
        "task, with what is given here instead; it tells what changed.\n\n"
        "  assay score --run latest --gold corrected.jsonl\n"
        "  assay score --run 20250110-103000-1f2e --set gates.0.at_least=0.9",
    .run = run,
};
