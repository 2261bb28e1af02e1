/*
 * command_validate.c: `assay validate`: checks pipeline, task, prompts and data without running
 * anything.
 */
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "gate/gate_check.h"
#include "pipeline/check_inputs.h"

#include <stdio.h>

static void print_data_faults(const struct run_accounts *accounts)
{
    for (size_t i = 0; i < accounts->fault_count; i++) {
        const struct run_fault *fault = &accounts->faults[i];
        fprintf(stderr, "%s: %s.%s%s\n", fault->where, fault->what, fault->fix[0] ? " " : "",
                fault->fix);
    }
    if (accounts->faults_total > accounts->fault_count)
        fprintf(stderr, "... and %llu more faults\n",
                (unsigned long long)(accounts->faults_total - accounts->fault_count));
}

static void print_counts(const struct run_accounts *accounts)
{
    uint64_t skipped = 0;
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        skipped += accounts->skipped[i];
    printf(
        "%llu events: %llu in %llu conversations, %llu invalid, %llu skipped; %llu conversations "
        "with gold, %llu without, %llu with gold of other words\n",
        (unsigned long long)accounts->events_consumed,
        (unsigned long long)accounts->events_in_conversations,
        (unsigned long long)accounts->conversations, (unsigned long long)accounts->events_invalid,
        (unsigned long long)skipped, (unsigned long long)accounts->with_gold,
        (unsigned long long)accounts->no_gold, (unsigned long long)accounts->gold_mismatch);
}

static enum status validate(const char *path, const struct pipeline_override *overrides,
                            size_t override_count, bool no_data, struct arena *arena,
                            struct error *err)
{
    struct fault_list faults = {0};
    struct pipeline_spec *pipeline;
    struct input_check check = {0};
    enum status status =
        pipeline_spec_load(path, overrides, override_count, arena, &faults, &pipeline, err);
    if (status != STATUS_OK)
        return status;
    if (faults.count == 0)
        gate_check_names(pipeline, &faults);
    cli_pipeline_print_faults(&faults);
    if (faults.count == 0)
        status = check_inputs(pipeline, !no_data, arena, &check, err);
    if (status != STATUS_OK)
        return status;
    print_data_faults(&check.accounts);
    memory_free(check.accounts.faults);
    uint64_t count = faults.count + check.accounts.faults_total;
    if (count == 0)
        printf("%s is valid: %zu candidate%s\n", path, pipeline->candidate_count,
               pipeline->candidate_count == 1 ? "" : "s");
    if (faults.count == 0 && !no_data)
        print_counts(&check.accounts);
    bool is_configuration = faults.count + check.configuration_faults > 0;
    return count ? error_set(err, is_configuration ? STATUS_CONFIG : STATUS_DATA,
                             "%llu fault%s found", (unsigned long long)count, count == 1 ? "" : "s")
                 : STATUS_OK;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *config = NULL;
    bool no_data = false, helped;
    struct cli_texts sets = {0}, rest = {0};
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &config, "FILE", "the pipeline file"},
        {"set", 0, CLI_TEXTS, &sets, "PATH=VALUE", "change a value of the pipeline"},
        {"no-data", 0, CLI_FLAG, &no_data, NULL,
         "look at the files' places only, not into the data"},
        {0}};
    struct error err = {0};
    struct pipeline_override *overrides = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena ? cli_args_parse(command, options, argc, argv, &rest, &helped, &err)
                               : error_no_memory(&err);
    if (status == STATUS_OK && helped)
        return 0;
    if (status == STATUS_OK && !config && rest.count)
        config = rest.items[0];
    if (status == STATUS_OK && !config)
        status = error_set(&err, STATUS_CONFIG, "which pipeline? Name it with -c FILE");
    if (status == STATUS_OK)
        status = cli_pipeline_overrides(&sets, arena, &overrides, &err);
    if (status == STATUS_OK)
        status = validate(config, overrides, sets.count, no_data, arena, &err);
    cli_texts_done(&sets);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_validate = {
    .name = "validate",
    .summary = "check a pipeline, its task, prompts and data without running it",
    .usage = "-c PIPELINE [options]",
    .details =
        "All faults of the pipeline are told at once, with file, line and column; then the data "
        "is\n"
        "read as a run reads it. Told with their place: events and gold that are wrong, events "
        "that\n"
        "a run would skip, gold that fits no conversation or belongs to other words. The first 50 "
        "are\n"
        "shown. Exit status: 0 nothing found, 1 faults in the data, 2 in the pipeline,\n"
        "task, prompts or back end.\n\n"
        "  assay validate -c pipelines/quickstart.yaml",
    .run = run,
};
