/*
 * command_validate.c: `assay validate`: checks pipeline, task, prompts and data without running
 * anything.
 */
#include "aggregate/gate_check.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "pipeline/check_inputs.h"

#include <stdio.h>

static void print_fault(void *context, const struct error *fault)
{
    size_t *count = context;
    if (++*count <= 50)
        fprintf(stderr, "%s: %s.%s%s\n", fault->where, fault->what, fault->fix[0] ? " " : "",
                fault->fix);
}

static enum status validate(const char *path, const struct pipeline_override *overrides,
                            size_t override_count, bool no_data, struct arena *arena,
                            struct error *err)
{
    struct fault_list faults = {0};
    struct pipeline_spec *pipeline;
    struct input_counts counts = {0};
    size_t data_faults = 0;
    enum status status =
        pipeline_spec_load(path, overrides, override_count, arena, &faults, &pipeline, err);
    if (status != STATUS_OK)
        return status;
    if (faults.count == 0)
        gate_check_names(pipeline, &faults);
    cli_pipeline_print_faults(&faults);
    if (faults.count == 0)
        status = check_inputs(pipeline, !no_data, print_fault, &data_faults, &counts, err);
    if (status != STATUS_OK)
        return status;
    if (data_faults > 50)
        fprintf(stderr, "... and %zu more\n", data_faults - 50);
    if (faults.count + data_faults > 0)
        return error_set(err, faults.count ? STATUS_CONFIG : STATUS_DATA, "%zu fault%s found",
                         faults.count + data_faults, faults.count + data_faults == 1 ? "" : "s");
    printf("%s is valid: %zu candidate%s", path, pipeline->candidate_count,
           pipeline->candidate_count == 1 ? "" : "s");
    if (!no_data)
        printf(", %llu events in %llu conversations, %llu of them with gold",
               (unsigned long long)counts.events, (unsigned long long)counts.conversations,
               (unsigned long long)counts.with_gold);
    putchar('\n');
    return STATUS_OK;
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
    .details = "All faults are told at once, with file, line and column.\n\n"
               "  assay validate -c pipelines/quickstart.yaml",
    .run = run,
};
