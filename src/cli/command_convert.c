/*
 * command_convert.c: `assay convert`: records from JSON Lines to Avro files and back.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "ingest/record_convert.h"

#include <stdio.h>
#include <string.h>

static enum status convert(struct record_convert_options *options, struct error *err)
{
    struct record_convert_counts counts;
    struct cli_faults faults = {0};
    options->on_fault = cli_pipeline_tell_fault;
    options->context = &faults;
    enum status status = record_convert_run(options, &counts, err);
    cli_pipeline_tell_rest(&faults);
    if (status != STATUS_OK)
        return status;
    fprintf(stderr, "assay: %llu %s read, %llu written, %llu unknown keys left out\n",
            (unsigned long long)counts.read, counts.kind, (unsigned long long)counts.written,
            (unsigned long long)counts.unknown_keys);
    return counts.faults ? error_set(err, STATUS_DATA, "%llu %s could not be converted",
                                     (unsigned long long)counts.faults, counts.kind)
                         : STATUS_OK;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct record_convert_options o = {.output = NULL};
    bool helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"output", 'o', CLI_TEXT, &o.output, "FILE", "FILE.avro: an Avro file; any other name: JSON Lines; -: standard output"},
        {"kind", 0, CLI_TEXT, &o.kind, "KIND", "events, gold, predictions or scores; default: told by the schema or by the first line's keys"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped) {
        o.input = rest.count ? rest.items[0] : NULL;
        if (rest.count != 1)
            status = error_set(&err, STATUS_CONFIG, "name one file: assay convert INPUT -o OUTPUT");
        else if (!o.output)
            status = error_set(&err, STATUS_CONFIG,
                               "where to? Name it with -o FILE.avro or -o FILE.jsonl");
        else
            status = convert(&o, &err);
    }
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_convert = {
    .name = "convert",
    .summary = "events, gold, predictions or scores from JSON Lines to Avro and back",
    .usage = "INPUT -o OUTPUT [options]",
    .details =
        "INPUT is JSON Lines (plain or gzip), an Avro object-container file, or - (then --kind is\n"
        "needed). Nothing is lost on the way: absent, null, \"\", [] and \"dontcare\" stay what "
        "they\n"
        "are. A record that is wrong is told with its place and left out; then the exit status is "
        "1.\n\n"
        "  assay convert conversations.jsonl -o conversations.avro\n"
        "  assay convert gold.jsonl -o gold.avro\n"
        "  assay convert runs/20250110-103000-1f2e/scores.avro -o scores.jsonl\n"
        "  zcat log.jsonl.gz | assay convert - --kind predictions -o predictions.avro",
    .run = run,
};
