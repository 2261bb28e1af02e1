/*
 * command_import.c: `assay import`: data of other forms made into conversation events or gold.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "ingest/import_map.h"
#include "ingest/import_predictions.h"
#include "ingest/sgd_import.h"

#include <stdio.h>
#include <string.h>

struct import_options {
    const char *mapping, *input, *output, *time_zone, *candidate, *schema;
};

static enum status tell(const struct import_counts *counts, const struct cli_faults *faults,
                        struct error *err)
{
    cli_pipeline_tell_rest(faults);
    fprintf(stderr,
            "assay: %llu lines read, %llu conversations with %llu events written, %llu skipped, "
            "%llu faults\n",
            (unsigned long long)counts->lines, (unsigned long long)counts->conversations,
            (unsigned long long)counts->events, (unsigned long long)counts->skipped,
            (unsigned long long)counts->faults);
    return counts->faults ? error_set(err, STATUS_DATA, "%llu lines could not be imported",
                                      (unsigned long long)counts->faults)
                          : STATUS_OK;
}

static enum status import_by_map(const struct import_options *o, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    struct fault_list faults = {.arena = arena};
    struct import_counts counts = {0};
    struct cli_faults told = {0};
    if (!arena)
        return error_no_memory(err);
    if (!o->mapping)
        return error_set(err, STATUS_CONFIG,
                         "which mapping? assay import map MAPPING.yaml --input FILE");
    struct import_map_options options = {.mapping = o->mapping,
                                         .input = o->input,
                                         .output = o->output,
                                         .on_fault = cli_pipeline_tell_fault,
                                         .context = &told,
                                         .mapping_faults = &faults};
    enum status status = import_map_run(&options, &counts, err);
    cli_pipeline_print_faults(&faults);
    return status == STATUS_OK ? tell(&counts, &told, err) : status;
}

static enum status import_log(const struct import_options *o, struct error *err)
{
    struct import_counts counts = {0};
    struct cli_faults told = {0};
    struct import_predictions_options options = {.input = o->input,
                                                 .output = o->output,
                                                 .time_zone = o->time_zone,
                                                 .candidate = o->candidate,
                                                 .on_fault = cli_pipeline_tell_fault,
                                                 .context = &told};
    enum status status = import_predictions_run(&options, &counts, err);
    return status == STATUS_OK ? tell(&counts, &told, err) : status;
}

static enum status import_sgd(const struct import_options *o, struct error *err)
{
    struct sgd_gold_counts counts = {0};
    if (!o->schema)
        return error_set(err, STATUS_CONFIG, "--schema is missing");
    struct sgd_import_options options = {
        .schema_path = o->schema, .input_dir = o->input, .output_path = o->output};
    enum status status = sgd_import(&options, &counts, err);
    if (status == STATUS_OK)
        fprintf(
            stderr,
            "assay: %llu dialogues, %llu user turns, %llu state slots, %llu spans, %llu bookings\n",
            (unsigned long long)counts.dialogues, (unsigned long long)counts.user_turns,
            (unsigned long long)counts.state_slots, (unsigned long long)counts.spans,
            (unsigned long long)counts.bookings);
    return status;
}

static enum status import(const struct cli_texts *rest, struct import_options *o, struct error *err)
{
    const char *form = rest->count ? rest->items[0] : "";
    if (strcmp(form, "map") == 0) {
        o->mapping = o->mapping ? o->mapping : rest->count > 1 ? rest->items[1] : NULL;
        return import_by_map(o, err);
    }
    if (rest->count > 1 && strcmp(o->input, "-") == 0)
        o->input = rest->items[1];
    if (strcmp(form, "predictions") == 0)
        return import_log(o, err);
    if (strcmp(form, "sgd") == 0)
        return import_sgd(o, err);
    enum status status =
        error_set(err, STATUS_CONFIG, "what is to be imported? '%s' is no form", form);
    error_fix(err, "Write assay import map, assay import predictions or assay import sgd.");
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct import_options o = {.input = "-", .output = "-"};
    bool helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"input", 'i', CLI_TEXT, &o.input, "FILE", "JSON Lines, plain or gzip; for sgd a folder; default: standard input"},
        {"output", 'o', CLI_TEXT, &o.output, "FILE", "default: standard output"},
        {"mapping", 0, CLI_TEXT, &o.mapping, "FILE", "map: which pointer becomes which field"},
        {"time-zone", 0, CLI_TEXT, &o.time_zone, "ZONE", "predictions: zone of timestamps that have none"},
        {"candidate", 0, CLI_TEXT, &o.candidate, "NAME", "predictions: only the lines of this candidate"},
        {"schema", 0, CLI_TEXT, &o.schema, "FILE", "sgd: schema.json of the services"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped)
        status = import(&rest, &o, &err);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_import = {
    .name = "import",
    .summary = "make events or gold from data of another form",
    .usage = "map|predictions|sgd [options]",
    .details =
        "map          any JSON Lines, by a mapping of JSON pointers (docs/IMPORT.md)\n"
        "predictions  a prediction log\n"
        "sgd          dialogues of the Schema-Guided Dialogue set, as gold\n\n"
        "  assay import map mapping.yaml --input calls.jsonl -o conversations.jsonl\n"
        "  assay import predictions log.jsonl --time-zone Europe/Paris -o conversations.jsonl\n"
        "  assay import sgd --schema schema.json --input train/ -o gold.jsonl",
    .run = run,
};
