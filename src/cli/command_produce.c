/*
 * command_produce.c: `assay produce`: a file of conversations onto the topic of a pipeline.
 */
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "worker/event_publish.h"

#include <stdio.h>

struct produce_options {
    const char *config, *env_file;
    struct cli_texts sets, rest;
    int64_t partitions;
    bool event_time;
};

static enum status load(const struct produce_options *options, struct arena *arena,
                        struct pipeline_spec **ret_pipeline, struct error *err)
{
    if (!options->config)
        return error_set(err, STATUS_CONFIG, "which pipeline? Name it with -c FILE");
    if (options->rest.count != 1)
        return error_set(err, STATUS_CONFIG, "name one file of conversations");
    return cli_pipeline_load_topic(options->config, &options->sets, options->env_file, arena,
                                   ret_pipeline, err);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct produce_options o = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &o.config, "FILE", "the pipeline: its `source.kafka` and `kafka` say where to and how"},
        {"partitions", 0, CLI_COUNT, &o.partitions, "N", "make the topic with N partitions when it is not there"},
        {"event-time", 0, CLI_FLAG, &o.event_time, NULL, "records carry the events' times instead of now (a topic's retention goes by it)"},
        {"set", 0, CLI_TEXTS, &o.sets, "PATH=VALUE", "change a value of the pipeline; again for more"},
        {"env-file", 0, CLI_TEXT, &o.env_file, "FILE", "NAME=VALUE lines for the environment, e.g. secrets"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    bool helped = false;
    uint64_t events = 0;
    struct pipeline_spec *pipeline = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    if (status == STATUS_OK && !helped) {
        status = load(&o, arena, &pipeline, &err);
        struct event_publish_options publish = {.pipeline = pipeline,
                                                .path = o.rest.count ? o.rest.items[0] : NULL,
                                                .partitions = o.partitions,
                                                .event_time = o.event_time};
        if (status == STATUS_OK)
            status = event_publish(&publish, &events, &err);
        if (status == STATUS_OK)
            printf("%llu events on '%s'\n", (unsigned long long)events,
                   pipeline->source.kafka->topic.data);
    }
    cli_texts_done(&o.sets);
    cli_texts_done(&o.rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_produce = {
    .name = "produce",
    .summary = "publish a file of conversations as events on a topic",
    .usage = "-c PIPELINE [options] EVENTS",
    .details =
        "EVENTS: .jsonl, .jsonl.gz or .avro, as for `source.events`. Each record's key is its\n"
        "conversation_id. The format is that of `source.kafka.format`; with `registry` the\n"
        "schema is registered under '<topic>-value'.\n\n"
        "  assay produce -c pipeline.yaml --partitions 6 conversations.jsonl",
    .run = run,
};
